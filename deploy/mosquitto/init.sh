#!/bin/sh
# Makes Mosquitto's first access list: an administrator, the gateway and the server, each with exactly its topics.
# Usage: init.sh <dynamic-security.json to make> <folder of secrets>. Does nothing when the file is there already.
# The secrets are mosquitto_admin_password, mosquitto_gateway_password and mosquitto_server_password.
set -eu
file=${1:?"usage: $0 <file> <folder of secrets>"}
secrets=${2:?"usage: $0 <file> <folder of secrets>"}
port=${INIT_PORT:-11883}
if [ -s "$file" ]; then echo "$file is there already: left as it is"; exit 0; fi

plugin=
for path in /usr/lib/mosquitto_dynamic_security.so /usr/lib/*/mosquitto_dynamic_security.so; do
  if [ -f "$path" ]; then plugin=$path; break; fi
done
if [ -z "$plugin" ]; then echo "mosquitto_dynamic_security.so not found under /usr/lib" >&2; exit 1; fi
secret() { tr -d '\n' < "$secrets/mosquitto_$1_password"; }

umask 077
work=$(mktemp -d)
broker=
trap '[ -z "$broker" ] || kill "$broker" 2>/dev/null || true; rm -rf "$work"' EXIT

# A broker for this script alone; the list moves to its place when it is complete.
list=$work/dynamic-security.json
mosquitto_ctrl dynsec init "$list" admin "$(secret admin)" > /dev/null
cat > "$work/mosquitto.conf" <<END
listener $port 127.0.0.1
allow_anonymous false
plugin $plugin
plugin_opt_config_file $list
END
if [ "$(id -u)" = 0 ]; then echo "user root" >> "$work/mosquitto.conf"; fi
mosquitto -c "$work/mosquitto.conf" > "$work/log" 2>&1 &
broker=$!

# Passwords on the command line are seen by this machine's other processes: run it in the broker's own container.
dynsec() { mosquitto_ctrl -h 127.0.0.1 -p "$port" -u admin -P "$(secret admin)" dynsec "$@"; }
control() { dynsec "$@" > "$work/answer" 2>&1 || { cat "$work/answer" >&2; exit 1; }; }
tries=0
until dynsec listRoles > /dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ]; then cat "$work/log" >&2; exit 1; fi
  sleep 0.1
done

# account <name>: a client with a role of the same name. reads and writes <topics>: what the role may do.
account() {
  name=$1
  control createRole "$name"
  control createClient "$name" -p "$(secret "$name")"
  control addClientRole "$name" "$name"
}
reads() {
  for topic in "$@"; do
    control addRoleACL "$name" subscribePattern "$topic" allow
    control addRoleACL "$name" publishClientReceive "$topic" allow
  done
}
writes() { for topic in "$@"; do control addRoleACL "$name" publishClientSend "$topic" allow; done; }

# What no role allows is denied, also to receive.
control setDefaultACLAccess publishClientReceive deny

m=mimamori/v1/+
account gateway
reads "$m/+/telemetry" "$m/+/event" "$m/+/status" "$m/registry" "$m/condition/replay" "$m/query" "$m/gateway"
writes "$m/+/rejected" "$m/+/receipt" "$m/live" "$m/condition/+/+" "$m/condition/replayed" "$m/gateway" "$m/answer"

# The server also enrols devices: the accounts of devices are made by it, over the control topic.
account server
reads "$m/live" "$m/condition/+/+" "$m/condition/replayed" "$m/gateway" "$m/answer" '$CONTROL/dynamic-security/#'
writes "$m/registry" "$m/condition/replay" "$m/query" '$CONTROL/dynamic-security/#'

kill "$broker"
wait "$broker" || true
broker=
mv "$list" "$file.part"
# Mosquitto gives up root for this account, and then reads and rewrites the list.
if [ "$(id -u)" = 0 ]; then chown mosquitto "$file.part"; fi
mv "$file.part" "$file"
echo "made $file: admin, gateway, server"
