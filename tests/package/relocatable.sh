#!/bin/bash
# The installed tree works wherever it is put: installed in one place, moved to another, run with an empty environment.
#   relocatable.sh BUILD_DIR
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cmake --install "$1" --prefix "$scratch/first" >/dev/null
mkdir "$scratch/second"
mv "$scratch/first" "$scratch/second/tree"
cd /
env -i /bin/sh "$here/smoke.sh" "$scratch/second/tree" "$scratch"
