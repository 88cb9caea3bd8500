#!/usr/bin/env bash
# Installs pyCANON and pandas from their pinned packages into a cache folder and prints the program's path; instant when installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^pycanon==//p' "$here/requirements.txt")
folder="${MIMAMORI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mimamori}/anonymity-$version"
if [ ! -x "$folder/bin/recount" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
  "$folder/bin/pip" check >&2
  # Last, so that a half-made folder is made anew.
  printf '#!/bin/sh\nexec "$(dirname "$0")/python" -I "$@"\n' > "$folder/bin/recount"
  chmod +x "$folder/bin/recount"
fi
echo "$folder/bin/recount"
