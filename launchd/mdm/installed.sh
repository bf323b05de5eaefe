#!/bin/sh
# Whether Kextwatch is installed, at least in this version: ends with 0 if it is, with 1 if it must be
# installed. Whether the Mac is protected is another question, and installing again is no answer to it.
set -eu

wanted=0.2.0
current='/Library/Application Support/Kextwatch/current'
job=/Library/LaunchDaemons/org.kextwatch.agent.plist

if [ ! -x "${current}/bin/kextwatch" ] || [ ! -f "${job}" ]; then
  echo 'Kextwatch is not installed.'
  exit 1
fi
release=$(/usr/bin/readlink "${current}")
release=${release##*/}
version=${release%%-*} # another build of 0.2.0 is 0.2.0-2
older=$(printf '%s\n' "${version}" "${wanted}" | /usr/bin/sort -t . -k 1,1n -k 2,2n -k 3,3n | /usr/bin/sed 1q)
echo "Kextwatch ${release} is installed."
if [ "${version}" != "${wanted}" ] && [ "${older}" = "${version}" ]; then
  exit 1
fi
