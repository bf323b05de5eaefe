#!/bin/sh
#
# The files of an installed Kextwatch: what install.sh checks, lays out, switches and removes.
#
# No function that stands in a condition relies on "set -e" to end it:
# shellcheck disable=SC2310
# install.sh, which reads this file, gives these:
: "${root?}" "${endpoint?}" "${secret_file?}" "${config_file?}" "${java_home?}" "${start?}"
: "${staging?}" "${dry_run?}" "${purge?}" "${unavailable?}" "${failed?}" "${needs_root?}"
: "${bad_settings?}" "${java_home_tool?}" "${oldest_jdk?}" "${program=}"

label=org.kextwatch.agent
needed_mib=50
checked_endpoint='^https?://[^[:space:]"\\]+$'

places() {
  support="${root}/Library/Application Support/Kextwatch"
  releases=${support}/releases
  current=${support}/current
  settings=${support}/config.json
  secret=${support}/secret
  status=${support}/status.json
  logs=${root}/Library/Logs/Kextwatch
  state=${root}/private/var/db/kextwatch
  job=${root}/Library/LaunchDaemons/${label}.plist
  launchctl=${root}/bin/launchctl
  lock=${support}/.installing
  locked=false
  scratch=
}

# A folder that is a Mac belongs to whoever works on it; the Mac itself belongs to root.
require_a_mac() {
  if [ -z "${root}" ]; then
    is_mac || fail "${unavailable}" "this is not a Mac. Try it with --demo, or prepare a package with\
 --destdir DIR."
    is_root || [ "${dry_run}" = true ] || fail "${needs_root}" "only root can do that: run it with sudo"
  fi
  [ "${start}" = false ] || [ -x "${launchctl}" ] ||
    fail "${unavailable}" "there is no ${launchctl}: give --no-start, or --destdir for a package"
  for place in "${support}" "${releases}" "${settings}" "${secret}" "${logs}" "${state}" "${job}"; do
    [ ! -L "${place}" ] ||
      fail "${failed}" "${place} is a link, which is not followed here. Remove it first."
  done
  require_own_current
}

