"""Bytes a second of the commands that move text: ingest beside the disk, and generate."""
import json
import shutil
import sys

from macro import measure


def ingest(bench):
    clicks = bench.clicks()
    clicks.warm()
    lakes = {}
    written = bench.folder / "lakes/written"

    def prepare(side):
        shutil.rmtree(written, ignore_errors=True)
        bench.new_lake("ingest")
        lakes["now"] = bench.folder / "lakes/ingest"

    uses = measure.in_turn(
        {"write and sync": lambda: [sys.executable, "-I", bench.root / "bench/peers/write_and_sync.py", clicks.folder, written],
         "clicklake": lambda: bench.clicklake("ingest", "--lake", lakes["now"], "--threads", bench.threads, "--format", "json", clicks.folder)},
        bench.rounds, prepare, bench.say)
    for use in uses["clicklake"]:
        bench.checked(use, clicks)
    shutil.rmtree(written, ignore_errors=True)
    bench.new_lake("ingest")
    rate = {side: measure.figure([clicks.bytes / 1e6 / u.wall_s for u in uses[side]], 1) for side in uses}
    detail = f"{rate['clicklake']['value']:.0f} MB/s, writing and syncing the same bytes {rate['write and sync']['value']:.0f} MB/s"
    return {"data": clicks.as_json(), "mb_per_s": rate, "runs": {side: [u.as_json() for u in uses[side]] for side in uses},
            "figures": {"ingest": {**rate["clicklake"], "detail": detail},
                        "ingest_of_disk": {**measure.ratios(uses["write and sync"], uses["clicklake"], "wall_s"), "detail": detail}}}


def generate(bench):
    events = max(1000, round(2_400_000 * bench.scale))
    out = bench.folder / "lakes/generated"
    uses = measure.in_turn(
        {"clicklake": lambda: bench.clicklake("generate", "--events", events, "--hours", 48, "--threads", bench.threads, "--format", "json", out)},
        bench.rounds, lambda _: shutil.rmtree(out, ignore_errors=True), bench.say)["clicklake"]
    size = json.loads(uses[-1].output)["bytes"]
    files = len(list(out.rglob("*.json")))
    shutil.rmtree(out, ignore_errors=True)
    rate = measure.figure([size / 1e6 / u.wall_s for u in uses], 1)
    return {"data": {"rows": events, "bytes": size, "files": files, "hours": 48, "generator": "clicklake generate"},
            "runs": {"clicklake": [u.as_json() for u in uses]}, "figures": {"generate": {**rate, "detail": f"{events} events, {size / 1e6:.0f} MB"}}}
