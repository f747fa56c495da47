"""Event patterns: events a second through the matcher against event-ruler, one thread, JSON text in and names of rules out, in turn."""
import json
import re
import subprocess
import sys

from macro import measure, peers
from macro.data import Unavailable

EVENTS = 200_000
# The rules (of mkrules.py), and the figure that they are for.
SPEED = {"mix-1": "rules_1", "mix-100": "rules_100", "exact-10000": "rules_exact", "mix-10000": "rules_mixed"}
PASSES = 3
ROUNDS = 3
RATE = re.compile(r"events=(\d+) .* matches=(\d+) wall ev/s best=(\d+)")
HELD = re.compile(r"build_s=([0-9.]+) heap_MB=([0-9.]+)")


def make_rules(bench):
    """The folder of rule files, made once."""
    script = bench.shared / "bench/mkrules.py"
    if not script.exists():
        raise Unavailable(f"the rules' generator {script} is not there: set CLICKLAKE_SHARED")
    folder = bench.folder / "event-rules"
    if not (folder / "click-exact-100000.jsonl").exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([sys.executable, str(script)], cwd=folder, check=True)
    # Rules that match no event: products of another shop.
    for n in (100, 1_000, 10_000, 100_000):
        target = folder / f"none-{n}.jsonl"
        if target.exists():
            continue
        with open(target, "w") as out:
            for i in range(n):
                pattern = {"metadata": {"product_id": [f"Q{i:06d}"]}}
                if i % 2:
                    pattern["event_type"] = ["purchase"]
                out.write(json.dumps({"id": f"r{i}", "pattern": json.dumps(pattern)}) + "\n")
    return folder


def make_events(bench, folder):
    """The first events of the clicks, as one file."""
    clicks = bench.clicks()
    wanted = max(1000, round(EVENTS * bench.scale))
    target = folder / f"events-{wanted}.jsonl"
    if not target.exists():
        lines = []
        for path in sorted(clicks.folder.rglob("*.json")):
            lines += path.read_bytes().splitlines(keepends=True)
            if len(lines) >= wanted:
                break
        target.write_bytes(b"".join(lines[:wanted]))
    return target


def event_rules(bench):
    rules = make_rules(bench)
    events = make_events(bench, rules)
    program = bench.peer_binary("event_rules")
    ruler = peers.event_ruler(bench.folder, bench.shared, bench.say)

    def ours(name):
        return json.loads(measure.run([program, rules / f"{name}.jsonl", events, PASSES]).output)

    runs, figures = {}, {}
    for name, figure in SPEED.items():
        pairs = []
        for _ in range(min(ROUNDS, bench.rounds)):
            mine = ours(f"click-{name}")
            theirs = RATE.search(measure.run([*ruler, "run", events, rules / f"click-{name}.jsonl", 2, PASSES]).output)
            # The harness takes fewer events where a pass would last more than 8 s.
            if int(theirs[1]) == mine["events"] and int(theirs[2]) != mine["matches"]:
                raise measure.RunFailed(f"{name}: {mine['matches']} matches, event-ruler has {theirs[2]}")
            pairs.append({"clicklake": mine["events_s"], "event_ruler": int(theirs[3])})
            bench.say(f"  {name}: {mine['events_s']:,} events/s, event-ruler {int(theirs[3]):,}")
        runs[name] = pairs
        figures[figure] = measure.figure([p["clicklake"] / p["event_ruler"] for p in pairs])
        middle = {side: measure.figure([p[side] for p in pairs])["value"] for side in pairs[0]}
        figures[figure]["detail"] = f"{middle['clicklake'] / 1e6:.2f} M events/s, event-ruler {middle['event_ruler'] / 1e3:.0f} K"

    held = HELD.search(measure.run([*ruler, "mem", rules / "click-exact-100000.jsonl"]).output)
    mine = ours("click-exact-100000")
    runs["exact-100000"] = {"clicklake": mine, "event_ruler": {"build_s": float(held[1]), "heap_mb": float(held[2])}}
    figures["rules_memory"] = measure.figure([mine["held_bytes"] / 1e6 / float(held[2])])
    figures["rules_memory"]["detail"] = f"{mine['held_bytes'] / 1e6:.0f} MB, event-ruler {float(held[2]):.0f} MB"
    figures["rules_build"] = measure.figure([mine["build_s"] / float(held[1])])
    figures["rules_build"]["detail"] = f"{mine['build_s']:.2f} s, event-ruler {float(held[1]):.2f} s"

    growth = []
    for _ in range(min(ROUNDS, bench.rounds)):
        rates = {n: ours(f"none-{n}")["events_s"] for n in (100, 1_000, 10_000, 100_000)}
        growth.append(rates)
        bench.say("  rules that don't match: " + ", ".join(f"{n:,}: {rate:,}" for n, rate in rates.items()))
    runs["none"] = growth
    figures["rules_growth"] = measure.figure([rates[100] / rates[100_000] for rates in growth])
    figures["rules_growth"]["detail"] = (f"{measure.figure([r[100] for r in growth])['value'] / 1e6:.2f} M events/s with 100 rules, "
                                         f"{measure.figure([r[100_000] for r in growth])['value'] / 1e6:.2f} M with 100,000")
    return {"peer": "event-ruler 2.1.0", "data": {"events": EVENTS, "file": events.name}, "runs": runs, "figures": figures}
