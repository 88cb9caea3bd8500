#!/usr/bin/env bash
# Installs paho-mqtt, the MQTT library of Python, from its pinned packages into a cache folder and prints the path of its Python; instant when installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^paho-mqtt==//p' "$here/requirements.txt")
folder="${MIMAMORI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/mimamori}/paho-$version"
if [ ! -x "$folder/bin/python" ]; then
  rm -rf "$folder"
  python3 -m venv "$folder" >&2
  "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" >&2
  "$folder/bin/pip" check >&2
fi
echo "$folder/bin/python"
