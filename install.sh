#!/bin/sh
#
# Installs Kextwatch on this Mac and removes it. Builds, tests and demonstrates it on any machine, and
# installs what that needs. The scripts in launchd do the work on a Mac.
#
# No function that is called in a condition relies on "set -e", and those scripts use variables that are
# set here:
# shellcheck disable=SC2310,SC2034

set -eu

oldest_jdk=17
oldest_maven=3.8.7
java_home_tool=/usr/libexec/java_home
debian_jdk=/usr/lib/jvm/default-java
usage_error=64
unavailable=69
failed=70
needs_root=77
bad_settings=78
uid= # asked once
label=org.kextwatch.agent
parts="release runtime checks lock job link removal classes" # of this script; each release on a Mac has them too
needs="A JDK ${oldest_jdk} or later is at https://adoptium.net, Maven ${oldest_maven} or later at\
 https://maven.apache.org; the rest is in the packages of most systems under its own name."

usage() {
  cat <<'TEXT'
usage: sudo ./install.sh [OPTION...]
    Installs Kextwatch on this Mac, or upgrades it, and starts it.
    --endpoint URL     the webhook, if there are no settings yet
    --secret-file F    its secret (whsec_...), if there is none yet
    --config F         the settings, if there are none yet (not with --endpoint)
    --java HOME        the Java to run with: 17 or later, every file owned by
                       root and not writable by others. Default: the Java that the
                       archive brings, else that of the last install, else the
                       newest one on this Mac
    --accept-unpatched-java
                       on macOS 10.13 to 10.15: run with a Java that may get
                       no security updates any more (launchd/README.md)
    --no-archive       make no class-data archive: the daemon then needs about
                       17 MiB more memory
    --no-start         put everything in place, but do not call launchd
    --destdir DIR      install into the staging folder of a package: launchd is
                       not called, root is not needed, and HOME is the place of
                       the Java on the Macs that get the package. Of an archive
                       with Javas all are staged
    --root DIR         install on the Mac whose root folder is DIR (for tests);
                       it has its own bin/launchctl
    --dry-run          check everything and show the plan, change nothing

sudo ./install.sh --uninstall
    Stops and removes Kextwatch. Settings, state and logs stay.
    --purge            remove these too
    This script is on the Mac too, and can remove Kextwatch or repair it:
    sudo "/Library/Application Support/Kextwatch/current/install.sh" [OPTION...]

./install.sh --status
    Shows what is installed, whether launchd knows it, and the last status.

./install.sh --demo [OPTION...]
    Shows two simulated Macs. The options are those of "kextwatch demo",
    such as --fast.

./install.sh --release [--runtime JDK]... [--jmods DIR]... [--key FILE]
    Makes the release archive, which any Mac can be installed from. With a JDK
    for Macs, or the folder of its jmods, it has a Java inside, and such a Mac
    needs none of its own: give one for Macs with Apple silicon (arm64) and one
    for those with Intel (x86_64). Run in a release archive it makes the same
    archive with another Java. Beside it lie the list of what is inside (an
    SBOM) and SHA256SUMS, signed with the minisign key FILE if there is one.
    launchd/README.md has more

./install.sh --package [--sign IDENTITY] [OPTION...]
    Makes an installer package of a release archive, on a Mac: of this one, or
    in a clone of the one that --release made. It brings the Javas of the
    archive. IDENTITY is a certificate "Developer ID Installer: ...". --java,
    --endpoint, --config, --secret-file, --no-archive and
    --accept-unpatched-java count on each Mac as above; settings and a secret
    can be read by whoever has the package

./install.sh --test
    Builds Kextwatch and runs every test and check.

./install.sh --version
./install.sh --help

An install never changes settings or a secret that exist: edit them in
/Library/Application Support/Kextwatch, or deploy a profile (launchd/README.md).
A release that does not start within 30 seconds is rolled back: the one before
it runs again.

Outside a release archive the program is built first. What the build needs is
installed: with apt-get as root on Debian and similar systems, with Homebrew on
a Mac. On other systems you are told what is missing.

exit codes: 0 done, 64 wrong usage, 69 something is missing or this is not a
            Mac that it can work on, 70 it failed, 77 needs root, 78 bad
            settings or secret. --status ends as "kextwatch status" does, and
            with 2 where Kextwatch is not installed
TEXT
}

# stderr may be closed by now, which must not end the script.
say() {
  printf '%s\n' "install.sh: $1" >&2 || :
}

fail() {
  say "$2"
  exit "$1"
}

