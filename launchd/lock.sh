#!/bin/sh
#
# Only one install.sh works on a Mac at a time.
#
# Functions here say by their exit code whether it worked; "set -e" is not counted on:
# shellcheck disable=SC2310
# release.sh, which is read before this file, gives these:
: "${support?}" "${lock=}" "${failed?}"

# Whoever begins makes a link that tells its process: that takes one step, the telling included, so
# that of two only one succeeds. There is no flock(1) on a Mac.
take_lock() {
  open_folder "${support}"
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
    say "an install.sh before (process ${holder}) was killed: its lock is taken over"
  fi
  locked=true
}

# Whether nobody had it. What else prevents it, such as a full disk, ends the install.
make_lock() {
  said=$(LC_ALL=C ln -s "$$" "${lock}" 2>&1) && return 0
  case ${said} in
    *'ile exists'*) return 1 ;;
    *) fail "${failed}" "${lock} cannot be made: is the disk full or read-only? (${said})" ;;
  esac
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
  [ "${locked}" = true ] || return 0
  locked=false
  rm -f "${lock}"
  rmdir "${support}" 2>/dev/null || :
}
