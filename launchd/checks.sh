#!/bin/sh
#
# What install.sh checks before it changes a Mac.
#
# No function that is called in a condition relies on "set -e":
# shellcheck disable=SC2310
# install.sh and release.sh are read before this file, and set these:
: "${root?}" "${endpoint?}" "${secret_file?}" "${config_file?}" "${java_home?}" "${start?}"
: "${staging?}" "${dry_run?}" "${unavailable?}" "${failed?}" "${needs_root?}" "${bad_settings?}"
: "${program=}" "${support=}" "${releases=}" "${current=}" "${settings=}"
: "${secret=}" "${status=}" "${managed=}" "${logs=}" "${state=}" "${job=}" "${launchctl=}"
: "${scratch=}" "${fresh=}"

needed_mib=90 # the release and its class-data archive, and what is in /tmp meanwhile
checked_endpoint='^https?://[^[:space:]"\\]+$'

# The Mac itself needs root; a Mac that is a folder (--root, --destdir) needs the owner of the folder.
require_a_mac() {
  if [ -z "${root}" ]; then
    is_mac || fail "${unavailable}" "this is not a Mac. Try it with --demo, or prepare a package with\
 --destdir DIR."
    is_root || [ "${dry_run}" = true ] || fail "${needs_root}" "only root can do that: run it with sudo"
  fi
  [ "${start}" = false ] || [ -x "${launchctl}" ] ||
    fail "${unavailable}" "there is no ${launchctl}: give --no-start, or --destdir for a package"
  require_own_root
  require_closed_folders
  for place in "${support}" "${releases}" "${settings}" "${secret}" "${logs}" "${state}" "${job}"; do
    [ ! -L "${place}" ] ||
      fail "${failed}" "${place} is a link, which is not followed here. Remove it first."
  done
  for place in "${support}" "${releases}" "${logs}" "${state}"; do
    [ ! -e "${place}" ] || [ -d "${place}" ] || fail "${failed}" "${place} is no folder. Remove it first."
  done
  for place in "${secret}" "${status}" "${job}"; do
    [ ! -e "${place}" ] || [ -f "${place}" ] ||
      fail "${failed}" "${place} is no regular file, and is not touched. Remove it first."
  done
  require_own_current
}

# Root runs and writes files below this folder, so it must belong to root and have no links on the way.
require_own_root() {
  is_root && [ -n "${root}" ] || return 0
  listing=$(ls -ldn "${root}")
  owner=$(printf '%s\n' "${listing}" | awk '{ print $3 }')
  [ "${owner}" = 0 ] || fail "${failed}" "${root} belongs to another user (${owner}), and root works only\
 below a folder that belongs to root. Run: chown 0:0 ${root}"
  for place in Library "Library/Application Support" Library/LaunchDaemons Library/Logs private \
    private/var private/var/db; do
    [ ! -L "${root}/${place}" ] ||
      fail "${failed}" "${root}/${place} is a link, which root does not follow here. Remove it first."
  done
}

# In a folder of another user root would write to, and run, what that user has put there. Of the folders above
# ours a sticky one is enough, and admins (group 80) may write there, because they can become root anyway.
# Ours are closed later.
require_closed_folders() {
  is_root || return 0
  for place in "" /Library "/Library/Application Support" /Library/LaunchDaemons /Library/Logs /private \
    /private/var /private/var/db; do
    require_closed "${root}${place}/" '[tT]$'
  done
  for place in "${support}" "${releases}" "${logs}" "${state}"; do
    [ -L "${place}" ] || require_closed "${place}" .
  done
}

# A folder, and the end of a mode with which it may be open.
require_closed() {
  [ -d "$1" ] || return 0
  listing=$(ls -ldn "$1")
  open=$(printf '%s\n' "${listing}" | awk -v but="$2" '{
    mode = substr($1, 1, 10)
    shared = mode ~ /^.....w/ && $4 != 0 && $4 != 80
    if ($3 != 0 || ((shared || mode ~ /^........w/) && mode !~ but)) print
  }')
  [ -n "${open}" ] || return 0
  named=$(printf '%s\n' "${1%/}" | sed "s/'/'\\\\''/g")
  fail "${failed}" "others can change this folder, so root does not work there: ${open}
Look at what is in it, and remove what you do not know. Then close it, and try again.
Run: sudo chown 0:0 '${named:-/}' && sudo chmod go-w '${named:-/}'"
}

# In the lists below ls prints a ? for each character that is not plain: a name that another user has chosen
# could look like a line of ours, or steer the terminal.

