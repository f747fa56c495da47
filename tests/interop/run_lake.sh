#!/usr/bin/env bash
# A lake's own Iceberg catalog, read and changed by pyiceberg.
#
#   tests/interop/run_lake.sh CLICKLAKE SCRATCH [SCRIPT]
#
# Ends with 77 (skipped) where pyiceberg cannot be had, and says why.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$2"
python=$("$here/../venv.sh" "$2/../venv-requirements-iceberg" "$here/../requirements-iceberg.txt")
exec "$python" "$here/${3:-check_lake.py}" "$1" "$2/lake"
