#!/bin/sh
#
# The launchd job: how install.sh stops and starts it.
#
# Functions here say by their exit code whether it worked; "set -e" is not counted on, and release.sh
# uses what they set:
# shellcheck disable=SC2310,SC2034
# It is read before this file, and gives these:
: "${service?}" "${launchctl=}" "${job=}" "${state=}" "${status=}" "${word=}"

patience=30 # seconds, for each thing that launchd is waited for

# The exit code alone: what it prints "is NOT API in any sense at all" (launchctl(1)).
is_loaded() {
  "${launchctl}" print "${service}" >/dev/null 2>&1
}

# Stops it and waits until launchd has forgotten it, for bootout only begins that. Whether it has.
# The daemon tells the fleet why, with the word given, and needs less than four seconds for that
# (belief:job-ends-in-time).
stop_job() {
  if is_loaded && [ -d "${state}" ]; then
    leave_word "$1" || : # what cannot be told stops nothing
  fi
  is_stopped=true # before it is: whoever is interrupted in between starts it again
  code=0
  said=$("${launchctl}" bootout "${service}" 2>&1) || code=$?
  case ${code} in
    # Done; there was none (two ways to say it); it is stopping.
    0 | 3 | 36 | 113) ;;
    *)
      is_stopped=false
      remove_word
      say "launchctl bootout ${service} failed (${code}): ${said}
It runs as before. Restart the Mac, then run install.sh again."
      return 1
      ;;
  esac
  waited=0
  while is_loaded; do
    [ "${waited}" -lt "${patience}" ] || {
      say "${service} does not end. Restart the Mac, then run install.sh again."
      return 1
    }
    waited=$((waited + 1))
    sleep 1
  done
  remove_word
}

# Leaves a word in the daemon's own folder, where a daemon that comes up takes it away. An empty one,
# for want of room, is one too.
leave_word() {
  (
    remove_word
    printf '%s\n' "$1" >"${word}"
  ) 2>/dev/null || [ -f "${word}" ]
}

remove_word() {
  rm -f "${word}" 2>/dev/null || :
}

# Starts it; from then on launchd keeps it alive (belief:job-comes-back). Whether it came up.
start_job() {
  make_state_folder
  before=$(start_in_status)
  is_word_left=false
  ! leave_word start || is_word_left=true
  came_up=1
  if launch && shows_life; then
    came_up=0
    is_stopped=false
  fi
  remove_word
  return "${came_up}"
}

# As the daemon makes it.
make_state_folder() {
  [ -d "${state}" ] || {
    mkdir -p "${state%/*}" && mkdir -m 700 "${state}" && own 700 "${state}"
  }
}

launch() {
  "${launchctl}" enable "${service}" || : # a label once disabled stays so, and bootstrap says only 5
  tried=0
  until bootstrap; do
    case ${code} in
      # For seconds after a bootout launchd still refuses, with one of these.
      5 | 36 | 37) ;;
      *) tried=${patience} ;;
    esac
    [ "${tried}" -lt "${patience}" ] || {
      say "launchctl bootstrap system ${job} failed (${code}): ${said}"
      return 1
    }
    tried=$((tried + 1))
    sleep 1
  done
}

# Its first status tells that all is well with it. That comes after its first look, which takes
# minutes where Defender hangs; that it has taken the word away will do then.
shows_life() {
  waited=0
  while [ "${waited}" -lt "${patience}" ]; do
    ! is_status_of_this_start || return 0
    waited=$((waited + 1))
    sleep 1
  done
  if [ "${is_word_left}" = true ] && [ ! -e "${word}" ] && is_loaded; then
    say "it runs; its first look takes longer than ${patience} seconds"
    return 0
  fi
  say "there was no new ${status} within ${patience} seconds"
  return 1
}

bootstrap() {
  bootstrapped=$(date -u +%Y-%m-%dT%H:%M:%S)
  code=0
  said=$("${launchctl}" bootstrap system "${job}" 2>&1) || code=$?
  return "${code}"
}

# A daemon that somebody runs by hand, or one from before, writes the same file. As texts, moments in
# UTC have their order; date knows no part of a second, so the start of before is told apart as well.
is_status_of_this_start() {
  started=$(start_in_status)
  [ "${started}" != "${before}" ] &&
    LC_ALL=C awk -v started="${started}" -v bootstrapped="${bootstrapped}" \
      'BEGIN { exit !(started "" > bootstrapped "") }'
}

# The last member of that name is the daemon's; a label may have it too.
start_in_status() {
  [ ! -r "${status}" ] || sed -n 's/.*"startedAt":"\([^"]*\)".*/\1/p' "${status}"
}
