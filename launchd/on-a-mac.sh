#!/bin/sh
#
# Asks this Mac whether what the program assumes about macOS and Microsoft Defender is true. Each assumption
# has an id, which is in the code that relies on it as "belief:ID"; this script has one question for each.
#
# The exit code of a function says whether there is something to judge, and printing nothing is an answer
# too:
# shellcheck disable=SC2310,SC2312

set -u

patience=20 # seconds, the longest run of a tool
label=org.kextwatch.agent
kext=com.microsoft.wdavkext
team=UBF8T346G9
requirement="anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6] exists and certificate\
 leaf[field.1.2.840.113635.100.6.1.13] exists and certificate leaf[subject.OU] = ${team}"

usage() {
  cat <<'TEXT'
usage: sudo ./launchd/on-a-mac.sh [OPTION...] >report.txt
    --restart     also end the daemon once with SIGTERM, to see launchd start it
                  again (takes a minute)
    --root DIR    examine the Mac whose root folder is DIR (for tests)
    --help

Checks on this Mac what no test on another machine can check, and writes a
report: for each question what Kextwatch expects, and what was found. Without
--restart nothing on the Mac is changed. The report has no serial number, no
UUID, no name of the Mac or of a user, no server, and no path of a home folder.

examples:
  sudo ./launchd/on-a-mac.sh                        the report on the screen
  sudo ./launchd/on-a-mac.sh >report.txt            in a file, to send in
  sudo ./launchd/on-a-mac.sh --restart >report.txt  with the launchd job

exit codes: 0 nothing differs from what is expected (some questions may have no
            answer here), 1 something differs, 64 wrong usage
TEXT
}

say() {
  printf '%s\n' "on-a-mac.sh: $1" >&2
}

refuse() {
  say "$1. See ./launchd/on-a-mac.sh --help"
  exit 64
}

main() {
  root=
  is_restart_wanted=false
  while [ "$#" -gt 0 ]; do
    case $1 in
      --help | -h)
        usage
        exit 0
        ;;
      --restart) is_restart_wanted=true ;;
      --root)
        [ -n "${2-}" ] || refuse "--root needs a folder"
        [ -d "$2" ] || refuse "there is no folder $2"
        root=$(cd -P "$2" && pwd -P) || refuse "$2 cannot be entered"
        root=${root%/}
        shift
        ;;
      *) refuse "unknown option: $1" ;;
    esac
    shift
  done
  LC_ALL=C
  export LC_ALL
  support="${root}/Library/Application Support/Kextwatch"
  same=0
  other=0
  open=0
  report
  say "${same} as expected, ${other} different, ${open} without an answer"
  is_root || say "only root can ask everything: run it with sudo"
  [ "${other}" -eq 0 ]
}

report() {
  head_of_report
  about_the_approval
  about_the_loader
  about_system_extensions
  about_extension_locks
  about_defender
  about_macos
  about_the_job
}

is_root() {
  uid=$(id -u)
  [ "${uid}" -eq 0 ]
}

# ---- how a question is asked and answered ----

# A question: the id of the belief, and what the program expects.
ask() {
  id=$1
  expected=$2
}

as_expected() {
  same=$((same + 1))
  conclude 'as expected' "$1"
}

differs() {
  other=$((other + 1))
  conclude differs "$1"
}

cannot_tell() {
  open=$((open + 1))
  conclude 'cannot tell' "$1"
}

# What was found is printed in words of this script and in numbers, never in the output of a tool.
conclude() {
  printf '\n%s: %s\n  expected: %s\n  found: %s\n' "${id}" "$1" "${expected}" "$2"
}

# Runs a tool of the Mac, and sets "said" to its output and "code" to its exit code. If the tool could not
# be run, this answers the question ("cannot tell") and fails.
run() {
  try ${1+"$@"} && return 0
  cannot_tell "${flaw}"
  return 1
}

# The same, but leaves the question open: "flaw" says why the tool could not be run.
try() {
  flaw=
  code=0
  said=
  if ! command -v perl >/dev/null; then
    flaw='there is no perl, which ends a tool in time'
    return 1
  elif [ ! -x "${root}$1" ]; then
    flaw="there is no $1"
    return 1
  fi
  tool=$1
  shift
  said=$(in_time "${root}${tool}" ${1+"$@"} 2>&1) || code=$?
  case ${code} in
    126 | 127) flaw="${tool} could not be run" ;;
    142) flaw="${tool} did not end within ${patience} seconds" ;;
    *) return 0 ;;
  esac
  return 1
}

