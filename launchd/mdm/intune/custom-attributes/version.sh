#!/bin/sh
# Custom attribute of Intune, data type String.
# Which version is installed.
set -u

current='/Library/Application Support/Kextwatch/current'
value=
[ ! -x "${current}/bin/kextwatch" ] || value=$(/usr/bin/readlink "${current}")
value=${value##*/}
echo "${value:-not installed}"
exit 0 # anything else would be a failed script, not a Mac at risk
