"""Runs the program on a lake, and looks at the lake from outside: what is in it and on disk."""

import dataclasses
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess

COUNTS = ("records_read", "accepted", "duplicate", "valid", "quarantined", "blank")
ROOT_NAMES = {"raw", "processed", "curated", "quarantine", "rules", "marts", "events", "catalog.db", "clicklake.toml",
              ".lock"}
RULE = {"name": "purchase", "eventPattern": {"detail-type": ["purchase"]},
        "targets": [{"id": "out", "kind": "file", "file": "alerts.ndjson"}]}
TIMEOUT = 300  # seconds; only a program that hangs takes them


class Failed(Exception):
    """What a test found wrong."""


@dataclasses.dataclass
class Ended:
    code: int  # minus the signal where one ended it
    out: str
    err: str

    @property
    def killed(self):
        return self.code == -signal.SIGKILL

    def report(self):
        return json.loads(self.out)


class Program:
    def __init__(self, binary):
        self.binary = str(pathlib.Path(binary).resolve())
        if not os.access(self.binary, os.X_OK):
            raise Failed(f"{self.binary} is not there: build it first")

    def command(self, *arguments):
        return [self.binary, *map(str, arguments)]

    def environment(self, **extra):
        env = {k: v for k, v in os.environ.items() if not k.startswith("CLICKLAKE_")}
        env.update(extra)
        return env

    def __call__(self, *arguments, env=None, **options):
        """Runs one command to its end, whatever that is."""
        try:
            done = subprocess.run(self.command(*arguments), stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  timeout=TIMEOUT, env=self.environment(**(env or {})), **options)
        except subprocess.TimeoutExpired as hung:
            raise Failed(f"clicklake {' '.join(map(str, arguments))} did not end in {TIMEOUT} s"
                         ) from hung
        return Ended(done.returncode, done.stdout, done.stderr)

    def must(self, *arguments, **options):
        """The same, and it must succeed."""
        ended = self(*arguments, **options)
        if ended.code != 0:
            command = " ".join(map(str, arguments))
            raise Failed(f"clicklake {command[:200]} ended with {ended.code}:\n"
                         f"{ended.err[-2000:]}{ended.out[-2000:]}")
        return ended

    def run_arguments(self, lake, source, in_place=False):
        return ["run", "--lake", lake, "--format", "json", *(["--in-place"] if in_place else []),
                source]

    def run(self, lake, source, in_place=False, **options):
        """`run`, which must succeed; its report adds up."""
        report = self.must(*self.run_arguments(lake, source, in_place), **options).report()
        parts = sum(report[k] for k in ("accepted", "duplicate", "quarantined", "blank"))
        if report["records_read"] != parts:
            raise Failed(f"the report does not add up: {report}")
        return report

    def sql(self, lake, statement):
        done = self.must("sql", "--lake", lake, "--format", "json", statement)
        return json.loads(done.out)["rows"]

    def published(self, lake):
        """Names of the tables that have a snapshot, marts included."""
        tables = self.must("status", "--lake", lake, "--format", "json").report()["tables"]
        return sorted(table["name"] for table in tables if table["snapshot"])

    def digest(self, lake):
        """(rows, digest) of each table with a snapshot, ingest_batch_id apart, from one moment."""
        parts = []
        for table in self.published(lake):
            columns = "* EXCLUDE (ingest_batch_id)" if table == "fact_clicks" else "*"
            parts.append(f"SELECT '{table}' AS t, count(*) AS n, coalesce(md5(string_agg(r, '\n' "
                         f"ORDER BY r)), '') AS d FROM (SELECT CAST(x AS VARCHAR) AS r FROM "
                         f"(SELECT {columns} FROM {table}) x)")
        if not parts:
            return {}
        rows = self.sql(lake, " UNION ALL ".join(parts))
        return {name: (int(count), digest) for name, count, digest in rows}

    def difference(self, lake, other):
        """A few rows that one lake has and the other has not, for a failure's message."""
        found = []
        for table in sorted({*self.published(lake), *self.published(other)}):
            columns = "* EXCLUDE (ingest_batch_id)" if table == "fact_clicks" else "*"
            query = f"SELECT {columns} FROM {table} ORDER BY ALL"
            here, there = ([json.dumps(r) for r in self.sql(at, query)] for at in (lake, other))
            found += [f"{table} only here: {r}" for r in here if r not in set(there)][:2]
            found += [f"{table} only there: {r}" for r in there if r not in set(here)][:2]
            if len(here) != len(there):
                found.append(f"{table}: {len(here)} rows here, {len(there)} there")
        return "\n".join(found)


