#!/bin/sh
#
# The lock: only one install.sh works on a Mac at a time.
#
# The exit code of a function says whether it worked. They do not rely on "set -e":
# shellcheck disable=SC2310
# release.sh is read before this file, and sets these:
: "${support?}" "${lock=}" "${sysctl=}" "${failed?}"

# The lock is a link whose target names the process, the boot and the start of the process, because
# process numbers are used again. Making a link with its target is one step, so of two scripts only one
# succeeds. There is no flock(1) on a Mac. What is not known is left empty.
take_lock() {
  open_folder "${support}"
  boot=$("${sysctl}" -n kern.bootsessionuuid 2>/dev/null) || boot=
  begun=$(start_of "$$")
  if ! make_lock; then
    holder=$(readlink "${lock}") || holder=
    is_alive "${holder}" && is_busy
    # It was killed, or the power failed. Of the scripts that see this, only one moves the lock away.
    left=${lock}.$$
    mv -f "${lock}" "${left}" 2>/dev/null || is_busy
    moved=$(readlink "${left}") || moved=
    rm -f "${left}"
    if [ "${moved}" != "${holder}" ]; then
      ln -s "${moved}" "${lock}" 2>/dev/null || :
      is_busy
    fi
    make_lock || is_busy
    say "an earlier install.sh (process ${holder%%,*}) was killed: its lock is taken over"
  fi
  locked=true
}

# Fails if another process has the lock. Any other error, such as a full disk, ends the install.
make_lock() {
  said=$(LC_ALL=C ln -s "$$,${boot},${begun}" "${lock}" 2>&1) && return 0
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

# A support folder that is empty then was made for the lock.
release_lock() {
  [ "${locked}" = true ] || return 0
  locked=false
  rm -f "${lock}"
  rmdir "${support}" 2>/dev/null || :
}