main() {
  caller_folder=$(pwd -P)
  self=$(absolute "${0#./}")
  folder=$(dirname "$0")
  cd -P "${folder}"
  folder=$(pwd -P)
  umask 022 # a jar keeps the modes of its files, and must be the same from every build

  option=${1-}
  case ${option} in
    --demo)
      shift
      demo ${1+"$@"}
      ;;
    --release)
      shift
      [ -f launchd/archive.sh ] || fail "${unavailable}" "--release needs a clone or a release archive"
      for part in archive papers; do
        # shellcheck source=/dev/null
        . "./launchd/${part}.sh"
      done
      release_archive ${1+"$@"}
      ;;
    --package)
      shift
      [ -f launchd/package.sh ] || fail "${unavailable}" "--package needs a clone or a release archive"
      # shellcheck source=/dev/null
      . ./launchd/package.sh
      make_package ${1+"$@"}
      ;;
    --test | --version | --help | -h)
      [ "$#" -eq 1 ] || refuse "unexpected argument: $2"
      case ${option} in
        --test) verify ;;
        --version) version ;;
        *) usage ;;
      esac
      ;;
    *) on_a_mac ${1+"$@"} ;;
  esac
}

refuse() {
  fail "${usage_error}" "$1. See ./install.sh --help"
}

version() {
  if [ -f pom.xml ]; then
    sed -n 's|^  <version>\(.*\)</version>$|kextwatch \1|p' pom.xml
  else
    find_program
    found=$(version_of "${program}")
    printf 'kextwatch %s\n' "${found}"
  fi
}

demo() {
  find_program
  [ "${program}" != . ] ||
    fail "${unavailable}" "the demo is not on a Mac: run ./install.sh of a release archive or a clone"
  if is_stale "${program}/bin/kextwatch"; then
    bring jdk maven sqlite3 openssl
    build
  elif "${program}/bin/kextwatch" version >/dev/null 2>&1; then
    bring sqlite3 openssl # it has found a Java, perhaps that of the archive
  else
    bring jdk sqlite3 openssl
  fi
  as_caller env JAVA_HOME="${JAVA_HOME-}" "${program}/bin/kextwatch" demo ${1+"$@"}
}

# A release archive has the program in dist; a clone has it after a build; a release that is installed is
# the program, and this script in it can remove it or install it again.
find_program() {
  program=dist
  plist=launchd/${label}.plist
  if [ -f pom.xml ]; then
    program=agent/target/dist
  elif [ ! -d dist ]; then
    program=.
    plist=${label}.plist
  fi
}

# The version of a program, taken from the name of its jar.
version_of() {
  for jar in "$1"/lib/kextwatch-agent-*.jar; do
    name=${jar##*/kextwatch-agent-}
    printf '%s\n' "${name%.jar}"
  done
}

build() {
  say "building (the first time Maven downloads what it needs, which takes a minute or two)"
  maven -q package -Dmaven.test.skip=true >&2
}

verify() {
  [ -f pom.xml ] || fail "${unavailable}" "--test needs a clone"
  bring jdk maven sqlite3 openssl shellcheck checkbashisms dash zsh posh busybox faketime strace ps
  say "building and testing"
  maven verify
}

# Folders are compared too: a folder changes when a file in it is removed.
is_stale() {
  [ -f pom.xml ] || return 1
  [ -x "$1" ] || return 0
  newer=$(find pom.xml .mvn agent/pom.xml agent/src/main agent/simulator/pom.xml \
    agent/simulator/src agent/demo/pom.xml agent/demo/src/main -newer "$1")
  [ -n "${newer}" ]
}

maven() {
  as_caller env JAVA_HOME="${JAVA_HOME}" mvn -B -ntp "$@"
}

# Runs a command as the user who called sudo: Homebrew refuses root, and what Maven writes should not
# belong to root.
as_caller() {
  if [ "${SUDO_USER:-root}" != root ] && is_root; then
    sudo -H -u "${SUDO_USER}" -- env PATH="${PATH}" "$@"
  else
    "$@"
  fi
}

is_root() {
  [ -n "${uid}" ] || uid=$(id -u)
  [ "${uid}" -eq 0 ]
}

is_mac() {
  system=$(uname -s)
  [ "${system}" = Darwin ]
}

# ---- what is done to a Mac ----

on_a_mac() {
  root=
  endpoint=
  secret_file=
  config_file=
  java_home=
  action=install
  start=true
  staging=false
  dry_run=false
  purge=false
  with_archive=true
  accept_unpatched=false
  while [ "$#" -gt 0 ]; do
    case $1 in
      --endpoint | --secret-file | --config | --java | --destdir | --root)
        [ -n "${2-}" ] || refuse "$1 needs a value"
        take "$1" "$2"
        shift
        ;;
      --no-start) start=false ;;
      --no-archive) with_archive=false ;;
      --accept-unpatched-java) accept_unpatched=true ;;
      --dry-run) dry_run=true ;;
      --uninstall) action=uninstall ;;
      --purge) purge=true ;;
      --status) action=status ;;
      --demo | --release | --test | --version | --help | -h) refuse "unexpected argument: $1" ;;
      *) refuse "unknown option: $1" ;;
    esac
    shift
  done
  [ -z "${endpoint}" ] || [ -z "${config_file}" ] || refuse "give --endpoint or --config, not both"
  [ "${purge}" = false ] || [ "${action}" = uninstall ] || refuse "--purge needs --uninstall"

  retry="sudo '${self}'"
  [ "${action}" = install ] || retry="${retry} --${action}"
  [ "${purge}" = false ] || retry="${retry} --purge"
  for part in ${parts}; do
    # shellcheck source=/dev/null
    . "./launchd/${part}.sh"
  done
  places
  case ${action} in
    status) show_status ;;
    uninstall)
      require_a_mac
      uninstall
      ;;
    *)
      require_a_mac
      find_program
      if is_stale "${program}/bin/kextwatch"; then
        build_as_caller
      fi
      install_release
      ;;
  esac
}

