#!/usr/bin/env python3
"""parquet_bytes.py FILES OUT: the Parquet files under FILES written again by DuckDB, each to one file of the same rows, columns and order, zstd.

Prints one JSON object: for each writer bytes, row groups and bytes by column (compressed). DuckDB writes with its defaults; with row groups of our size
(DuckDB cuts at multiples of 2,048 rows); and with the encodings of Parquet V2.
"""
import json
import pathlib
import shutil
import sys

import duckdb


def describe(db, files):
    listed = "[" + ", ".join(f"'{f}'" for f in files) + "]"
    columns = db.execute("SELECT path_in_schema, sum(total_compressed_size)::BIGINT, string_agg(DISTINCT encodings) "
                         f"FROM parquet_metadata({listed}) GROUP BY 1 ORDER BY 2 DESC").fetchall()
    groups = db.execute(f"SELECT sum(num_row_groups)::BIGINT, sum(num_rows)::BIGINT FROM parquet_file_metadata({listed})").fetchone()
    return {"bytes": sum(f.stat().st_size for f in files), "files": len(files), "row_groups": groups[0], "rows": groups[1],
            "columns": {name.replace(", ", "."): {"bytes": size, "encodings": encodings} for name, size, encodings in columns}}


def main():
    source, out = map(pathlib.Path, sys.argv[1:3])
    files = sorted(source.rglob("*.parquet"))
    db = duckdb.connect()
    db.execute("SET threads=2; SET preserve_insertion_order=true; SET TimeZone='UTC'")
    sizes = {"clicklake": describe(db, files)}
    rows = round(sizes["clicklake"]["rows"] / sizes["clicklake"]["row_groups"])
    for name, options in (("duckdb", ""), ("duckdb, equal row groups", f", ROW_GROUP_SIZE {rows}"), ("duckdb, Parquet V2", ", PARQUET_VERSION V2")):
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        for number, file in enumerate(files):
            db.execute(f"COPY (SELECT * FROM read_parquet('{file}', hive_partitioning=false)) TO '{out}/{number:05}.parquet' (FORMAT parquet, COMPRESSION zstd{options})")
        sizes[name] = describe(db, sorted(out.glob("*.parquet")))
    shutil.rmtree(out, ignore_errors=True)
    print(json.dumps(sizes))


if __name__ == "__main__":
    main()