# There is no timeout(1) on a Mac. A tool gets its own process group, which is killed as a whole.
# shellcheck disable=SC2016 # perl's variables
in_time() {
  perl -e '
    my $seconds = shift @ARGV;
    my $tool = fork;
    defined $tool or exit 126;
    if (!$tool) {
      setpgrp 0, 0;
      open STDIN, "<", "/dev/null";
      exec { $ARGV[0] } @ARGV or exit 127;
    }
    my $end = sub { kill "KILL", -$tool; exit $_[0] };
    $SIG{ALRM} = sub { $end->(142) };
    for my $signal ("INT", "TERM", "HUP") { $SIG{$signal} = sub { $end->(130) } }
    alarm $seconds;
    waitpid $tool, 0;
    exit($? & 127 ? 128 + ($? & 127) : $? >> 8);
  ' "${patience}" "$@"
}

# Whether the output has a line that matches an extended regular expression.
says() {
  printf '%s\n' "${said}" | grep -Eq -e "$1"
}

# How many lines of the output match.
lines() {
  printf '%s\n' "${said}" | grep -Ec -e "$1"
}

# Owner and mode of a file: "uid permissions", the permissions in octal. Empty if there is no such file.
owner_and_mode() {
  # shellcheck disable=SC2016 # perl's variables
  perl -e 'my @s = stat $ARGV[0] or exit 1; printf "%d %o\n", $s[4], $s[2] & 07777' "$1"
}

# ---- what kind of Mac it is ----

head_of_report() {
  version_plist=${root}/System/Library/CoreServices/SystemVersion.plist
  macos=$(plist_string ProductVersion)
  build=$(plist_string ProductBuildVersion)
  date=$(date -u +%Y-%m-%d)
  printf '%s\n' 'Kextwatch report 1' "macOS: ${macos:-unknown} (${build:-unknown})"
  printf '%s\n' "chip: $(chip)" "MDM: $(mdm)" "date: ${date}" "agent: $(agent)"
}

plist_string() {
  [ ! -r "${version_plist}" ] || awk -v key="<key>$1</key>" '
    index($0, key) { getline; gsub(/<[^>]*>/, ""); gsub(/[^0-9A-Za-z.]/, ""); print; exit }
  ' "${version_plist}"
}

# Not uname, which says x86_64 under Rosetta too. An Intel Mac does not know this name.
chip() {
  if ! try /usr/sbin/sysctl -n hw.optional.arm64; then
    echo unknown
  elif [ "${code}:${said}" = 0:1 ]; then
    echo Apple
  else
    echo Intel
  fi
}

mdm() {
  if ! try /usr/bin/profiles status -type enrollment || [ "${code}" -ne 0 ]; then
    echo unknown
  elif says '^[[:space:]]*MDM enrollment: Yes.*\(User Approved\)'; then
    echo 'user approved'
  elif says '^[[:space:]]*MDM enrollment: Yes'; then
    echo enrolled
  elif says '^[[:space:]]*MDM enrollment: No'; then
    echo none
  else
    echo unknown
  fi
}

# The version, from the name of the jar: of the installed program, else of the archive with this script.
agent() {
  version='not installed'
  for jar in "$(dirname "$0")"/../dist/lib/kextwatch-agent-*.jar \
    "${support}"/current/lib/kextwatch-agent-*.jar; do
    [ -e "${jar}" ] || continue
    version=${jar##*/kextwatch-agent-}
    version=$(printf '%s' "${version%.jar}" | tr -cd '0-9A-Za-z.+-')
  done
  printf '%s\n' "${version}"
}

major() {
  case ${macos:-0} in
    [0-9]*) printf '%s\n' "${macos%%.*}" ;;
    *) echo 0 ;;
  esac
}

# ---- the approval of kernel extensions ----

