#!/usr/bin/env bash
# Builds the referee of transparency logs (Go's sumdb packages) into a cache folder and prints the binary's path; instant when built.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's#^require golang.org/x/mod v##p' "$here/go.mod")
binary="${MIMAMORI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mimamori}/tlog-$version/tlog"
if [ ! -x "$binary" ]; then
  mkdir -p "$(dirname "$binary")"
  cd "$here"
  go build -mod=readonly -o "$binary.part" . >&2
  mv "$binary.part" "$binary"
fi
echo "$binary"
