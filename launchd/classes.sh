#!/bin/sh
#
# The class-data archive of a release: the classes of the daemon as Java has them in memory. With it the
# daemon starts sooner and needs a third less memory. It fits only the Java and the place that it was made
# with, so it is made on the Mac. A release runs without it too, so nothing that fails here ends an install.
#
# The exit code of a function says whether it worked. They do not rely on "set -e":
# shellcheck disable=SC2310
# install.sh and release.sh are read before this file, and set these:
: "${root?}" "${with_archive?}" "${staging?}" "${scratch=}" "${releases=}" "${release=}" "${locked=}"

longest_record=30 # seconds
exercise=

# Makes it in a release that is at its place, unless the one that is there fits.
make_archive() {
  archive=$1/classes.jsa
  ! has_wanted_archive "$1" || return 0
  rm -f "${archive}" "${archive}.stamp" "${archive}.new"
  wants_archive || return 0
  work=${scratch}/classes
  rm -rf "${work}"
  if record_classes "$1" && write_archive "$1" && try_archive "$1" && keep_archive "$1"; then
    return 0
  fi
  rm -f "${archive}" "${archive}.stamp" "${archive}.new"
  say "no class-data archive could be made, so the daemon needs about 17 MiB more memory: ${said}"
}

# In a package it would be for another Mac.
wants_archive() {
  [ "${with_archive}" = true ] && [ "${staging}" = false ]
}

has_wanted_archive() {
  if wants_archive; then
    fits_archive "$1"
  else
    [ ! -e "$1/classes.jsa" ]
  fi
}

# The launcher compares the same before it uses the archive.
fits_archive() {
  [ -f "$1/classes.jsa" ] && [ -f "$1/classes.jsa.stamp" ] && [ ! -e "$1/classes.jsa.new" ] || return 1
  IFS= read -r expected <"$1/classes.jsa.stamp" || :
  found=$("$1/bin/kextwatch" :stamp "$1/classes.jsa" 2>/dev/null) && [ "${found}" = "${expected}" ]
}

# Runs the daemon for a few seconds on a simulated Mac, and has Java write down which classes it loads.
# Nothing listens at its endpoint, so a list names what a delivery needs beyond that.
record_classes() {
  said="there is no room in ${scratch}"
  simulate_mac || return
  for_a_minute "$1/bin/kextwatch" :java -Xshare:auto "-XX:DumpLoadedClassList=${work}/list" \
    org.kextwatch.agent.cli.Main --root "${work}/mac" run >"${work}/out" 2>&1 &
  exercise=$!
  waited=0
  while [ ! -e "${work}/mac/Library/Application Support/Kextwatch/status.json" ] &&
    [ "${waited}" -lt "${longest_record}" ] && is_running "${exercise}"; do
    waited=$((waited + 1))
    sleep 1
  done
  sleep 2 # it tries to deliver, and looks again
  end_exercise
  said=$(sed 1q "${work}/out")
  [ -s "${work}/list" ] || return
  ! [ -f launchd/delivery.classlist ] || cat launchd/delivery.classlist >>"${work}/list"
}

# If this script is killed, nobody else ends it.
for_a_minute() {
  if has perl; then
    exec perl -e 'alarm 60; exec @ARGV' "$@"
  fi
  exec "$@"
}

