#!/bin/sh
# Starts ejabberd in the foreground. Its configuration can read neither the environment nor a file with a secret, so
# what stands in it as ${NAME} is filled in here; the result is in memory only. Port 5222 wants TLS: without
# /etc/ejabberd/certs/$SLUICE_DOMAIN.pem (key and chain in one file) it gets a certificate that nobody signed, new at
# each start. That will do for a trial, and no further.
set -eu
domain="${SLUICE_DOMAIN:?is not set}"
secret="$(cat /run/secrets/component-secret)"
if [ "${SLUICE_REGISTRATION:-closed}" = open ]; then registration=all; else registration=none; fi
certificate="/etc/ejabberd/certs/$domain.pem"
umask 077
if [ ! -e "$certificate" ]; then
  certificate=/run/ejabberd/unsigned.pem
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90 -subj "/CN=$domain" \
    -addext "subjectAltName=DNS:$domain,DNS:*.$domain" \
    -keyout "$certificate" -out /run/ejabberd/unsigned.crt 2> /dev/null
  cat /run/ejabberd/unsigned.crt >> "$certificate"
  echo "There is no /etc/ejabberd/certs/$domain.pem: port 5222 has a certificate that nobody signed" >&2
fi
# By a file and not by arguments, which every process of the container can see.
cat > /run/ejabberd/fill-in.sed << END
s|\${SLUICE_DOMAIN}|$domain|g
s|\${COMPONENT_SECRET}|$secret|g
s|\${CERTIFICATE}|$certificate|g
s|\${REGISTRATION}|$registration|g
END
sed -f /run/ejabberd/fill-in.sed /etc/ejabberd/ejabberd.yml > /run/ejabberd/ejabberd.yml
rm /run/ejabberd/fill-in.sed
export EJABBERD_CONFIG_PATH=/run/ejabberd/ejabberd.yml
# Debian's launcher passes no signal on, and without one ejabberd would be killed at each stop, with what its database
# has not written yet.
ejabberdctl foreground &
node=$!
trap 'ejabberdctl stop > /dev/null' TERM INT
while kill -0 "$node" 2> /dev/null; do wait "$node" || :; done