about_the_approval() {
  database=${root}/private/var/db/SystemPolicyConfiguration/KextPolicy

  ask kext-policy-readable 'root reads the approval database with sqlite3, in place'
  if query "SELECT 'rows,' || count(*) FROM kext_policy;"; then
    as_expected "$(number_after rows) rows, opened with ${way}"
  elif [ -n "${refused}" ]; then
    differs "${flaw}"
  else
    cannot_tell "${flaw}"
  fi

  ask kext-policy-schema 'kext_policy and kext_policy_mdm have team_id, bundle_id and allowed, which is 0 or 1'
  columns="team_id || bundle_id || allowed IS NULL OR allowed NOT IN (0, 1)"
  if query "SELECT 'odd,' || ((SELECT count(*) FROM kext_policy WHERE ${columns})
      + (SELECT count(*) FROM kext_policy_mdm WHERE ${columns}));"; then
    odd=$(number_after odd)
    if [ "${odd}" = 0 ]; then as_expected 'so they are'; else differs "${odd} rows are otherwise"; fi
  elif [ -n "${refused}" ] && says 'no such (table|column)'; then
    differs 'a table or a column is missing'
  else
    cannot_tell "${flaw}"
  fi

  ask row-before-approval 'a kext that waits for Allow may have a row with allowed = 0, or none'
  if query "SELECT 'rows,' || count(*) FROM kext_policy WHERE bundle_id = '${kext}' AND allowed = 1;
      SELECT 'waiting,' || count(*) FROM kext_policy WHERE bundle_id = '${kext}' AND allowed = 0;"; then
    case $(number_after rows),$(number_after waiting) in
      0,0) cannot_tell "no row of Defender's kext" ;;
      0,*) as_expected "Defender's kext is not approved and has a row" ;;
      *) cannot_tell "Defender's kext is approved" ;;
    esac
  else
    cannot_tell "${flaw}"
  fi

  ask profile-file-kept 'macOS keeps the file of a policy profile in /Library/Managed Preferences'
  about_profile_files

  ask staging-flag 'KernelExtensionManagement has the flag restricted'
  run /usr/bin/stat -f %Sf "${root}/private/var/db/KernelExtensionManagement" || return 0
  if [ "${code}" -ne 0 ]; then
    cannot_tell "stat ended with ${code}"
  elif says '(^|,)restricted(,|$)'; then
    as_expected 'it has'
  else
    differs 'it has not'
  fi
}

# Queries the approval database as the program does, and sets "way" to the mode that worked. If it fails,
# "flaw" says why, and "refused" is not empty if sqlite3 refused. It must not create files beside the
# database: with mode=ro SQLite creates a missing -wal and -shm.
query() {
  refused=
  if [ ! -e "${database}" ] && is_root; then
    flaw='there is no approval database'
    return 1
  fi
  if [ ! -r "${database}" ] && ! is_root; then
    flaw='only root may look'
    return 1
  fi
  uri=$(printf '%s' "${database}" | sed 's/%/%25/g; s/ /%20/g; s/?/%3f/g; s/#/%23/g')
  ways=immutable=1
  if [ -e "${database}-wal" ] && [ -e "${database}-shm" ]; then
    ways="mode=ro ${ways}"
  elif [ -s "${database}-wal" ] || [ -s "${database}-journal" ]; then
    flaw='its writer has left changes beside it'
    return 1
  fi
  for way in ${ways}; do
    try /usr/bin/sqlite3 -batch -init /dev/null -cmd '.timeout 4000' "file:${uri}?${way}" "$1" ||
      return 1
    [ "${code}" -ne 0 ] || return 0
    says 'unable to open database file|readonly database' || break
  done
  refused=true
  flaw="sqlite3 ended with ${code}"
  return 1
}

number_after() {
  printf '%s\n' "${said}" | sed -n "s/^$1,\([0-9]*\)\$/\1/p"
}

