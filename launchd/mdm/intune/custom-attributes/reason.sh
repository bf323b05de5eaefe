#!/bin/sh
# Custom attribute of Intune, data type String.
# Why, in one word, such as awaiting_approval (agent/docs/reasons.md).
set -u

kextwatch='/Library/Application Support/Kextwatch/current/bin/kextwatch'
# 0 is protected, 1 at risk. Everything else is unknown: also an old status, or no Kextwatch.
value=$("${kextwatch}" status --field reason 2>/dev/null) || [ $? -eq 1 ] || value=unknown
echo "${value:-unknown}"
exit 0 # anything else would be a failed script, not a Mac at risk
