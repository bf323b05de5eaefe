#!/bin/sh
# Custom attribute of Intune, data type Integer.
# How many events wait to be delivered; -1 is not known.
set -u

kextwatch='/Library/Application Support/Kextwatch/current/bin/kextwatch'
value=$("${kextwatch}" status --field agent.pendingEvents 2>/dev/null) || : # any verdict
case ${value} in
  *[!0-9]*) value= ;;
  *) ;;
esac
echo "${value:--1}"
exit 0 # anything else would be a failed script, not a Mac at risk
