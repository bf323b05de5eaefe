#!/bin/sh
#
# Removes Kextwatch from a Mac, and shows what is there.
#
# No function that is called in a condition relies on "set -e", and release.sh uses variables that are set
# here:
# shellcheck disable=SC2310,SC2034
# install.sh and release.sh set these:
: "${root?}" "${start?}" "${dry_run?}" "${purge?}" "${failed?}" "${retry?}" "${label?}"
: "${support=}" "${releases=}" "${current=}" "${settings=}" "${managed=}" "${secret=}" "${status=}"
: "${logs=}" "${state=}" "${job=}" "${launchctl=}" "${pkgutil=}" "${command_link=}" "${staging?}"
open=

uninstall() {
  if [ "${dry_run}" = true ]; then
    tell_removal
    return 0
  fi
  [ -n "${root}" ] || PATH=/usr/bin:/bin:/usr/sbin:/sbin
  undertaking="the removal of Kextwatch"
  advice="Try again: ${retry}"
  rest="sudo rm -rf '${releases}' '${current}'" # if this script itself is removed by then
  [ "${purge}" = false ] || rest="sudo rm -rf '${support}'"
  trap 'way_out' EXIT
  trap 'exit 130' HUP INT PIPE TERM
  if [ -d "${support}" ]; then
    take_over
  else
    clear_scratch # of a first install that was killed before it made anything else
  fi
  close_folder 700 "${state}" # a word is written there
  if [ "${start}" = true ]; then
    stop_job uninstall || exit "${failed}"
  fi
  cd / # this script may be in a release; the shell has read all of it
  rm -f "${job}" "${status}"
  rm -rf "${support}/package" # an installation that was interrupted
  unlink_command
  [ "${purge}" = false ] || rm -rf "${state:?}" "${logs:?}"
  remove_all_releases
  [ "${purge}" = false ] || rm -rf "${support:?}"
  release_lock
  forget_package
  say "Kextwatch is removed${root:+ below ${root}}"
  for place in "${support}"/* "${state}" "${logs}" "${managed}"; do
    [ ! -e "${place}" ] || say "left: ${place}"
  done
}

# The one with the uninstaller that people call goes last, so that an interrupted removal can be repeated.
remove_all_releases() {
  last=$(readlink "${current}") || last=
  for place in "${releases}"/*; do
    [ "${place##*/}" = "${last##*/}" ] || rm -rf "${place:?}"
  done
  rm -rf "${releases:?}"
  rm -f "${current}"
}

# The receipt of an installer package.
forget_package() {
  [ "${staging}" = false ] && [ -x "${pkgutil}" ] || return 0
  "${pkgutil}" --volume "${root:-/}" --pkg-info "${label}" >/dev/null 2>&1 || return 0
  said=$("${pkgutil}" --volume "${root:-/}" --forget "${label}" 2>&1) ||
    say "macOS still lists the installer package: ${said}. Run: pkgutil --forget ${label}"
}

tell_removal() {
  set -- "${job}" "${current}" "${releases}" "${status}"
  ! is_linked || set -- "$@" "${command_link}"
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
  [ "${is_anything_here}" = true ] || say "Kextwatch is not installed: nothing would be removed"
}

show_status() {
  require_own_root
  require_own_current
  if [ ! -x "${current}/bin/kextwatch" ]; then
    say "Kextwatch is not installed${root:+ below ${root}}"
    return 2
  fi
  name=$(readlink "${current}")
  is_closed_release "${support}/${name}" || fail "${failed}" "others can change this release, so it is not\
 run:
${open}
Install Kextwatch again, from its package or its release archive."
  java=$(java_of_release "${current}")
  printf 'Release: %s\nJava:    %s\nJob:     ' "${name##*/}" "${java}"
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
