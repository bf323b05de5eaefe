#!/bin/sh
#
# The files of an installed Kextwatch: how install.sh places, switches and removes them.
#
# No function that is called in a condition relies on "set -e", and the files beside this one use variables
# that are set here:
# shellcheck disable=SC2310,SC2034
# install.sh reads this file, and sets these:
: "${root?}" "${java_home?}" "${start?}" "${staging?}" "${dry_run?}" "${parts?}" "${label?}" "${program=}"
: "${action=}" "${retry?}" "${self?}" "${plist=}" "${image=}"
: "${usage_error?}" "${unavailable?}" "${failed?}" "${needs_root?}" "${bad_settings?}"

service=system/${label}

places() {
  support="${root}/Library/Application Support/Kextwatch"
  releases=${support}/releases
  current=${support}/current
  unproven=${releases}/.unproven # there while it is not known whether the current one starts; names the one before
  settings=${support}/config.json
  managed="${root}/Library/Managed Preferences/${label}.plist"
  secret=${support}/secret
  status=${support}/status.json
  logs=${root}/Library/Logs/Kextwatch
  state=${root}/private/var/db/kextwatch
  word=${state}/stop-cause
  job=${root}/Library/LaunchDaemons/${label}.plist
  launchctl=${root}/bin/launchctl
  sysctl=${root}/usr/sbin/sysctl
  pkgutil=${root}/usr/sbin/pkgutil
  command_link=${root}/usr/local/bin/kextwatch
  lock=${support}/.installing
  locked=false
  was_open=false
  scratch=
  is_placed_now=false
  is_stopped=false
  previous=
  # The payload of an installer package, which is removed afterwards.
  [ "${folder?}" != "${support}/package" ] || retry="install the package again"
}

# ---- install ----

install_release() {
  [ -n "${root}" ] || PATH=/usr/bin:/bin:/usr/sbin:/sbin # from here on only the Mac's own tools
  release_version=$(version_of "${program}")
  undertaking="the install of Kextwatch ${release_version}"
  advice="Nothing that runs has been changed. Try again: ${retry}"
  trap 'way_out' EXIT
  trap 'exit 130' HUP INT PIPE TERM
  scratch=$(mktemp -d "/tmp/kextwatch.$$.XXXXXX")
  fresh=${scratch}/release

  require_closed_release
  find_runtime
  check_runtime
  require_consent
  check_disk
  prepare_secret
  lay_out
  rehearse
  prepare_settings
  add_runtime "${java_home}"
  [ "${dry_run}" = true ] || take_over
  name_release
  if is_nothing_new && { [ "${start}" = false ] || { is_loaded && is_watching; }; }; then
    say "Kextwatch ${release_version} is installed already and nothing is new: nothing is changed"
    [ "${dry_run}" = true ] || link_command
    return 0
  fi
  if [ "${dry_run}" = true ]; then
    tell_plan
    return 0
  fi
  place_release
  make_archive "${releases}/${release}"
  place_settings
  sync # a power cut must not leave a link to files that are not on the disk yet
  if [ "${start}" = true ]; then
    mishap="${service} did not stop in time"
    advice="Try again: ${retry}"
    stop_job upgrade || exit "${failed}"
    if [ -n "${previous}" ] && [ ! -L "${unproven}" ]; then
      rm -rf "${unproven}"
      ln -s "${previous}" "${unproven}"
    fi
  fi
  point_current_to "${release}"
  place_plist "${current}"
  if [ "${start}" = true ]; then
    mishap="Kextwatch ${release} did not start"
    start_job || {
      advice="See why: ${logs}/launchd.log and ${logs}/agent.log."
      exit "${failed}"
    }
  fi
  trap '' HUP INT PIPE TERM # the new release runs
  rm -f "${unproven}"
  remove_old_releases
  say "Kextwatch ${release_version} is installed${root:+ below ${root}}"
  link_command
  asking="'${current}/bin/kextwatch'"
  [ -z "${root}" ] || asking="${asking} --root '${root}'"
  say "see its status: ${asking} status"
  if [ ! -e "${settings}" ] && [ ! -e "${managed}" ]; then
    say "it has no settings, so it only watches: deploy a profile, or write {} to config.json\
 (${settings}); see launchd/README.md"
  fi
}

