#!/bin/sh
# Makes the database that the postgres image's variables ask for, once, then becomes the server.
set -eu
if [ "$1" = postgres ] && [ ! -e "$PGDATA/made" ]; then
  # A start that was cut short begins again.
  find "$PGDATA" -mindepth 1 -delete
  # shellcheck disable=SC2086 # several arguments in one variable
  initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \
    --auth-host=scram-sha-256 --auth-local=trust ${POSTGRES_INITDB_ARGS:-}
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  echo 'host all all all scram-sha-256' >> "$PGDATA/pg_hba.conf"
  echo "create database \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA" postgres
  touch "$PGDATA/made"
fi
exec "$@"
