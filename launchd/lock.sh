#!/bin/sh
#
# Only one install.sh works on a Mac at a time.
#
# Functions here say by their exit code whether it worked; "set -e" is not counted on:
# shellcheck disable=SC2310
# release.sh, which is read before this file, gives these:
: "${support?}" "${lock=}" "${sysctl=}" "${failed?}"

# Whoever begins makes a link that tells its process, the boot and when the process started, since
# process numbers are used again: that takes one step, the telling included, so that of two only one
# succeeds. There is no flock(1) on a Mac. What cannot be told is left empty.
take_lock() {
  open_folder "${support}"
  boot=$("${sysctl}" -n kern.bootsessionuuid 2>/dev/null) || boot=
  begun=$(start_of "$$")
  if ! make_lock; then
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
    make_lock || is_busy
    say "an install.sh before (process ${holder%%,*}) was killed: its lock is taken over"
  fi
  locked=true
}

# Whether nobody had it. What else prevents it, such as a full disk, ends the install.
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

# Whether the process of a lock still runs: "pid,boot,start", and "pid" alone in 0.1.0. What is not told
# on both sides decides nothing, and what is no lock of ours is respected.
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

# Whom this user may not signal runs, too. posh has no kill of its own, but is where /proc is.
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

# A support folder that holds nothing else was made for the lock.
release_lock() {
  [ "${locked}" = true ] || return 0
  locked=false
  rm -f "${lock}"
  rmdir "${support}" 2>/dev/null || :
}