# From here on nobody else can change what is in our folders, so what is found there now counts.
take_over() {
  open_folder "${support}"
  close_folder 755 "${support}"
  close_folder 755 "${releases}"
  close_folder 750 "${logs}" # as the daemon has it
  close_folder 700 "${state}"
  take_lock
  require_own_logs
  require_own_current
  clear_away
  clear_scratch
}

close_folder() {
  [ -e "$2" ] || return 0
  require_own_folder "$2"
  open=$(find "$2" -prune \( -perm -020 -o -perm -002 \))
  own "$1" "$2"
  [ -n "${open}" ] || return 0
  was_open=true
  say "others could write to $2, which is closed now"
}

# Prepares the release in a temporary folder.
lay_out() {
  mkdir "${fresh}"
  copy_to "${fresh}/" "${program}/bin" "${program}/lib" "${plist}" install.sh
  mkdir "${fresh}/launchd"
  for part in ${parts}; do
    copy_to "${fresh}/launchd/" "launchd/${part}.sh"
  done
  [ ! -f launchd/delivery.classlist ] || copy_to "${fresh}/launchd/" launchd/delivery.classlist
  if [ -d "${program}/share" ]; then
    copy_to "${fresh}/" "${program}/share"
  fi
  add_runtime "${java_here:-${java_home}}"
  close_off "${fresh}"
  if has xattr; then
    # It fails on a file without the attribute, which is no error.
    find "${fresh}" -type f -exec xattr -d com.apple.quarantine {} \; 2>/dev/null || :
  fi
}

# On a full disk cp prints a line for each file, which would hide this message.
copy_to() {
  to=$1
  shift
  said=$(cp -R "$@" "${to}" 2>&1) ||
    fail "${failed}" "${to} cannot be written: is the disk full or read-only?
${advice}"
}

# Only the owner may change it; run as root, the owner is root.
close_off() {
  find "$1" -type d -exec chmod 755 {} +
  find "$1" -name runtime -prune -o -type f -exec chmod 644 {} +
  close_off_runtime "$1/runtime"
  chmod 755 "$1/bin/kextwatch" "$1/install.sh"
  if is_root; then
    chown -R 0:0 "$1"
  fi
}

kextwatch_below_root() {
  command=$1
  shift
  if [ -n "${root}" ]; then
    set -- --root "${root}" "$@"
  fi
  "${command}" "$@"
}

