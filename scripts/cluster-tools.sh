#!/bin/sh
# Puts what the trial of a cluster starts, beside PostgreSQL, into a folder, from the packages of Debian 12:
# sh scripts/cluster-tools.sh FOLDER. Nothing is installed into the system, and no service is started.
set -eu
mkdir -p "$1"
folder=$(cd "$1" && pwd)
[ ! -e "$folder/.complete" ] || exit 0
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
cd "$packages"
[ "$(id -u)" != 0 ] || apt-get update -qq
apt-get download -qq etcd-server haproxy varnish patroni \
    libjemalloc2 liblua5.3-0 libopentracing-c-wrapper0 libopentracing1 libpq5 libvarnishapi3 \
    python3-cdiff python3-click python3-dateutil python3-dnspython python3-etcd python3-pkg-resources \
    python3-prettytable python3-psutil python3-psycopg2 python3-six python3-urllib3 python3-wcwidth python3-yaml
for package in ./*.deb; do dpkg -x "$package" "$folder"; done
touch "$folder/.complete"