# If macOS itself has a policy, it came from a profile, and the file of that profile should exist.
about_profile_files() {
  managed="${root}/Library/Managed Preferences"
  kept=none
  [ ! -e "${managed}/com.apple.syspolicy.kernel-extension-policy.plist" ] || kept=kernel
  [ ! -e "${managed}/com.apple.system-extension-policy.plist" ] || kept=${kept#none}+system
  if [ "${kept}" != none ]; then
    as_expected "there is one (${kept#+})"
  elif query "SELECT 'rows,' || count(*) FROM kext_policy_mdm;" && [ "$(number_after rows)" -gt 0 ]; then
    differs 'an MDM has approved kernel extensions, and there is no file'
  elif extension_database && says '<key>allowed(TeamIDs|Extensions)</key>'; then
    differs 'macOS knows a policy of system extensions, and there is no file'
  else
    cannot_tell 'no such profile is here'
  fi
}

# ---- the loader ----

about_the_loader() {
  ask kernel-list 'kextstat ends with 0 whether or not the kext is loaded, and prints "bundle (version)"'
  about_kernel_list

  attempt=
  [ ! -r "${support}/status.json" ] ||
    attempt=$(sed -n 's/.*"lastAttempt":\({[^}]*}\).*/\1/p' "${support}/status.json")

  ask allow-loads-kext 'on Allow macOS may load the kext by itself, or leave that to kextutil'
  case ${attempt} in
    *'macOS had loaded it already'*) as_expected 'macOS had loaded it' ;;
    *'"outcome":"loaded"'*) as_expected 'kextutil loaded it' ;;
    *) cannot_tell "the daemon's status tells of no load" ;;
  esac

  ask loader-exit-codes 'from macOS 11 the exit code of the loader is the Code= that it prints'
  exit_code=$(printf '%s\n' "${attempt}" | sed -n 's/.*"exitCode":\([0-9]*\).*/\1/p')
  printed=$(printf '%s\n' "${attempt}" | sed -n 's/.*KMErrorDomain Code=\([0-9]*\).*/\1/p')
  if [ -z "${exit_code}" ] || [ -z "${printed}" ]; then
    cannot_tell "the daemon's status tells of no such attempt"
  elif [ "${exit_code}" = "${printed}" ]; then
    as_expected "both are ${exit_code}"
  else
    differs "it ended with ${exit_code} and printed ${printed}"
  fi
}

about_kernel_list() {
  run /usr/sbin/kextstat -l -b com.apple.kpi.bsd || return 0
  if [ "${code}" -ne 0 ] || ! says '(^|[[:space:]])com\.apple\.kpi\.bsd \([^)]+\)'; then
    differs "for a loaded kext it ended with ${code}, or did not print it so"
    return 0
  fi
  run /usr/sbin/kextstat -l -b "${label}.no-such-kext" || return 0
  if [ "${code}" -eq 0 ] && ! says no-such-kext' \('; then
    as_expected 'so it does'
  else
    differs "for a kext that is not loaded it ended with ${code}"
  fi
}

# ---- system extensions ----