# Sets release, and previous: the release that runs now, or the one before it if an install was killed
# before it could see whether its own starts. In a package nothing runs.
name_release() {
  release=${release_version}
  [ "${staging}" = true ] || release=$(free_name)
  previous=
  if [ -L "${current}" ]; then
    previous=$(readlink "${current}")
    previous=${previous##*/}
  fi
  if [ -L "${unproven}" ]; then
    before_it=$(readlink "${unproven}")
    [ ! -d "${releases}/${before_it##*/}" ] || previous=${before_it##*/}
  fi
}

# Prints what would be done. What is in place already is left out.
tell_plan() {
  if ! is_same_release "${releases}/${release}"; then
    printf 'would install %s\n' "${releases}/${release}"
    printf 'would run it with %s%s\n' "${image:+its own Java, }" "${java_home}"
  elif ! is_closed_release "${releases}/${release}" ||
    ! is_trusted_by_its_launcher "${releases}/${release}"; then
    printf 'would make %s writable by its owner only\n' "${releases}/${release}"
  fi
  ! wants_archive || has_wanted_archive "${releases}/${release}" ||
    printf 'would make its class-data archive\n'
  if ! is_current "${release}"; then
    printf 'would point %s to it%s\n' "${current}" "${previous:+ instead of ${previous}}"
  fi
  [ -z "${new_settings}" ] || printf 'would write %s\n' "${settings}"
  [ -z "${new_secret}" ] || printf 'would write %s\n' "${secret}"
  cmp -s "${job}" "${fresh}/${label}.plist" || printf 'would write %s\n' "${job}"
  ! may_link || printf 'would link %s to it\n' "${command_link}"
  [ "${start}" = false ] || printf 'would reload system/%s and wait for its status\n' "${label}"
}

# The version; with a number after it if another build of that version is installed.
free_name() {
  name=${release_version}
  count=1
  while is_taken "${releases}/${name}"; do
    count=$((count + 1))
    name=${release_version}-${count}
  done
  printf '%s\n' "${name}"
}

# A link may lead to the same files now and to others later.
is_taken() {
  [ -L "$1" ] || { [ -e "$1" ] && ! is_same_release "$1"; }
}

# What is made on the Mac is in no release archive.
is_same_release() {
  diff -r -x 'classes.jsa*' "$1" "${fresh}" >/dev/null 2>&1
}

is_nothing_new() {
  [ -z "${new_settings}${new_secret}" ] && [ "${was_open}" = false ] && [ "${previous}" = "${release}" ] &&
    { [ "${staging}" = false ] || is_only_release; } && is_closed_release "${releases}/${release}" &&
    is_same_release "${current}/" &&
    cmp -s "${job}" "${fresh}/${label}.plist" &&
    is_trusted_by_its_launcher "${current}" && has_wanted_archive "${current}"
}

is_only_release() {
  for place in "${releases}"/*; do
    [ "${place}" = "${releases}/${release}" ] || return 1
  done
}

# launchd knows a job between two starts too, so a loaded job proves little. "status" prints nothing on
# stderr if the status exists, is fresh and can be trusted.
is_watching() {
  complaint=$(
    kextwatch_below_root "${current}/bin/kextwatch" status --field verdict 2>&1 >/dev/null
  ) || : # a Mac at risk is watched, too
  [ -z "${complaint}" ]
}

# Whether the release starts: its launcher checks who could change it.
is_trusted_by_its_launcher() {
  [ -n "${java_here}" ] && [ "${java_here}" = "${java_home}" ] || return 0
  said=$("$1/bin/kextwatch" version 2>&1)
}

# Once the release is in place its launcher checks the owners and modes of every folder on its path.
place_release() {
  [ -d "${job%/*}" ] || mkdir -p "${job%/*}"
  open_folder "${releases}" "${logs}"
  close_folder 750 "${logs}"
  ! is_taken "${releases}/${release}" || remove_release "${release}" # only in a package
  if is_closed_release "${releases}/${release}"; then
    close_off "${releases}/${release}"
  else
    # Where only the shell of an earlier install was killed, its cp may still write what it calls .new.
    copy_to "${releases}/.new.$$" "${fresh}"
    is_placed_now=true
    # Its files are the same, but who could change them may still have them open.
    [ ! -e "${releases}/${release}" ] || mv "${releases}/${release}" "${releases}/.old"
    mv "${releases}/.new.$$" "${releases}/${release}"
    rm -rf "${releases}/.old"
  fi
  is_trusted_by_its_launcher "${releases}/${release}" || fail "${failed}" "${said}
Nothing that runs has been changed."
}

# Makes folders of ours, which everybody may read and only root may write. In a sticky folder anybody could
# make one of that name before, but not replace that of root.
open_folder() {
  for place; do
    mkdir -p "${place%/*}"
    if [ -e "${place}" ] || [ -L "${place}" ]; then
      require_own_folder "${place}"
    else
      mkdir "${place}"
      own 755 "${place}"
    fi
  done
}

require_own_folder() {
  { [ ! -L "$1" ] && [ -d "$1" ] && is_own "$1"; } ||
    fail "${failed}" "$1 is a link, no folder, or belongs to another user. Remove it first."
}

# Sets a mode, the first argument, and root as the owner.
own() {
  mode=$1
  shift
  chmod "${mode}" "$@" || return
  if is_root; then
    chown 0:0 "$@"
  fi
}

place_settings() {
  # The install that had the lock before may have written them meanwhile.
  [ -z "${new_settings}" ] || [ -e "${settings}" ] || put 640 "${new_settings}" "${settings}"
  [ -z "${new_secret}" ] || [ -e "${secret}" ] || put 600 "${new_secret}" "${secret}"
}

place_plist() {
  put 644 "$1/${label}.plist" "${job}"
}

# Writes a file in one step: mode, from, to. Until it has its final name only its owner can read it.
put() {
  rm -rf "$3.new" &&
    (
      umask 077
      cat "$2" >"$3.new"
    ) &&
    own "$1" "$3.new" &&
    mv -f "$3.new" "$3"
}

# Replaces the link in one step, so that a power cut leaves the old one or the new one. mv would move into
# the folder behind the link; the option against that is -h in BSD and -T in GNU. perl's rename is the same
# everywhere, and every macOS up to now has perl. Without perl there is a moment without a link.
point_current_to() {
  link=${support}/.current.new
  rm -rf "${link}"
  ln -s "releases/$1" "${link}" || return
  if has perl; then
    # shellcheck disable=SC2016 # perl's variables
    perl -e 'rename($ARGV[0], $ARGV[1]) or die "$ARGV[1]: $!\n"' "${link}" "${current}"
  else
    rm -f "${current}"
    mv -f "${link}" "${current}"
  fi
}

remove_release() {
  rm -rf "${releases:?}/$1"
}

# The previous release stays: it may still run, and a rollback needs it. A package has no previous release.
remove_old_releases() {
  [ "${staging}" = false ] || previous=
  [ "${release}" != "${previous}" ] || return 0
  for place in "${releases}"/*; do
    name=${place##*/}
    [ "${name}" = "${release}" ] || [ "${name}" = "${previous}" ] || remove_release "${name}"
  done
}

# ---- when it goes wrong ----

# However the script ends: what ran before runs again, and temporary files are removed. install and
# uninstall set this trap themselves, because in posh a trap ends with the function that set it.
way_out() {
  ended=$?
  set +e
  trap '' HUP INT PIPE TERM
  [ -z "${scratch}" ] || rm -rf "${scratch}"
  [ "${action}" = install ] || [ -x "${self}" ] || advice="Remove the rest: ${rest}"
  case ${ended} in
    0 | "${usage_error}" | "${unavailable}" | "${failed}" | "${needs_root}" | "${bad_settings}") ;;
    *)
      mishap="${undertaking} failed (is the disk full or read-only?)"
      [ "${ended}" -ne 130 ] || mishap="${undertaking} was interrupted"
      ended=${failed}
      must_go_back || say "${mishap}
