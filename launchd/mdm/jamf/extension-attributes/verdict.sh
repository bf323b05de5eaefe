#!/bin/sh
# Extension attribute of Jamf Pro, data type String.
# Protected, at_risk or unknown.
set -u

kextwatch='/Library/Application Support/Kextwatch/current/bin/kextwatch'
# 0 is protected, 1 at risk. Everything else is unknown: also an old status, or no Kextwatch.
value=$("${kextwatch}" status --field verdict 2>/dev/null) || [ $? -eq 1 ] || value=unknown
echo "<result>${value:-unknown}</result>"
