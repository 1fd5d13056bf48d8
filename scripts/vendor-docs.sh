#!/bin/sh
# Fetch the browser code of the documentation pages from npm, by name and version.
#
#   scripts/vendor-docs.sh            fetch, and stop if a file is not the recorded one
#   scripts/vendor-docs.sh --record   fetch, and write a new SHA256SUMS (new version)
#   scripts/vendor-docs.sh --check    fetch nothing: check the files that are here
#
# Needs npm, tar, awk, and sha256sum or shasum. Nothing here names a registry:
# npm uses the one it is configured with, and SHA256SUMS settles what is accepted.
set -eu

cd "$(dirname "$0")/../app/docs/static/vendor"
vendor=$PWD
mode=${1:-}
case $mode in '' | --record | --check) ;; *)
    echo "usage: $0 [--record | --check]" >&2
    exit 2
    ;;
esac

sha256() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

if [ "$mode" = --check ]; then
    sha256 -c SHA256SUMS
    exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"

version_of() {
    awk -v name="$1" '$1 == name { print $2 }' "$vendor/VERSIONS"
}

# unpack NAME VERSION: leaves the package in $work/NAME/package
unpack() {
    mkdir "$work/$1"
    (cd "$work/$1" && npm pack --silent "$1@$2" >/dev/null && tar -xzf ./*.tgz)
}

# take FOLDER SOURCE...: copies files as they are into the folder
take() {
    folder=$1
    shift
    mkdir -p "$work/out/$folder"
    cp "$@" "$work/out/$folder/"
    # npm packs some files as executable; none of these is a program.
    chmod 644 "$work/out/$folder"/*
}

# without_map FILE: drops the source map pointer, which would ask for a file we do
# not have. Apache-2.0 (4b) wants a changed file to say that it was changed.
without_map() {
    sed -e 's|^/[/*]# sourceMappingURL=.*$||' "$1" >"$work/patched"
    printf '\n/* Changed for MIEUX Registry: %s */\n' "$2" >>"$work/patched"
    cp "$work/patched" "$1"
}

swagger=swagger-ui-dist-$(version_of swagger-ui-dist)
unpack swagger-ui-dist "$(version_of swagger-ui-dist)"
from=$work/swagger-ui-dist/package
take "$swagger" "$from/LICENSE" "$from/NOTICE" \
    "$from/swagger-ui.css" "$from/swagger-ui-bundle.js" "$from/swagger-ui-bundle.js.LICENSE.txt"
without_map "$work/out/$swagger/swagger-ui.css" 'source map pointer removed.'

redoc=redoc-$(version_of redoc)
unpack redoc "$(version_of redoc)"
from=$work/redoc/package
# The worker is part of redoc.standalone.js; its licence text is a file of its own.
take "$redoc" "$from/LICENSE" "$from/bundles/redoc.standalone.js" \
    "$from/bundles/redoc.standalone.js.LICENSE.txt" "$from"/bundles/*.worker.js.LICENSE.txt
# ReDoc has no option to leave its logo out. An address that cannot load makes it
# drop the picture, and a data: address leaves no trace in the console, whereas a
# request stopped by the Content-Security-Policy would be reported there.
logo=$work/out/$redoc/redoc.standalone.js
# The second expression is the source map pointer of the worker, which sits in a string.
sed -e 's|src:"https://cdn[^"]*logo[^"]*\.svg"|src:"data:,"|' \
    -e 's|\\n//# sourceMappingURL=[0-9a-z.]*\.map||' "$logo" >"$work/patched"
cp "$work/patched" "$logo"
without_map "$logo" 'source map pointers and the address of the outside logo removed.'
if grep -q -e 'https://cdn' -e 'sourceMappingURL=[0-9a-z.]*\.map' "$logo"; then
    echo "ReDoc still names an outside logo or a source map" >&2
    exit 1
fi

cd "$work/out"
# Byte order, so that the list is the same on every machine.
find . -type f | sed 's|^\./||' | LC_ALL=C sort >"$work/files"
while read -r file; do sha256 "$file"; done <"$work/files" >"$work/SHA256SUMS"
if [ "$mode" = --record ]; then
    cp "$work/SHA256SUMS" "$vendor/SHA256SUMS"
elif ! diff -u "$vendor/SHA256SUMS" "$work/SHA256SUMS" >&2; then
    echo "these are not the recorded files: nothing was changed" >&2
    exit 1
fi
rm -rf "${vendor:?}/$swagger" "${vendor:?}/$redoc"
cp -R "$swagger" "$redoc" "$vendor/"
echo "vendored $swagger and $redoc"
