#!/usr/bin/env bash
# Makes the base images that docker/ names where none can be pulled; docker/README.md says what for. Needs root,
# debootstrap, npm, the engine that DOCKER_HOST names, and a MinIO: $MINIO, or one that `.ci/run` built, or Go.
#   build.sh            makes those that the engine lacks
#   build.sh --force    makes all of them anew
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
docker_folder="$(dirname "$here")"
repository="$(dirname "$docker_folder")"
force="${1:-}"

# The names are read where they are used, so that they cannot differ.
named_by() {
  local name
  name="$(sed -nE "s#^ *$2 *($3:[^ ]+).*#\1#p" "$docker_folder/$1" | head -n 1)"
  [ -n "$name" ] || { echo "$1 names no $3" >&2; exit 1; }
  echo "$name"
}
debian="$(named_by Dockerfile FROM debian)"
node="$(named_by Dockerfile FROM node)"
postgres="$(named_by compose.yaml image: postgres)"
minio="$(named_by compose.yaml image: minio/minio)"

building="$(mktemp -d)"
trap 'rm -rf "$building"' EXIT

wanted() {
  if [ "$force" != --force ] && docker image inspect "$1" > /dev/null 2>&1; then
    echo "$1 is there"
    return 1
  fi
  echo "making $1"
}

# build NAME DOCKERFILE CONTEXT
build() {
  docker build --quiet --build-arg "DEBIAN=$debian" --tag "$1" --file "$here/$2" "$3"
}

make_debian() {
  local root="$building/debian"
  debootstrap --variant=minbase --include=ca-certificates bookworm "$root" > "$building/log" 2>&1 || {
    cat "$building/log" >&2
    return 1
  }
  cat > "$root/etc/apt/sources.list" << 'END'
deb http://deb.debian.org/debian bookworm main
deb http://deb.debian.org/debian bookworm-updates main
deb http://deb.debian.org/debian-security bookworm-security main
END
  # A certificate authority that this host trusts has to be trusted in a build too.
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d" # no package starts its server in a build
  chmod 755 "$root/usr/sbin/policy-rc.d"
  # What Debian's slim images leave out.
  printf 'path-exclude /usr/share/%s/*\n' doc man info locale lintian > "$root/etc/dpkg/dpkg.cfg.d/slim"
  rm -rf "$root"/usr/share/{doc,man,info,locale,lintian}/* "$root"/var/cache/apt/*.bin \
    "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/var/log/*.log
  tar -C "$root" -c . | docker import --change 'CMD ["bash"]' - "$debian"
  rm -rf "$root"
}

make_node() {
  local version="${node#node:}" context="$building/node" kind
  version="${version%%-*}"
  case "$(uname -m)" in
    x86_64) kind=x64 ;;
    aarch64) kind=arm64 ;;
    *) echo "there is no npm package of Node for $(uname -m)" >&2; return 1 ;;
  esac
  mkdir -p "$context"
  npm install --prefix "$context" --no-save --no-audit --no-fund --ignore-scripts --loglevel=error \
    "node-linux-$kind@$version" npm@11
  mv "$context/node_modules/node-linux-$kind/bin/node" "$context/node"
  build "$node" node.Dockerfile "$context"
}

make_postgres() {
  build "$postgres" postgres.Dockerfile "$here"
}

make_minio() {
  local version context="$building/minio" binary
  version="$(cat "$repository/test/stack/minio-version")"
  binary="${MINIO:-${XDG_CACHE_HOME:-$HOME/.cache}/sluice/minio-$version/minio}"
  mkdir -p "$context"
  if [ -x "$binary" ]; then
    cp "$binary" "$context/minio"
  else
    GOBIN="$context" CGO_ENABLED=0 go install "github.com/minio/minio@$version"
  fi
  build "$minio" minio.Dockerfile "$context"
}

if wanted "$debian"; then make_debian; fi
if wanted "$node"; then make_node; fi
if wanted "$postgres"; then make_postgres; fi
if wanted "$minio"; then make_minio; fi
