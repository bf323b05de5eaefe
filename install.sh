#!/bin/sh
#
# Tries, tests and builds Kextwatch on this machine, and brings what that needs.
#
# No function that stands in a condition relies on "set -e" to end it:
# shellcheck disable=SC2310

set -eu

oldest_jdk=17
oldest_maven=3.8.7
java_home_tool=/usr/libexec/java_home
usage_error=64
unavailable=69
needs="A JDK ${oldest_jdk} or later is at https://adoptium.net, Maven ${oldest_maven} or later at\
 https://maven.apache.org; the rest is in the packages of most systems under its own name."

usage() {
  cat <<'TEXT'
usage: ./install.sh --demo [OPTION...]   build Kextwatch if need be, and watch a simulated Mac;
                                         the options are those of "kextwatch demo", such as --fast
       ./install.sh --test               build it and run every test and check
       ./install.sh --version
       ./install.sh --help

What is missing is brought first: with apt-get as root on Debian and its kin, with Homebrew on a
Mac. Elsewhere you are told what is missing and how to get it.

exit codes: 0 done, 64 wrong usage, 69 something is missing and could not be brought
TEXT
}

say() {
  printf '%s\n' "install.sh: $1" >&2
}

fail() {
  say "$2"
  exit "$1"
}

main() {
  folder=$(dirname "$0")
  cd -P "${folder}"
  umask 022 # a jar keeps the modes of its files, and is to be the same everywhere

  [ "$#" -gt 0 ] || refuse "no option"
  option=$1
  shift
  [ "${option}" = --demo ] || [ "$#" -eq 0 ] || refuse "too much: $1"
  case ${option} in
    --demo) demo ${1+"$@"} ;;
    --test) verify ;;
    --version) version ;;
    --help | -h) usage ;;
    *) refuse "unknown option: ${option}" ;;
  esac
}

refuse() {
  say "$1"
  usage >&2
  exit "${usage_error}"
}

version() {
  sed -n 's|^  <version>\(.*\)</version>$|kextwatch \1|p' pom.xml
}

demo() {
  program=agent/target/dist/bin/kextwatch
  if is_stale "${program}"; then
    bring jdk maven sqlite3 openssl
    say "building (the first time Maven downloads what it needs, which takes a minute or two)"
    maven -q package -Dmaven.test.skip=true >&2
  else
    bring jdk sqlite3 openssl
  fi
  as_caller env JAVA_HOME="${JAVA_HOME}" "${program}" demo ${1+"$@"}
}

verify() {
  bring jdk maven sqlite3 openssl shellcheck checkbashisms dash posh busybox faketime
  say "building and testing"
  maven verify
}

# Folders count too: they change when a file in them goes.
is_stale() {
  [ -x "$1" ] || return 0
  newer=$(find pom.xml .mvn agent/pom.xml agent/src/main -newer "$1")
  [ -n "${newer}" ]
}

maven() {
  as_caller env JAVA_HOME="${JAVA_HOME}" mvn -B -ntp "$@"
}

# Whoever called sudo: Homebrew refuses root, and what Maven writes should not be root's.
as_caller() {
  if [ -n "${SUDO_USER-}" ] && [ "${SUDO_USER}" != root ] && is_root; then
    sudo -H -u "${SUDO_USER}" -- env PATH="${PATH}" "$@"
  else
    "$@"
  fi
}

is_root() {
  uid=$(id -u)
  [ "${uid}" -eq 0 ]
}

is_mac() {
  system=$(uname -s)
  [ "${system}" = Darwin ]
}

# ---- what a build needs ----

# Makes sure that all that is named is here, and sets JAVA_HOME.
bring() {
  if is_mac && is_root && [ -z "${SUDO_USER-}" ]; then
    fail "${unavailable}" "neither Homebrew nor Maven should run as root: run it without sudo"
  fi
  missing=$(missing_of "$@")
  [ -n "${missing}" ] || {
    find_jdk
    return
  }
  # shellcheck disable=SC2086 # a list of words
  set -- ${missing}
  say "missing: $*"
  if is_mac; then
    bring_with_brew "$@"
  else
    bring_with_apt "$@"
  fi
  missing=$(missing_of "$@")
  [ -z "${missing}" ] || fail "${unavailable}" "still missing, or too old: ${missing}
${needs}"
  find_jdk
}

