"""The cases by name, in the order of a whole run."""
import dataclasses
import subprocess
from collections.abc import Callable

from macro import count_keys, event_delivery, event_rules, measure, parquet_bytes, parse_only, peers, planning, raw_queries, scale, scan_bill, short_runs, throughput, wall


@dataclasses.dataclass
class Case:
    name: str
    what: str
    measure: Callable
    packages: str | None = None  # the venv of macro.peers that it needs


def star_equality(bench):
    """Not a timing: our seven tables against SQL's, at a small size."""
    python = peers.python_of("star", bench.folder, bench.say)
    script = bench.root / "bench/compare_star.py"
    inputs = [["--generated", "2", "5000"], ["--dirty", "6", "20000"], ["--odd", "5000"], ["--odd", "5000", "--seed", "2", "--batches", "4"]]
    real = bench.shared / "data/real-hours/clickstream"
    if real.exists():
        inputs.append([str(real)])
    outcomes = []
    for chosen in inputs:
        done = subprocess.run([str(python), str(script), *chosen, "--binary", str(bench.binary)], capture_output=True, text=True)
        last = (done.stdout.strip().splitlines() or [done.stderr.strip()])[-1]
        bench.say("  " + last)
        outcomes.append({"input": " ".join(chosen), "equal": done.returncode == 0, "outcome": last})
    if not all(o["equal"] for o in outcomes):
        raise measure.RunFailed("the tables differ: bench/compare_star.py says where")
    return {"outcomes": outcomes, "figures": {}}


CASES = [
    Case("star-equality", "the star schema row by row against SQL over the same input (a check, not a timing)", star_equality, "star"),
    Case("wall-chdb", "run --in-place, wall, CPU and memory, against the ClickHouse engine", wall.chdb, "chdb"),
    Case("wall-duckdb", "the same against DuckDB", wall.duckdb, "duckdb"),
    Case("wall-spark", "the same against PySpark local[2], three pairs", wall.spark, "spark"),
    Case("parse-only", "CPU of the whole job against simdjson parsing the same files alone", parse_only.parse_only),
    Case("raw-queries", "five queries over raw NDJSON: our scan against DuckDB's read_json in the same process", raw_queries.raw_queries),
    Case("parquet-bytes", "bytes of fact_clicks against DuckDB's for the same rows", parquet_bytes.parquet_bytes, "duckdb"),
    Case("scan-bill", "what five queries of thirty days scan and cost: raw, Parquet, all and one day (a table, not a timing)", scan_bill.scan_bill),
    Case("nothing-new", "a run with nothing new, lake of 480 hours", short_runs.nothing_new),
    Case("planning", "a query of one day, start to end, over a table of 1,000,000 files in 10,000 partitions", planning.planning),
    Case("start-up", "--version and SELECT 1", short_runs.start_up),
    Case("ingest", "ingest alone, beside writing and syncing the same bytes", throughput.ingest),
    Case("generate", "generate alone", throughput.generate),
    Case("count-keys", "run --in-place, counting keys and kinds of values for drift, and not: 11 pairs", count_keys.count_keys),
    Case("event-rules", "event patterns, one thread: events a second against event-ruler, memory and build of 100,000 rules", event_rules.event_rules),
    Case("event-delivery", "deliveries a second to a file and a loopback webhook, and their latency from the commit", event_delivery.event_delivery),
    Case("scale-events", "memory and CPU per event at 10 x the events, same users and pages (9.4 GB of input)", scale.ten_times_events),
    Case("scale-members", "memory and CPU per event at 10 x the events and 2.6 x the users (9.4 GB of input)", scale.ten_times_events_of_more_users),
    Case("scale-hours", "CPU per event at 10 x the hours (9.4 GB of input)", scale.ten_times_hours),
]
