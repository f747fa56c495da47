#!/usr/bin/env python3
"""Holds what a statement's plan says that it scans against what DuckDB reads of the files.

    bytes_read_test.py --binary CLICKLAKE --plan-bytes PLAN_BYTES --read-log READ_LOG.so [--lake LAKE]

A byte that is read twice is counted once: DuckDB takes 256 bytes to find a page's header in, then the page from behind the header on.
Footers are not counted.
"""
import argparse
import collections
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TOLERANCE = 0.02
# The lake below begins at 2024-11-01 and has 48 hours.
DAY = "event_timestamp >= '2024-11-02' AND event_timestamp < '2024-11-03'"

EXACT = {
    "events per hour by type": "SELECT date_trunc('hour', event_timestamp), event_type, count(*) FROM fact_clicks GROUP BY 1, 2",
    "daily active users": "SELECT event_timestamp::DATE, count(DISTINCT user_key) FROM fact_clicks GROUP BY 1",
    "top 20 pages": "SELECT page_url, count(*) FROM fact_clicks JOIN dim_pages USING (page_key) GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
    "funnel": "SELECT session_key, event_timestamp::DATE, bool_or(event_type = 'add_to_cart'), bool_or(event_type = 'purchase') "
              "FROM fact_clicks GROUP BY 1, 2",
    "revenue by category": "SELECT category, sum(revenue) FROM fact_clicks WHERE event_type = 'purchase' GROUP BY 1",
    "a day": f"SELECT count(DISTINCT user_key) FROM fact_clicks WHERE {DAY}",
    "a day by its date": "SELECT count(DISTINCT user_key) FROM fact_clicks WHERE event_timestamp::DATE = '2024-11-02'",
    "three hours of a file": "SELECT sum(event_key % 7) FROM fact_clicks "
                             "WHERE event_timestamp >= '2024-11-02 06:00' AND event_timestamp < '2024-11-02 09:00'",
    "an hour of each day": "SELECT sum(event_key % 7) FROM fact_clicks WHERE hour IN (3, 11)",
    "both ends": "SELECT sum(event_key % 7) FROM fact_clicks "
                 "WHERE event_timestamp < '2024-11-01 03:00' OR event_timestamp > '2024-11-02 22:00'",
    "alternatives of two columns": "SELECT sum(event_key % 7) FROM fact_clicks WHERE event_timestamp < '2024-11-01 03:00' OR hour = 23",
    "a day's hours": f"SELECT sum(event_key % 7) FROM fact_clicks WHERE {DAY} AND hour IN (5, 20)",
    "a truncated time": "SELECT sum(event_key % 7) FROM fact_clicks "
                        "WHERE date_trunc('day', event_timestamp) = '2024-11-01' AND event_timestamp > '2024-11-01 20:00'",
    "a map": "SELECT count(metadata['a']) FROM fact_clicks",
    "all columns": f"SELECT * FROM fact_clicks WHERE {DAY}",
    "two scans": "SELECT count(DISTINCT user_key) FROM fact_clicks UNION ALL SELECT count(DISTINCT page_key) FROM fact_clicks",
    "rows only": "SELECT count(*) FROM fact_clicks",
}
# DuckDB stops early, or passes over pages of which its filters leave no row: the bill is an upper bound.
BOUNDED = {
    "a few rows": "SELECT * FROM fact_clicks LIMIT 10",
    "the latest rows": "SELECT * FROM fact_clicks ORDER BY event_timestamp DESC LIMIT 10",
    "two ranges": "SELECT sum(event_key % 7) FROM fact_clicks WHERE event_timestamp < '2024-11-01 03:00' "
                  "OR (event_timestamp >= '2024-11-02 10:00' AND event_timestamp < '2024-11-02 12:00')",
    "no row": "SELECT user_key, metadata FROM fact_clicks WHERE product_id = 'there is none'",
}


class Checker:
    def __init__(self, arguments, lake):
        self.arguments, self.lake = arguments, lake
        self.failures = 0

    def run(self, *command, **options):
        return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True, **options).stdout

    def planned(self, statement):
        """Bytes by the plan, and what it scans."""
        quoted = statement.replace("'", "''")
        plan = (f"SELECT json_serialize_plan('{quoted}', optimize := true, skip_null := true, skip_empty := false, "
                "skip_default := true)::VARCHAR")
        rows = list(csv.reader(self.run(self.arguments.binary, "sql", "--lake", self.lake, "--format", "csv", plan).splitlines(True)))
        scans = self.run(self.arguments.plan_bytes, self.lake, "unbound_lake_table", input=rows[1][0])
        return [json.loads(line) for line in scans.splitlines()]

    def read(self, statement):
        """Bytes that were read, and the files."""
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "reads"
            log.touch()
            env = dict(os.environ, LD_PRELOAD=str(self.arguments.read_log), READ_LOG=str(log), READ_LOG_ROOT=str(self.lake / "processed"))
            self.run(self.arguments.binary, "sql", "--lake", self.lake, "--format", "csv", statement, env=env)
            reads = collections.defaultdict(list)
            for line in log.read_text().splitlines():
                offset, size, path = line.split(" ", 2)
                reads[path].append((int(offset), int(size)))
        return sum(data_bytes(path, ranges) for path, ranges in reads.items()), len(reads)

    def check(self, name, statement, exact):
        scans = self.planned(statement)
        planned = sum(scan["bytes"] for scan in scans)
        files = sum(scan["files"] for scan in scans)
        read, files_read = self.read(statement)
        if exact:
            fits = abs(read - planned) <= TOLERANCE * max(read, planned) and files == files_read
        else:
            fits = read <= planned * (1 + TOLERANCE) and files_read <= files
        share = f"{100 * (read / planned - 1):+.2f} %" if planned else ""
        print(f"{'ok  ' if fits else 'FAIL'} {name}: planned {planned:,} of {files} files, read {read:,} of {files_read} {share}", flush=True)
        if not fits:
            self.failures += 1
            print(f"     {statement}\n     {scans}")


def data_bytes(path, ranges):
    """Distinct bytes of `ranges` (offset, size) before the footer. What reaches the file's end was read for the footer, if with more."""
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        file.seek(size - 8)
        end = size - 8 - int.from_bytes(file.read(4), "little")
    total = at = 0
    for offset, length in sorted(ranges):
        if offset + length == size:
            continue
        total += max(0, min(offset + length, end) - max(offset, at))
        at = max(at, offset + length)
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--plan-bytes", required=True)
    parser.add_argument("--read-log", required=True)
    parser.add_argument("--lake", type=pathlib.Path, help="another lake, whose facts have 2024-11-01 and 02 (default: a small one is made)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lake = arguments.lake
        if lake is None:
            lake = pathlib.Path(folder) / "lake"
            clicks = pathlib.Path(folder) / "clicks"
            for command in (["generate", "--events", "300000", "--hours", "48", clicks], ["init", lake],
                            ["run", "--lake", lake, "--in-place", clicks]):
                subprocess.run([arguments.binary, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
        checker = Checker(arguments, lake.resolve())
        for name, statement in EXACT.items():
            checker.check(name, statement, True)
        for name, statement in BOUNDED.items():
            checker.check(name, statement, False)
    sys.exit(1 if checker.failures else 0)


if __name__ == "__main__":
    main()
