#!/bin/sh
# For Munki 0 means that the item must be installed: the opposite of installed.sh. A rollback is seen too,
# because what counts is the release that runs.
set -eu

wanted=0.2.0
current='/Library/Application Support/Kextwatch/current'
job=/Library/LaunchDaemons/org.kextwatch.agent.plist

if [ ! -x "${current}/bin/kextwatch" ] || [ ! -f "${job}" ]; then
  exit 0
fi
release=$(/usr/bin/readlink "${current}")
release=${release##*/}
version=${release%%-*} # another build of 0.2.0 is 0.2.0-2
older=$(printf '%s\n' "${version}" "${wanted}" | /usr/bin/sort -t . -k 1,1n -k 2,2n -k 3,3n | /usr/bin/sed 1q)
if [ "${version}" != "${wanted}" ] && [ "${older}" = "${version}" ]; then
  exit 0
fi
exit 1
