#!/usr/bin/env python3
"""Reads the tables that iceberg_write_metadata described, and compares them with the Parquet files themselves.

    check_readers.py TABLES.ndjson SCRATCH pyiceberg|duckdb|spark...

Checks, with each reader: the rows of the current snapshot, value by value; the number of rows of every snapshot; that a condition on an hour or
a key opens just the files whose bounds it meets. Ends with 1 at the first difference.
"""
import datetime
import json
import pathlib
import shutil
import site
import sys

import duckdb
import pyarrow.parquet

HOUR = (datetime.datetime(2024, 11, 2, tzinfo=datetime.timezone.utc), datetime.datetime(2024, 11, 2, 1, tzinfo=datetime.timezone.utc))


def open_duckdb(scratch):
    """With the two extensions, as their packages hold them."""
    folder = pathlib.Path(scratch, "duckdb")
    db = duckdb.connect(config={"extension_directory": str(folder)})
    home = folder / db.execute("PRAGMA version").fetchone()[0] / db.execute("PRAGMA platform").fetchone()[0]
    home.mkdir(parents=True, exist_ok=True)
    for name in ("avro", "iceberg"):
        for packages in site.getsitepackages():
            for file in pathlib.Path(packages, f"duckdb_extension_{name}").rglob(f"{name}.duckdb_extension"):
                shutil.copy(file, home)
        db.execute(f"LOAD {name}")
    db.execute("SET TimeZone='UTC'; SET threads=2")
    return db


def parquet_files(table):
    """The data files of the current snapshot as pyiceberg lists them: paths, each with its least and greatest value of `column`."""
    from pyiceberg.table import StaticTable

    return [task.file.file_path.removeprefix("file://") for task in StaticTable.from_metadata(table["metadata"]).scan().plan_files()]


def bounds(path, column):
    """Of all row groups, from the footer."""
    footer = pyarrow.parquet.ParquetFile(path).metadata
    index = footer.schema.to_arrow_schema().get_field_index(column)
    chunks = [footer.row_group(i).column(index).statistics for i in range(footer.num_row_groups)]
    return min(c.min for c in chunks), max(c.max for c in chunks)


def conditions(table, files):
    """(SQL, pyiceberg's filter, the files that can hold such rows)."""
    if table["table"] == "fact_clicks":
        low, high = HOUR
        meets = [f for f in files if bounds(f, "event_timestamp")[0] < high and bounds(f, "event_timestamp")[1] >= low]
        text = f"event_timestamp >= '{low.isoformat()}' AND event_timestamp < '{high.isoformat()}'"
        yield text.replace(">= '", ">= TIMESTAMPTZ '").replace("< '", "< TIMESTAMPTZ '"), text, meets
    if table["table"] == "dim_users":
        key = pyarrow.parquet.read_table(files[0], columns=["user_key"])["user_key"][0].as_py()
        yield f"user_key = {key}", f"user_key = {key}", files[:1]


def require(holds, *what):
    if not holds:
        sys.exit("\n".join(str(w) for w in what))


class Pyiceberg:
    def __init__(self, scratch):
        self.db = open_duckdb(scratch)

    def open(self, table):
        from pyiceberg.table import StaticTable

        return StaticTable.from_metadata(table["metadata"])

    def check(self, table, files):
        iceberg = self.open(table)
        snapshots = iceberg.snapshots()
        rows = [{"rows": iceberg.scan(snapshot_id=s.snapshot_id).to_arrow().num_rows, "files": int(s.summary["total-data-files"])} for s in snapshots]
        require(rows == table["snapshots"], rows, table["snapshots"])
        read = iceberg.scan().to_arrow()  # noqa: F841, named in the SQL
        if not files:
            require(read.num_rows == 0, "rows without files")
            return
        written = self.db.read_parquet(files)  # noqa: F841
        columns = ", ".join(f'"{name}"' for name in read.column_names)
        for a, b in (("read", "written"), ("written", "read")):
            odd = self.db.execute(f"SELECT {columns} FROM {a} EXCEPT ALL SELECT {columns} FROM {b}").fetchall()
            require(not odd, f"{len(odd)} rows of {a} are not in {b}", odd[:3])
        for _, text, meets in conditions(table, files):
            opened = sorted(task.file.file_path.removeprefix("file://") for task in iceberg.scan(row_filter=text).plan_files())
            require(opened == sorted(meets), "pyiceberg opens", opened, "and needs", meets)
        manifests = iceberg.inspect.manifests().to_pylist()
        require(sum(m["added_data_files_count"] + m["existing_data_files_count"] for m in manifests) == len(files), manifests)
        entries = iceberg.inspect.all_entries().to_pylist() if hasattr(iceberg.inspect, "all_entries") else iceberg.inspect.entries().to_pylist()
        require(entries, "no entries")


