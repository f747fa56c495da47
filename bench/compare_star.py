#!/usr/bin/env python3
"""Compares clicklake's star schema, all seven tables, row by row, with the same tables made in SQL from the same input.

    compare_star.py SOURCE [--binary build/clicklake] [--mode in-place|copy|stdin] [--batches N] [--reader duckdb|python]
    compare_star.py --generated HOURS EVENTS_PER_HOUR ...        # the shared generator's data (gen.py), or clicklake generate's
    compare_star.py --dirty HOURS EVENTS ...                     # clicklake generate --dirty, read by --reader python
    compare_star.py --odd LINES ...                              # bench/star/odd_records.py, read by --reader python
    compare_star.py --real-hours ...                             # the shared real requests; 77 where they are missing

The other implementation: DuckDB (Python) reads the JSON itself, or bench/star/records.py does (--reader python: every rule for odd and bad records),
and bench/star/star.sql makes the tables. Keys come from PyPI's xxhash. Left out of the comparison: arrived_at, is_late and ingest_batch_id, which hang
on the run, and the columns of UNCLASSIFIED. Report counts are compared too. Exit code 0: equal; 1: differences; 77: the packages are missing.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

KEYS = {"fact_clicks": ("event_key", "event_check"), "dim_users": ("user_key",), "dim_pages": ("page_key",), "dim_referrers": ("referrer_key",),
        "dim_campaigns": ("campaign_key",), "dim_devices": ("device_key",), "dim_dates": ("date_key",)}
OF_THE_RUN = {"arrived_at", "is_late", "ingest_batch_id"}
# Columns that no transform fills yet: constant, not compared.
UNCLASSIFIED = {"session_count", "medium", "source", "channel", "os", "browser", "is_bot"}


def environment():
    """duckdb and xxhash, from this interpreter or from bench/data/venv-star (made by `bench/run --install`)."""
    try:
        import duckdb
        import xxhash
        return duckdb, xxhash
    except ImportError:
        python = pathlib.Path(os.environ.get("BENCH_DIR", HERE / "data")) / "venv-star/bin/python"
        if python.exists() and pathlib.Path(sys.prefix).resolve() != python.parent.parent.resolve():
            os.execv(python, [str(python), *sys.argv])
        print("skipped: the Python packages duckdb and xxhash are missing; bench/run --install star-equality makes their venv", file=sys.stderr)
        sys.exit(77)


def tracking_lists():
    """The versioned lists of src/model/page_url.cc, as data."""
    text = (ROOT / "src/model/page_url.cc").read_text()

    def names(array):
        body = re.search(r"\b" + array + r"\{(.*?)\};", text, re.S).group(1)
        return re.findall(r'"([^"]+)"', body)
    click_ids, others, prefixes = names("kClickIds"), names("kTrackingNames"), names("kTrackingPrefixes")
    assert "gclid" in click_ids and "utm_" in prefixes and others, "src/model/page_url.cc has no lists any more: say here where they went"
    return click_ids, others, prefixes


def percent_decode(text):
    try:
        return urllib.parse.unquote_plus(text, errors="strict")
    except UnicodeDecodeError:
        return text


def other_tables(duckdb, xxhash, sources, reader, base_currency):
    """The tables by SQL; and what the reader counted."""
    db = duckdb.connect()
    db.execute("SET TimeZone='UTC'; SET threads=2; SET preserve_insertion_order=false")
    db.create_function("xxh64", lambda text, seed: ((xxhash.xxh64_intdigest(text.encode(), seed) + 2**63) % 2**64) - 2**63, ["VARCHAR", "UBIGINT"], "BIGINT")
    db.create_function("percent_decode", percent_decode, ["VARCHAR"], "VARCHAR")
    click_ids, others, prefixes = tracking_lists()
    for table, column, values in (("click_ids", "name", click_ids), ("tracking_names", "name", click_ids + others), ("tracking_prefixes", "prefix", prefixes)):
        db.execute(f"CREATE TABLE {table}({column} VARCHAR)")
        db.executemany(f"INSERT INTO {table} VALUES (?)", [[v] for v in values])
    db.execute("SET VARIABLE base_currency = ?", [base_currency])
    counts = collections.Counter()
    if reader == "duckdb":
        db.execute("SET VARIABLE sources = ?", [[str(s) for s in sources]])
        db.execute((HERE / "star/read_records.sql").read_text())
        counts["records_read"] = db.execute("SELECT count(*) FROM lines").fetchone()[0]
        counts["quarantined"] = counts["records_read"] - db.execute("SELECT count(*) FROM events").fetchone()[0]
    else:
        from star import records
        columns = "{'user_id':'VARCHAR','session_id':'VARCHAR','event_type':'VARCHAR','event_us':'BIGINT','device_type':'VARCHAR','page_url':'VARCHAR'," \
                  "'referrer_url':'VARCHAR','event_id':'VARCHAR','metadata':'STRUCT(\"key\" VARCHAR, \"value\" VARCHAR)[]'}"
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
            for outcome, record in records.read(sources):
                counts["records_read"] += 1
                if outcome == "valid":
                    file.write(json.dumps(record) + "\n")
                elif outcome == "blank":
                    counts["blank"] += 1
                else:
                    counts["quarantined"] += 1
                    counts["quarantined_by_reason." + outcome] += 1
            file.flush()
            db.execute(f"CREATE TABLE events AS SELECT * FROM read_json('{file.name}', format='newline_delimited', columns={columns}, maximum_object_size=16000000)")
    db.execute((HERE / "star/star.sql").read_text())
    valid, accepted = db.execute("SELECT count(*), count(*) FILTER (stays) FROM identified").fetchone()
    counts["accepted"], counts["duplicate"] = accepted, valid - accepted
    return db, counts


def clicklake(binary, *arguments, allowed=(0,), **options):
    done = subprocess.run([str(binary), *map(str, arguments)], capture_output=True, **options)
    if done.returncode not in allowed:
        sys.exit(f"clicklake {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout


def our_tables(binary, db, source, files, mode, batches, folder):
    """Runs `source` into a new lake, in one run or in several, and loads its tables into `db` as ours_<table>; the runs' counts."""
    lake = folder / "lake"
    clicklake(binary, "init", lake)
    run = ["run", "--lake", lake, "--format", "json", *(["--in-place"] if mode == "in-place" else [])]
    counts = collections.Counter()
    if batches == 1:
        groups = [[source]]
    else:
        shuffled = random.Random(batches).sample(files, len(files))
        groups = [shuffled[i::batches] for i in range(min(batches, len(shuffled)))]
    for group in groups:
        if mode == "stdin":
            named = files if batches == 1 else group
            report = json.loads(clicklake(binary, *run, "-", input=b"\n".join(f.read_bytes().rstrip(b"\n") for f in named)))
        else:
            report = json.loads(clicklake(binary, *run, *group))
        for name in ("records_read", "accepted", "duplicate", "quarantined", "blank"):
            counts[name] += report[name]
        # A replaced row was accepted by the run before: over all of them it is the duplicate.
        counts["accepted"] -= report["replaced"]
        counts["duplicate"] += report["replaced"]
        for reason, count in report["quarantined_by_reason"].items():
            counts["quarantined_by_reason." + reason] += count
    for table in KEYS:
        path = folder / f"{table}.parquet"
        clicklake(binary, "sql", "--lake", lake, "--format", "parquet", "--output", path, f"SELECT * FROM {table}")
        db.execute(f"CREATE TABLE ours_{table} AS SELECT * FROM read_parquet('{path}')")
    return counts


