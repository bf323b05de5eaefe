#!/bin/sh
# Extension attribute of Jamf Pro, data type Integer.
# How many minutes old the last status is.
set -u

document='/Library/Application Support/Kextwatch/status.json'
written=$(/usr/bin/stat -f %m "${document}" 2>/dev/null) || written=
now=$(/bin/date +%s)
value=
[ -z "${written}" ] || value=$(((now - written) / 60))
echo "<result>${value}</result>"