take() {
  case $1 in
    --endpoint) endpoint=$2 ;;
    --secret-file) secret_file=$(absolute "$2") ;;
    --config) config_file=$(absolute "$2") ;;
    --java) java_home=$(absolute "$2") ;;
    *)
      [ -z "${root}" ] || refuse "give one of --destdir and --root, once"
      if [ "$1" = --destdir ]; then
        staging=true
        start=false
        [ "${dry_run}" = true ] || (cd "${caller_folder}" && mkdir -p "$2") ||
          fail "${failed}" "$2 cannot be made"
      fi
      root=$(cd "${caller_folder}" && cd -P "$2" 2>/dev/null && pwd -P) ||
        refuse "there is no folder $2"
      ;;
  esac
}

absolute() {
  case $1 in
    /*) printf '%s\n' "${1%/}" ;;
    *) printf '%s\n' "${caller_folder}/${1%/}" ;;
  esac
}

build_as_caller() {
  [ "${dry_run}" = false ] ||
    fail "${unavailable}" "the program would be built first; run ./install.sh --demo to build it"
  if is_mac && is_root && [ "${SUDO_USER:-root}" = root ]; then
    fail "${unavailable}" "the program is not built, and Maven should not run as root. Run sudo\
 ./install.sh as yourself, or install from a release archive."
  fi
  bring jdk maven
  build
}

# ---- what a build needs ----

# Installs what is missing of the named things, and sets JAVA_HOME.
bring() {
  if is_mac && is_root && [ "${SUDO_USER:-root}" = root ]; then
    fail "${unavailable}" "neither Homebrew nor Maven should run as root: run it without sudo"
  fi
  missing=$(missing_of "$@")
  [ -n "${missing}" ] || {
    find_jdk || :
    return 0
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
  find_jdk || :
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
    # They do not exist for a Mac, or the Mac has its own.
    zsh | posh | busybox | faketime | strace | ps) is_mac || has "$1" ;;
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
      ps) package=procps ;;
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
  } || fail "${unavailable}" "apt-get failed. Correct that, or install by hand: $*"
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
    fail "${unavailable}" "Homebrew failed. Correct that, then run: ${command}"
}

# Finds a JDK that is new enough, and sets JAVA_HOME to it.
find_jdk() {
  for place in environment path java_home brew debian; do
    candidate=
    case ${place} in
      environment) candidate=${JAVA_HOME-} ;;
      path) candidate=$(jdk_on_path) || : ;;
      java_home) candidate=$("${java_home_tool}" -F -v "${oldest_jdk}+" 2>/dev/null) || : ;;
      brew) candidate=$(jdk_of_brew) || : ;;
      *) candidate=${debian_jdk} ;;
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
  [ -n "$1" ] && [ -x "$1/bin/javac" ] || return 1
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

# The string of a key in an XML property list; empty if there is none.
plist_string() {
  [ -f "$1" ] && [ -r "$1" ] || return 0
  awk -v RS='<' -v wanted="key>$2" '
    found && sub(/^string>/, "") { print; exit }
    $0 == wanted { found = 1 }' "$1"
}

main ${1+"$@"} # posh calls "$@" unset where there is none