# launchd and Java open their logs through whatever is there. In 0.1.0 agent.log had two names.
require_own_logs() {
  is_root && [ -d "${logs}" ] || return 0
  odd=$(LC_ALL=C find "${logs}" ! -type d \( ! -type f -o ! -user 0 -o -links +1 ! -name 'agent*.log' \) \
    -exec ls -ldnq {} +) || odd=${odd:-${logs}}
  [ -z "${odd}" ] || fail "${failed}" "this is no log of Kextwatch, so it is not written to. Remove it first:
${odd}"
}

# Whether nobody else could change a release, or the way to it. A second name of a file may be in a folder of
# another user.
is_closed_release() {
  [ -d "$1" ] && [ ! -L "$1" ] || return 1
  me=$(id -u)
  open=$(
    LC_ALL=C find "${support}" "${releases}" -prune \( ! -user 0 ! -user "${me}" -o -perm -020 -o -perm -002 \) \
      -exec ls -ldnq {} + && list_open "$1" -o \( -type f -links +1 \)
  ) && [ -z "${open}" ]
}

# What others can change in a folder, the first argument, and what more tests of find are true of.
list_open() {
  searched=$1
  shift
  LC_ALL=C find "${searched}" \( \( ! -user 0 ! -user "${me}" \) -o \
    \( ! -type l \( -perm -020 -o -perm -002 \) \) ${1+"$@"} \) -exec ls -ldnq {} +
}

# Whether a file, or a link itself, belongs to root or to this user.
is_own() {
  me=$(id -u)
  listing=$(ls -ldn "$1")
  owner=$(printf '%s\n' "${listing}" | awk '{ print $3 }')
  [ "${owner}" = 0 ] || [ "${owner}" = "${me}" ]
}

# Its target is run, so it must be one of our releases.
require_own_current() {
  if [ -L "${current}" ]; then
    target=$(readlink "${current}" && printf .) # or a line break at its end would be lost
    target=${target%?.}
  elif [ -e "${current}" ]; then
    target=itself
  else
    return 0
  fi
  name=${target#releases/}
  case ${name} in
    '' | "${target}" | .* | *[!A-Za-z0-9._+-]*) ;;
    *) [ -L "${releases}/${name}" ] || return 0 ;;
  esac
  target=$(printf '%s' "${target}" | LC_ALL=C tr -c '[:print:]' '?')
  fail "${failed}" "${current} leads to ${target}, which is no release in ${releases}. Find out who did\
 that, and remove it first."
}

# A release on the Mac can install itself again, but not with files that somebody else may have changed.
require_closed_release() {
  [ "${program}" = . ] || return 0
  me=$(id -u)
  open=$(list_open .) || open=${open:-${folder}}
  [ -z "${open}" ] || fail "${failed}" "others can change this release, so it is not installed again:
${open}
Install Kextwatch from its package or its release archive."
}

