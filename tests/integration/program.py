"""Runs the program on small lakes, and reads them through its own SQL."""

import argparse
import gzip
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import unittest

TABLES = ("fact_clicks", "dim_users", "dim_pages", "dim_referrers", "dim_campaigns", "dim_devices", "dim_dates", "sessions", "dim_users_history")
# Theirs are there from the first batch on.
MARTS = ("engagement_daily", "engagement_hourly", "funnel_daily", "revenue_daily")
TIMEOUT = 120
BINARY = ""

# Rows as JSON: times as microseconds, money as text.
SELECTS = {
    "fact_clicks": "SELECT * REPLACE (epoch_us(event_timestamp) AS event_timestamp, price::VARCHAR AS price, "
                   "revenue::VARCHAR AS revenue, epoch_us(arrived_at) AS arrived_at) FROM fact_clicks",
    "dim_users": "SELECT * REPLACE (epoch_us(first_seen) AS first_seen, epoch_us(last_seen) AS last_seen, "
                 "revenue::VARCHAR AS revenue) FROM dim_users",
    "sessions": "SELECT * REPLACE (epoch_us(started_at) AS started_at, epoch_us(ended_at) AS ended_at, "
                "revenue::VARCHAR AS revenue) FROM sessions",
    "dim_dates": "SELECT * REPLACE (date::VARCHAR AS date) FROM dim_dates",
}
BATCH_COLUMNS = {"ingest_batch_id", "arrived_at", "is_late"}


class Ended:
    def __init__(self, arguments, done):
        self.arguments, self.code, self.out, self.err = arguments, done.returncode, done.stdout, done.stderr

    def __str__(self):
        return f"clicklake {' '.join(map(str, self.arguments))}\nexit code {self.code}\n{self.out[-2000:]!r}\n{self.err[-2000:]!r}"

    def json(self):
        return json.loads(self.out)


def clicklake(*arguments, stdin=b"", code=0, env=None, **options):
    """Runs one command; `code`: what it must end with (None: anything)."""
    arguments = [a if isinstance(a, bytes) else str(a) for a in arguments]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CLICKLAKE")}
    clean.update(env or {})
    done = subprocess.run([BINARY, *arguments], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=TIMEOUT, env=clean, **options)
    ended = Ended(arguments, done)
    if code is not None and ended.code != code:
        raise AssertionError(f"exit code {code} expected: {ended}")
    return ended


class Lake:
    def __init__(self, path):
        self.path = pathlib.Path(path)
        clicklake("init", self.path)

    def command(self, name, *arguments, **options):
        return clicklake(name, "--lake", self.path, "--format", "json", *arguments, **options)

    def run(self, *sources, in_place=False, flags=(), **options):
        """`run`; the report."""
        return self.command("run", *(["--in-place"] if in_place else []), *flags, *sources, **options).json()

    def sql(self, statement):
        return clicklake("sql", "--lake", self.path, "--format", "json", statement).json()["rows"]

    def scalar(self, statement):
        return self.sql(statement)[0][0]

    def tables(self, batch_columns=False):
        """All star tables and marts as they are now: name -> list of rows (column -> value)."""
        marts = [m for m in MARTS if m in self.snapshots()]
        parts = [f"SELECT '{t}' AS t, to_json(x)::VARCHAR AS j FROM ({SELECTS.get(t, f'SELECT * FROM {t}')}) x" for t in (*TABLES, *marts)]
        tables = {t: [] for t in (*TABLES, *marts)}
        for table, row in self.sql(" UNION ALL ".join(parts)):
            row = json.loads(row)
            if not batch_columns:
                row = {k: v for k, v in row.items() if k not in BATCH_COLUMNS}
            tables[table].append(row)
        return tables

    def quarantine(self):
        rows = []
        for path in sorted((self.path / "quarantine").glob("*.ndjson")):
            rows += [json.loads(line) for line in path.read_bytes().splitlines()]
        return rows

    def snapshots(self):
        return {t["name"]: t["snapshot"] for t in self.command("status").json()["tables"]}

    def raw_lines(self):
        """All lines of the raw files, sorted."""
        return sorted(line for path in (self.path / "raw").rglob("*.json") for line in path.read_bytes().splitlines())

    def configure(self, text):
        (self.path / "clicklake.toml").write_text(text)


