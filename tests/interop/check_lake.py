#!/usr/bin/env python3
"""Opens a lake's catalog.db with pyiceberg while it grows, and changes its tables there.

    check_lake.py CLICKLAKE SCRATCH

Hour by hour: every table has in pyiceberg the rows that `sql` has, an hour is planned to the files that hold it, old snapshots say
what they said. Then pyiceberg deletes and appends; clicklake reads what came of it and goes on from there.
"""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys

from pyiceberg.catalog import load_catalog

NAMESPACE = "clickstream_processed"


class Lake:
    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder

    def clicklake(self, command, *arguments, may_fail=False):
        done = subprocess.run([self.binary, command, "--lake", str(self.folder), *arguments], capture_output=True, text=True)
        if done.returncode != 0 and not may_fail:
            sys.exit(f"clicklake {command} {' '.join(arguments)}: {done.stderr}")
        return done

    def count(self, table):
        done = self.clicklake("sql", "--format", "json", f"SELECT count(*) FROM {table}")
        return int(json.loads(done.stdout)["rows"][0][0])

    def catalog(self):
        return load_catalog("lake", type="sql", uri=f"sqlite:///{self.folder}/catalog.db")


def same_rows(lake):
    catalog = lake.catalog()
    tables = [t for namespace in catalog.list_namespaces() for t in catalog.list_tables(namespace)]
    for name in tables:
        table = catalog.load_table(name)
        rows = table.scan().to_arrow().num_rows
        assert rows == lake.count(name[-1]), (name, rows, lake.count(name[-1]))
        snapshot = table.current_snapshot()
        if snapshot:
            assert int(snapshot.summary["total-records"]) == rows, (name, snapshot.summary)
            assert len(snapshot.manifests(table.io)) < 16, (name, "manifests are merged")
    return len(tables)


def hour_is_pruned(lake):
    table = lake.catalog().load_table((NAMESPACE, "fact_clicks"))
    first, last = "2024-11-02T03:00:00+00:00", "2024-11-02T04:00:00+00:00"
    scan = table.scan(row_filter=f"event_timestamp >= '{first}' and event_timestamp < '{last}'")
    planned, everything = len(list(scan.plan_files())), len(list(table.scan().plan_files()))
    query = f"fact_clicks WHERE event_timestamp >= TIMESTAMPTZ '{first}' AND event_timestamp < TIMESTAMPTZ '{last}'"
    assert scan.to_arrow().num_rows == lake.count(query) > 0
    assert planned < everything / 4, (planned, everything)


def history_stays(lake):
    table = lake.catalog().load_table((NAMESPACE, "fact_clicks"))
    before = 0
    for snapshot in table.snapshots():
        rows = table.scan(snapshot_id=snapshot.snapshot_id).to_arrow().num_rows
        assert rows == int(snapshot.summary["total-records"]), snapshot
        assert rows >= before
        before = rows
    assert len(table.snapshots()) > 1


def others_commit(lake):
    dates = lake.catalog().load_table((NAMESPACE, "dim_dates"))
    rows = dates.scan().to_arrow()
    dates.delete(f"date_key = {rows['date_key'][0].as_py()}")
    assert lake.count("dim_dates") == rows.num_rows - 1
    lake.catalog().load_table((NAMESPACE, "dim_dates")).append(rows.slice(0, 1))
    assert lake.count("dim_dates") == rows.num_rows

    facts = lake.catalog().load_table((NAMESPACE, "fact_clicks"))
    before = lake.count("fact_clicks")
    purchases = lake.count("fact_clicks WHERE event_type = 'purchase'")
    assert purchases > 0
    facts.delete("event_type = 'purchase'")
    assert lake.count("fact_clicks") == before - purchases
    assert lake.count("fact_clicks WHERE event_type = 'purchase'") == 0
    with sqlite3.connect(f"file:{lake.folder}/catalog.db?mode=ro", uri=True) as db:
        assert db.execute("SELECT count(*) FROM batches WHERE kind = 3").fetchone()[0] == 3
    return before - purchases


def main():
    binary, scratch = sys.argv[1], pathlib.Path(sys.argv[2])
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    clicks = scratch / "clicks"
    subprocess.run([binary, "generate", "--events", "15000", "--hours", "30", "--seed", "11", "--dirty", "0.02", str(clicks)], check=True,
                   stdout=subprocess.DEVNULL)
    lake = Lake(binary, scratch / "lake")
    subprocess.run([binary, "init", str(lake.folder)], check=True, stdout=subprocess.DEVNULL)
    hours = sorted(clicks.rglob("hour=*"))
    for number, hour in enumerate(hours):
        lake.clicklake("run", str(hour), may_fail=True)  # some of the records are bad on purpose
        if number in (0, 9):
            assert same_rows(lake) == 13
    hour_is_pruned(lake)
    history_stays(lake)
    tables = same_rows(lake)
    left = others_commit(lake)
    more = scratch / "more"
    subprocess.run([binary, "generate", "--events", "900", "--hours", "3", "--seed", "12", str(more)], check=True, stdout=subprocess.DEVNULL)
    lake.clicklake("run", str(more))
    assert lake.count("fact_clicks") > left
    # The marts of the days that the other engine took rows from.
    counted = lake.count("(SELECT unnest(range(sum(purchases)::BIGINT)) FROM engagement_daily)")
    assert counted == lake.count("fact_clicks WHERE event_type = 'purchase'")
    same_rows(lake)

    # Elsewhere, its metadata leads to where it lay before, until the next commit.
    shutil.move(lake.folder, scratch / "moved")
    lake = Lake(binary, scratch / "moved")
    last = scratch / "last"
    subprocess.run([binary, "generate", "--events", "300", "--hours", "1", "--seed", "13", str(last)], check=True, stdout=subprocess.DEVNULL)
    lake.clicklake("run", str(last))
    assert same_rows(lake) == tables
    print(f"{tables} tables equal through {len(hours)} commits, three of another engine, one after them and one after a move")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
