"""Five questions asked of raw NDJSON: our scan against DuckDB's read_json, in one process, in turn."""
import json

from macro import measure

NAMES = {"events_per_hour": "raw_hours", "daily_active_users": "raw_users", "top_pages": "raw_pages", "funnel": "raw_funnel", "revenue": "raw_revenue"}


def raw_queries(bench):
    clicks = bench.clicks()
    peer = bench.peer_binary("raw_queries")
    clicks.warm()
    use = measure.run([peer, "--threads", bench.threads, "--rounds", bench.rounds, clicks.folder])
    queries = json.loads(use.output)["queries"]
    figures = {}
    for query, runs in queries.items():
        ours = runs["lake_text_scan"]
        # read_json with metadata as a MAP or as JSON, whichever is faster on the whole.
        sides = [runs[side] for side in ("read_json", "read_json_as_json") if side in runs]
        theirs = min(sides, key=lambda side: sum(run["wall_s"] for run in side))
        if query not in NAMES:
            continue
        alone = runs["read_json_alone"]
        for peer, field, suffix in ((alone, "wall_s", "_alone"), (theirs, "wall_s", ""), (theirs, "cpu_s", "_cpu")):
            figure = measure.figure([b[field] / a[field] for a, b in zip(ours, peer)])
            figure["detail"] = f"{measure.figure([a[field] for a in ours])['value']:.3f} s, read_json {measure.figure([b[field] for b in peer])['value']:.3f} s"
            figures[NAMES[query] + suffix] = figure
    return {"peer": "DuckDB's read_json, of the files alone and with columns and format given", "data": clicks.as_json(), "runs": queries, "figures": figures}
