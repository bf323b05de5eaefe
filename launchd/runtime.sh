#!/bin/sh
#
# The Java that install.sh installs with a release, or the one of the Mac that it records.
#
# No function that is called in a condition relies on "set -e", and release.sh uses variables that are set
# here:
# shellcheck disable=SC2310,SC2034
# install.sh, release.sh and checks.sh are read before this file, and set these:
: "${root?}" "${java_home?}" "${staging?}" "${unavailable?}" "${folder?}" "${java_home_tool?}"
: "${accept_unpatched?}" "${oldest_jdk?}" "${program=}" "${current=}" "${sysctl=}" "${fresh=}"

patched_from=11 # the oldest macOS with a Java that gets security updates
consent=accepted-unpatched-java

# Sets java_home: what is recorded, or the folder in this archive that becomes a part of the release, which
# image names too (else it is empty). Sets java_here, the path of the same Java on this machine (empty if it
# does not run here).
find_runtime() {
  chosen=${java_home}
  image=
  recorded=
  for record in "${current}/java-home" "${program}/java-home"; do
    if [ ! -x "${recorded:-none}/bin/java" ] && [ -f "${record}" ] && [ -r "${record}" ]; then
      IFS= read -r recorded <"${record}" || :
    fi
  done
  if [ -z "${java_home}" ] && [ -d runtime ]; then
    take_image
  else
    take_java_of_mac
  fi
}

# A package brings every Java of the archive, a Mac gets its own. A release on the Mac has that one alone.
take_image() {
  this=$(architecture)
  image=${folder}/runtime
  java_home=${image}
  [ -e "${java_home}/bin/java" ] || java_home=${image}/${this}
  if [ "${staging}" = true ]; then
    java_here=${java_home}
    "${java_here}/bin/java" -version >/dev/null 2>&1 || {
      java_here=
      say "no Java of this archive runs here, so neither it nor the settings are tried"
    }
    return
  fi
  image=${java_home}
  java_here=${java_home}
  [ -x "${java_home}/bin/java" ] || fail "${unavailable}" "this archive has no Java for this Mac (${this}).\
 Take the archive that has, or give --java HOME of a Java ${oldest_jdk} or later."
  [ -z "${recorded}" ] || say "the release brings a Java, which is used instead of ${recorded}"
}

# uname says x86_64 under Rosetta too (belief:architecture-name).
architecture() {
  arm=$("${sysctl}" -n hw.optional.arm64 2>/dev/null) || arm=
  machine=$(uname -m)
  case ${arm},${machine} in
    1,* | *,arm64 | *,aarch64) printf 'arm64\n' ;;
    *) printf 'x86_64\n' ;;
  esac
}

take_java_of_mac() {
  if [ -z "${java_home}" ] && [ -x "${recorded:-none}/bin/java" ]; then
    java_home=${recorded}
  fi
  if [ -z "${java_home}" ] && is_mac; then
    java_home=$("${java_home_tool}" -F -v "${oldest_jdk}+" 2>/dev/null) || java_home=
  fi
  if [ -z "${java_home}" ] && [ -n "${root}" ] && find_jdk; then
    java_home=${JAVA_HOME-}
  fi
  [ -n "${java_home}" ] || fail "${unavailable}" "no Java ${oldest_jdk} or later is here. Install one\
 for all users, or give --java HOME."
  [ "${staging}" = false ] || [ -n "${chosen}" ] ||
    say "no --java is given, so the package names the Java of this machine: ${java_home}. It must be\
 there on every Mac that gets the package; else give --java HOME"
  java_here=${java_home}
  if [ "${staging}" = true ] && [ -x "${root}${java_home}/bin/java" ]; then
    java_here=${root}${java_home}
  fi
  if [ ! -x "${java_here}/bin/java" ]; then
    [ "${staging}" = true ] ||
      fail "${unavailable}" "there is no ${java_here}/bin/java: give another --java HOME"
    java_here=
    say "${java_home} is not here, so neither it nor the settings are tried"
  fi
}

# A Java that is too new for this macOS ends with a message that says nothing to an admin. Whether a Java of
# 17 or later starts on 10.13 to 10.15 is not verified (belief:java-starts). A package is for Macs that are
# not known.
check_runtime() {
  minimum=
  mac=$(plist_string "${root}/System/Library/CoreServices/SystemVersion.plist" ProductVersion)
  if [ -f "${java_here}/minimum-macos" ]; then
    [ "${staging}" = true ] || IFS= read -r minimum <"${java_here}/minimum-macos" || :
  elif [ -n "${java_here}" ]; then
    minimum=$(plist_string "${java_here}/../Info.plist" JVMMinimumSystemVersion)
  fi
  [ -n "${mac}" ] || return 0
  is_at_least "${minimum:-0}" "${mac}" || fail "${unavailable}" "${java_home} needs macOS ${minimum} or\
 later, this is macOS ${mac}. Give --java HOME of a Java ${oldest_jdk} or later that runs here."
}

# No Java of 17 or later is known that runs on 10.13 to 10.15 and is still updated, so whoever installs must
# agree. The release remembers it, and the next one need not ask.
require_consent() {
  agreed=false
  for release_here in "${current}" "${program}"; do
    [ ! -e "${release_here}/${consent}" ] || agreed=true
  done
  if [ -n "${mac}" ] && ! is_at_least "${patched_from}" "${mac}"; then
    [ "${agreed}" = true ] || [ "${accept_unpatched}" = true ] || fail "${unavailable}" "for\
 macOS ${mac} no Java is known that still gets security updates, and it runs as root. What that means is in\
 launchd/README.md. If you want it, give --accept-unpatched-java: it is asked once."
    agreed=true
  fi
  [ "${staging}" = false ] || [ "${accept_unpatched}" = false ] || agreed=true
}

mebibytes_of_image() {
  [ -z "${image}" ] || du -sk "${image}" | awk '{ print int($1 / 1024) + 1 }'
}

# Puts the Java, or where it is, into the release that is being prepared. The first argument is the place of
# a Java of this machine.
add_runtime() {
  if [ -n "${image}" ]; then
    [ -d "${fresh}/runtime" ] || copy_to "${fresh}/runtime" "${image}"
  else
    printf '%s\n' "$1" >"${fresh}/java-home"
  fi
  [ "${agreed}" = false ] || : >"${fresh}/${consent}"
}

# What is run of it, such as lib/jspawnhelper, stays executable.
close_off_runtime() {
  [ -d "$1" ] || return 0
  find "$1" -type f -perm -100 -exec chmod 755 {} +
  find "$1" -type f ! -perm -100 -exec chmod 644 {} +
}

# Prints which Java a release runs with.
java_of_release() {
  if [ -d "$1/runtime" ]; then
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "$1/runtime/release" 2>/dev/null) || :
    printf 'its own%s\n' "${version:+, ${version}}"
  else
    sed 1q "$1/java-home"
  fi
}
