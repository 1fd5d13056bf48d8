#!/bin/sh
# Writes the hash-locked requirement files anew from pyproject.toml, for every platform, naming no registry.
set -eu
cd "$(dirname "$0")/.."
compile="uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet"
$compile "$@" --extra build pyproject.toml --output-file requirements.txt
$compile "$@" --extra build --extra dev --constraint requirements.txt pyproject.toml --output-file requirements-dev.txt
