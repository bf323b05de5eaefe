#!/bin/sh
#
# Applies each worked example of contributing.md to a copy of the project and tests the copy.

set -eu

usage() {
  cat <<'USAGE'
usage: agent/docs/examples/check.sh [--quick] [EXAMPLE.patch]...

Applies each worked example of contributing.md to a copy of the last commit, writes the pages that
are made from code, and runs "mvn test" there. Without a name it tries every example. It needs git
and what "mvn test" needs, and takes as long as "mvn test" for each example.

  --quick  run only the tests that the example names in its first line

Exit codes: 0 all pass, 1 one fails, 64 usage.
USAGE
}

quick=false
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help)
      usage
      exit 0
      ;;
    --quick) quick=true ;;
    -*)
      usage >&2
      exit 64
      ;;
    *) break ;;
  esac
  shift
done

cd "$(dirname "$0")/../../.."
project=$(pwd -P)
examples=agent/docs/examples
[ $# -gt 0 ] || set -- "${examples}"/*.patch
copy=$(mktemp -d)
trap 'rm -rf "${copy}"' EXIT
trap 'exit 1' HUP INT TERM

pages=ReasonsDocumentTest,SettingsPageTest,JamfSchemaTest,PreferenceManifestTest
failed=0
for example; do
  name=$(basename "${example}" .patch)
  patch=${project}/${examples}/${name}.patch
  tests=$(sed -n '1s/^Tests: /,/p' "${patch}")
  files=$(grep -c '^+++ ' "${patch}") || files=0
  begin=$(date +%s)
  if (
    "${quick}" || tests=
    git clone -q --shared "${project}" "${copy}/project" && cd "${copy}/project" &&
      git apply "${patch}" &&
      mvn -B -q test -pl agent -am "-Dtest=${pages}${tests}" -Dkextwatch.write=true &&
      { "${quick}" || mvn -B -q test; }
  ) >"${copy}/log" 2>&1; then
    result=PASS
  else
    result=FAIL
    failed=1
    tail -n 40 "${copy}/log" >&2
  fi
  end=$(date +%s)
  printf '%s %s (%d files, %d s)\n' "${result}" "${name}" "${files}" "$((end - begin))"
  rm -rf "${copy:?}/project"
done
exit "${failed}"
