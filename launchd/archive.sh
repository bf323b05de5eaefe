#!/bin/sh
#
# The release archive, with a Java in it for each JDK that is given: "install.sh --release". It is built on
# any machine that has a JDK; nothing here runs on a Mac that is installed on.
#
# No function that is called in a condition relies on "set -e":
# shellcheck disable=SC2310
# install.sh reads this file, and sets these:
: "${unavailable?}" "${failed?}" "${folder?}" "${program=}"

# What "run", the commands, "demo" and "receive" need. jdeps does not see jdk.crypto.ec, which TLS looks up
# by name; only "demo" and "receive" need jdk.httpserver.
modules=java.base,java.logging,java.management,java.xml,jdk.crypto.ec,jdk.httpserver
header_bytes=65536 # of libjvm; the load commands of a Mac's are far smaller

release_archive() {
  key=
  check_sources ${1+"$@"}
  prepare_archive
  trap 'rm -rf "${work}"' EXIT
  trap 'exit 130' HUP INT PIPE TERM
  while [ "$#" -gt 0 ]; do
    source=$(absolute "$2")
    case $1 in
      --key) ;;
      --runtime)
        link_jdk "${source}"
        add_image
        ;;
      *)
        link_jmods "${source}"
        add_image
        ;;
    esac
    shift 2
  done
  list_javas "${work}/${name}"
  pack
  write_sums
}

# All that can be wrong with the options is told before anything is built.
check_sources() {
  while [ "$#" -gt 0 ]; do
    case $1 in
      --runtime | --jmods | --key) [ -n "${2-}" ] || refuse "$1 needs a value" ;;
      *) refuse "unknown option for --release: $1" ;;
    esac
    source=$(absolute "$2")
    case $1 in
      --runtime) java_of "${source}" >/dev/null || refuse "there is no Java in ${source}" ;;
      --jmods) [ -f "${source}/java.base.jmod" ] || refuse "there is no java.base.jmod in ${source}" ;;
      *)
        [ -r "${source}" ] || refuse "cannot read ${source}"
        # shellcheck disable=SC2034
        key=${source} # papers.sh signs with it
        ;;
    esac
    shift 2
  done
}

# The home of a JDK, which may be given as the bundle that a Mac has.
java_of() {
  for home in "$1" "$1/Contents/Home"; do
    [ ! -f "${home}/bin/java" ] || {
      printf '%s\n' "${home}"
      return
    }
  done
  return 1
}

# Unpacks the archive that Maven has made, or copies the one that this script is in, without its Java.
prepare_archive() {
  find_program
  [ ! -f pom.xml ] || {
    bring jdk maven
    say "building the release"
    maven -q package -Prelease -Dmaven.test.skip=true >&2
  }
  release_version=$(version_of "${program}")
  name=kextwatch-${release_version}
  work=$(mktemp -d /tmp/kextwatch.XXXXXX)
  if [ -f pom.xml ]; then
    target=${folder}/agent/target
    (cd "${work}" && gzip -dc "${target}/${name}.tar.gz" | tar -xf -)
  else
    target=${folder}/target
    mkdir -p "${target}" "${work}/${name}"
    for part in *; do
      [ "${part}" = target ] || cp -Rp "${part}" "${work}/${name}/"
    done
  fi
  rm -rf "${work:?}/${name}/runtime"
}

# A JDK of another system does not run here, and one of 24 or later may have no jmods.
link_jdk() {
  source_home=$(java_of "$1")
  jmods=${source_home}/jmods
  jlink=${source_home}/bin/jlink
  if "${jlink}" --version >/dev/null 2>&1; then
    [ -d "${jmods}" ] || jmods=
  else
    [ -d "${jmods}" ] || fail "${unavailable}" "${jlink} does not run here, and there is no ${jmods} to link\
 from: get the jmods of that JDK and give --jmods DIR"
    use_own_jlink
  fi
  link
}