missing_of() {
  for thing; do
    is_here "${thing}" || printf '%s\n' "${thing}"
  done
}

is_here() {
  case $1 in
    jdk) find_jdk ;;
    maven) has_maven ;;
    # Neither is made for a Mac.
    posh | busybox | faketime) is_mac || has "$1" ;;
    *) has "$1" ;;
  esac
}

has() {
  command -v "$1" >/dev/null 2>&1
}

bring_with_apt() {
  packages=
  for thing; do
    case ${thing} in
      jdk) package=default-jdk-headless ;;
      checkbashisms) package=devscripts ;;
      *) package=${thing} ;;
    esac
    packages="${packages} ${package}"
  done
  command="apt-get update && apt-get install -y${packages}"
  has apt-get || fail "${unavailable}" "there is no apt-get here; install these by hand: $*
${needs}"
  is_root || fail "${unavailable}" "only root can install them. Run: sudo sh -c '${command}'"
  say "running: ${command}"
  # shellcheck disable=SC2086 # a list of words
  {
    DEBIAN_FRONTEND=noninteractive apt-get update -q >&2 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends ${packages} >&2
  } || fail "${unavailable}" "apt-get failed. Mend that, or install by hand: $*"
}

bring_with_brew() {
  formulas=
  for thing; do
    case ${thing} in
      jdk) formula=openjdk ;;
      sqlite3) formula=sqlite ;;
      *) formula=${thing} ;;
    esac
    formulas="${formulas} ${formula}"
  done
  command="brew install${formulas}"
  has brew ||
    fail "${unavailable}" "Homebrew is not here. Get it from https://brew.sh, then run: ${command}"
  say "running: ${command}"
  # shellcheck disable=SC2086 # a list of words
  as_caller brew install ${formulas} >&2 ||
    fail "${unavailable}" "Homebrew failed. Mend that, then run: ${command}"
}

# Finds a JDK that is new enough and makes it JAVA_HOME.
find_jdk() {
  for place in environment path java_home brew debian; do
    candidate=
    case ${place} in
      environment) candidate=${JAVA_HOME-} ;;
      path) candidate=$(jdk_on_path) || : ;;
      java_home) candidate=$("${java_home_tool}" -F -v "${oldest_jdk}+" 2>/dev/null) || : ;;
      brew) candidate=$(jdk_of_brew) || : ;;
      *) candidate=/usr/lib/jvm/default-java ;;
    esac
    if is_jdk "${candidate}"; then
      JAVA_HOME=${candidate}
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}

jdk_on_path() {
  javac=$(command -v javac) || return 0
  # On a Mac this is a stub that asks for a Java.
  [ "${javac}" != /usr/bin/javac ] || ! is_mac || return 0
  while [ -L "${javac}" ]; do
    link=$(readlink "${javac}")
    case ${link} in
      /*) javac=${link} ;;
      *) javac=$(dirname "${javac}")/${link} ;;
    esac
  done
  printf '%s\n' "${javac%/bin/javac}"
}

jdk_of_brew() {
  has brew || return 0
  cellar=$(as_caller brew --prefix openjdk 2>/dev/null) || return 0
  printf '%s\n' "${cellar}/libexec/openjdk.jdk/Contents/Home"
}

is_jdk() {
  [ -x "$1/bin/javac" ] || return 1
  said=$("$1/bin/javac" -version 2>&1) || return 1
  said=${said##*javac }
  is_at_least "${oldest_jdk}" "${said}"
}

has_maven() {
  has mvn && find_jdk || return 1
  said=$(maven --version 2>/dev/null) || return 1
  said=$(printf '%s\n' "${said}" | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p')
  is_at_least "${oldest_maven}" "${said}"
}

# Whether the second dotted version is the first or later.
is_at_least() {
  printf '%s %s\n' "$1" "$2" | awk '{
    split($1, wanted, "."); split($2, found, ".")
    for (i = 1; i <= 3; i++)
      if (found[i] + 0 != wanted[i] + 0) exit found[i] + 0 < wanted[i] + 0
  }'
}

main ${1+"$@"} # posh calls "$@" unset where there is none