class Duckdb:
    def __init__(self, scratch):
        self.db = open_duckdb(scratch)

    def check(self, table, files):
        scan = f"iceberg_scan('{table['metadata']}')"
        snapshots = self.db.execute(f"SELECT snapshot_id FROM iceberg_snapshots('{table['metadata']}') ORDER BY sequence_number").fetchall()
        rows = [self.db.execute(f"SELECT count(*) FROM iceberg_scan('{table['metadata']}', snapshot_from_id={s})").fetchone()[0] for (s,) in snapshots]
        require(rows == [s["rows"] for s in table["snapshots"]], rows, table["snapshots"])
        if not files:
            require(self.db.execute(f"SELECT count(*) FROM {scan}").fetchone()[0] == 0, "rows without files")
            return
        columns = ", ".join(f'"{c[0]}"' for c in self.db.execute(f"DESCRIBE SELECT * FROM {scan}").fetchall())
        for a, b in ((scan, "read_parquet($files)"), ("read_parquet($files)", scan)):
            odd = self.db.execute(f"SELECT {columns} FROM {a} EXCEPT ALL SELECT {columns} FROM {b}", {"files": files}).fetchall()
            require(not odd, f"{len(odd)} rows of {a} are not in {b}", odd[:3])
        for sql, _, meets in conditions(table, files):
            plan = self.db.execute(f"EXPLAIN (ANALYZE, FORMAT json) SELECT count(*) FROM {scan} WHERE {sql}").fetchone()[1]
            opened = int(plan.split('"Total Files Read": "')[1].split('"')[0])
            require(opened == len(meets), "DuckDB opens", opened, "and needs", len(meets))


class Spark:
    def __init__(self, scratch):
        from spark_session import spark_session

        shutil.rmtree(pathlib.Path(scratch, "spark"), ignore_errors=True)
        pathlib.Path(scratch, "spark").mkdir()
        try:
            self.spark = spark_session(pathlib.Path(scratch, "spark"))
        except Exception as error:  # pylint: disable=broad-except
            print(f"Spark did not start: {error}", file=sys.stderr)
            sys.exit(77)
        self.spark.sql("CREATE NAMESPACE IF NOT EXISTS lake.db")
        self.db = duckdb.connect()
        self.db.execute("SET TimeZone='UTC'")

    def check(self, table, files):
        name = "lake.db." + table["table"]
        self.spark.sql(f"CALL lake.system.register_table('db.{table['table']}', '{table['metadata']}')")
        snapshots = self.spark.sql(f"SELECT snapshot_id FROM {name}.snapshots ORDER BY committed_at, snapshot_id").collect()
        rows = [self.spark.sql(f"SELECT count(*) FROM {name} VERSION AS OF {s[0]}").first()[0] for s in snapshots]
        require(rows == [s["rows"] for s in table["snapshots"]], rows, table["snapshots"])
        if not files:
            require(self.spark.sql(f"SELECT count(*) FROM {name}").first()[0] == 0, "rows without files")
            return
        columns = [c for c in self.spark.table(name).columns if c != "metadata"]
        times = {c for c in columns if dict(self.spark.table(name).dtypes)[c] == "timestamp"}
        spark_columns = ", ".join(f"unix_micros({c})" if c in times else f"CAST({c} AS STRING)" for c in columns)
        duck_columns = ", ".join(f"epoch_us({c})" if c in times else f"CAST({c} AS VARCHAR)" for c in columns)
        read = sorted(repr(tuple(r)) for r in self.spark.sql(f"SELECT {spark_columns} FROM {name}").collect())
        written = sorted(repr(r) for r in self.db.execute(f"SELECT {duck_columns} FROM read_parquet(?)", [files]).fetchall())
        require(read == written, "Spark reads", read[:2], "and there is", written[:2])
        for sql, _, meets in conditions(table, files):
            where = sql.replace("TIMESTAMPTZ", "TIMESTAMP")
            opened = self.spark.sql(f"SELECT DISTINCT input_file_name() FROM {name} WHERE {where}").count()
            planned = self.spark.sql(f"SELECT * FROM {name} WHERE {where}").inputFiles()
            require(opened <= len(meets) and len(planned) == len(files), "Spark opens", opened, "and needs", len(meets))


def main():
    readers = {"pyiceberg": Pyiceberg, "duckdb": Duckdb, "spark": Spark}
    with open(sys.argv[1], encoding="utf-8") as lines:
        tables = [json.loads(line) for line in lines]
    require(len(tables) >= 8, "tables are missing", tables)
    for name in sys.argv[3:]:
        reader = readers[name](sys.argv[2])
        for table in tables:
            reader.check(table, parquet_files(table))
        print(f"{name}: {len(tables)} tables, {sum(len(t['snapshots']) for t in tables)} snapshots")


if __name__ == "__main__":
    main()
