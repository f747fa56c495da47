#!/usr/bin/env python3
"""Writes Parquet files with pyarrow and DuckDB, and compares what print_footer reads of their footers with what pyarrow reads.

    check_footers.py PRINT_FOOTER FOLDER
"""
import datetime
import decimal
import json
import pathlib
import subprocess
import sys

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

EPOCH = datetime.datetime(1970, 1, 1)
DAY_ZERO = datetime.date(1970, 1, 1)
# Names of the columns that have bounds as whole numbers.
BOUNDED = {"tiny", "small", "number", "long", "u8", "u32", "day", "at_ms", "at_us", "at_utc"}

ARROW_TYPES = {
    "flag": (pa.bool_(), "boolean"), "tiny": (pa.int8(), "tinyint"), "small": (pa.int16(), "smallint"), "number": (pa.int32(), "int"),
    "long": (pa.int64(), "bigint"), "u8": (pa.uint8(), "smallint"), "u32": (pa.uint32(), "bigint"), "u64": (pa.uint64(), "decimal(20,0)"),
    "real": (pa.float32(), "float"), "double": (pa.float64(), "double"), "text": (pa.string(), "string"), "Bytes": (pa.binary(), "binary"),
    "fixed": (pa.binary(4), "binary"), "money": (pa.decimal128(18, 4), "decimal(18,4)"), "day": (pa.date32(), "date"),
    "at_ms": (pa.timestamp("ms"), "timestamp"), "at_us": (pa.timestamp("us"), "timestamp"), "at_utc": (pa.timestamp("us", "UTC"), "timestamp"),
    "at_ns": (pa.timestamp("ns"), "timestamp"), "clock": (pa.time32("ms"), "int"), "list": (pa.list_(pa.int32()), "array<int>"),
    "tags": (pa.map_(pa.string(), pa.string()), "map<string,string>"),
    "place": (pa.struct([("City", pa.string()), ("ll", pa.struct([("lat", pa.float64()), ("lon", pa.float64())]))]),
              "struct<city:string,ll:struct<lat:double,lon:double>>"),
    "deep": (pa.list_(pa.map_(pa.string(), pa.list_(pa.struct([("n", pa.int64())])))), "array<map<string,array<struct<n:bigint>>>>"),
}


def value(name, i):
    at = EPOCH + datetime.timedelta(seconds=1_700_000_000 + i)
    return {
        "flag": i % 2 == 0, "tiny": i % 100 - 50, "small": i - 500, "number": i * 7 - 100, "long": i * 2**40, "u8": i % 256,
        "u32": 2**32 - 1 - i, "u64": 2**64 - 1 - i, "real": i / 2, "double": i / 4, "text": f"t{i}", "Bytes": b"\xff%d" % i, "fixed": b"abcd",
        "money": decimal.Decimal(i) / 4, "day": DAY_ZERO + datetime.timedelta(days=20_000 + i), "at_ms": at, "at_us": at,
        "at_utc": at.replace(tzinfo=datetime.timezone.utc), "at_ns": at, "clock": datetime.time(1, 2, i % 60), "list": [i, i + 1],
        "tags": [("k", "v"), ("n", None)], "place": {"City": "c", "ll": {"lat": 1.5, "lon": i}}, "deep": [[("k", [{"n": i}])]],
    }[name]


def with_pyarrow(folder, rows):
    columns = {name: pa.array([None if i % 10 == 3 else value(name, i) for i in range(rows)], kind) for name, (kind, _) in ARROW_TYPES.items()}
    table = pa.table(columns)
    for version in ("1.0", "2.4", "2.6"):
        for compression in ("none", "snappy", "zstd"):
            path = folder / f"arrow-{version}-{compression}.parquet"
            pq.write_table(table, path, version=version, compression=compression, row_group_size=300, data_page_version=version[:1] + ".0")
            yield path, {name.lower(): hive for name, (_, hive) in ARROW_TYPES.items()}
    pq.write_table(table.slice(0, 0), folder / "arrow-empty.parquet")
    yield folder / "arrow-empty.parquet", None
    wide = pa.table({f"column_with_a_long_name_{i}": pa.array([i]) for i in range(3000)})
    pq.write_table(wide, folder / "arrow-wide.parquet")
    yield folder / "arrow-wide.parquet", None


def with_duckdb(folder, rows):
    path = folder / "duckdb.parquet"
    duckdb.execute(f"""COPY (SELECT i::INTEGER AS number, i AS long, i::VARCHAR AS text, MAP {{'k': i::VARCHAR}} AS tags, [i, i] AS list,
        {{'city': 'c', 'n': i}} AS place, DATE '2024-11-01' + i::INTEGER AS day, TIMESTAMPTZ '2024-11-01' AS at_utc, (i / 4)::DECIMAL(18, 4) AS money,
        uuid() AS id FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet, ROW_GROUP_SIZE 2048)""")
    yield path, {"number": "int", "long": "bigint", "text": "string", "tags": "map<string,string>", "list": "array<bigint>",
                 "place": "struct<city:string,n:bigint>", "day": "date", "at_utc": "timestamp", "money": "decimal(18,4)", "id": "string"}


def as_number(bound):
    if isinstance(bound, datetime.datetime):
        return (bound.replace(tzinfo=None) - EPOCH) // datetime.timedelta(microseconds=1)
    if isinstance(bound, datetime.date):
        return (bound - DAY_ZERO).days
    return bound


def check(read, path, types):
    expected = pq.ParquetFile(path).metadata
    assert read["rows"] == expected.num_rows, path
    assert read["footer_bytes"] == expected.serialized_size, (path, read["footer_bytes"], expected.serialized_size)
    assert len(read["row_groups"]) == expected.num_row_groups, path
    if types:
        assert read["columns"] == types, (path, {k: v for k, v in read["columns"].items() if types.get(k) != v})
    for at, group in enumerate(read["row_groups"]):
        other = expected.row_group(at)
        assert group["rows"] == other.num_rows and len(group["chunks"]) == other.num_columns, (path, at)
        for leaf, chunk in enumerate(group["chunks"]):
            column = other.column(leaf)
            name = column.path_in_schema
            where = (path, at, name, chunk)
            assert read["leaves"][leaf] == name, where
            assert chunk["bytes"] == column.total_compressed_size and chunk["values"] == column.num_values, where
            statistics = column.statistics
            if statistics is not None and statistics.has_null_count:
                assert chunk["nulls"] == statistics.null_count, where
            if name in BOUNDED and statistics is not None and statistics.has_min_max:
                assert (chunk["min"], chunk["max"]) == (as_number(statistics.min), as_number(statistics.max)), where
            if name in ("text", "real", "double", "money", "flag", "u64"):
                assert "min" not in chunk, where


def main():
    printer, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    files = 0
    for path, types in [*with_pyarrow(folder, 1000), *with_duckdb(folder, 5000)]:
        done = subprocess.run([printer, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert done.returncode == 0, (path, done.stderr)
        check(json.loads(done.stdout), path, types)
        files += 1
    print(f"{files} footers read alike")


if __name__ == "__main__":
    main()
