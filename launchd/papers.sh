#!/bin/sh
#
# What lies beside a release for those who check it: the list of what is inside (an SBOM, in the form
# CycloneDX), the sums of its files, and a signature of the sums.
#
# No function that is called in a condition relies on "set -e":
# shellcheck disable=SC2310
# install.sh reads this file. The caller sets these:
: "${unavailable?}" "${failed?}" "${name=}" "${target=}" "${key=}"

sbom=sbom.cdx.json # in the archive; Maven makes it, and knows no Java

# Adds each Java in a folder "runtime" to the list, and removes those that it had before. What is added is
# a line for each Java, so that it is found again.
list_javas() {
  [ -f "$1/${sbom}" ] || {
    say "this archive has no ${sbom}, so there is no list of what is inside"
    return
  }
  javas=
  for release in "$1"/runtime/*/release; do
    [ ! -f "${release}" ] || javas="${javas}$(java_component "${release}")
"
  done
  {
    JAVAS=${javas} awk '
      /^ *{ "bom-ref" : "runtime\// { next }
      { print }
      /^  "components" : \[$/ { printf "%s", ENVIRON["JAVAS"] }' "$1/${sbom}" >"$1/${sbom}.new" &&
      mv -f "$1/${sbom}.new" "$1/${sbom}"
  } || fail "${failed}" "$1/${sbom} cannot be written"
}

# One component. The name by which flaws of OpenJDK are filed (its CPE) has the version alone; the build
# that it is from, and the source of it, are properties.
java_component() {
  architecture=${1%/release}
  architecture=${architecture##*/}
  version=$(of_java "$1" JAVA_VERSION)
  cat <<JSON | tr -d '\n'
    { "bom-ref" : "runtime/${architecture}", "type" : "platform", "name" : "OpenJDK",
 "version" : "${version}", "licenses" : [ { "expression" : "GPL-2.0-only WITH Classpath-exception-2.0" } ],
 "cpe" : "cpe:2.3:a:oracle:openjdk:${version}:*:*:*:*:*:*:*",
 "purl" : "pkg:generic/openjdk@${version}?arch=${architecture}", "properties" : [
JSON
  comma=
  for property in IMPLEMENTOR JAVA_RUNTIME_VERSION JAVA_VERSION_DATE SOURCE_REPO SOURCE; do
    value=$(of_java "$1" "${property}")
    [ -z "${value}" ] || {
      printf '%s { "name" : "kextwatch:%s", "value" : "%s" }' "${comma}" "${property}" "${value}"
      comma=,
    }
  done
  printf ' ] },'
}

# A value of the file "release" of a Java, as far as it is plain.
of_java() {
  sed -n "s/^$2=\"\(.*\)\"\$/\1/p" "$1" | tr -cd 'A-Za-z0-9 ._:/+-'
}

# Sums of the archive, the packages and the list of one version, signed if a key is given. A signature of
# other sums is removed.
write_sums() {
  cd -P "${target}" || return
  set --
  for file in "${name}".tar.gz "${name}"*.pkg "${name}.cdx.json"; do
    [ ! -f "${file}" ] || set -- ${1+"$@"} "${file}"
  done
  rm -f SHA256SUMS SHA256SUMS.minisig
  sums_of "$@" >SHA256SUMS || fail "${failed}" "${target}/SHA256SUMS cannot be written"
  [ -z "${key}" ] || sign_sums
}

sums_of() {
  if command -v sha256sum >/dev/null; then
    sha256sum -- "$@"
  else
    shasum -a 256 -- "$@" # a Mac
  fi
}

sign_sums() {
  command -v minisign >/dev/null ||
    fail "${unavailable}" "minisign is missing: https://jedisct1.github.io/minisign"
  minisign -S -s "${key}" -m SHA256SUMS -c "${name}" -t "${name}" >&2 ||
    fail "${failed}" "minisign did not sign ${target}/SHA256SUMS"
}