# What it leads to is run, so it leads to a release of ours or nowhere.
require_own_current() {
  target=
  if [ -L "${current}" ]; then
    target=$(readlink "${current}")
  elif [ -e "${current}" ]; then
    target=itself
  fi
  name=${target#releases/}
  case ${name} in
    '') return 0 ;;
    "${target}" | */* | .*) ;;
    *) [ -L "${releases}/${name}" ] || return 0 ;;
  esac
  fail "${failed}" "${current} leads to ${target}, which is no release in ${releases}. Find out who did\
 that, and remove it first."
}

# ---- one at a time ----

# Whoever begins makes a link that tells its process: that takes one step, the telling included, so
# that of two only one succeeds. There is no flock(1) on a Mac. The caller traps its end: in posh a
# trap that a function sets is over with it.
take_lock() {
  open_folder "${support}"
  if ! ln -s "$$" "${lock}" 2>/dev/null; then
    holder=$(readlink "${lock}") || holder=
    is_alive "${holder}" && is_busy
    # It was killed, or the power went. Only one of those who see that moves its lock away.
    left=${lock}.$$
    mv -f "${lock}" "${left}" 2>/dev/null || is_busy
    moved=$(readlink "${left}") || moved=
    rm -f "${left}"
    if [ "${moved}" != "${holder}" ]; then
      ln -s "${moved}" "${lock}" 2>/dev/null || :
      is_busy
    fi
    ln -s "$$" "${lock}" 2>/dev/null || is_busy
    say "an install.sh before (process ${holder}) was killed: its lock is taken over"
  fi
  locked=true
}

is_busy() {
  holder=$(readlink "${lock}") || holder=unknown
  fail "${failed}" "another install.sh (process ${holder}) is at work on this Mac, and nothing has been\
 changed. Wait until it has ended; if there is none, remove ${lock}"
}

# Whom this user may not signal is alive, too. posh has no kill of its own, but is where /proc is.
is_alive() {
  case $1 in
    '' | *[!0-9]*) return 0 ;;
    *) ;;
  esac
  if ! has kill; then
    [ -d "/proc/$1" ]
    return
  fi
  said=$(
    LC_ALL=C
    export LC_ALL
    kill -s 0 "$1" 2>&1
  ) && return 0
  case ${said} in
    *[Nn]'o such process'*) return 1 ;;
    *) return 0 ;;
  esac
}

# A support folder that holds nothing else was made for the lock.
release_lock() {
  [ -z "${scratch}" ] || rm -rf "${scratch}"
  [ "${locked}" = true ] || return 0
  locked=false
  rm -f "${lock}"
  rmdir "${support}" 2>/dev/null || :
}

# ---- install ----

install_release() {
  [ -n "${root}" ] || PATH=/usr/bin:/bin:/usr/sbin:/sbin # from here on the Mac's own tools alone
  release_version=$(version_of "${program}")
  scratch=$(mktemp -d /tmp/kextwatch.XXXXXX)
  trap 'release_lock' EXIT
  trap 'exit 130' HUP INT TERM
  fresh=${scratch}/release

  find_runtime
  check_runtime
  check_disk
  lay_out
  rehearse
  prepare_settings
  prepare_secret
  printf '%s\n' "${java_home}" >"${fresh}/java-home"
  [ "${dry_run}" = true ] || take_lock
  name_release
  if is_nothing_new && { [ "${start}" = false ] || is_loaded; }; then
    say "Kextwatch ${release_version} is installed already and nothing is new: nothing is changed"
    return 0
  fi
  if [ "${dry_run}" = true ]; then
    tell_plan
    return 0
  fi
  place_release
  place_settings
  if [ "${start}" = true ]; then
    stop_job upgrade
  fi
  point_current_to "${release}"
  place_plist "${current}"
  if [ "${start}" = true ]; then
    start_job || take_back
  fi
  remove_old_releases
  say "Kextwatch ${release_version} is installed${root:+ below ${root}}"
  asking="'${current}/bin/kextwatch'"
  [ -z "${root}" ] || asking="${asking} --root '${root}'"
  say "it is asked by ${asking} status"
  if [ ! -e "${settings}" ]; then
    say "it has no settings yet. Write ${settings}, or deploy a profile: see launchd/README.md"
  fi
}

# Sets java_home, what is recorded, and java_here, the same Java as far as it can be tried here.
find_runtime() {
  if [ -z "${java_home}" ] && [ -r "${current}/java-home" ]; then
    IFS= read -r java_home <"${current}/java-home" || :
    [ -x "${java_home}/bin/java" ] || java_home=
  fi
  if [ -z "${java_home}" ] && is_mac; then
    java_home=$("${java_home_tool}" -F -v "${oldest_jdk}+" 2>/dev/null) || java_home=
  fi
  if [ -z "${java_home}" ] && [ -n "${root}" ] && find_jdk; then
    java_home=${JAVA_HOME-}
  fi
  [ -n "${java_home}" ] || fail "${unavailable}" "no Java ${oldest_jdk} or later is here. Install one\
 for all users, or give --java HOME."
  java_here=${java_home}
  if [ "${staging}" = true ] && [ -x "${root}${java_home}/bin/java" ]; then
    java_here=${root}${java_home}
  fi
  if [ ! -x "${java_here}/bin/java" ]; then
    [ "${staging}" = true ] ||
      fail "${unavailable}" "there is no ${java_here}/bin/java: give another --java HOME"
    java_here=
    say "${java_home} is not here, so neither it nor the settings are tried"
  fi
}

# A Java that is newer than the Mac dies without a word that an admin would understand.
check_runtime() {
  minimum=
  mac=$(plist_string "${root}/System/Library/CoreServices/SystemVersion.plist" ProductVersion)
  if [ -n "${java_here}" ]; then
    minimum=$(plist_string "${java_here}/../Info.plist" JVMMinimumSystemVersion)
  fi
  [ -n "${mac}" ] && [ -n "${minimum}" ] || return 0
  is_at_least "${minimum}" "${mac}" || fail "${unavailable}" "${java_home} needs macOS ${minimum} or\
 later, this is macOS ${mac}. Give --java HOME of a Java ${oldest_jdk} or later that runs here."
}

# The string of a key in an XML property list, nothing if there is none.
plist_string() {
  [ -r "$1" ] || return 0
  awk -v RS='<' -v wanted="key>$2" '
    found && sub(/^string>/, "") { print; exit }
    $0 == wanted { found = 1 }' "$1"
}

check_disk() {
  place=${support}
  while [ ! -d "${place}" ]; do
    place=$(dirname "${place}")
  done
  free=$(df -P -k "${place}" | awk 'NR == 2 { print int($4 / 1024) }')
  [ "${free}" -ge "${needed_mib}" ] || fail "${failed}" "only ${free} MiB are free at ${place}, and\
 ${needed_mib} are needed. Make room first."
}

# The release as it will be, apart from the Mac.
lay_out() {
  mkdir "${fresh}"
  cp -R "${program}/bin" "${program}/lib" "${fresh}/"
  if [ -d "${program}/share" ]; then
    cp -R "${program}/share" "${fresh}/"
  fi
  cp "launchd/${label}.plist" "${fresh}/"
  printf '%s\n' "${java_here:-${java_home}}" >"${fresh}/java-home"
  close_off "${fresh}"
  if has xattr; then
    # It fails where there is none, which is no error.
    find "${fresh}" -type f -exec xattr -d com.apple.quarantine {} \; 2>/dev/null || :
  fi
}

# Only the owner can change it, and as root that is root.
close_off() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -type f -exec chmod 644 {} +
  chmod 755 "$1/bin/kextwatch"
  if is_root; then
    chown -R 0:0 "$1"
  fi
}

# The launcher itself looks whether its Java runs, is new enough and is nobody else's to change.
rehearse() {
  [ -n "${java_here}" ] || return 0
  said=$("${fresh}/bin/kextwatch" version 2>&1) ||
    fail "${failed}" "the program does not run with ${java_home}: ${said}"
}

# Sets new_settings if some are to be written; those that are there are never changed.
prepare_settings() {
  new_settings=
  if [ -e "${settings}" ]; then
    [ -z "${endpoint}${config_file}" ] || say "kept as they are: the settings in ${settings}"
    check_settings "${settings}" "${settings}"
    return
  fi
  [ -n "${endpoint}${config_file}" ] || return 0
  new_settings=${scratch}/config.json
  if [ -n "${config_file}" ]; then
    cat "${config_file}" >"${new_settings}" 2>/dev/null ||
      fail "${bad_settings}" "${config_file} cannot be read"
    check_settings "${new_settings}" "${config_file}"
  else
    printf '%s\n' "${endpoint}" | grep -E -q "${checked_endpoint}" ||
      fail "${bad_settings}" "the --endpoint is no URL that begins with https://"
    printf '{\n  "endpoint": "%s"\n}\n' "${endpoint}" >"${new_settings}"
    check_settings "${new_settings}" "the --endpoint"
  fi
}

# The program is asked. If it is too old to know the question, braces have to do.
check_settings() {
  [ -n "${java_here}" ] || return 0
  code=0
  said=$(kextwatch_below_root "${fresh}/bin/kextwatch" config validate "$1" 2>&1) || code=$?
  case ${code} in
    0) ;;
    1)
      # What is about to be put there is not missing.
      if [ -n "${secret_file}" ] && [ ! -e "${secret}" ]; then
        said=$(printf '%s\n' "${said}" | sed '/^failed: *secretFile: there is no /d')
      fi
      [ -z "${said}" ] || say "$2 can be used, but there is more to do:
${said}"
      ;;
    64)
      awk 'NF { if (!seen++) first = $1; last = $NF }
        END { exit !(first ~ /^\{/ && last ~ /\}$/) }' "$1" ||
        fail "${bad_settings}" "$2 must be one JSON object, { ... }. Mend that first."
      ;;
    *) fail "${bad_settings}" "$2 is refused: ${said}
Mend that first; nothing has been changed." ;;
  esac
}

kextwatch_below_root() {
  command=$1
  shift
  if [ -n "${root}" ]; then
    set -- --root "${root}" "$@"
  fi
  "${command}" "$@"
}

# 24 to 64 bytes in padded base64, after whsec_ or bare. It is never shown.
prepare_secret() {
  new_secret=
  [ -n "${secret_file}" ] || return 0
  if [ -e "${secret}" ]; then
    say "kept as it is: the secret in ${secret}"
    return
  fi
  new_secret=${scratch}/secret
  (
    umask 077
    cat "${secret_file}" >"${new_secret}" 2>/dev/null
  ) || fail "${bad_settings}" "${secret_file} cannot be read"
  awk 'NF { lines++; fields += NF; text = $1 }
    END {
      sub(/^whsec_/, "", text)
      padding = match(text, /=+$/) ? RLENGTH : 0
      bytes = length(text) / 4 * 3 - padding
      exit !(lines == 1 && fields == 1 && text ~ /^[A-Za-z0-9+\/]+=*$/ && padding <= 2 &&
        length(text) % 4 == 0 && bytes >= 24 && bytes <= 64)
    }' "${new_secret}" || fail "${bad_settings}" "${secret_file} holds no webhook secret, which is\
 whsec_ and 24 to 64 bytes in base64. Make one: printf 'whsec_%s\\n' \"\$(openssl rand -base64 32)\""
}

# Sets release and previous, the one that runs up to now.
name_release() {
  release=$(free_name)
  previous=
  if [ -L "${current}" ]; then
    previous=$(readlink "${current}")
    previous=${previous##*/}
  fi
}

