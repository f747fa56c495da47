"""Bytes of fact_clicks as clicklake writes it, against DuckDB writing the same rows, columns and order."""
import json

from macro import measure, peers


def parquet_bytes(bench):
    clicks = bench.clicks()
    python = peers.python_of("duckdb", bench.folder, bench.say)
    lake, _ = bench.lake_of(clicks, "parquet-bytes")
    out = bench.folder / "lakes/parquet-bytes-duckdb"
    sizes = json.loads(measure.run([python, bench.root / "bench/peers/parquet_bytes.py", lake / "processed/fact_clicks/data", out]).output)
    ours = sizes["clicklake"]["bytes"]
    for name, writer in sizes.items():
        bench.say(f"  {name}: {writer['bytes'] / 1e6:.2f} MB, {writer['row_groups']} row groups")
    value = ours / sizes["duckdb"]["bytes"]
    figure = {"value": round(value, 4), "low": round(value, 4), "high": round(value, 4), "of": 1,
              "detail": f"{ours / 1e6:.1f} MB, DuckDB {sizes['duckdb']['bytes'] / 1e6:.1f} MB; with row groups of our size "
                        f"{sizes['duckdb, equal row groups']['bytes'] / 1e6:.1f} MB, with Parquet V2 encodings {sizes['duckdb, Parquet V2']['bytes'] / 1e6:.1f} MB"}
    return {"peer": peers.PACKAGES["duckdb"][0], "data": clicks.as_json(), "writers": sizes, "figures": {"parquet_bytes": figure}}
