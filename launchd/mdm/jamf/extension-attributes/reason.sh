#!/bin/sh
# Extension attribute of Jamf Pro, data type String.
# Why, in one word, such as awaiting_approval (agent/docs/reasons.md).
set -u

kextwatch='/Library/Application Support/Kextwatch/current/bin/kextwatch'
# 0 is protected, 1 at risk. Everything else is unknown: also an old status, or no Kextwatch.
value=$("${kextwatch}" status --field reason 2>/dev/null) || [ $? -eq 1 ] || value=unknown
echo "<result>${value:-unknown}</result>"