${advice}"
      ;;
  esac
  ! must_go_back || take_back
  clear_archive
  [ "${ended}" -eq 0 ] || clear_away
  release_lock
  exit "${ended}"
}

must_go_back() {
  [ "${action}" = install ] && [ "${is_stopped}" = true ]
}

# Starts the previous release again. After a first install nothing is left that launchd would start.
take_back() {
  if [ -n "${previous}" ] && is_closed_release "${releases}/${previous}"; then
    point_back
    stop_job upgrade || return
    clear_away # also frees disk space
    if start_job; then
      rm -f "${unproven}"
      say "${mishap}: ${previous} runs again.
${advice}"
    else
      say "${mishap}, and ${previous}, which was put back, does not start either.
${advice}"
    fi
  else
    rm -f "${job}"
    stop_job upgrade
    say "${mishap}, so launchd no longer starts it.
${advice}"
  fi
}

# Writes only what differs, because a full disk takes nothing.
point_back() {
  is_current "${previous}" || point_current_to "${previous}" ||
    say "${current} cannot be pointed back to ${previous}"
  cmp -s "${job}" "${current}/${label}.plist" || place_plist "${current}"
}

is_current() {
  target=$(readlink "${current}") && [ "${target}" = "releases/$1" ]
}

# What this install, or one that was killed, has not finished. A cp that outlived its shell may be adding to it.
clear_away() {
  [ "${locked}" = true ] || return 0
  rm -rf "${releases}"/.new* "${releases}/.old" "${support}/.current.new" "${settings}.new" \
    "${secret}.new" "${job}.new" || :
  [ "${is_placed_now}" = false ] || is_current "${release}" || remove_release "${release}"
}

# The temporary folders of those that were killed. In /tmp anybody can make one of that name.
clear_scratch() {
  for place in /tmp/kextwatch.*.*; do
    process=${place#*.}
    process=${process%%.*}
    case ${process} in
      '' | *[!0-9]*) continue ;;
      *) ;;
    esac
    if [ -d "${place}" ] && [ ! -L "${place}" ] && is_own "${place}" && ! is_running "${process}"; then
      rm -rf "${place:?}"
    fi
  done
}
