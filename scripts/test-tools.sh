#!/bin/sh
# Puts the proxies that some tests start into a folder, from Debian's packages, where they are missing and can be had:
# sh scripts/test-tools.sh FOLDER. Nothing is installed into the system, and no service is started.
set -u
mkdir -p "$1"
folder=$(cd "$1" && pwd)
for name in nginx caddy; do
    if command -v "$name" >/dev/null 2>&1 || [ -e "$folder/usr/sbin/$name" ] || [ -e "$folder/usr/bin/$name" ]; then
        continue
    fi
    packages=$(mktemp -d)
    (
        cd "$packages" || exit 1
        apt-get download -qq "$name" || { [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq "$name"; } || exit 1
        dpkg -x ./*.deb "$folder"
    ) >/dev/null 2>&1 || echo "$name is neither installed nor a package here: the tests that start it are skipped."
    rm -rf "$packages"
done