def counts(report):
    return tuple(report[k] for k in ("records_read", "accepted", "duplicate", "quarantined", "blank"))


def click(**changes):
    """An event's members; None takes one away (use JsonNull for a null)."""
    event = {"user_id": "u-1", "session_id": "s-1", "event_type": "page_view",
             "event_timestamp": "2024-11-04T15:30:00Z", "device_type": "mobile",
             "page_url": "https://shop.example/p/1", "referrer_url": "https://search.example/", "metadata": {}}
    event.update(changes)
    return {k: v for k, v in event.items() if v is not None}


def lines(*events):
    """NDJSON of events (dicts, or lines as bytes or text)."""
    out = b""
    for event in events:
        if isinstance(event, dict):
            event = json.dumps(event)
        out += (event.encode() if isinstance(event, str) else event) + b"\n"
    return out


def write(path, data, mtime=None):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if mtime is not None:
        os.utime(path, (mtime, mtime))
    return path


def zst(data):
    """A zstd frame of raw blocks: no library needed."""
    out = bytearray(b"\x28\xb5\x2f\xfd" + bytes([0b10100000]) + len(data).to_bytes(4, "little"))  # one segment, 4-byte size
    step = 100_000
    pieces = [data[i:i + step] for i in range(0, len(data), step)] or [b""]
    for i, piece in enumerate(pieces):
        out += (len(piece) << 3 | (i + 1 == len(pieces))).to_bytes(3, "little") + piece
    return bytes(out)


def gz(data):
    return gzip.compress(data, mtime=0)


def hour_folder(root, year=2024, month=11, day=4, hour=15, keyed=True):
    parts = (f"year={year}/month={month:02}/day={day:02}/hour={hour:02}" if keyed
             else f"{year}/{month:02}/{day:02}/{hour:02}")
    return pathlib.Path(root) / parts


def differences(here, there, limit=3):
    """What differs between two sets of tables; the first set's rows may have more columns. '' where nothing does."""
    found = []
    for table in there:
        columns = set().union(*(row.keys() for row in there[table])) if there[table] else set()
        a = sorted(json.dumps({k: v for k, v in row.items() if k in columns}, sort_keys=True) for row in here[table])
        b = sorted(json.dumps(row, sort_keys=True) for row in there[table])
        if a == b:
            continue
        only_a, only_b = list(a), list(b)
        for row in b:
            if row in only_a:
                only_a.remove(row)
        for row in a:
            if row in only_b:
                only_b.remove(row)
        found.append(f"{table}: {len(here[table])} rows, {len(there[table])} expected")
        found += [f"  found    {row}" for row in only_a[:limit]] + [f"  expected {row}" for row in only_b[:limit]]
    return "\n".join(found)


class LakeTest(unittest.TestCase):
    """A test with a folder of its own."""

    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="clicklake-test-")
        cls.addClassCleanup(holder.cleanup)
        cls.class_folder = pathlib.Path(holder.name)

    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="clicklake-test-")
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def lake(self, name="lake"):
        return Lake(self.folder / name)

    def assert_counts(self, report, read, accepted, duplicate=0, quarantined=0, blank=0):
        self.assertEqual(counts(report), (read, accepted, duplicate, quarantined, blank), report)

    def assert_tables(self, here, there):
        """Tables (or a lake) equal tables (or a lake)."""
        here = here.tables() if isinstance(here, Lake) else here
        there = there.tables() if isinstance(there, Lake) else there
        found = differences(here, there)
        if found:
            self.fail("tables differ:\n" + found)


def main():
    global BINARY
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=os.environ.get("CLICKLAKE"))
    options, rest = parser.parse_known_args()
    if not options.binary:
        sys.exit("name the program: --binary build/clicklake, or CLICKLAKE in the environment")
    BINARY = str(pathlib.Path(options.binary).resolve())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.modules.setdefault("program", sys.modules[__name__])
    unittest.main(module="__main__", argv=[sys.argv[0], *rest])
