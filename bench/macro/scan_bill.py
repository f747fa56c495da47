"""What five queries scan of thirty days: raw, raw pruned to a day, Parquet, Parquet pruned to a day; by `sql --dry-run`, nothing is read."""
import json
import subprocess

from macro import data, measure

DAYS = 30
EVENTS = 4_000_000
RAW = "clickstream_raw.click_events_raw"
RAW_DAY = "year = 2024 AND month = 11 AND day = 10"
DAY = "event_timestamp >= '2024-11-10' AND event_timestamp < '2024-11-11'"

# Of each: over raw, over the star schema. {where} begins or goes on with the day's filter.
QUERIES = {
    "events per hour by type": (
        f"SELECT date_trunc('hour', event_timestamp), event_type, count(*) FROM {RAW} {{where}} GROUP BY 1, 2",
        "SELECT date_trunc('hour', event_timestamp), event_type, count(*) FROM fact_clicks {where} GROUP BY 1, 2"),
    "daily active users": (
        f"SELECT event_timestamp::DATE, count(DISTINCT user_id) FROM {RAW} {{where}} GROUP BY 1",
        "SELECT event_timestamp::DATE, count(DISTINCT user_key) FROM fact_clicks {where} GROUP BY 1"),
    "top 20 pages": (
        f"SELECT page_url, count(*) FROM {RAW} {{where}} GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
        "SELECT page_url, count(*) FROM fact_clicks JOIN dim_pages USING (page_key) {where} GROUP BY 1 ORDER BY 2 DESC LIMIT 20"),
    "funnel by session and day": (
        "SELECT session_id, event_timestamp::DATE, bool_or(event_type = 'add_to_cart'), bool_or(event_type = 'purchase') "
        f"FROM {RAW} {{where}} GROUP BY 1, 2",
        "SELECT session_key, event_timestamp::DATE, bool_or(event_type = 'add_to_cart'), bool_or(event_type = 'purchase') "
        "FROM fact_clicks {where} GROUP BY 1, 2"),
    "revenue by category": (
        f"SELECT metadata['category'], sum(metadata['price']::DECIMAL(18, 4)) FROM {RAW} {{where}} GROUP BY 1",
        "SELECT category, sum(revenue) FROM fact_clicks {where} GROUP BY 1"),
}


def clicks_of_a_month(bench):
    events = max(7200, round(EVENTS * bench.scale))
    folder = bench.folder / f"month-{events}"
    if not folder.exists():
        data.require_space(bench.folder, events * 520 * 2, f"a month of {events} events")
        part = folder.with_name(folder.name + ".part")
        subprocess.run([str(bench.binary), "generate", "--events", str(events), "--hours", str(DAYS * 24), "--threads", str(bench.threads),
                        "--replace", str(part)], check=True, stdout=subprocess.DEVNULL)
        part.rename(folder)
    files = [path for path in folder.rglob("*.json") if not path.name.startswith("_")]
    return data.Dataset(folder, DAYS * 24, events, sum(path.stat().st_size for path in files), len(files), "generate")


def scan_bill(bench):
    clicks = clicks_of_a_month(bench)
    lake, _ = bench.lake_of(clicks, "scan-bill", in_place=False)
    bills = {}
    for name, (raw, processed) in QUERIES.items():
        statements = {"raw, all": raw.format(where=""), "raw, a day": raw.format(where=f"WHERE {RAW_DAY}"),
                      "Parquet, all": processed.format(where=""), "Parquet, a day": processed.format(where=f"WHERE {DAY}")}
        bills[name] = {}
        for of, statement in statements.items():
            use = measure.run(bench.clicklake("sql", "--lake", lake, "--dry-run", "--format", "json", statement))
            bill = json.loads(use.output)
            bills[name][of] = {key: bill[key] for key in ("bytes", "files", "dollars")} | {"statement": statement}
        whole = bills[name]["raw, all"]["bytes"]
        if whole != clicks.bytes:
            raise measure.RunFailed(f"{name}: the bill of all of raw is {whole} bytes, its files have {clicks.bytes}")
        bench.say(f"  {name}: " + ", ".join(f"{of} {bill['bytes'] / 1e6:.2f} MB ${bill['dollars']:.6f}" for of, bill in bills[name].items()))
    return {"data": clicks.as_json(), "bills": bills, "figures": {}}
