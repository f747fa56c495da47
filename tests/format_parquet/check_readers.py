#!/usr/bin/env python3
"""Reads Parquet fixtures with independent readers and compares them, value by value, with the rows beside them.

    check_readers.py FOLDER [--reader duckdb|pyarrow|polars|fastparquet|spark]...

FOLDER holds NAME.parquet and NAME.ndjson as parquet_fixture_writer makes them. Ends with 1 at the first difference.
"""
import argparse
import json
import pathlib
import sys

MAPS = ("tags", "maybe_tags")
DECIMALS = ("price", "maybe_price")
DATES = ("day", "maybe_day")
TIMES = ("at", "maybe_at")


def expected_rows(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_duckdb(path):
    import duckdb

    db = duckdb.connect()
    db.execute("SET TimeZone='UTC'; SET threads=2")
    columns = []
    for (name, kind, *_) in db.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(path)]).fetchall():
        quoted = f'"{name}"'
        if kind.startswith("DECIMAL(18,4)"):
            columns.append(f"CAST(replace(CAST({quoted} AS VARCHAR), '.', '') AS BIGINT)")
        elif kind == "DATE":
            columns.append(f"{quoted} - DATE '1970-01-01'")
        elif kind == "TIMESTAMP WITH TIME ZONE":
            columns.append(f"epoch_us({quoted})")
        elif kind == "MAP(VARCHAR, VARCHAR)":
            columns.append(f"[[e.key, e.value] FOR e IN map_entries({quoted})]")
        else:
            columns.append(quoted)
    rows = db.execute(f"SELECT {', '.join(columns)} FROM read_parquet(?)", [str(path)]).fetchall()
    return [list(row) for row in rows]


def read_pyarrow(path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    columns = []
    for name in table.column_names:
        column = table[name]
        if pa.types.is_decimal(column.type):
            assert (column.type.precision, column.type.scale) == (18, 4), column.type
            values = [None if v is None else int(v.scaleb(4)) for v in column.to_pylist()]
        elif pa.types.is_date32(column.type):
            values = column.cast(pa.int32()).to_pylist()
        elif pa.types.is_timestamp(column.type):
            assert (column.type.unit, column.type.tz) == ("us", "UTC"), column.type
            values = column.cast(pa.int64()).to_pylist()
        elif pa.types.is_map(column.type):
            values = [None if v is None else [list(pair) for pair in v] for v in column.to_pylist()]
        else:
            values = column.to_pylist()
        columns.append(values)
    return [list(row) for row in zip(*columns)]


def read_polars(path):
    import polars as pl

    frame = pl.read_parquet(path)
    columns = []
    for name in frame.columns:
        column = frame[name]
        if name in DECIMALS:
            values = [None if v is None else int(v.scaleb(4)) for v in column.to_list()]
        elif name in DATES or name in TIMES:
            values = column.to_physical().to_list()
        elif name in MAPS:
            values = [[list(entry) for entry in (row.items() if isinstance(row, dict) else map(dict.values, row))] for row in column.to_list()]
        else:
            values = column.to_list()
        columns.append(values)
    return [list(row) for row in zip(*columns)]


def read_spark(path):
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as f

    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.memory", "2g")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    frame = spark.read.parquet(str(path)).coalesce(1)
    columns = []
    for name, kind in frame.dtypes:
        if kind == "decimal(18,4)":
            columns.append((f.col(name) * 10000).cast("decimal(38,0)").cast("string").alias(name))
        elif kind == "date":
            columns.append(f.unix_date(f.col(name)).alias(name))
        elif kind == "timestamp":
            columns.append(f.unix_micros(f.col(name)).alias(name))
        elif kind == "map<string,string>":
            columns.append(f.map_entries(f.col(name)).alias(name))
        else:
            columns.append(f.col(name))
    rows = []
    for row in frame.select(*columns).collect():
        values = list(row)
        for i, (name, kind) in enumerate(frame.dtypes):
            if kind == "decimal(18,4)" and values[i] is not None:
                values[i] = int(values[i])
            elif kind == "map<string,string>" and values[i] is not None:
                values[i] = [list(pair) for pair in values[i]]
        rows.append(values)
    return rows


READERS = {"duckdb": read_duckdb, "pyarrow": read_pyarrow, "polars": read_polars, "spark": read_spark}


def check_metadata(path):
    """What the footer says must hold for the bytes it speaks of; pyarrow's view of it."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    size = path.stat().st_size
    assert file.metadata.num_columns == len(file.schema), path
    assert b"iceberg.schema" in file.metadata.metadata, path
    end = 4
    for g in range(file.metadata.num_row_groups):
        group = file.metadata.row_group(g)
        for c in range(group.num_columns):
            chunk = group.column(c)
            start = chunk.dictionary_page_offset if chunk.has_dictionary_page else chunk.data_page_offset
            assert start == end, f"{path}: row group {g}, {chunk.path_in_schema} starts at {start}, not {end}"
            end = start + chunk.total_compressed_size
            values = file.read_row_group(g, columns=[chunk.path_in_schema]).column(0)
            if chunk.statistics is not None and chunk.statistics.has_min_max:
                present = [v for v in values.to_pylist() if v is not None]
                low, high = chunk.statistics.min, chunk.statistics.max
                if isinstance(present[0], str):
                    as_bytes = [v.encode() for v in present]
                    low, high = low.encode(), high.encode()
                    assert low <= min(as_bytes) and high >= max(as_bytes), f"{path}: bounds of {chunk.path_in_schema}"
                    if max(map(len, as_bytes)) <= 256:
                        assert (low, high) == (min(as_bytes), max(as_bytes)), f"{path}: bounds of {chunk.path_in_schema}"
                else:
                    assert (low, high) == (min(present), max(present)), f"{path}: bounds of {chunk.path_in_schema}"
                assert chunk.statistics.null_count == values.null_count, f"{path}: nulls of {chunk.path_in_schema}"
    assert end < size, path


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--reader", action="append", choices=sorted(READERS))
    arguments = parser.parse_args()
    readers = arguments.reader or ["duckdb", "pyarrow"]
    files = sorted(arguments.folder.glob("*.parquet"))
    if not files:
        sys.exit(f"{arguments.folder}: no fixtures")
    values = 0
    for path in files:
        expected = expected_rows(path.with_suffix(".ndjson"))
        if "pyarrow" in readers:
            check_metadata(path)
        for reader in readers:
            rows = READERS[reader](path)
            if len(rows) != len(expected):
                sys.exit(f"{path}: {reader} reads {len(rows)} rows, {len(expected)} were written")
            for number, (read, written) in enumerate(zip(rows, expected)):
                if read != written:
                    columns = [i for i, (a, b) in enumerate(zip(read, written)) if a != b]
                    first = columns[0] if columns else "?"
                    shown = (repr(read[first])[:200], repr(written[first])[:200]) if columns else (len(read), len(written))
                    sys.exit(f"{path}: {reader}, row {number}, column {first}: {shown[0]} was read, {shown[1]} was written")
            values += sum(len(row) for row in rows)
    print(f"{len(files)} files, {', '.join(readers)}: {values} values as written")


if __name__ == "__main__":
    main()
