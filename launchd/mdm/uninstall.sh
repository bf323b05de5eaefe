#!/bin/sh
# Removes Kextwatch with the installer that each release brings. Settings, secret, state and logs stay; with
# purge=--purge they go too. Ends with 0 where nothing is installed.
set -eu

purge=
current='/Library/Application Support/Kextwatch/current'
job=/Library/LaunchDaemons/org.kextwatch.agent.plist
installer=${current}/install.sh

if [ -f "${installer}" ]; then
  exec /bin/sh "${installer}" --uninstall ${purge:+"${purge}"}
fi
if [ ! -e "${job}" ] && [ ! -L "${current}" ]; then
  exit 0
fi
echo 'Kextwatch is damaged, or older than 0.2.0: install the package again, then remove it.' >&2
exit 1
