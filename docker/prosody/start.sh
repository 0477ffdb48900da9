#!/bin/sh
# Starts Prosody in the foreground. Port 5222 wants TLS: without a certificate mounted at /etc/prosody/certs it gets
# one that nobody signed, new at each start. That will do for a trial, and no further.
set -eu
domain="${SLUICE_DOMAIN:?is not set}"
if [ ! -e "/etc/prosody/certs/$domain.crt" ]; then
  mkdir -p /run/prosody/certs
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$domain" \
    -addext "subjectAltName=DNS:$domain,DNS:*.$domain" \
    -keyout "/run/prosody/certs/$domain.key" -out "/run/prosody/certs/$domain.crt" 2> /dev/null
  echo "There is no /etc/prosody/certs/$domain.crt: port 5222 has a certificate that nobody signed" >&2
fi
exec prosody -F