def compare_counts(ours, theirs, reasons):
    """Differences of the runs' counts as lines of text."""
    names = ["records_read", "accepted", "duplicate", "quarantined", "blank"]
    if reasons:
        names += sorted(n for n in ours | theirs if n.startswith("quarantined_by_reason."))
    return [f"report: {name} is {ours[name]} in clicklake and {theirs[name]} here" for name in names if ours[name] != theirs[name]]


def compare_table(db, table, show):
    """Differences of one table as lines of text."""
    def types(name):
        return dict(db.execute(f"SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '{name}'").fetchall())
    ours, theirs = types("ours_" + table), types(table)
    left_out = OF_THE_RUN | UNCLASSIFIED
    found = []
    if missing := set(theirs) - set(ours):
        found.append(f"columns that clicklake lacks: {sorted(missing)}")
    if unexpected := set(ours) - set(theirs) - left_out:
        found.append(f"columns of clicklake that nothing here compares: {sorted(unexpected)}")
    columns = [c for c in theirs if c in ours]
    for column in columns:
        if ours[column] != theirs[column]:
            found.append(f"{column} is {ours[column]} in clicklake and {theirs[column]} here")

    def value(column, alias):
        name = f'{alias}"{column}"'
        return f"list_sort(map_entries({name}))" if ours[column].startswith("MAP") else name
    chosen = ", ".join(f'{value(c, "")} AS "{c}"' for c in columns)
    sides = (f"SELECT {chosen} FROM ours_{table}", f"SELECT {chosen} FROM {table}")
    only = [db.execute(f"SELECT count(*) FROM ({a} EXCEPT ALL {b})").fetchone()[0] for a, b in (sides, sides[::-1])]
    if any(only):
        found.append(f"{only[0]} rows only clicklake has, {only[1]} only the SQL")
        on = " AND ".join(f'o."{k}" = t."{k}"' for k in KEYS[table])
        for side, a, b in (("clicklake", "ours_" + table, table), ("the SQL", table, "ours_" + table)):
            rows = db.execute(f"SELECT {chosen} FROM {a} o ANTI JOIN {b} t ON {on} LIMIT {show}").fetchall()
            found += [f"a key that only {side} has: {dict(zip(columns, row))}" for row in rows]
        for column in columns:
            differ = f"FROM ours_{table} o JOIN {table} t ON {on} WHERE {value(column, 'o.')} IS DISTINCT FROM {value(column, 't.')}"
            count = db.execute(f"SELECT count(*) {differ}").fetchone()[0]
            if count:
                found.append(f"{column} differs in {count} rows:")
                keys = ", ".join(f'o."{k}"' for k in KEYS[table])
                for row in db.execute(f"SELECT {value(column, 'o.')}, {value(column, 't.')}, {keys} {differ} LIMIT {show}").fetchall():
                    found.append(f"    clicklake {row[0]!r}, SQL {row[1]!r}, key {row[2:]}")
    return found


