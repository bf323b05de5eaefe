#!/bin/sh
#
# The launchd job: how install.sh stops and starts it.
#
# The exit code of a function says whether it worked. They do not rely on "set -e", and release.sh uses
# variables that they set:
# shellcheck disable=SC2310,SC2034
# release.sh is read before this file, and sets these:
: "${service?}" "${retry?}" "${launchctl=}" "${job=}" "${state=}" "${status=}" "${word=}"

patience=30 # seconds, the longest wait for one step of launchd

# Only the exit code is used: what it prints "is NOT API in any sense at all" (launchctl(1)).
is_loaded() {
  "${launchctl}" print "${service}" >/dev/null 2>&1
}

# Stops the job and waits until launchd no longer knows it, because bootout returns before that. Fails if
# launchd still knows it. The daemon sends the given word to the webhook as the cause of its end, which
# takes less than four seconds (belief:job-ends-in-time).
stop_job() {
  if is_loaded && [ -d "${state}" ]; then
    leave_word "$1" || : # the job is stopped even if the cause cannot be sent
  fi
  is_stopped=true # set first: if this script is interrupted from here on, it starts the job again
  code=0
  said=$("${launchctl}" bootout "${service}" 2>&1) || code=$?
  case ${code} in
    # Done; there was no such job (two codes); it is stopping.
    0 | 3 | 36 | 113) ;;
    *)
      is_stopped=false
      remove_word
      say "launchctl bootout ${service} failed (${code}): ${said}
It still runs. Restart the Mac, then try again: ${retry}"
      return 1
      ;;
  esac
  waited=0
  while is_loaded; do
    [ "${waited}" -lt "${patience}" ] || {
      say "${service} does not stop. Restart the Mac, then try again: ${retry}"
      return 1
    }
    waited=$((waited + 1))
    sleep 1
  done
  remove_word
}

# Writes a word into the daemon's own folder; a daemon that starts removes it. An empty file, as on a full
# disk, counts too.
leave_word() {
  (
    remove_word
    printf '%s\n' "$1" >"${word}"
  ) 2>/dev/null || [ -f "${word}" ]
}

remove_word() {
  rm -f "${word}" 2>/dev/null || :
}

# Starts the job; from then on launchd keeps it alive (belief:job-comes-back). Fails if it did not start.
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

# With the mode that the daemon gives it.
make_state_folder() {
  [ -d "${state}" ] || {
    mkdir -p "${state%/*}" && mkdir -m 700 "${state}" && own 700 "${state}"
  }
}

launch() {
  "${launchctl}" enable "${service}" || : # a disabled label stays disabled, and bootstrap then fails with a mere 5
  tried=0
  until bootstrap; do
    case ${code} in
      # For some seconds after a bootout launchd still refuses with one of these.
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

# The daemon writes its first status after its first look, which takes minutes where Defender hangs. Then
# it is enough that the daemon has removed the word.
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

# A daemon that was started by hand, or an earlier one, writes the same file. Instants in UTC can be
# compared as text; date prints whole seconds only, so the start must also differ from the one before.
is_status_of_this_start() {
  started=$(start_in_status)
  [ "${started}" != "${before}" ] &&
    LC_ALL=C awk -v started="${started}" -v bootstrapped="${bootstrapped}" \
      'BEGIN { exit !(started "" > bootstrapped "") }'
}

# The last member of that name is the daemon's; a label may have the same name.
start_in_status() {
  [ ! -f "${status}" ] || [ ! -r "${status}" ] || sed -n 's/.*"startedAt":"\([^"]*\)".*/\1/p' "${status}"
}
