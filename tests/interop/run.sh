#!/usr/bin/env bash
# Makes a lake, writes Iceberg metadata for its tables and lets other engines read them.
#
#   tests/interop/run.sh CLICKLAKE WRITE_METADATA SCRATCH REQUIREMENTS READER...
#
# Ends with 77 (skipped) where a reader cannot be had, and says why.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
clicklake=$1
write_metadata=$2
scratch=$3
requirements=$4
shift 4
for reader in "$@"; do
  if [[ $reader == spark ]] && ! command -v java >/dev/null; then
    echo "Spark wants a Java runtime, and there is none" >&2
    exit 77
  fi
done
python=$("$here/../venv.sh" "$scratch/../venv-$(basename "$requirements" .txt)" "$here/../$requirements")
rm -rf "$scratch"
mkdir -p "$scratch"
"$clicklake" generate --events 40000 --hours 60 --dirty 0.02 "$scratch/clicks" >/dev/null
# Once with a name that URL parsers would cut: such paths are written without a scheme.
for name in 'lake' 'a #lake%41'; do
  "$clicklake" init "$scratch/$name" >/dev/null
  "$clicklake" run --lake "$scratch/$name" "$scratch/clicks" >/dev/null 2>&1
  "$write_metadata" "$scratch/$name" "$scratch/$name/iceberg" >"$scratch/$name/tables.ndjson"
  "$python" "$here/check_readers.py" "$scratch/$name/tables.ndjson" "$scratch" "$@"
done
rm -rf "$scratch"
