#!/usr/bin/env python3
"""Restores a backup elsewhere and lets pyiceberg read it, the original being gone; and reads a lake while `maintain` works on it.

    check_backup.py CLICKLAKE SCRATCH
"""
import pathlib
import shutil
import subprocess
import sys

from pyiceberg.catalog import load_catalog

NAMESPACE = "clickstream_processed"


def rows(folder, table):
    return load_catalog("lake", type="sql", uri=f"sqlite:///{folder}/catalog.db").load_table((NAMESPACE, table)).scan().to_arrow()


def sorted_rows(folder, table, key):
    found = rows(folder, table)
    return found.sort_by(key).drop_columns([c for c in ("metadata",) if c in found.column_names])


def main():
    binary, scratch = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    lake, backup, restored = scratch / "lake", scratch / "backup", scratch / "elsewhere" / "restored"

    def clicklake(command, *arguments):
        subprocess.run([binary, command, *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    clicklake("init", lake)
    clicklake("generate", "--events", 3000, "--hours", 12, scratch / "clicks")
    for hour in sorted((scratch / "clicks").rglob("*.json")):
        clicklake("run", "--lake", lake, hour)
    keys = {"fact_clicks": "event_key", "dim_users": "user_key", "dim_dates": "date_key"}
    expected = {table: sorted_rows(lake, table, key) for table, key in keys.items()}
    assert expected["fact_clicks"].num_rows > 1000

    # A reader that began before the merge goes on after it: its files stay.
    begun = load_catalog("lake", type="sql", uri=f"sqlite:///{lake}/catalog.db").load_table((NAMESPACE, "fact_clicks"))
    planned = begun.scan().plan_files()
    clicklake("maintain", "--lake", lake, "--full")
    assert begun.scan().to_arrow().num_rows == expected["fact_clicks"].num_rows
    after = load_catalog("lake", type="sql", uri=f"sqlite:///{lake}/catalog.db").load_table((NAMESPACE, "fact_clicks"))
    assert len(list(after.scan().plan_files())) < len(list(planned)) / 4
    assert after.current_snapshot().summary["operation"].value == "replace", after.current_snapshot()

    clicklake("backup", "--lake", lake, backup)
    shutil.rmtree(lake)
    for table, key in keys.items():
        assert sorted_rows(backup, table, key) == expected[table], table
    restored.parent.mkdir()
    backup.rename(restored)
    clicklake("relocate", "--lake", restored)
    for table, key in keys.items():
        assert sorted_rows(restored, table, key) == expected[table], table
    clicklake("verify", "--lake", restored)
    clicklake("run", "--lake", restored, scratch / "clicks")
    assert rows(restored, "fact_clicks").num_rows == expected["fact_clicks"].num_rows
    print(f"pyiceberg reads the restored lake: {expected['fact_clicks'].num_rows} facts")
    shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