def make_lake(program, lake):
    """A new lake with a rule: every batch with a purchase has a file of matches, too."""
    program.must("init", lake)
    (pathlib.Path(lake) / "rules" / "purchase.json").write_text(json.dumps(RULE))
    return lake


def copy_lake(lake, to):
    """A copy as it lies on disk, times included."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(lake, to, symlinks=True)
    return to


def is_temporary(name):
    return name.startswith(".") and name.endswith(".tmp")


def query_catalog(lake, statement):
    catalog = sqlite3.connect(pathlib.Path(lake) / "catalog.db")
    try:
        return catalog.execute(statement).fetchall()
    finally:
        catalog.close()


def batch_sums(lake):
    """Counts of all committed batches by kind: the same however often a run was interrupted."""
    sums = ", ".join(f"sum({c})" for c in COUNTS)
    rows = query_catalog(lake, f"SELECT kind, {sums} FROM batches WHERE committed_us <> 0 "
                               "GROUP BY kind ORDER BY kind")
    return {row[0]: dict(zip(COUNTS, row[1:])) for row in rows}


def line_count(path):
    with open(path, "rb") as file:
        return sum(1 for _ in file)


def check_iceberg(lake, known):
    """What is wrong with the tables' metadata; adds the files that belong to published batches to `known`."""
    wrong = []
    published = [batch for (batch,) in query_catalog(
        lake, "SELECT batch_id FROM batches WHERE committed_us <> 0")]
    # Older metadata stays for readers; a run of the session index that was merged goes with the next batch at the latest.
    for pattern in ("processed/*/metadata/*", "curated/*/metadata/*", "curated/sessions/index/*"):
        for file in lake.glob(pattern):
            if any(batch in file.name for batch in published):
                known.add(str(file.relative_to(lake)))
    for path, size in query_catalog(lake, "SELECT path, size FROM side_files"):
        known.add(path)
        if not (lake / path).exists() or (lake / path).stat().st_size != size:
            wrong.append(f"{path} is not there with {size} bytes")
    for name, snapshot, location, pointer in query_catalog(
            lake, "SELECT t.name, t.current_snapshot, t.metadata_location, i.metadata_location FROM tables t"
                  " LEFT JOIN iceberg_tables i ON i.table_name = t.name AND i.table_namespace = t.namespace"):
        if (pointer or "") != location:
            wrong.append(f"{name}: iceberg_tables points to {pointer}, its rows are of {location!r}")
        if not location:
            if snapshot is not None:
                wrong.append(f"{name} has a snapshot and no metadata")
            continue
        files = [location] + [path for (path,) in query_catalog(
            lake, f"SELECT path FROM manifests JOIN tables USING (table_no) WHERE name = '{name}'")]
        try:
            metadata = json.loads(pathlib.Path(location.removeprefix("file://")).read_text())
        except (OSError, ValueError) as problem:
            wrong.append(f"{name}: {location} cannot be read: {problem}")
            continue
        if (metadata["current-snapshot-id"] if metadata["current-snapshot-id"] != -1 else None) != snapshot:
            wrong.append(f"{name}: {location} is at {metadata['current-snapshot-id']}, the catalog at {snapshot}")
        files += [s["manifest-list"] for s in metadata["snapshots"]]
        wrong += [f"{name}: {file} is missing" for file in files
                  if not pathlib.Path(file.removeprefix("file://")).exists()]
    unlisted = query_catalog(
        lake, "SELECT path FROM data_files WHERE removed_snapshot IS NULL"
              " AND coalesce(manifest_no, 0) NOT IN (SELECT manifest_no FROM manifests)")
    return wrong + [f"{path} is in no manifest" for (path,) in unlisted]


