#!/bin/sh
# Custom attribute of Intune, data type Integer.
# For how many minutes verdict and reason have been what they are; -1 is not known.
set -u

kextwatch='/Library/Application Support/Kextwatch/current/bin/kextwatch'
# Nothing where the verdict is unknown, because nobody should act on that.
since=$("${kextwatch}" status --field verdictSince 2>/dev/null) || [ $? -eq 1 ] || since=
value=
case ${since} in
  *T*)
    began=$(/bin/date -j -u -f %Y-%m-%dT%H:%M:%S "${since%%.*}" +%s 2>/dev/null) || began=
    now=$(/bin/date +%s)
    [ -z "${began}" ] || value=$(((now - began) / 60))
    ;;
  *) ;;
esac
echo "${value:--1}"
exit 0 # anything else would be a failed script, not a Mac at risk
