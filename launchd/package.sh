#!/bin/sh
#
# The installer package of a release: "install.sh --package", on a Mac, whose own tools make it. Its payload
# is the release archive in a folder that its postinstall script installs from, and removes
# (belief:package-installs): of a package that is upgraded, Installer removes the files that the new one does
# not have, so a payload must not be where releases are.
#
# No function that is called in a condition relies on "set -e":
# shellcheck disable=SC2310
# install.sh reads this file, and sets these:
: "${unavailable?}" "${failed?}" "${folder?}" "${label?}"

install_location="/Library/Application Support/Kextwatch/package"
oldest_macos=10.13 # if no Java is inside, which would say it

make_package() {
  read_options ${1+"$@"}
  for tool in pkgbuild productbuild pkgutil ${identity:+productsign}; do
    has "${tool}" ||
      fail "${unavailable}" "there is no ${tool} here, which makes packages: run it on a Mac"
  done
  work=$(mktemp -d /tmp/kextwatch.XXXXXX)
  trap 'rm -rf "${work}"' EXIT
  trap 'exit 130' HUP INT PIPE TERM
  take_release
  add_settings
  stage
  describe_package
  build_package
  tell_package
}

# Sets what is asked for. The Java, the endpoint and the flags are options of the install on each Mac.
read_options() {
  identity=
  java_home=
  endpoint=
  given_config=
  given_secret=
  flags=
  while [ "$#" -gt 0 ]; do
    case $1 in
      --sign | --java | --endpoint | --config | --secret-file)
        [ -n "${2-}" ] || refuse "$1 needs a value"
        read_option "$1" "$2"
        shift
        ;;
      --no-archive | --accept-unpatched-java) flags="${flags}$1
" ;;
      *) refuse "unknown option for --package: $1" ;;
    esac
    shift
  done
  [ -z "${endpoint}" ] || [ -z "${given_config}" ] || refuse "give --endpoint or --config, not both"
}

