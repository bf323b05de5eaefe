#!/bin/sh
# A condition script of Munki, for /usr/local/munki/conditions (root:wheel, 0755). It adds kextwatch_verdict,
# kextwatch_reason, kextwatch_minutes and kextwatch_version to ConditionalItems.plist, which all such scripts
# share.
set -u

current='/Library/Application Support/Kextwatch/current'
kextwatch=${current}/bin/kextwatch

# 0 is protected, 1 at risk. Everything else is unknown: also an old status, or no Kextwatch.
ask() {
  word=$("${kextwatch}" status --field "$1" 2>/dev/null) || [ $? -eq 1 ] || word=
}

add() {
  /usr/bin/defaults write "${items}" "kextwatch_$1" "$2" "$3"
}

folder=$(/usr/bin/defaults read /Library/Preferences/ManagedInstalls ManagedInstallDir 2>/dev/null) || folder=
items=${folder:-/Library/Managed Installs}/ConditionalItems

ask verdict
add verdict -string "${word:-unknown}"
ask reason
add reason -string "${word:-unknown}"

# 0 where the verdict is unknown, because nobody should act on that.
ask verdictSince
minutes=0
case ${word} in
  *T*)
    began=$(/bin/date -j -u -f %Y-%m-%dT%H:%M:%S "${word%%.*}" +%s 2>/dev/null) || began=
    now=$(/bin/date +%s)
    [ -z "${began}" ] || minutes=$(((now - began) / 60))
    ;;
  *) ;;
esac
add minutes -integer "${minutes}"

version=
[ ! -x "${kextwatch}" ] || version=$(/usr/bin/readlink "${current}")
add version -string "${version##*/}"
