"""The whole job against parsing alone: simdjson over the same files on as many threads, touching the same fields, with no output."""
import json

from macro import measure


def parse_only(bench):
    clicks = bench.clicks()
    peer = bench.peer_binary("parse_only")
    clicks.warm()
    # simdjson has more than one way through a file of lines: the one that is fastest here is the peer. `plain` is shown beside it.
    ways = {}
    for way in ("many", "line", "dom", "plain"):
        ways[way] = min(measure.run([peer, "--threads", bench.threads, "--way", way, clicks.folder]).cpu_s for _ in range(3))
        bench.say(f"  simdjson, {way}: {ways[way]:.3f} CPU s")
    way = min(ways, key=ways.get)
    lakes = {}

    def prepare(side):
        if side == "clicklake":
            lakes["now"] = bench.new_lake()

    uses = measure.in_turn({"parse_only": lambda: [peer, "--threads", bench.threads, "--way", way, clicks.folder],
                            "parse_only, plain": lambda: [peer, "--threads", bench.threads, "--way", "plain", clicks.folder],
                            "clicklake": lambda: bench.run_in_place(lakes["now"], clicks.folder)}, bench.rounds, prepare, bench.say)
    for use in uses["clicklake"]:
        bench.checked(use, clicks)
    counted = json.loads(uses["parse_only"][-1].output)
    if counted["records"] != clicks.rows:
        raise measure.RunFailed(f"parse_only saw {counted['records']} of {clicks.rows} records")
    cpu = measure.ratios(uses["clicklake"], uses["parse_only"], "cpu_s")
    plain = measure.ratios(uses["clicklake"], uses["parse_only, plain"], "cpu_s")
    medians = {side: {field: measure.figure([getattr(u, field) for u in uses[side]])["value"] for field in ("wall_s", "cpu_s")} for side in uses}
    cpu["detail"] = f"{medians['clicklake']['cpu_s']:.2f} CPU s, parsing alone {medians['parse_only']['cpu_s']:.2f} CPU s"
    plain["detail"] = f"{medians['clicklake']['cpu_s']:.2f} CPU s, parsing alone {medians['parse_only, plain']['cpu_s']:.2f} CPU s"
    return {"peer": f"simdjson {counted['simdjson']} ({counted['implementation']}), way {way}", "ways_cpu_s": {k: round(v, 4) for k, v in ways.items()},
            "data": clicks.as_json(), "medians": medians, "runs": {side: [u.as_json() for u in uses[side]] for side in uses}, "figures": {"cpu_parse": cpu, "cpu_parse_plain": plain}}