about_system_extensions() {
  ask system-extension-database 'db.plist has identifier, teamID, state and bundleVersion of each extension'
  if ! extension_database; then
    cannot_tell "${flaw}"
  else
    count=$(lines '<key>identifier</key>')
    if ! says '<key>extensions</key>'; then
      differs 'it has no list of extensions'
    elif [ "${count}" -eq 0 ]; then
      cannot_tell 'no system extension is here'
    elif [ "$(lines '<key>teamID</key>')" -ge "${count}" ] &&
      [ "$(lines '<key>state</key>')" -ge "${count}" ] &&
      [ "$(lines '<key>bundleVersion</key>')" -ge "${count}" ]; then
      as_expected "so it has, of ${count}"
    else
      differs 'an extension lacks one of them'
    fi
  fi

  ask system-extension-words "the states of Defender's extensions in db.plist are among the known words"
  if ! extension_database; then
    cannot_tell "${flaw}"
    return 0
  fi
  words=$(printf '%s\n' "${said}" | awk '
    function text() { getline; gsub(/<[^>]*>|[ \t]/, ""); return $0 }
    /<key>identifier<\/key>/ { bundle = text() }
    /<key>state<\/key>/ { state = text() }
    bundle != "" && state != "" {
      if (bundle ~ /^com\.microsoft\.wdav\./ && state ~ /^[a-z_]+$/) print state
      bundle = state = ""
    }' | sort -u)
  unknown=$(printf '%s\n' "${words}" | grep -Ev \
    -e '^$' -e '^activated_(enabled|disabled|waiting_for_user|waiting_to_upgrade)$' \
    -e '^(terminat|uninstall).*$' -e '_on_reboot$')
  if [ -z "${words}" ]; then
    cannot_tell 'Defender has no system extension here'
  elif [ -z "${unknown}" ]; then
    as_expected "$(one_line "${words}")"
  else
    differs "$(one_line "${unknown}")"
  fi
}

# Prints only names of Apple's keys: a team id has no small letter, a bundle id has a dot.
about_extension_locks() {
  ask extension-lock-keys 'where a profile locks system extensions, a key of db.plist begins with nonRemovable'
  if ! extension_database; then
    cannot_tell "${flaw}"
    return 0
  fi
  keys=$(printf '%s\n' "${said}" | tr '<' '\n' | awk '
    /^key>extensionPolicies$/ { inside = 1; next }
    inside && /^array>/ { depth++ }
    inside && (/^\/array>/ && --depth == 0 || /^array\/>/ && depth == 0) { exit }
    inside && /^key>[A-Za-z]*[a-z][A-Za-z]*$/ { print substr($0, 5) }' | sort -u)
  locks=$(printf '%s\n' "${keys}" | grep -i '^nonremovable')
  if [ -n "${locks}" ]; then
    as_expected "it has $(one_line "${locks}")"
  elif ! property_list "${root}/Library/Managed Preferences/com.apple.system-extension-policy.plist" ||
    ! says '<key>NonRemovable[A-Za-z]*</key>'; then
    cannot_tell 'no profile that locks system extensions was found'
  else
    differs "a profile locks some; the keys of policies in db.plist are: $(one_line "${keys:-none}")"
  fi
}

one_line() {
  printf '%s' "$1" | tr '\n' ' '
}

# What macOS knows of system extensions, as XML.
extension_database() {
  property_list "${root}/Library/SystemExtensions/db.plist"
}

# Leaves a property list as XML in "said". If it fails "flaw" says why.
property_list() {
  flaw="there is no ${1##*/}"
  [ -e "$1" ] || return 1
  flaw='only root may look'
  [ -r "$1" ] || return 1
  if grep -Fq '<plist' "$1"; then
    said=$(cat "$1")
  else
    try /usr/bin/plutil -convert xml1 -o - "$1" || return 1
    flaw="plutil ended with ${code}"
    [ "${code}" -eq 0 ]
  fi
}

# ---- Defender ----

about_defender() {
  # shellcheck disable=SC2016 # perl's variables
  mdatp=$(perl -e 'use Cwd "realpath"; my $file = realpath $ARGV[0]; print $file if -f $file' \
    "${root}/usr/local/bin/mdatp")

  is_microsofts=false
  ask codesign-requirement "codesign ends with 0 for mdatp by Microsoft's requirement, and not for /bin/ls"
  about_signature

  ask mdatp-closed "mdatp and the folders of its app are root's, and others may not write them"
  about_owners

  ask access-list-lines 'ls -led prints each entry of an access list as " N: who allow|deny rights"'
  about_access_lists

  ask mdatp-exit-codes 'mdatp health ends with 3 only if Defender does not answer, and prints no fields then'
  about_health

  ask no-privacy-prompt 'macOS asks nobody for a permission in the name of Kextwatch'
  if [ ! -e "${support}/status.json" ]; then
    cannot_tell 'the daemon has not run here'
  elif run /usr/bin/log show --last 30m --style compact --predicate \
    'subsystem == "com.apple.TCC" AND eventMessage CONTAINS[c] "prompt" AND eventMessage CONTAINS[c] "kextwatch"'; then
    prompts=$(lines '^[0-9].*[Kk]extwatch')
    if [ "${code}" -ne 0 ]; then
      cannot_tell "log ended with ${code}"
    elif [ "${prompts}" -eq 0 ]; then
      as_expected 'the log of the last 30 minutes has none'
    else
      differs "${prompts} lines in the log of the last 30 minutes"
    fi
  fi
}

about_signature() {
  [ -n "${mdatp}" ] || {
    cannot_tell 'no mdatp was found'
    return 0
  }
  run /usr/bin/codesign --verify "-R=${requirement}" "${mdatp}" || return 0
  accepted=${code}
  [ "${accepted}" -ne 0 ] || is_microsofts=true
  run /usr/bin/codesign --verify "-R=${requirement}" "${root}/bin/ls" || return 0
  if [ "${accepted}" -eq 0 ] && [ "${code}" -ne 0 ]; then
    as_expected "0 and ${code}"
  else
    differs "${accepted} and ${code}"
  fi
}

about_owners() {
  case ${mdatp} in
    "${root}/Applications/"*) ;;
    '')
      cannot_tell 'no mdatp was found'
      return 0
      ;;
    *)
      differs 'it does not lie in /Applications'
      return 0
      ;;
  esac
  foreign=0
  writable=0
  file=${mdatp}
  while [ "${file}" != "${root}/Applications" ]; do
    about=$(owner_and_mode "${file}")
    case ${about} in
      '0 '*) ;;
      "$(id -u) "*) [ -n "${root}" ] || foreign=$((foreign + 1)) ;;
      *) foreign=$((foreign + 1)) ;;
    esac
    case ${about} in
      *[2367]) writable=$((writable + 1)) ;;
      *) ;;
    esac
    file=${file%/*}
  done
  if [ "${foreign}${writable}" = 00 ]; then
    as_expected 'so they are'
  else
    differs "${foreign} belong to others, ${writable} may be written by others"
  fi
}

# Every home folder has a folder with an access list: Public, which nobody may delete.
about_access_lists() {
  set -- "${root}/bin"
  for folder in "${root}"/Users/*/Public; do
    [ ! -d "${folder}" ] || set -- "$@" "${folder}"
  done
  run /bin/ls -led "$@" || return 0
  entries=$(lines '^ [0-9]+: .+ (allow|deny) ?[a-z_,]*$')
  indented=$(lines '^ ')
  if [ "${code}" -ne 0 ]; then
    cannot_tell "ls ended with ${code}"
  elif [ "${indented}" -eq 0 ]; then
    cannot_tell 'no file with an access list was found'
  elif [ "${entries}" -eq "${indented}" ]; then
    as_expected "${entries} entries"
  else
    differs "$((indented - entries)) of ${indented} entries look otherwise"
  fi
}