def shared():
    return pathlib.Path(os.environ.get("CLICKLAKE_SHARED", ROOT.parent / "shared"))


def make_input(arguments, folder):
    """The folder of the input: given, by gen.py, or by clicklake generate."""
    out = folder / "clicks"
    if arguments.generated:
        hours, events = arguments.generated
        generator = shared() / "bench/gen.py"
        if generator.exists():
            # gen.py makes whole days: the hours that were not asked for are dropped again.
            subprocess.run([sys.executable, str(generator), str(out), str(-(-hours // 24)), str(events)], check=True, stdout=subprocess.DEVNULL)
            for extra in sorted(out.rglob("hour=*"))[hours:]:
                shutil.rmtree(extra)
        else:
            clicklake(arguments.binary, "generate", "--events", hours * events, "--hours", hours, out)
        return out
    if arguments.dirty:
        hours, events = arguments.dirty
        clicklake(arguments.binary, "generate", "--events", events, "--hours", hours, "--dirty", "0.1", "--seed", arguments.seed, out)
        return out
    if arguments.odd:
        from star import odd_records
        odd_records.write(out, arguments.odd, arguments.seed)
        return out
    if arguments.real_hours:
        real = shared() / "data/real-hours/clickstream"
        if not real.exists():
            print(f"skipped: {real} is not there; set CLICKLAKE_SHARED", file=sys.stderr)
            sys.exit(77)
        return real
    if not arguments.source:
        sys.exit("no SOURCE, no --generated, --dirty, --odd or --real-hours: say what to compare (--help)")
    return arguments.source


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", type=pathlib.Path)
    parser.add_argument("--generated", nargs=2, type=int, metavar=("HOURS", "EVENTS_PER_HOUR"))
    parser.add_argument("--dirty", nargs=2, type=int, metavar=("HOURS", "EVENTS"))
    parser.add_argument("--odd", type=int, metavar="LINES")
    parser.add_argument("--real-hours", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", type=pathlib.Path, default=ROOT / "build/clicklake")
    parser.add_argument("--mode", choices=("in-place", "copy", "stdin"), default="in-place")
    parser.add_argument("--batches", type=int, default=1, help="in so many runs, files in any order")
    parser.add_argument("--reader", choices=("duckdb", "python"))
    parser.add_argument("--base-currency", default="USD")
    parser.add_argument("--show", type=int, default=3, help="examples of each difference")
    parser.add_argument("--keep", type=pathlib.Path, help="work here and leave everything")
    arguments = parser.parse_args()
    arguments.binary = arguments.binary.resolve()
    duckdb, xxhash = environment()
    folder = arguments.keep or pathlib.Path(tempfile.mkdtemp(prefix="clicklake-star-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        source = make_input(arguments, folder)
        files = sorted(p for p in source.rglob("*") if p.is_file() and re.search(r"\.(json|ndjson|jsonl)(\.gz)?$", p.name)
                       and not any(part[0] in "._" for part in p.relative_to(source).parts)) if source.is_dir() else [source]
        # DuckDB's reader makes 152.0 of the number 152.00, whose text counts; gen.py writes none.
        own = arguments.generated and not (shared() / "bench/gen.py").exists()
        reader = arguments.reader or ("python" if arguments.dirty or arguments.odd or own else "duckdb")
        db, counts = other_tables(duckdb, xxhash, files, reader, arguments.base_currency)
        ours = our_tables(arguments.binary, db, source, files, arguments.mode, arguments.batches, folder)
        found = compare_counts(ours, counts, reader == "python")
        differences = len(found)
        print("\n".join(found) or "counts equal")
        for table in KEYS:
            found = compare_table(db, table, arguments.show)
            differences += len(found)
            print(f"{table}: {db.execute(f'SELECT count(*) FROM {table}').fetchone()[0]} rows, " + ("different" if found else "equal"))
            for line in found:
                print("    " + line)
        print(f"{counts['records_read']} records, {counts['accepted']} accepted, {counts['duplicate']} duplicate, {counts['quarantined']} quarantined, "
              f"mode {arguments.mode}, {arguments.batches} runs, reader {reader}: {'different' if differences else 'equal'}")
        return 1 if differences else 0
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