# Its macOS is that of this Mac, which says what the daemon looks at: system extensions, or the kernel
# extension, which the user has allowed there and which does not load.
simulate_mac() {
  simulated=${work}/mac
  mac_support="${simulated}/Library/Application Support/Kextwatch"
  kext=${simulated}/Library/Extensions/wdavkext.kext/Contents
  database=${simulated}/private/var/db/SystemPolicyConfiguration
  system=${simulated}/System/Library/CoreServices
  mkdir "${work}" && mkdir -p "${mac_support}" "${kext}" "${database}" "${system}" \
    "${simulated}/Library/SystemExtensions" \
    "${simulated}/usr/local/bin" "${simulated}/usr/bin" "${simulated}/usr/sbin" || return
  cp "${root}/System/Library/CoreServices/SystemVersion.plist" "${system}/" 2>/dev/null ||
    property_list ProductVersion 15.0 >"${system}/SystemVersion.plist" || return
  property_list CFBundleIdentifier com.microsoft.wdavkext >"${kext}/Info.plist" &&
    property_list extensions '<array><dict>
<key>identifier</key><string>com.microsoft.wdav.epsext</string>
<key>teamID</key><string>UBF8T346G9</string>
<key>state</key><string>activated_enabled</string>
</dict></array>' \
      >"${simulated}/Library/SystemExtensions/db.plist" &&
    printf 'SQLite format 3' >"${database}/KextPolicy" &&
    tool usr/local/bin/mdatp \
      'echo "{\"healthy\":true,\"licensed\":true,\"healthIssues\":[],\"realTimeProtectionEnabled\":true,\
\"realTimeProtectionAvailable\":true}"' &&
    tool usr/bin/codesign : &&
    tool usr/bin/sqlite3 \
      'printf "user,55424638543334364739,636F6D2E6D6963726F736F66742E776461766B657874,31\nend\n"' &&
    tool usr/sbin/kextstat 'echo "Index Refs Address            Size       Wired      Name (Version) UUID"' &&
    tool usr/bin/kextutil 'echo "Kext rejected due to system policy"; exit 27' &&
    cat >"${mac_support}/config.json" <<'JSON' &&
{"endpoint": "https://127.0.0.1:9/", "proxy": "none", "healthIntervalSeconds": 1,
 "atRiskIntervalSeconds": 1, "heartbeatIntervalSeconds": 1, "confirmSeconds": 0}
JSON
    printf 'whsec_%s\n' Y2xhc3MtZGF0YS1hcmNoaXZlLWV4ZXJjaXNlLW9ubHkh >"${mac_support}/secret" &&
    chmod 600 "${mac_support}/config.json" "${mac_support}/secret"
}

# Prints one with a key, and a text or an element.
property_list() {
  value=$2
  case ${value} in
    '<'*) ;;
    *) value="<string>${value}</string>" ;;
  esac
  printf '%s\n' '<?xml version="1.0" encoding="UTF-8"?>' \
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">' \
    "<plist version=\"1.0\"><dict><key>$1</key>${value}</dict></plist>"
}

tool() {
  printf '#!/bin/sh\n%s\n' "$2" >"${simulated}/$1" && chmod 755 "${simulated}/$1"
}

# The script may be interrupted meanwhile.
end_exercise() {
  [ -n "${exercise}" ] || return 0
  ! kill "${exercise}" 2>/dev/null || wait "${exercise}" 2>/dev/null || : # posh may have no kill
  exercise=
}

# Before version 24 Java takes the path of a jar from its URL and leaves the space encoded (JDK-8339460). So
# it finds no jar below "Application Support", and puts no class of the daemon into the archive. A link leads
# there from the encoded path meanwhile (belief:archived-classes). The archive does not need it afterwards.
write_archive() {
  link_encoded
  is_written=true
  said=$("$1/bin/kextwatch" :java -Xshare:dump "-XX:SharedClassListFile=${work}/list" \
    "-XX:SharedArchiveFile=${archive}.new" -Xlog:disable -Xlog:all=error:stderr 2>&1) || is_written=false
  unlink_encoded
  [ "${is_written}" = true ] && [ -s "${archive}.new" ]
}

link_encoded() {
  encoded=${root}/Library/Application%20Support
  [ -e "${encoded}" ] || [ -L "${encoded}" ] || ln -s 'Application Support' "${encoded}" 2>/dev/null || :
}

# An install that was killed may have left it, too. Nobody else makes a link with that target there.
unlink_encoded() {
  encoded=${root}/Library/Application%20Support
  target=$(readlink "${encoded}" 2>/dev/null) && [ "${target}" = 'Application Support' ] || return 0
  rm -f "${encoded}"
}

# With -Xshare:on Java ends if it cannot use the archive.
try_archive() {
  said=$("$1/bin/kextwatch" :java -Xshare:on "-XX:SharedArchiveFile=${archive}.new" \
    "-XX:ErrorFile=${work}/crash" -XX:-CreateCoredumpOnCrash org.kextwatch.agent.cli.Main version 2>&1)
}

# Until the archive has its name, the stamp fits none.
keep_archive() {
  said="${archive} cannot be written"
  "$1/bin/kextwatch" :stamp "${archive}.new" >"${archive}.stamp" 2>/dev/null &&
    own 644 "${archive}.stamp" "${archive}.new" &&
    mv -f "${archive}.new" "${archive}"
}

# An install that was interrupted leaves none that is half-written. Without the lock they are another's.
clear_archive() {
  end_exercise
  [ "${locked}" = true ] || return 0
  unlink_encoded
  for place in "${releases}"/*; do
    [ -L "${place}" ] || rm -f "${place}/classes.jsa.new"
  done
}