# The link may lead anywhere, so its target is run only if Microsoft signed it.
about_health() {
  [ "${is_microsofts}" = true ] || {
    cannot_tell 'no mdatp with a good signature was found'
    return 0
  }
  run "${mdatp#"${root}"}" health || return 0
  fields=$(lines '^(healthy|licensed|real_time_protection_enabled|real_time_protection_available) *: ')
  case ${code},${fields} in
    3,0) as_expected 'it ended with 3 and printed no fields' ;;
    3,*) differs "it ended with 3 and printed ${fields} of 4 fields" ;;
    *,0) differs "it ended with ${code} and printed no fields" ;;
    *) as_expected "it ended with ${code} and printed ${fields} of 4 fields" ;;
  esac
}

# ---- macOS ----

about_macos() {
  ask registry-properties 'ioreg prints serial number, UUID and model as "name" = "value" or <"value">'
  if run /usr/sbin/ioreg -rd1 -c IOPlatformExpertDevice; then
    printed=0
    for name in IOPlatformSerialNumber IOPlatformUUID model; do
      ! says "\"${name}\" = <?\"[^\"]+\"" || printed=$((printed + 1))
    done
    if [ "${printed}" -eq 3 ]; then as_expected 'all three'; else differs "${printed} of 3"; fi
  fi

  ask boot-session 'kern.bootsessionuuid is a UUID'
  if run /usr/sbin/sysctl -n kern.bootsessionuuid; then
    if says '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'; then
      as_expected 'it is'
    else
      differs "sysctl ended with ${code} and printed no UUID"
    fi
  fi

  ask architecture-name 'hw.optional.arm64 is 1 on a Mac with Apple silicon, and on no other'
  if run /usr/sbin/sysctl -n machdep.cpu.brand_string; then
    brand=other
    ! says '^Apple ' || brand=Apple
    told=$(chip)
    case ${code},${brand},${told} in
      0,Apple,Apple | 0,other,Intel) as_expected "${told}" ;;
      0,*) differs "it says ${told}, the name of the processor says ${brand}" ;;
      *) cannot_tell "sysctl ended with ${code}" ;;
    esac
  fi

  ask enrolment-line 'from 10.13.4 profiles prints a line "MDM enrollment: Yes" or "No"'
  if run /usr/bin/profiles status -type enrollment; then
    if [ "${code}" -eq 0 ] && says '^[[:space:]]*MDM enrollment: (Yes|No)'; then
      as_expected 'it does'
    else
      differs "it ended with ${code} and printed none, or not so"
    fi
  fi

  ask console-owner '/dev/console belongs to whoever is logged in at the screen, else to root'
  about_console

  ask ps-environment 'ps -axEww shows root the environment of a tool that it has started'
  about_environment

  ask system-proxy 'the daemon reaches its endpoint by the proxy that macOS is set to'
  about_proxy
}

about_console() {
  about=$(owner_and_mode "${root}/dev/console")
  run /usr/bin/who || return 0
  case "$(lines '[[:space:]]console[[:space:]]')",${about%% *} in
    *,) cannot_tell 'there is no /dev/console' ;;
    0,0) as_expected "nobody is, and it is root's" ;;
    0,*) differs "nobody is, and it is a user's" ;;
    *,0) differs "somebody is, and it is root's" ;;
    *) as_expected "somebody is, and it is a user's" ;;
  esac
}