# A Java that the release brings is copied twice.
check_disk() {
  of_image=$(mebibytes_of_image)
  needed_mib=$((needed_mib + 2 * ${of_image:-0}))
  for place in "${support}" /tmp; do
    while [ ! -d "${place:-/}" ]; do
      place=${place%/*}
    done
    place=${place:-/}
    free=$(df -P -k "${place}" | awk 'NR == 2 { print int($4 / 1024) }')
    [ "${free:-0}" -ge "${needed_mib}" ] || fail "${failed}" "only ${free:-0} MiB are free at ${place},\
 and ${needed_mib} are needed. Make room first."
  done
}

# The launcher checks whether its Java runs, is new enough, and cannot be changed by others.
rehearse() {
  [ -n "${java_here}" ] || return 0
  said=$("${fresh}/bin/kextwatch" version 2>&1) ||
    fail "${failed}" "the program does not run with ${java_home}: ${said}"
}

# Sets new_settings if settings must be written; settings that exist are never changed.
prepare_settings() {
  new_settings=
  if [ -e "${settings}" ]; then
    [ -z "${endpoint}${config_file}" ] || say "kept as they are: the settings in ${settings}"
    require_file "${settings}"
    if [ "${staging}" = true ]; then
      check_settings "${settings}" "${settings}" # as a draft, with the bounds of a real Mac
    else
      check_settings "the settings"
    fi
    return
  fi
  [ -n "${endpoint}${config_file}" ] || return 0
  new_settings=${scratch}/config.json
  if [ -n "${config_file}" ]; then
    require_file "${config_file}"
    cat "${config_file}" >"${new_settings}" 2>/dev/null ||
      fail "${bad_settings}" "${config_file} cannot be read"
    check_settings "${config_file}" "${new_settings}"
  else
    printf '%s\n' "${endpoint}" | grep -E -q "${checked_endpoint}" ||
      fail "${bad_settings}" "the --endpoint is no URL that begins with https://"
    printf '{\n  "endpoint": "%s"\n}\n' "${endpoint}" >"${new_settings}"
    check_settings "the --endpoint" "${new_settings}"
  fi
}

# A pipe may never end, and can be read only once.
require_file() {
  [ -e "$1" ] || fail "${bad_settings}" "there is no $1"
  [ -f "$1" ] || fail "${bad_settings}" "$1 is no regular file: give one, not a pipe or a folder"
}

# The program checks the settings that are in place, with owner and mode, or a draft. A program too old to
# have that command ends with 64; then only the braces are checked.
check_settings() {
  [ -n "${java_here}" ] || return 0
  code=0
  said=$(kextwatch_below_root "${fresh}/bin/kextwatch" config validate ${2+"$2"} 2>&1) || code=$?
  file=${2:-${settings}}
  [ -z "${2-}" ] || said=$(told_of_draft "$1" "$2" "${said}")
  case ${code} in
    0) ;;
    1)
      # This install writes the secret: it is not missing.
      if [ -n "${secret_file}" ] && [ ! -e "${secret}" ]; then
        said=$(printf '%s\n' "${said}" | sed '/^failed: *secretFile: there is no /d')
      fi
      [ -z "${said}" ] || say "$1 can be used, but there is more to do:
${said}"
      ;;
    64)
      awk 'NF { if (!seen++) first = $1; last = $NF }
        END { exit !(first ~ /^\{/ && last ~ /\}$/) }' "${file}" ||
        fail "${bad_settings}" "${file} must be one JSON object, { ... }. Correct that first."
      ;;
    77) say "the settings are not tried: this user may not read them" ;;
    *)
      at_fault "$1" "${said}"
      fail "${bad_settings}" "${culprit} is refused: ${said}
Correct that first${where}; nothing has been changed."
      ;;
  esac
}

# Sets culprit and where. For settings in place each refusal names its file, which may be the managed one.
at_fault() {
  culprit=$1
  where=
  [ "$1" = "the settings" ] || return 0
  refused=$(printf '%s\n' "$2" | sed -n '/^refused: /p')
  case ${refused} in
    *"${managed}"*"${settings}"* | *"${settings}"*"${managed}"*) culprit="${managed} or ${settings}" ;;
    *"${managed}"*) culprit=${managed} ;;
    *) culprit=${settings} ;;
  esac
  [ "${culprit}" = "${settings}" ] || where=" (a managed profile: in the MDM that sends it)"
}

# Replaces the path of the copy with the path that was given. No daemon runs with a draft.
told_of_draft() {
  printf '%s\n' "$3" | given=$1 copy=$2 awk '
    /^A running daemon / { next }
    (at = index($0, ENVIRON["copy"])) {
      $0 = substr($0, 1, at - 1) ENVIRON["given"] substr($0, at + length(ENVIRON["copy"]))
    }
    { print }'
}

# 24 to 64 bytes in padded base64, after whsec_ or bare. It is never shown.
prepare_secret() {
  new_secret=
  [ -n "${secret_file}" ] || return 0
  if [ -e "${secret}" ]; then
    say "kept as it is: the secret in ${secret}"
    return
  fi
  require_file "${secret_file}"
  new_secret=${scratch}/secret
  (
    umask 077
    cat "${secret_file}" >"${new_secret}" 2>/dev/null
  ) || fail "${bad_settings}" "${secret_file} cannot be read"
  awk '{ gsub(/[\r\f\v]/, " ") } # the daemon takes them for blanks, too
    NF { lines++; fields += NF; text = $1 }
    END {
      sub(/^whsec_/, "", text)
      padding = match(text, /=+$/) ? RLENGTH : 0
      bytes = length(text) / 4 * 3 - padding
      exit !(lines == 1 && fields == 1 && text ~ /^[A-Za-z0-9+\/]+=*$/ && padding <= 2 &&
        length(text) % 4 == 0 && bytes >= 24 && bytes <= 64)
    }' "${new_secret}" || fail "${bad_settings}" "${secret_file} holds no webhook secret, which is\
 whsec_ and 24 to 64 bytes in base64. Make one: printf 'whsec_%s\\n' \"\$(openssl rand -base64 32)\""
}