link_jmods() {
  jmods=$1
  source_home=${jmods%/*}
  [ -f "${source_home}/release" ] || source_home=${jmods}
  use_own_jlink
  link
}

use_own_jlink() {
  bring jdk
  jlink=${JAVA_HOME?}/bin/jlink
}

# Compressed modules would make the archive larger. No library is stripped, so that those for a Mac keep
# their signatures (belief:own-java-signature). In the locale C it would make other bytes.
link() {
  image=${work}/image
  rm -rf "${image}"
  set -- --add-modules "${modules}" --output "${image}"
  [ -z "${jmods}" ] || set -- --module-path "${jmods}" "$@"
  set -- --strip-java-debug-attributes --no-header-files --no-man-pages "$@"
  said=$("${jlink}" -J-Dfile.encoding=UTF-8 "$@" 2>&1) ||
    fail "${failed}" "${jlink} failed. It must be of the same version as what it links: set JAVA_HOME to\
 such a JDK.
${said}"
}

# jlink copies the licences of each module, but neither the file beside them nor whose build it is.
add_image() {
  place_of_image
  [ ! -e "${place}" ] || fail "${failed}" "two of the given Javas are for ${architecture}: give one"
  for notice in "${source_home}/NOTICE" "${jmods:-${source_home}}/NOTICE"; do
    [ ! -f "${notice}" ] || cp "${notice}" "${image}/NOTICE"
  done
  [ -f "${image}/NOTICE" ] || say "${source_home} has no file NOTICE: see whether its licence wants one"
  [ ! -f "${source_home}/release" ] ||
    grep -E '^(IMPLEMENTOR|JAVA_RUNTIME_VERSION|JAVA_VERSION_DATE|SOURCE|SOURCE_REPO)=' "${source_home}/release" \
      >>"${image}/release" || :
  mkdir -p "${place%/*}"
  mv "${image}" "${place}"
  java_version=$(sed -n 's/^JAVA_VERSION="\(.*\)"$/\1/p' "${place}/release")
  mebibytes=$(mebibytes_of "${place}")
  say "runtime/${architecture}: Java ${java_version}, ${mebibytes} MiB${minimum:+, macOS ${minimum} or later}"
}

# Sets place, architecture and minimum by what was linked, and writes down the minimum.
place_of_image() {
  for library in "${image}/lib/server/libjvm.dylib" "${image}/lib/server/libjvm.so"; do
    [ ! -f "${library}" ] || break
  done
  header=$(header_of "${library}") || fail "${failed}" "${library##*/} of ${source_home} is in a form that is\
 not known: for which Macs it is cannot be told"
  architecture=${header%% *}
  minimum=${header#"${architecture}"}
  minimum=${minimum# }
  stated=$(plist_string "${source_home%/}/../Info.plist" JVMMinimumSystemVersion)
  if [ -n "${stated}" ] && is_at_least "${minimum:-0}" "${stated}"; then
    minimum=${stated}
  fi
  place=${work}/${name}/runtime/${architecture}
  [ -z "${minimum}" ] || printf '%s\n' "${minimum}" >"${image}/minimum-macos"
}

# Prints the architecture of a library and the oldest macOS that it is for. Of a Mach-O file
# (mach-o/loader.h) these are the processor in the header, and the load command LC_BUILD_VERSION for macOS
# or LC_VERSION_MIN_MACOSX; an ELF file has only the processor.
header_of() {
  [ -f "$1" ] || return 1
  od -A n -v -t u1 -N "${header_bytes}" "$1" | awk '
    function word(at) {
      return byte[at] + 256 * (byte[at + 1] + 256 * (byte[at + 2] + 256 * byte[at + 3]))
    }
    function version(number) {
      return int(number / 65536) "." int(number / 256) % 256 (number % 256 ? "." number % 256 : "")
    }
    { for (i = 1; i <= NF; i++) byte[count++] = $i }
    END {
      name[62] = name[16777223] = "x86_64"
      name[183] = name[16777228] = "arm64"
      if (word(0) == 1179403647) {
        if (!(word(18) % 65536 in name)) exit 1
        print name[word(18) % 65536]
        exit
      }
      if (word(0) != 4277009103 || !(word(4) in name)) exit 1
      at = 32
      for (commands = word(16); commands > 0 && at + 16 <= count; commands--) {
        if (word(at) == 50 && word(at + 8) == 1) oldest = version(word(at + 12))
        if (word(at) == 36) oldest = version(word(at + 8))
        at += word(at + 4)
      }
      if (commands || oldest == "") exit 1
      print name[word(4)], oldest
    }'
}

# The same bytes from the same parts: sorted, owned by root, all of the time that install.sh has, which in
# an archive of Maven is that of the release. A Mac has bsdtar, other systems have GNU tar.
pack() {
  cd -P "${work}" || return
  find "${name}" -type d -exec chmod 755 {} +
  find "${name}" -type f -perm -100 -exec chmod 755 {} +
  find "${name}" -type f ! -perm -100 -exec chmod 644 {} +
  find "${name}" -exec touch -h -r "${name}/install.sh" {} +
  find "${name}" | LC_ALL=C sort >list
  flavour=$(tar --version 2>&1) || :
  case ${flavour} in
    *bsdtar*) set -- --uid 0 --gid 0 --uname root --gname root ;;
    *) set -- --owner=root:0 --group=root:0 ;;
  esac
  packed=${target}/${name}.tar.gz
  {
    COPYFILE_DISABLE=1 tar -cf packed.tar --format=ustar "$@" --no-recursion -T list &&
      gzip -n packed.tar && mv -f packed.tar.gz "${packed}"
  } || fail "${failed}" "${packed} cannot be written"
  mebibytes=$(mebibytes_of "${packed}")
  [ ! -f "${name}/${sbom?}" ] || cp "${name}/${sbom}" "${target}/${name}.cdx.json"
  say "${mebibytes} MiB: ${packed}"
}

mebibytes_of() {
  du -sk "$1" | awk '{ printf "%.1f\n", $1 / 1024 }'
}
