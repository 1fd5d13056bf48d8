#!/bin/sh
# Puts programs that tests and benchmarks start into a folder, from Debian's packages, where they are missing and can be
# had: sh scripts/test-tools.sh FOLDER PROGRAM[:LIBRARY|+]... Each program is in the package of its name, and may need
# the package of a library, or (`chromium+`) every package that it depends on and this machine doesn't have. Nothing is
# installed into the system, and no service is started.
set -u
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
for program in "$@"; do
    name=${program%%[:+]*}
    if command -v "$name" >/dev/null 2>&1 || [ -e "$folder/usr/sbin/$name" ] || [ -e "$folder/usr/bin/$name" ]; then
        continue
    fi
    packages=$(mktemp -d)
    (
        cd "$packages" || exit 1
        case $program in
        *+) needed=$(apt-get install -s --no-install-recommends "$name" | awk '$1 == "Inst" { print $2 }') ;;
        *) needed=$(echo "$program" | tr : ' ') ;;
        esac
        [ -n "$needed" ] || exit 1
        for package in $needed; do
            apt-get download -qq "$package" ||
                { [ "$(id -u)" = 0 ] && apt-get update -qq && apt-get download -qq "$package"; } || exit 1
        done
        for file in ./*.deb; do dpkg -x "$file" "$folder"; done
    ) >/dev/null 2>&1 || echo "$name is neither installed nor a package here."
    rm -rf "$packages"
done
