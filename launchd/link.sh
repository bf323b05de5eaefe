#!/bin/sh
#
# The link in /usr/local/bin, by which "kextwatch" is enough to type. launchd never uses it.
#
# The exit code of a function says whether it is so. They do not rely on "set -e":
# shellcheck disable=SC2310
# release.sh is read before this file, and sets these:
: "${root?}" "${current=}" "${command_link=}" "${staging?}"

# Root must not run what somebody else can put there, so the link is made only where the folder and those
# above it belong to root and are closed to others. A plus sign means an access list, which is not read.
is_closed_to_others() {
  user=$(id -u)
  # A folder that is not there, or that is a link, is none.
  listing=$(ls -ldn "${root:-/}" "${root}/usr" "${root}/usr/local" "${command_link%/*}" 2>/dev/null) ||
    return 1
  open=$(printf '%s\n' "${listing}" | awk -v user="${user}" '
    !/^d/ || ($3 != 0 && $3 != user) || /^(.....w|........w)/ || substr($1, 11) ~ /\+/')
  [ -z "${open}" ]
}

is_linked() {
  [ -L "${command_link}" ] || return 1
  target=$(readlink "${command_link}")
  [ "${target}" = "${current}/bin/kextwatch" ]
}

# Whatever is there already stays.
may_link() {
  [ "${staging}" = false ] && [ ! -e "${command_link}" ] && [ ! -L "${command_link}" ] && is_closed_to_others
}

link_command() {
  may_link || return 0
  if ln -s "${current}/bin/kextwatch" "${command_link}"; then
    say "the command is also ${command_link}"
  fi
}

unlink_command() {
  is_linked || return 0
  if is_closed_to_others; then
    rm -f "${command_link}"
  else
    say "left: ${command_link}, because others can change its folder"
  fi
}
