"""The figures that the benchmarks are for: what each is called, its unit, its bar and its aim."""
import dataclasses


@dataclasses.dataclass
class Figure:
    case: str
    text: str
    unit: str
    bar: float | None = None
    aim: float | None = None
    higher_is_better: bool = False
    digits: int = 1


FIGURES = {
    "wall_chdb": Figure("wall-chdb", "wall against the ClickHouse engine (chdb)", "x faster", 5, 8, True),
    "wall_duckdb": Figure("wall-duckdb", "wall against DuckDB", "x faster", 10, 16, True),
    "wall_spark": Figure("wall-spark", "wall against PySpark local[2]", "x faster", 40, 60, True),
    "cpu_chdb": Figure("wall-chdb", "CPU seconds against chdb", "x fewer", 3, 5, True),
    "cpu_duckdb": Figure("wall-duckdb", "CPU seconds against DuckDB", "x fewer", None, None, True),
    "cpu_spark": Figure("wall-spark", "CPU seconds against PySpark", "x fewer", None, None, True),
    "cpu_parse": Figure("parse-only", "CPU seconds against parsing alone (simdjson)", "x as many", 4, 2.5, False, 2),
    "cpu_parse_plain": Figure("parse-only", "CPU seconds against parsing alone, simdjson as gcc inlines it by itself", "x as many", None, None, False, 2),
    "raw_hours_alone": Figure("raw-queries", "events per hour by type, raw, against read_json of the files", "x faster", 3, 6, True),
    "raw_hours": Figure("raw-queries", "events per hour by type, raw, against read_json told columns and format", "x faster", 3, 6, True),
    "raw_users_alone": Figure("raw-queries", "daily active users, raw, against read_json of the files", "x faster", 3, 6, True),
    "raw_users": Figure("raw-queries", "daily active users, raw, against read_json told columns and format", "x faster", 3, 6, True),
    "raw_pages_alone": Figure("raw-queries", "top 20 pages, raw, against read_json of the files", "x faster", 3, 6, True),
    "raw_pages": Figure("raw-queries", "top 20 pages, raw, against read_json told columns and format", "x faster", 3, 6, True),
    "raw_funnel_alone": Figure("raw-queries", "funnel by session and day, raw, against read_json of the files", "x faster", 3, 6, True),
    "raw_funnel": Figure("raw-queries", "funnel by session and day, raw, against read_json told columns and format", "x faster", 3, 6, True),
    "raw_revenue_alone": Figure("raw-queries", "revenue by category, raw, against read_json of the files", "x faster", 3, 6, True),
    "raw_revenue": Figure("raw-queries", "revenue by category, raw, against read_json told columns and format", "x faster", 3, 6, True),
    "raw_hours_cpu": Figure("raw-queries", "events per hour by type, raw, CPU seconds against read_json told columns and format", "x fewer", None, None, True),
    "raw_users_cpu": Figure("raw-queries", "daily active users, raw, CPU seconds against read_json told columns and format", "x fewer", None, None, True),
    "raw_pages_cpu": Figure("raw-queries", "top 20 pages, raw, CPU seconds against read_json told columns and format", "x fewer", None, None, True),
    "raw_funnel_cpu": Figure("raw-queries", "funnel by session and day, raw, CPU seconds against read_json told columns and format", "x fewer", None, None, True),
    "raw_revenue_cpu": Figure("raw-queries", "revenue by category, raw, CPU seconds against read_json told columns and format", "x fewer", None, None, True),
    "parquet_bytes": Figure("parquet-bytes", "Parquet bytes of fact_clicks against DuckDB's", "of DuckDB's", 1.0, 0.8, False, 3),
    "rules_1": Figure("event-rules", "events a second, 1 rule, against event-ruler", "x faster", 8, 12, True),
    "rules_100": Figure("event-rules", "events a second, 100 rules, 10 of them wildcards, against event-ruler", "x faster", 8, 15, True),
    "rules_exact": Figure("event-rules", "events a second, 10,000 exact rules, against event-ruler", "x faster", 20, 35, True),
    "rules_mixed": Figure("event-rules", "events a second, 10,000 rules, 1,000 of them wildcards, against event-ruler", "x faster", 20, 35, True),
    "rules_memory": Figure("event-rules", "memory of 100,000 exact rules against event-ruler", "of event-ruler's", 0.333, None, False, 3),
    "rules_build": Figure("event-rules", "building 100,000 exact rules against event-ruler", "of event-ruler's", 0.1, None, False, 3),
    "rules_growth": Figure("event-rules", "time of an event with 100,000 rules that don't match against 100", "x", 1.5, None, False, 2),
    "peak_memory": Figure("scale-events", "peak memory at 10 x the events, same users and pages", "MB", 400, 250, False, 0),
    "memory_growth": Figure("scale-events", "peak memory at 10 x the events, same users and pages, against 1 x", "x", 1.2, None, False, 2),
    "cpu_per_event_events": Figure("scale-events", "CPU per event at 10 x the events, same users and pages, against 1 x", "x", 1.1, None, False, 2),
    "peak_memory_members": Figure("scale-members", "peak memory at 10 x the events and 2.6 x the users", "MB", 400, 250, False, 0),
    "memory_growth_members": Figure("scale-members", "peak memory at 10 x the events and 2.6 x the users against 1 x", "x", None, None, False, 2),
    "cpu_per_event_members": Figure("scale-members", "CPU per event at 10 x the events and 2.6 x the users against 1 x", "x", 1.1, None, False, 2),
    "cpu_per_event_hours": Figure("scale-hours", "CPU per event at 10 x the hours against 1 x", "x", 1.1, None, False, 2),
    "count_keys_cpu_ratio": Figure("count-keys", "CPU seconds with keys counted for `drift` against without", "x", 1.05, None, False, 3),
    "nothing_new": Figure("nothing-new", "a run with nothing new, lake of 480 hours", "ms", 90, 50),
    "plan_million": Figure("planning", "a query of one day over a table of 1,000,000 files", "ms", 1000, None),
    "version": Figure("start-up", "`--version`", "ms", 20, None),
    "select_1": Figure("start-up", "`sql \"SELECT 1\"`", "ms", 90, None),
    "ingest": Figure("ingest", "`ingest` alone (validate, route, merge, copy)", "MB/s", 1000, None, True, 0),
    "ingest_of_disk": Figure("ingest", "`ingest` alone against writing and syncing the same bytes", "of the disk's rate", None, None, True, 2),
    "deliver_file": Figure("event-delivery", "deliveries to a file", "a second", 50_000, None, True, 0),
    "deliver_webhook": Figure("event-delivery", "deliveries to a loopback webhook over kept connections", "a second", 5_000, None, True, 0),
    "deliver_p50": Figure("event-delivery", "from the commit to a local webhook, median", "ms", None, 5, False, 2),
    "deliver_p99": Figure("event-delivery", "from the commit to a local webhook, 99 of 100", "ms", None, 25, False, 2),
    "generate": Figure("generate", "`generate`", "MB/s", 300, None, True, 0),
}


def verdict(figure, value):
    """"aim", "bar", "missed", or "" where there is no bar."""
    def reaches(limit):
        return value >= limit if figure.higher_is_better else value <= limit
    if figure.bar is None:
        return ""
    if not reaches(figure.bar):
        return "missed"
    return "aim" if figure.aim is not None and reaches(figure.aim) else "bar"
