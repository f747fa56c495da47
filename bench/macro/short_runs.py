"""What a user waits for when there is nothing to do: start-up, and a run that finds nothing new."""
import json

from macro import measure

ROUNDS = 20


def milliseconds(bench, command, check=None):
    """The median wall time of a short command, in ms."""
    measure.run(command)
    uses = [measure.run(command) for _ in range(ROUNDS)]
    for use in uses:
        if check:
            check(use)
    return measure.figure([u.wall_s * 1000 for u in uses], 2), uses


def nothing_new(bench):
    clicks = bench.dataset(20, 1000)  # 480 hours; how many events lie in them does not matter to a run that reads none
    figures, runs = {}, {}

    def idle(use):
        report = json.loads(use.output)
        if report["records_read"] != 0 or report["sources_skipped"] != clicks.files:
            raise measure.RunFailed(f"the run read {report['records_read']} records and skipped {report['sources_skipped']} of {clicks.files} files: it was not idle")
    for name, in_place in (("in place", True), ("copied", False)):
        lake, _ = bench.lake_of(clicks, "nothing-new", in_place)
        mode = ["--in-place"] if in_place else []
        command = bench.clicklake("run", "--lake", lake, *mode, "--threads", bench.threads, "--format", "json", clicks.folder)
        figures[name], uses = milliseconds(bench, command, idle)
        runs[name] = [u.as_json() for u in uses]
        bench.say(f"  {name}: {figures[name]['value']:.1f} ms")
    detail = f"{clicks.files} files registered in place {figures['in place']['value']:.0f} ms, copied {figures['copied']['value']:.0f} ms"
    return {"data": clicks.as_json(), "medians_ms": figures, "runs": runs, "figures": {"nothing_new": {**figures["in place"], "detail": detail}}}


def start_up(bench):
    clicks = bench.dataset(1, 1000)
    lake, _ = bench.lake_of(clicks, "start-up")
    version, version_runs = milliseconds(bench, bench.clicklake("--version"))
    select, select_runs = milliseconds(bench, bench.clicklake("sql", "--lake", lake, "SELECT 1"))
    bench.say(f"  --version {version['value']:.1f} ms, SELECT 1 {select['value']:.1f} ms")
    return {"data": clicks.as_json(), "runs": {"version": [u.as_json() for u in version_runs], "select_1": [u.as_json() for u in select_runs]},
            "figures": {"version": version, "select_1": select}}
