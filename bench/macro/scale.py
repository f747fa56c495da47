"""Whether memory stays and CPU per event stays when there is ten times more to do."""
from macro import measure


def compare(bench, base, large, name):
    rounds = {"1x": bench.rounds, "10x": min(bench.rounds, 3)}
    uses = {}
    for size, clicks in (("1x", base), ("10x", large)):
        clicks.warm()
        lakes = {}

        def prepare(_):
            lakes["now"] = bench.new_lake(name)
        uses[size] = measure.in_turn({size: lambda: bench.run_in_place(lakes["now"], clicks.folder)}, rounds[size], prepare, bench.say)[size]
        for use in uses[size]:
            bench.checked(use, clicks)
    bench.new_lake(name)
    per_event = {size: measure.figure([u.cpu_s / clicks.rows * 1e9 for u in uses[size]], 1) for size, clicks in (("1x", base), ("10x", large))}
    memory = {size: measure.figure([u.peak_rss_bytes / 1e6 for u in uses[size]], 1) for size in uses}
    return uses, per_event, memory


def result(base, large, uses, per_event, memory, figures):
    return {"data": base.as_json(), "data_10x": large.as_json(), "cpu_ns_per_event": per_event, "peak_rss_mb": memory,
            "runs": {size: [u.as_json() for u in uses[size]] for size in uses}, "figures": figures}


def growth(large, base, detail):
    value = round(large["value"] / base["value"], 3)
    return {"value": value, "low": round(large["low"] / base["high"], 3), "high": round(large["high"] / base["low"], 3), "of": large["of"], "detail": detail}


def cpu_growth(per_event):
    return growth(per_event["10x"], per_event["1x"], f"{per_event['1x']['value']:.0f} ns, then {per_event['10x']['value']:.0f} ns an event")


def events(bench, large, name, names):
    """`large` against the usual clicks; `names`: of the figures for memory, its growth, and that of CPU."""
    base = bench.clicks()
    uses, per_event, memory = compare(bench, base, large, name)
    detail = f"{memory['1x']['value']:.0f} MB, then {memory['10x']['value']:.0f} MB"
    figures = [{**memory["10x"], "detail": detail}, growth(memory["10x"], memory["1x"], detail), cpu_growth(per_event)]
    return result(base, large, uses, per_event, memory, dict(zip(names, figures)))


def ten_times_events(bench):
    return events(bench, bench.denser(bench.clicks(), 10), "scale-events", ("peak_memory", "memory_growth", "cpu_per_event_events"))


def ten_times_events_of_more_users(bench):
    return events(bench, bench.dataset(2, 500_000), "scale-members", ("peak_memory_members", "memory_growth_members", "cpu_per_event_members"))


def ten_times_hours(bench):
    base, large = bench.clicks(), bench.dataset(20, 50_000)
    uses, per_event, memory = compare(bench, base, large, "scale-hours")
    return result(base, large, uses, per_event, memory, {"cpu_per_event_hours": cpu_growth(per_event)})
