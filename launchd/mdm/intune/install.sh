#!/bin/sh
# Installs the package of Kextwatch, or upgrades it: a shell script for Intune, run as root, such as once a
# day. It does nothing where this version, or a later one, is installed.
set -eu

url=https://files.example.com/kextwatch-0.2.0.pkg
sha256=replace-me # of the package: shasum -a 256 kextwatch-0.2.0.pkg
wanted=0.2.0
current='/Library/Application Support/Kextwatch/current'

if [ -x "${current}/bin/kextwatch" ]; then
  release=$(/usr/bin/readlink "${current}")
  release=${release##*/}
  version=${release%%-*} # another build of 0.2.0 is 0.2.0-2
  older=$(printf '%s\n' "${version}" "${wanted}" |
    /usr/bin/sort -t . -k 1,1n -k 2,2n -k 3,3n | /usr/bin/sed 1q)
  if [ "${version}" = "${wanted}" ] || [ "${older}" != "${version}" ]; then
    echo "Kextwatch ${release} is installed."
    exit 0
  fi
fi

folder=$(/usr/bin/mktemp -d /private/var/tmp/kextwatch.XXXXXX)
trap '/bin/rm -rf "${folder}"' EXIT
trap 'exit 1' HUP INT TERM
package=${folder}/kextwatch.pkg
/usr/bin/curl --fail --silent --show-error --location --retry 3 --output "${package}" "${url}"
sum=$(/usr/bin/shasum -a 256 "${package}")
if [ "${sum%% *}" != "${sha256}" ]; then
  echo "The package at ${url} is not the one that this script names: ${sum%% *}" >&2
  exit 1
fi
/usr/sbin/installer -pkg "${package}" -target /
