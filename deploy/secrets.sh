#!/bin/sh
# Makes the secrets that docker-compose.yml names, once; what is there already stays as it is.
# Needs openssl. The server certificate is signed by a CA made here: give deploy/secrets/ca.crt to your devices, or put
# certificates of your own authority in its place.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
cd secrets
host=${1:-$(hostname)}

for name in mqtt_password chirpstack_password influxdb_password influxdb_token http_token grafana_password; do
  [ -s "$name" ] || openssl rand -hex 32 > "$name"
done

# Mosquitto's own format: $7$iterations$salt$PBKDF2-HMAC-SHA512 (mosquitto_passwd writes the same).
entry() {
  salt=$(openssl rand -hex 12)
  hash=$(openssl kdf -binary -keylen 64 -kdfopt digest:SHA512 -kdfopt "pass:$(cat "$2")" \
    -kdfopt "hexsalt:$salt" -kdfopt iter:1000 PBKDF2 | openssl base64 -A)
  printf '%s:$7$1000$%s$%s\n' "$1" "$(printf '%s' "$salt" | sed 's/../\\x&/g' | xargs -0 printf '%b' | openssl base64 -A)" "$hash"
}
[ -s mosquitto_passwords ] || { entry gateway mqtt_password; entry chirpstack chirpstack_password; } > mosquitto_passwords

if [ ! -s server.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=Quartier Gateway CA" \
    -keyout ca.key -out ca.crt 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$host" -keyout server.key -out server.csr 2>/dev/null
  printf 'subjectAltName=DNS:%s,DNS:mosquitto,DNS:localhost\n' "$host" > server.ext
  openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 825 -extfile server.ext -out server.crt 2>/dev/null
  rm server.csr server.ext
fi
# The containers run as their own users (Mosquitto 1883, gateway 10001) and read these files as secrets.
chmod 644 ./*
chmod 600 ca.key
chmod 700 .
echo "Geheimnisse liegen in / secrets are in $(pwd)"
