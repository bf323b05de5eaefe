#!/bin/sh
#
# Applies each worked example of contributing.md to a copy of the project and runs "mvn test" there.

set -eu

usage() {
  cat <<'USAGE'
usage: agent/docs/examples/check.sh [EXAMPLE.patch]...

Without a name every example is tried. It needs git and what "mvn test" needs, and takes as long as
"mvn test" for each example. Exit codes: 0 all pass, 1 one fails, 64 usage.
USAGE
}

case ${1-} in
  -h | --help)
    usage
    exit 0
    ;;
  -*)
    usage >&2
    exit 64
    ;;
  *) ;;
esac

cd "$(dirname "$0")/../../.."
project=$(pwd -P)
[ $# -gt 0 ] || set -- agent/docs/examples/*.patch
copy=$(mktemp -d)
trap 'rm -rf "${copy}"' EXIT
failed=0

for example; do
  name=$(basename "${example}" .patch)
  git clone -q --shared "${project}" "${copy}/${name}"
  begin=$(date +%s)
  if (cd "${copy}/${name}" && git apply "${project}/${example}" && mvn -B -q test >"${copy}/log" 2>&1); then
    result=passes
  else
    result=FAILS
    failed=1
    tail -n 40 "${copy}/log" >&2 || :
  fi
  files=$(cd "${copy}/${name}" && git status --porcelain | wc -l)
  end=$(date +%s)
  printf '%s: %s (%d files, %d s)\n' "${name}" "${result}" "${files}" "$((end - begin))"
  rm -rf "${copy:?}/${name}"
done
exit "${failed}"
