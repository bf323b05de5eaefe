#!/bin/sh
# Extension attribute of Jamf Pro, data type Integer.
# How many events wait to be delivered.
set -u

kextwatch='/Library/Application Support/Kextwatch/current/bin/kextwatch'
value=$("${kextwatch}" status --field agent.pendingEvents 2>/dev/null) || : # any verdict
case ${value} in
  *[!0-9]*) value= ;;
  *) ;;
esac
echo "<result>${value}</result>"
