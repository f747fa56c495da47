#!/usr/bin/env python3
"""Encoder against encoder: the same fact_clicks rows, row groups and codec (zstd) by ours, libparquet and DuckDB.

    parquet_encode.py BENCH_BINARY [--row-groups N] [--rounds N] [--keep FOLDER]

BENCH_BINARY is parquet_writer_bench. Ours encodes from dictionary-coded columns (and its time leaves out what made these); libparquet gets Arrow
columns, as they are, as they are with settings by column, and with strings dictionary-coded as ours are (level 1, dictionaries and statistics on, one
thread); DuckDB gets its own table in memory (one thread; its time has its scan in it). CPU seconds are the process's own, medians. Prints one JSON object.
"""
import argparse
import json
import pathlib
import resource
import statistics
import subprocess
import tempfile


def cpu():
    use = resource.getrusage(resource.RUSAGE_SELF)
    return use.ru_utime + use.ru_stime


def timed(rounds, run):
    run()
    times = []
    for _ in range(rounds):
        start = cpu()
        run()
        times.append(cpu() - start)
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench", type=pathlib.Path)
    parser.add_argument("--row-groups", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=pathlib.Path)
    arguments = parser.parse_args()
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

    pa.set_cpu_count(1)
    folder = arguments.keep or pathlib.Path(tempfile.mkdtemp())
    ours_path = folder / "ours.parquet"
    runs = []
    for _ in range(arguments.rounds):
        command = [arguments.bench.resolve(), f"--write={ours_path}", f"--row_groups={arguments.row_groups}"]
        runs.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
    rows = runs[0]["rows"]
    result = {"rows": rows, "row_groups": arguments.row_groups}

    def report(name, seconds, size):
        result[name] = {"cpu_ns_per_row": round(seconds * 1e9 / rows, 1), "bytes_per_row": round(size / rows, 2)}

    report("clicklake", statistics.median(run["encode_cpu_seconds"] for run in runs), runs[0]["bytes"])

    table = pq.read_table(ours_path, use_threads=False).combine_chunks()
    per_group = rows // arguments.row_groups
    options = {"compression": "zstd", "compression_level": 1, "row_group_size": per_group, "use_dictionary": True, "store_decimal_as_integer": True}

    def write_plain():
        # Into memory, as ours is timed.
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, **options)
        return sink.getvalue()

    seconds = timed(arguments.rounds, write_plain)
    report("libparquet, plain columns", seconds, write_plain().size)

    # As a careful user of libparquet would set it: random and ascending numbers without a dictionary, random ones uncompressed.
    unique = ("event_key", "event_check", "event_timestamp")
    leaves = [column.path for column in pq.ParquetFile(ours_path).schema]
    tuned = {
        "compression": {path: "NONE" if path in unique[:2] else "ZSTD" for path in leaves},
        "compression_level": {path: 1 for path in leaves if path not in unique[:2]},
        "use_dictionary": [path for path in leaves if path not in unique],
    }

    def write_tuned():
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, **(options | tuned))
        return sink.getvalue()

    seconds = timed(arguments.rounds, write_tuned)
    report("libparquet, set by column", seconds, write_tuned().size)

    groups = []
    for i in range(arguments.row_groups):
        part = table.slice(i * per_group, per_group)
        columns = []
        for field, column in zip(part.schema, part.columns):
            if pa.types.is_string(field.type):
                column = column.combine_chunks().dictionary_encode()
            columns.append(column)
        groups.append(pa.table(columns, names=part.schema.names))

    def write_dictionaries():
        sink = pa.BufferOutputStream()
        writer = pq.ParquetWriter(sink, groups[0].schema, compression="zstd", compression_level=1, store_decimal_as_integer=True)
        for group in groups:
            writer.write_table(group, row_group_size=per_group)
        writer.close()
        return sink.getvalue()

    seconds = timed(arguments.rounds, write_dictionaries)
    report("libparquet, dictionary strings", seconds, write_dictionaries().size)

    db = duckdb.connect()
    db.execute("SET threads=1; SET preserve_insertion_order=true; SET TimeZone='UTC'")
    db.execute("CREATE TEMP TABLE clicks AS SELECT * FROM read_parquet(?)", [str(ours_path)])
    for level in (1, 3):
        path = folder / f"duckdb-{level}.parquet"
        copy = f"COPY clicks TO '{path}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {level}, ROW_GROUP_SIZE {per_group})"
        seconds = timed(arguments.rounds, lambda: db.execute(copy))
        report(f"DuckDB, level {level}", seconds, path.stat().st_size)
    path = folder / "duckdb-default.parquet"
    copy = f"COPY clicks TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    seconds = timed(arguments.rounds, lambda: db.execute(copy))
    report("DuckDB, default row groups and level", seconds, path.stat().st_size)

    ours = result["clicklake"]
    for name, values in result.items():
        if isinstance(values, dict):
            values["cpu_ratio"] = round(values["cpu_ns_per_row"] / ours["cpu_ns_per_row"], 2)
            values["bytes_ratio"] = round(values["bytes_per_row"] / ours["bytes_per_row"], 3)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
