#!/usr/bin/env bash
# Builds the real InfluxDB 2 server from its Go modules into a cache folder and prints the binary's path; instant when built.
# Needs Go >= 1.26, Rust with cargo, and gcc. See docs/decisions/0003-real-servers-in-tests.md.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's#^require github.com/influxdata/influxdb/v2 v##p' "$here/go.mod")
cache="${MIMAMORI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mimamori}/influxd-$version"
binary="$cache/influxd"
if [ -x "$binary" ]; then echo "$binary"; exit 0; fi
mkdir -p "$cache/tools"

# influxd links the Flux library, written in Rust; this pkg-config builds it with cargo.
GOBIN="$cache/tools" go install github.com/influxdata/pkg-config@v0.3.0 >&2

# Flux pins an old compiler and denies warnings that newer compilers have.
printf '#!/bin/sh\nexec "$@" --cap-lints=allow\n' > "$cache/tools/rustc-cap-lints"
chmod +x "$cache/tools/rustc-cap-lints"

cd "$here"
PKG_CONFIG="$cache/tools/pkg-config" \
RUSTUP_TOOLCHAIN="${RUSTUP_TOOLCHAIN:-stable}" \
RUSTC_WRAPPER="$cache/tools/rustc-cap-lints" \
  go build -mod=readonly -tags sqlite_foreign_keys,sqlite_json -o "$binary.part" github.com/influxdata/influxdb/v2/cmd/influxd >&2
mv "$binary.part" "$binary"
echo "$binary"
