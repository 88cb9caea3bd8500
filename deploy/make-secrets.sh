#!/bin/sh
# Makes the secrets of docker-compose.yml, each once and by chance: run again, it adds what is missing and changes nothing.
# Usage: deploy/make-secrets.sh [folder, by default ./secrets]. Needs openssl. Keep a copy of the folder in a safe place:
# without identity_key nobody can read the residents' names, without signing_key nothing more can be signed under its id.
set -eu
folder=${1:-secrets}
umask 077
mkdir -p "$folder"
cd "$folder"

# put <name> <command …>: keeps what the command prints. The folder is its owner's alone; the files are readable, because
# the account in a container has another number.
put() {
  name=$1
  shift
  if [ -s "$name" ]; then echo "$name: kept"; return; fi
  "$@" > "$name.part"
  chmod 444 "$name.part"
  mv -f "$name.part" "$name"
  echo "$name: made"
}
random() { openssl rand -hex 32; }

# A key of minisign without a password: Ed25519 as its secret key file holds it.
signing_key() {
  work=$(mktemp -d)
  openssl genpkey -algorithm ed25519 -outform DER -out "$work/key"
  {
    printf 'Ed\000\000B2'   # kind of signature, no password, kind of checksum
    head -c 48 /dev/zero    # salt and limits of the password
    openssl rand 8          # id
    tail -c 32 "$work/key"  # secret half, public half
    openssl pkey -inform DER -in "$work/key" -pubout -outform DER | tail -c 32
    head -c 32 /dev/zero    # checksum under the password
  } > "$work/file"
  echo 'untrusted comment: minisign encrypted secret key'
  base64 < "$work/file" | tr -d '\n'
  echo
  rm -r "$work"
}

for account in admin gateway server; do put "mosquitto_${account}_password" random; done
put influxdb_password random
put influxdb_token random
put session_secret random
put identity_key openssl rand -base64 32
put signing_key signing_key