# Says what would be done, which is not what is so already.
tell_plan() {
  if [ ! -e "${releases}/${release}" ]; then
    printf 'would install %s\n' "${releases}/${release}"
    printf 'would run it with %s\n' "${java_home}"
  elif ! is_trusted_by_its_launcher "${releases}/${release}"; then
    printf 'would make %s its owners alone to change\n' "${releases}/${release}"
  fi
  if [ "${previous}" != "${release}" ]; then
    printf 'would point %s to it%s\n' "${current}" "${previous:+ instead of ${previous}}"
  fi
  [ -z "${new_settings}" ] || printf 'would write %s\n' "${settings}"
  [ -z "${new_secret}" ] || printf 'would write %s\n' "${secret}"
  cmp -s "${job}" "${fresh}/${label}.plist" || printf 'would write %s\n' "${job}"
  [ "${start}" = false ] || printf 'would reload system/%s and wait for its status\n' "${label}"
}

# The version, with a number after it if another build of that version has the name.
free_name() {
  name=${release_version}
  count=1
  while is_taken "${releases}/${name}"; do
    count=$((count + 1))
    name=${release_version}-${count}
  done
  printf '%s\n' "${name}"
}

# A link may lead to the same files today, and to others tomorrow.
is_taken() {
  [ -L "$1" ] || { [ -e "$1" ] && ! is_same_release "$1"; }
}

