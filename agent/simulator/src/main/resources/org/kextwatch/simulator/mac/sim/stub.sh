#!/bin/sh
# The start of every tool of the simulated Mac: it records the call and, if a fault is set, fails that
# way once. The tool has set $root, the folder that is the Mac, and finds $sim and $tool set.

set -u
sim=$root/sim
tool=${0##*/}
[ "$tool" != wdavdaemonclient ] || tool=mdatp

called=$(date +%s%3N)
case $called in
  *[!0-9]*) called=$(date +%s)000 ;; # BSD date knows no %N
esac
arguments=$*
case $arguments in
  *"
"*) arguments=$(printf '%s' "$arguments" | tr '\n' ' ') ;;
esac
printf '%s %s %s\n' "$called" "$tool" "$arguments" >>"$sim/calls.log"

fault=$sim/fault-$tool.$$
if mv "$sim/fault-$tool" "$fault" 2>/dev/null; then
  sleep "$(cat "$fault/delay")"
  cat "$fault/stdout"
  cat "$fault/stderr" >&2
  code=$(cat "$fault/exit")
  rm -r "$fault"
  exit "$code"
fi
