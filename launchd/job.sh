#!/bin/sh
#
# The launchd job: how install.sh stops and starts it.
#
# Functions here say by their exit code whether it worked; "set -e" is not counted on:
# shellcheck disable=SC2310
# release.sh, which is read before this file, gives these:
: "${label?}" "${failed?}" "${launchctl=}" "${job=}" "${state=}" "${status=}"

service=system/${label}
patience=30 # seconds, for each thing that launchd is waited for

# The exit code alone: what it prints "is NOT API in any sense at all" (launchctl(1)).
is_loaded() {
  "${launchctl}" print "${service}" >/dev/null 2>&1
}

# Stops it and waits until launchd has forgotten it, for bootout only begins that. The daemon tells
# the fleet why, with the word given.
stop_job() {
  if is_loaded && [ -d "${state}" ]; then
    rm -f "${state}/stop-cause"
    printf '%s\n' "$1" >"${state}/stop-cause"
  fi
  code=0
  said=$("${launchctl}" bootout "${service}" 2>&1) || code=$?
  case ${code} in
    # Done; there was none (two ways to say it); it is stopping.
    0 | 3 | 36 | 113) ;;
    *)
      rm -f "${state}/stop-cause"
      fail "${failed}" "launchctl bootout ${service} failed (${code}): ${said}"
      ;;
  esac
  waited=0
  while is_loaded; do
    [ "${waited}" -lt "${patience}" ] ||
      fail "${failed}" "${service} does not end. Restart the Mac, then run install.sh again."
    waited=$((waited + 1))
    sleep 1
  done
  rm -f "${state}/stop-cause"
}

# Starts it, and waits for the first status that it writes. Whether it came up.
start_job() {
  before=$(status_sum)
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
  waited=0
  while [ "${waited}" -lt "${patience}" ]; do
    after=$(status_sum)
    [ "${after}" = "${before}" ] || [ -z "${after}" ] || return 0
    waited=$((waited + 1))
    sleep 1
  done
  say "there was no new ${status} within ${patience} seconds"
  return 1
}

bootstrap() {
  code=0
  said=$("${launchctl}" bootstrap system "${job}" 2>&1) || code=$?
  return "${code}"
}

# By content: the times of files are whole seconds on the disks of older Macs.
status_sum() {
  if [ -r "${status}" ]; then
    cksum <"${status}"
  fi
}