is_same_release() {
  diff -r "$1" "${fresh}" >/dev/null 2>&1
}

is_nothing_new() {
  [ -z "${new_settings}${new_secret}" ] && [ "${previous}" = "${release}" ] &&
    is_same_release "${current}/" && cmp -s "${job}" "${fresh}/${label}.plist" &&
    is_trusted_by_its_launcher "${current}"
}

# Whether it starts where it is: its launcher looks who could change it.
is_trusted_by_its_launcher() {
  [ -n "${java_here}" ] && [ "${java_here}" = "${java_home}" ] || return 0
  said=$("$1/bin/kextwatch" version 2>&1)
}

# The launcher of the release in its place looks at the owners and modes on the whole way to it.
place_release() {
  open_folder "${support}" "${releases}" "${logs}" "${job%/*}"
  own 750 "${logs}" # as the daemon has it
  is_placed_now=false
  if [ -e "${releases}/${release}" ]; then
    close_off "${releases}/${release}" # its files are the same, which says nothing of their owners
  else
    rm -rf "${releases}/.new"
    cp -R "${fresh}" "${releases}/.new"
    mv "${releases}/.new" "${releases}/${release}"
    is_placed_now=true
  fi
  is_trusted_by_its_launcher "${releases}/${release}" || {
    [ "${is_placed_now}" = false ] || remove_release "${release}"
    fail "${failed}" "${said}
Nothing that runs has been changed."
  }
}

