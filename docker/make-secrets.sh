#!/bin/sh
# Makes the secrets of compose.yaml in docker/secrets, each once: one that is there is never changed, since a
# database remembers the password that it was made with. Prints names only.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
# Nobody else may look into the folder. The files themselves are mounted into containers as they are, and the users
# in there are not the one that made them, so they are readable.
chmod 700 secrets

random() {
  head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'
}

make() {
  file="secrets/$1.txt"
  if [ -s "$file" ]; then
    echo "$file is kept"
  else
    cat > "$file.new"
    chmod 444 "$file.new"
    mv "$file.new" "$file"
    echo "$file is new"
  fi
}

random | make postgres-password
printf 'postgres://sluice:%s@postgres:5432/sluice' "$(cat secrets/postgres-password.txt)" | make database-url
random | make minio-user
random | make minio-password
random | make component-secret