read_option() {
  case $1 in
    --sign) identity=$2 ;;
    --java)
      java_home=${2%/}
      case ${java_home} in
        /*) ;;
        *) refuse "the --java of a package is its place on each Mac: give an absolute path" ;;
      esac
      ;;
    --endpoint) endpoint=$2 ;;
    --config) given_config=$(absolute "$2") ;;
    *) given_secret=$(absolute "$2") ;;
  esac
}

# Puts the release archive into a folder of its own: this one, or in a clone the one that was made last.
take_release() {
  release=${work}/release
  mkdir "${release}"
  if [ -f pom.xml ]; then
    release_version=$(version)
    release_version=${release_version#kextwatch }
    target=${folder}/agent/target
    packed=${target}/kextwatch-${release_version}.tar.gz
    [ -f "${packed}" ] ||
      fail "${unavailable}" "there is no ${packed}: make it first, with ./install.sh --release"
    gzip -dc "${packed}" | tar -xf - -C "${work}"
    mv "${work}/kextwatch-${release_version}"/* "${release}"
  else
    release_version=$(version_of dist)
    target=${folder}/target
    mkdir -p "${target}"
    for part in *; do
      [ "${part}" = target ] || cp -Rp "${part}" "${release}/"
    done
  fi
  # What a Mac needs neither to install nor to keep.
  for part in dist/demo launchd/mdm launchd/profiles launchd/package launchd/package.sh launchd/archive.sh \
    launchd/papers.sh launchd/on-a-mac.sh launchd/README.md; do
    rm -rf "${release:?}/${part}"
  done
}

# Nothing of this is in a package unless it is asked for. It is checked as for --destdir.
add_settings() {
  {
    [ -z "${java_home}" ] || printf '%s\n' --java "${java_home}"
    printf '%s' "${flags}"
    [ -z "${endpoint}" ] || printf '%s\n' --endpoint "${endpoint}"
  } >"${release}/options"
  set --
  [ -z "${endpoint}" ] || set -- ${1+"$@"} --endpoint "${endpoint}"
  [ -z "${given_config}" ] || set -- ${1+"$@"} --config "${given_config}"
  [ -z "${given_secret}" ] || set -- ${1+"$@"} --secret-file "${given_secret}"
  [ "$#" -gt 0 ] || return 0
  mkdir "${work}/trial"
  [ -z "${java_home}" ] || set -- ${1+"$@"} --java "${java_home}"
  code=0
  said=$(on_a_mac --dry-run --destdir "${work}/trial" ${1+"$@"} 2>&1 >/dev/null) || code=$?
  [ "${code}" -eq 0 ] || {
    printf '%s\n' "${said}" >&2
    exit "${code}"
  }
  if [ -n "${given_config}" ]; then
    cat "${given_config}" >"${release}/config.json"
  fi
  [ -z "${endpoint}${given_config}" ] ||
    say "the package has settings in it, which a Mac without any gets: whoever has the package can read them"
  if [ -n "${given_secret}" ]; then
    (
      umask 077
      cat "${given_secret}" >"${release}/secret"
    )
    say "the package has the webhook's secret in it: whoever has the package can read it, and sign events"
  fi
}

stage() {
  find "${release}" -type d -exec chmod 755 {} +
  find "${release}" -type f -perm -100 -exec chmod 755 {} +
  find "${release}" -type f ! -perm -100 -exec chmod 644 {} +
  for file in config.json secret; do
    [ ! -f "${release}/${file}" ] || chmod 600 "${release}/${file}"
  done
  # Installer may put a bundle where another one of its identifier is, and leave it out if that one is newer.
  bundles=$(find "${release}" -name Info.plist)
  [ -z "${bundles}" ] ||
    fail "${failed}" "a bundle is in the release, which Installer could put elsewhere: ${bundles}"
  scripts=${work}/scripts
  mkdir "${scripts}"
  cp launchd/package/preinstall launchd/package/postinstall "${scripts}/"
  chmod 755 "${scripts}/preinstall" "${scripts}/postinstall"
}

# The processors and the oldest macOS are those of the Javas inside. install.sh refuses the rest on each Mac.
describe_package() {
  architectures=
  minimum=
  for java in "${release}"/runtime/*; do
    [ -d "${java}" ] || continue
    [ -f "${java}/minimum-macos" ] ||
      fail "${failed}" "the Java in runtime/${java##*/} is not for Macs: make the archive again"
    IFS= read -r oldest <"${java}/minimum-macos" || :
    architectures=${architectures:+${architectures},}${java##*/}
    if [ -z "${minimum}" ] || is_at_least "${oldest}" "${minimum}"; then
      minimum=${oldest}
    fi
  done
  sed -e "s/@version@/${release_version}/g" -e "s/@minimum@/${minimum:-${oldest_macos}}/" \
    -e "s/@architectures@/${architectures:-arm64,x86_64}/" launchd/package/distribution.xml \
    >"${work}/distribution.xml"
}

build_package() {
  package=${target}/kextwatch-${release_version}.pkg
  product=${work}/kextwatch.pkg
  rm -f "${package}"
  use pkgbuild --root "${release}" --scripts "${scripts}" --identifier "${label}" \
    --version "${release_version}" --install-location "${install_location}" --ownership recommended \
    "${work}/${label}.pkg"
  use productbuild --distribution "${work}/distribution.xml" --package-path "${work}" "${product}"
  if [ -n "${identity}" ]; then
    use productsign --sign "${identity}" --timestamp "${product}" "${package}"
    use pkgutil --check-signature "${package}"
  else
    mv "${product}" "${package}"
  fi
}

use() {
  said=$("$@" 2>&1) || fail "${failed}" "$1 failed: ${said}"
}

tell_package() {
  say "made: ${package}"
  if [ -n "${architectures}" ]; then
    say "it has a Java for ${architectures}, for macOS ${minimum} or later"
  else
    say "it has no Java: each Mac needs one of its own. An archive that --release made with --runtime has one"
  fi
  if [ -n "${identity}" ]; then
    say "to notarize it:
xcrun notarytool submit '${package}' --keychain-profile PROFILE --wait
xcrun stapler staple '${package}'"
  else
    say "it is not signed: give --sign 'Developer ID Installer: …' to sign it"
  fi
}
