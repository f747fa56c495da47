#!/usr/bin/env bash
# Writes fixtures with the Parquet encoder and lets other readers read them.
#
#   tests/format_parquet/run.sh FIXTURE_WRITER SCRATCH REQUIREMENTS SEEDS READER...
#
# SEEDS is a comma-separated list. Ends with 77 (skipped) where a reader cannot be had, and says why.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
writer=$1
scratch=$2
requirements=$3
seeds=$4
shift 4
readers=()
for reader in "$@"; do
  if [[ $reader == spark ]] && ! command -v java >/dev/null; then
    echo "Spark wants a Java runtime, and there is none" >&2
    exit 77
  fi
  readers+=(--reader "$reader")
done
python=$("$here/../venv.sh" "$scratch/../venv-$(basename "$requirements" .txt)" "$here/../$requirements")
rm -rf "$scratch"
mkdir -p "$scratch"
for seed in ${seeds//,/ }; do "$writer" "$scratch" "$seed"; done
"$python" "$here/check_readers.py" "$scratch" "${readers[@]}"
rm -rf "$scratch"
