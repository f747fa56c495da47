#!/bin/sh
# Uses the installed program as a user does. Run with an empty environment, on a machine that may have nothing else:
#   smoke.sh TREE SCRATCH
set -eu
tree=$1
scratch=$2
program=$tree/bin/clicklake
"$program" --version
"$program" generate --events 1000 --hours 2 --seed 1 "$scratch/clicks"
"$program" init "$scratch/lake"
"$program" run --lake "$scratch/lake" --format json "$scratch/clicks" >"$scratch/report.json"
count=$("$program" sql --lake "$scratch/lake" --format csv 'SELECT count(*) AS n FROM fact_clicks' | tail -n 1)
if [ "$count" != 1000 ]; then
  echo "smoke: fact_clicks has $count rows, not 1000" >&2
  exit 1
fi
# The library that SQL opens is the one of this tree, not one that the build left somewhere.
LD_DEBUG=files "$program" sql --lake "$scratch/lake" 'SELECT 1' 2>&1 | grep -o 'file=[^ ]*libduckdb[^ ]*' | sort -u >"$scratch/opened"
if ! grep -q "^file=$tree/" "$scratch/opened" && ! grep -q "^file=$tree/bin/../lib/" "$scratch/opened"; then
  echo "smoke: the library opened is not the tree's ($tree):" >&2
  cat "$scratch/opened" >&2
  exit 1
fi
echo "smoke: passed"