def check_at_rest(lake):
    """What must hold of a lake on which nobody works and whose last run succeeded."""
    lake = pathlib.Path(lake)
    wrong = []
    live = {}
    known = set()
    for path, size, removed in query_catalog(
            lake, "SELECT path, size, removed_snapshot FROM data_files"):
        known.add(path)
        if removed is None:
            live[path] = size
    raw_records = 0
    for path, size, records in query_catalog(
            lake, "SELECT path, size, records FROM raw_files WHERE NOT in_place"):
        known.add(path)
        live[path] = size
        raw_records += records
        if (lake / path).exists() and line_count(lake / path) != records:
            wrong.append(f"{path} has {line_count(lake / path)} lines, the catalog says {records}")
    quarantined_lines = 0
    for (path,) in query_catalog(
            lake, "SELECT quarantine_file FROM batches WHERE quarantine_file <> ''"):
        known.add(path)
        if (lake / path).exists():
            quarantined_lines += line_count(lake / path)
        else:
            wrong.append(f"{path} is missing")
    wrong += check_iceberg(lake, known)
    for path, size, rows in query_catalog(lake, "SELECT path, size, rows FROM side_files"):
        known.add(path)
        live[path] = size
        if path.endswith(".jsonl") and (lake / path).exists() and line_count(lake / path) != rows:
            wrong.append(f"{path} has {line_count(lake / path)} lines, the catalog says {rows}")
    for path, size in live.items():
        if not (lake / path).exists():
            wrong.append(f"{path} is missing")
        elif (lake / path).stat().st_size != size:
            wrong.append(f"{path} has {(lake / path).stat().st_size} bytes, not {size}")
    for folder, _, names in os.walk(lake):
        for name in names:
            path = str((pathlib.Path(folder) / name).relative_to(lake))
            if is_temporary(name):
                wrong.append(f"{path} is a left-over temporary file")
            elif path.split("/")[0] in ("rules", "marts") or path == "events/outbox/.bell":
                continue
            elif "/" in path and path not in known:
                wrong.append(f"{path} is an orphan: the catalog does not know it")
    wrong += [f"{name} does not belong in a lake" for name in os.listdir(lake)
              if name not in ROOT_NAMES]
    for (batch,) in query_catalog(lake, "SELECT batch_id FROM batches WHERE committed_us = 0"):
        wrong.append(f"batch {batch} is still open")
    for (path,) in query_catalog(
            lake, "SELECT path FROM raw_files WHERE transformed_by IS NULL"):
        wrong.append(f"{path} was never transformed")
    counts = batch_sums(lake)
    quarantined = sum(kind["quarantined"] for kind in counts.values())
    if quarantined != quarantined_lines:
        wrong.append(f"{quarantined} records quarantined, {quarantined_lines} lines in quarantine")
    copied = counts.get(0)
    if copied and copied["valid"] != raw_records:
        wrong.append(f"{copied['valid']} valid records, {raw_records} in raw files")
    if query_catalog(lake, "PRAGMA integrity_check") != [("ok",)]:
        wrong.append("catalog.db fails SQLite's integrity check")
    if query_catalog(lake, "PRAGMA foreign_key_check"):
        wrong.append("catalog.db has rows that refer to nothing")
    if wrong:
        raise Failed("\n".join(wrong))


def check_matches(program, lake):
    """Every purchase alerts, once."""
    [[purchases]] = program.sql(lake, "SELECT count(*) FROM fact_clicks WHERE event_type = 'purchase'")
    ids = [json.loads(line)["id"]
           for (path,) in query_catalog(lake, "SELECT path FROM side_files WHERE kind = 'outbox'")
           for line in (pathlib.Path(lake) / path).read_text().splitlines()]
    if len(ids) != int(purchases) or len(set(ids)) != len(ids):
        raise Failed(f"{purchases} purchases, {len(ids)} matches, {len(set(ids))} of them different")


def check_equal(program, lake, reference, expected=None):
    """The lake is at rest and equals the reference; `expected` is the reference's digest."""
    check_at_rest(lake)
    check_matches(program, lake)
    expected = expected or program.digest(reference)
    if program.digest(lake) != expected:
        raise Failed("the star tables differ from the uninterrupted run's:\n" +
                     program.difference(lake, reference))
    if batch_sums(lake) != batch_sums(reference):
        raise Failed(f"the counts differ from the uninterrupted run's: {batch_sums(lake)}, "
                     f"not {batch_sums(reference)}")


def check_truth(program, lake, clicks):
    """Every generated event is there, once."""
    rows = program.sql(lake, "SELECT metadata['n'] AS n, count(*) AS c FROM fact_clicks GROUP BY 1")
    counts = {int(n): int(c) for n, c in rows}
    lost = [n for n in range(clicks.events) if n not in counts]
    doubled = [n for n, c in counts.items() if c != 1]
    strange = [n for n in counts if n >= clicks.events]
    if lost or doubled or strange:
        raise Failed(f"of {clicks.events} events {len(lost)} are lost (such as {lost[:5]}), "
                     f"{len(doubled)} doubled ({doubled[:5]}), {len(strange)} never sent "
                     f"({strange[:5]})")
