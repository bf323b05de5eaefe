#!/bin/sh
#
# The lock: only one install.sh works on a Mac at a time.
#
# The exit code of a function says whether it worked. They do not rely on "set -e":
# shellcheck disable=SC2310
# release.sh is read before this file, and sets these:
: "${support?}" "${lock=}" "${sysctl=}" "${failed?}"
mine=

# The lock is a link whose target names the process, the boot and the start of the process, because
# process numbers are used again. Making a link with its target is one step, so of two scripts only one
# succeeds. There is no flock(1) on a Mac. What is not known is left empty.
#
# A script that is killed leaves its lock. It is never moved away, because it may be another's by then.
# Whoever finds it makes a second link, named after the process that left the first: again only one
# succeeds. It then puts its link in the place of the lock, if that is still the one which was left.
take_lock() {
  boot=$("${sysctl}" -n kern.bootsessionuuid 2>/dev/null) || boot=
  begun=$(start_of "$$")
  mine=$$,${boot},${begun}
  require_own_lock
  place=${lock}
  left=
  until make_lock "${place}"; do
    holder=$(readlink "${place}") || holder=
    is_alive "${holder}" && is_busy
    [ "${place}" != "${lock}" ] || left=${holder}
    after=$(printf '%s' "${holder}" | tr -c 'A-Za-z0-9-' _)
    place=${lock}.${after}
  done
  if [ "${place}" != "${lock}" ]; then
    found=$(readlink "${lock}") || found=
    if [ "${found}" != "${left}" ] || ! mv -f "${place}" "${lock}"; then
      rm -f "${place}"
      is_busy
    fi
    rm -f "${lock}".* # of others that were killed; who makes one now sees that the lock has changed
    say "an earlier install.sh (process ${left%%,*}) was killed: its lock is taken over"
  fi
  locked=true
}

# Fails if another process has the lock. Any other error, such as a full disk, ends the install.
make_lock() {
  said=$(LC_ALL=C ln -s "${mine}" "$1" 2>&1) && return 0
  case ${said} in
    *'ile exists'*) return 1 ;;
    *) fail "${failed}" "${lock} cannot be made: is the disk full or read-only? (${said})" ;;
  esac
}

is_busy() {
  holder=$(readlink "${lock}") || holder=unknown
  fail "${failed}" "another install.sh (process ${holder%%,*}) is at work on this Mac, and nothing has been\
 changed. Wait until it has ended; if there is none, remove ${lock}"
}

# Nobody else can write in the folder now, but somebody may have been able to. Of a folder ln makes the link
# inside, and both scripts of two would have their lock.
require_own_lock() {
  for place in "${lock}" "${lock}".*; do
    [ ! -d "${place}" ] ||
      fail "${failed}" "${place} is a folder or leads to one, so it is no lock of install.sh. Remove it."
    [ ! -L "${place}" ] || is_own "${place}" ||
      fail "${failed}" "${place} belongs to another user, so it is no lock of install.sh. Remove it."
  done
}

# Whether the process of a lock still runs: "pid,boot,start", and "pid" alone in 0.1.0. A part that is
# empty on either side is not compared, and a lock in another form counts as held.
is_alive() {
  process=${1%%,*}
  case ${process} in
    '' | *[!0-9]*) return 0 ;;
    *) ;;
  esac
  told=${1#"${process}"}
  told=${told#,}
  is_same_or_unknown "${told%%,*}" "${boot}" && is_running "${process}" || return 1
  start_now=$(start_of "${process}")
  is_same_or_unknown "${told#*,}" "${start_now}"
}

is_same_or_unknown() {
  [ -z "$1" ] || [ -z "$2" ] || [ "$1" = "$2" ]
}

start_of() {
  TZ=UTC0 LC_ALL=C ps -o lstart= -p "$1" 2>/dev/null || :
}

# A process that this user may not signal runs, too. posh has no built-in kill, but exists only where
# /proc exists.
is_running() {
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

# A support folder that is empty then was made for the lock. After --purge the lock may be another's.
release_lock() {
  [ "${locked}" = true ] || return 0
  locked=false
  found=$(readlink "${lock}") || found=
  [ "${found}" != "${mine}" ] || rm -f "${lock}".* "${lock}"
  rmdir "${support}" 2>/dev/null || :
}
