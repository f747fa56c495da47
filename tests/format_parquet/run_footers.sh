#!/usr/bin/env bash
# Reads footers of files that other writers wrote.
#
#   tests/format_parquet/run_footers.sh PRINT_FOOTER SCRATCH REQUIREMENTS
#
# Ends with 77 (skipped) where the writers cannot be had, and says why.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
printer=$1
scratch=$2
requirements=$3
python=$("$here/../venv.sh" "$scratch/../venv-$(basename "$requirements" .txt)" "$here/../$requirements")
rm -rf "$scratch"
mkdir -p "$scratch"
"$python" "$here/check_footers.py" "$printer" "$scratch"
rm -rf "$scratch"