# Makes folders that everybody may read and only root may write; those that macOS made stay as they are.
open_folder() {
  for place; do
    case ${place} in
      */Kextwatch | */Kextwatch/*)
        mkdir -p "${place}"
        own 755 "${place}"
        ;;
      *) [ -d "${place}" ] || mkdir -p "${place}" ;;
    esac
  done
}

own() {
  chmod "$1" "$2"
  if is_root; then
    chown 0:0 "$2"
  fi
}

place_settings() {
  # Whoever had the lock before may have written them meanwhile.
  [ -z "${new_settings}" ] || [ -e "${settings}" ] || put 640 "${new_settings}" "${settings}"
  [ -z "${new_secret}" ] || [ -e "${secret}" ] || put 600 "${new_secret}" "${secret}"
}

place_plist() {
  put 644 "$1/${label}.plist" "${job}"
}

# Writes a file as a whole: mode, from, to. Until it bears its name only its owner can read it.
put() {
  rm -f "$3.new"
  (
    umask 077
    cat "$2" >"$3.new"
  )
  own "$1" "$3.new"
  mv -f "$3.new" "$3"
}

# Replaces the link in one step, so that a power cut leaves the old one or the new one. mv would
# move into the folder behind it, and what tells it not to is -h for BSD and -T for GNU; perl's
# rename is the same everywhere, and every macOS up to now has perl. Without it there is a moment
# without a link.
point_current_to() {
  link=${support}/.current.new
  rm -f "${link}"
  ln -s "releases/$1" "${link}"
  if has perl; then
    # shellcheck disable=SC2016 # perl's variables
    perl -e 'rename($ARGV[0], $ARGV[1]) or die "$ARGV[1]: $!\n"' "${link}" "${current}"
  else
    rm -f "${current}"
    mv -f "${link}" "${current}"
  fi
}

# The release before runs again, as it was. A first install leaves nothing that launchd would start.
take_back() {
  stop_job upgrade
  if [ -z "${previous}" ] || [ ! -d "${releases}/${previous}" ] ||
    [ "${previous}" = "${release}" ]; then
    rm -f "${job}"
    fail "${failed}" "Kextwatch ${release_version} did not come up, so launchd no longer starts it.
See why: ${logs}/launchd.log, or run ${current}/bin/kextwatch run. Then run install.sh again."
  fi
  point_current_to "${previous}"
  place_plist "${current}"
  remove_release "${release}"
  start_job || fail "${failed}" "Kextwatch ${release_version} did not come up, and ${previous}, which\
 is back in its place, did not either. See ${logs}/launchd.log."
  fail "${failed}" "Kextwatch ${release_version} did not come up: ${previous} runs again.
See why: ${logs}/launchd.log and ${logs}/agent.log."
}

remove_release() {
  rm -rf "${releases:?}/$1"
}

# The one before stays, for whoever still runs it and to go back to.
remove_old_releases() {
  [ "${release}" != "${previous}" ] || return 0
  for place in "${releases}"/*; do
    name=${place##*/}
    [ "${name}" = "${release}" ] || [ "${name}" = "${previous}" ] || remove_release "${name}"
  done
}

# ---- uninstall and status ----

uninstall() {
  if [ "${dry_run}" = true ]; then
    tell_removal
    return 0
  fi
  trap 'release_lock' EXIT
  trap 'exit 130' HUP INT TERM
  [ ! -d "${support}" ] || take_lock
  if [ "${start}" = true ]; then
    stop_job uninstall
  fi
  rm -f "${job}" "${current}" "${support}/.current.new" "${status}"
  rm -rf "${releases:?}"
  if [ "${purge}" = true ]; then
    rm -rf "${state:?}" "${logs:?}" "${support:?}"
  fi
  release_lock
  say "Kextwatch is not installed${root:+ below ${root}} any more"
  for place in "${support}"/* "${state}" "${logs}" \
    "${root}/Library/Managed Preferences/${label}.plist"; do
    [ ! -e "${place}" ] || say "left: ${place}"
  done
}

tell_removal() {
  set -- "${job}" "${current}" "${releases}" "${status}"
  [ "${purge}" = false ] || set -- "$@" "${settings}" "${secret}" "${state}" "${logs}"
  is_anything_here=false
  if [ "${start}" = true ] && is_loaded; then
    is_anything_here=true
    printf 'would stop system/%s\n' "${label}"
  fi
  for place; do
    if [ -e "${place}" ] || [ -L "${place}" ]; then
      is_anything_here=true
      printf 'would remove %s\n' "${place}"
    fi
  done
  [ "${is_anything_here}" = true ] || say "nothing of it is here, so nothing would be removed"
}

show_status() {
  require_own_current
  if [ ! -x "${current}/bin/kextwatch" ]; then
    say "Kextwatch is not installed${root:+ below ${root}}"
    return 2
  fi
  name=$(readlink "${current}")
  IFS= read -r java_home <"${current}/java-home" || :
  printf 'Release: %s\nJava:    %s\nJob:     ' "${name##*/}" "${java_home}"
  if [ ! -f "${job}" ]; then
    printf 'there is no %s\n' "${job}"
  elif [ ! -x "${launchctl}" ]; then
    printf 'there is no %s to ask\n' "${launchctl}"
  elif is_loaded; then
    printf 'launchd knows system/%s\n' "${label}"
  else
    printf 'launchd does not know system/%s\n' "${label}"
  fi
  kextwatch_below_root "${current}/bin/kextwatch" status
}
