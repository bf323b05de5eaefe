#!/bin/sh
# Extension attribute of Jamf Pro, data type String.
# Which version is installed.
set -u

current='/Library/Application Support/Kextwatch/current'
value=
[ ! -x "${current}/bin/kextwatch" ] || value=$(/usr/bin/readlink "${current}")
value=${value##*/}
echo "<result>${value:-not installed}</result>"
