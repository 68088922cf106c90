#!/bin/sh
# Installs ferry from this kit, or goes back to the version before:
#
#     sh install.sh [--prefix DIR] [--rollback]
#
# Needs Python @PYTHON@ and nothing else; PYTHON=/path/to/python names one.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

fail() {
  echo "install.sh: $2" >&2
  exit "$1"
}

check() {
  if command -v sha256sum >/dev/null; then
    sha256sum -c SHA256SUMS
  elif command -v shasum >/dev/null; then
    shasum -a 256 -c SHA256SUMS
  fi # else install.py checks alone
}

fits() {
  command -v "$1" >/dev/null &&
    "$1" -I -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")'
}

(cd "$here" && check >/dev/null) || fail 4 "this kit is damaged or was changed; copy it again"

for python in "${PYTHON:-python@PYTHON@}" python3 python; do
  if fits "$python"; then
    exec "$(command -v "$python")" -I "$here/install.py" "$@"
  fi
  [ -z "${PYTHON:-}" ] || break
done
fail 2 "Python @PYTHON@ was not found; name it with PYTHON=/path/to/python sh install.sh"