# Most tools that may be left running are Apple's, whose environment System Integrity Protection may hide.
# So the test uses a tool of Apple's: sleep.
about_environment() {
  is_root || {
    cannot_tell 'only root may look'
    return 0
  }
  for file in /bin/ps /bin/sleep; do
    [ -x "${root}${file}" ] || {
      cannot_tell "there is no ${file}"
      return 0
    }
  done
  # shellcheck disable=SC2016 # perl's variables
  sight=$(perl -e '
    my ($ps, $sleep, $seconds) = @ARGV;
    my $child = fork;
    defined $child or exit 1;
    if (!$child) {
      %ENV = (KEXTWATCH_RUN => "on-a-mac");
      open STDOUT, ">", "/dev/null";
      exec { $sleep } $sleep, $seconds or exit 127;
    }
    my $reader;
    $SIG{ALRM} = sub { kill "KILL", $child, $reader; exit 1 };
    alarm $seconds;
    select undef, undef, undef, 0.3;
    $reader = open(my $in, "-|", $ps, "-axEww", "-o", "pid=,command=") or exit 1;
    my ($seen, $shown) = (0, 0);
    while (<$in>) {
      next unless /^\s*$child\s/;
      $seen = 1;
      $shown = 1 if /KEXTWATCH_RUN=on-a-mac/;
    }
    close $in;
    kill "KILL", $child;
    waitpid $child, 0;
    print $shown ? "shown" : "hidden" if $seen;
  ' "${root}/bin/ps" "${root}/bin/sleep" "${patience}" 2>/dev/null)
  case ${sight} in
    shown) as_expected 'it does' ;;
    hidden) differs 'it does not, of /bin/sleep' ;;
    *) cannot_tell 'ps did not list it' ;;
  esac
}

about_proxy() {
  run /usr/sbin/scutil --proxy || return 0
  says '(HTTPSEnable|ProxyAutoConfigEnable) : 1' || {
    cannot_tell 'no proxy is set'
    return 0
  }
  delivered=
  [ ! -r "${support}/status.json" ] || delivered=$(grep -Ec \
    -e '"lastDeliveryAt":"[^"]*","lastDeliveryError":null' "${support}/status.json")
  if [ "${delivered:-0}" -gt 0 ]; then
    as_expected 'a proxy is set, and the last delivery went well'
  else
    cannot_tell 'a proxy is set, and the status tells of no delivery that went well'
  fi
}

# ---- the daemon and its launchd job ----

