"""Raw hours to star schema: wall, CPU and memory against a peer that does a smaller job."""
import shutil

from macro import measure, peers


def against(bench, peer):
    clicks = bench.clicks()
    job = peers.job(peer, bench.folder, bench.shared, bench.say)
    clicks.warm()
    rounds = min(bench.rounds, 3) if peer == "spark" else bench.rounds
    out = bench.folder / "lakes" / f"out-{peer}"
    lakes = {}
    outputs = []

    def prepare(side):
        if side == "clicklake":
            if out.exists():
                outputs.append(sum(f.stat().st_size for f in out.rglob("*.parquet")))
            lakes["now"] = bench.new_lake()
        else:
            shutil.rmtree(out, ignore_errors=True)
            out.parent.mkdir(parents=True, exist_ok=True)

    uses = measure.in_turn({peer: lambda: [*job, clicks.folder, out, "dedup"], "clicklake": lambda: bench.run_in_place(lakes["now"], clicks.folder)},
                           rounds, prepare, bench.say)
    ours, theirs = uses["clicklake"], uses[peer]
    reports = [bench.checked(use, clicks) for use in ours]
    shutil.rmtree(out, ignore_errors=True)
    if not all(outputs):
        raise measure.RunFailed(f"{peer} wrote no Parquet")
    wall, cpu = measure.ratios(theirs, ours, "wall_s"), measure.ratios(theirs, ours, "cpu_s")
    medians = {side: {field: measure.figure([getattr(u, field) for u in uses[side]])["value"] for field in ("wall_s", "cpu_s", "peak_rss_bytes")} for side in uses}
    wall["detail"] = f"{medians['clicklake']['wall_s']:.2f} s, {peers.NAMES[peer]} {medians[peer]['wall_s']:.2f} s"
    cpu["detail"] = f"{medians['clicklake']['cpu_s']:.2f} CPU s, {peers.NAMES[peer]} {medians[peer]['cpu_s']:.2f} CPU s"
    return {"peer": peers.PACKAGES[peer][0], "data": clicks.as_json(), "medians": medians, "runs": {side: [u.as_json() for u in uses[side]] for side in uses},
            "bytes_out": {"clicklake": reports[-1]["bytes_out"], peer: outputs[-1]}, "figures": {f"wall_{peer}": wall, f"cpu_{peer}": cpu}}


def chdb(bench):
    return against(bench, "chdb")


def duckdb(bench):
    return against(bench, "duckdb")


def spark(bench):
    return against(bench, "spark")