about_the_job() {
  ask java-starts 'the Java that was recorded at install starts on this macOS'
  if [ ! -e "${support}/current" ]; then
    cannot_tell 'Kextwatch is not installed'
  elif run "${support#"${root}"}/current/bin/kextwatch" version; then
    if [ "${code}" -eq 0 ]; then as_expected 'it does'; else differs "it ended with ${code}"; fi
  fi

  ask own-java-signature "the programs of the release's own Java keep the signature of the JDK they are from"
  own=${support#"${root}"}/current/runtime/bin/java
  if [ ! -e "${root}${own}" ]; then
    cannot_tell 'the release brings no Java, or Kextwatch is not installed'
  elif run /usr/bin/codesign --verify --strict "${root}${own}"; then
    if [ "${code}" -eq 0 ]; then as_expected 'it does'; else differs "codesign ended with ${code}"; fi
  fi

  ask archived-classes "the daemon's classes come from the class-data archive"
  if [ ! -e "${support}/current/classes.jsa" ]; then
    cannot_tell 'there is no archive, or Kextwatch is not installed'
  elif run "${support#"${root}"}/current/bin/kextwatch" :java \
    "-XX:SharedArchiveFile=${support}/current/classes.jsa" -Xlog:class+load \
    org.kextwatch.agent.cli.Main version; then
    if [ "${code}" -ne 0 ]; then
      cannot_tell "it ended with ${code}"
    elif says ' org\.kextwatch\.agent\.cli\.Main source: shared objects file'; then
      as_expected 'they do'
    else
      differs 'they come from the jar'
    fi
  fi

  ask no-such-service 'launchctl print ends with 113 for a service that launchd does not know'
  if run /bin/launchctl print "system/${label}.no-such-service"; then
    if [ "${code}" -eq 113 ]; then as_expected 113; else differs "${code}"; fi
  fi

  ask switched-off-label 'launchctl print-disabled lists labels as true, false, enabled or disabled'
  if run /bin/launchctl print-disabled system; then
    switches=$(lines '" => ')
    known=$(lines '" => (true|false|enabled|disabled)$')
    if [ "${code}" -ne 0 ] || ! says 'disabled services'; then
      differs "it ended with ${code}, or printed no list"
    elif [ "${switches}" -eq 0 ]; then
      cannot_tell 'no label is listed'
    elif [ "${switches}" -eq "${known}" ]; then
      as_expected "${known} labels"
    else
      differs "$((switches - known)) of ${switches} labels are listed otherwise"
    fi
  fi

  ask daemon-cost 'the daemon holds less than 130 MB of memory'
  if pid=$(job_process); then
    if run /bin/ps -o rss= -p "${pid}"; then
      kilobytes=$(printf '%s' "${said}" | tr -cd 0-9)
      if [ -z "${kilobytes}" ]; then
        cannot_tell "ps ended with ${code}"
      elif [ "${kilobytes}" -lt 130000 ]; then
        as_expected "$((kilobytes / 1000)) MB"
      else
        differs "$((kilobytes / 1000)) MB"
      fi
    fi
  else
    cannot_tell 'launchd runs no such job'
  fi

  about_package
  about_log_lines
  about_restart
}

about_package() {
  ask package-installs 'an installer package leaves a release and a receipt, and no payload'
  if run /usr/sbin/pkgutil --pkg-info "${label}"; then
    if [ "${code}" -ne 0 ]; then
      cannot_tell 'macOS has no receipt: no package was installed here'
    elif [ -e "${support}/current/install.sh" ] && [ ! -e "${support}/package" ]; then
      as_expected 'so it is'
    else
      differs 'the payload is still there, or no release is'
    fi
  fi
}

about_log_lines() {
  ask log-lines 'log show finds the line that the daemon wrote with logger when it started'
  if ! pid=$(job_process); then
    cannot_tell 'launchd runs no such job'
  elif run /bin/ps -o etime= -p "${pid}"; then
    if ! says '^ *[0-9][0-9:]*$'; then
      cannot_tell 'it started more than a day ago, or ps does not tell'
    elif run /usr/bin/log show --last 1d --style compact --predicate \
      'process == "logger" AND eventMessage CONTAINS "Kextwatch"'; then
      lines=$(lines '^[0-9].*Kextwatch [0-9.]+ starts')
      if [ "${code}" -ne 0 ]; then
        cannot_tell "log ended with ${code}"
      elif [ "${lines}" -gt 0 ]; then
        as_expected "${lines} starts in the log of the last day"
      else
        differs 'the log of the last day has none, and the daemon started since'
      fi
    fi
  fi
}

# Two questions: how soon the daemon ends, and how soon it is back.
about_restart() {
  is_over=
  is_back=
  why='not asked: --restart asks it'
  if [ "${is_restart_wanted}" = true ]; then
    why='launchd runs no such job'
    if pid=$(job_process); then
      why='launchctl kill failed'
      if try /bin/launchctl kill TERM "system/${label}" && [ "${code}" -eq 0 ]; then
        watch_restart
      fi
    fi
  fi
  ask job-ends-in-time 'the daemon ends within 4 seconds of SIGTERM'
  judge_seconds "${is_over}" 4
  ask job-comes-back 'launchd starts it again, within 45 seconds'
  judge_seconds "${is_back}" 45
}

watch_restart() {
  why='it did not within a minute'
  seconds=0
  while [ "${seconds}" -lt 60 ] && [ -z "${is_back}" ]; do
    now=$(job_process) || now=
    [ "${now}" = "${pid}" ] || is_over=${is_over:-${seconds}}
    [ -z "${now}" ] || [ "${now}" = "${pid}" ] || is_back=${seconds}
    sleep 1
    seconds=$((seconds + 1))
  done
}

judge_seconds() {
  if [ -n "$1" ]; then
    if [ "$1" -le "$2" ]; then as_expected "after $1 seconds"; else differs "after $1 seconds"; fi
  elif [ "${why}" = 'it did not within a minute' ]; then
    differs "${why}"
  else
    cannot_tell "${why}"
  fi
}

# The process of the job. The output of "list" is meant to stay as it is (launchctl(1)).
job_process() {
  try /bin/launchctl list "${label}" || return 1
  process=$(printf '%s\n' "${said}" | sed -n 's/.*"PID" = \([0-9]*\);.*/\1/p')
  [ -n "${process}" ] && printf '%s\n' "${process}"
}

main ${1+"$@"}
