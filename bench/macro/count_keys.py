"""What counting keys and kinds of values (for `clicklake drift`) adds to the CPU of a run."""
import statistics

from macro import measure

PAIRS = 11
# The 2nd and the 10th of 11 values in order: the median lies between them with 98.8 %.
OUTER = 1


def count_keys(bench):
    """Runs over the same input, counting and not, in turns; the ratio of each pair."""
    clicks = bench.clicks()
    pairs = PAIRS if bench.rounds >= 5 else bench.rounds
    uses = {True: [], False: []}
    for turn in range(pairs + 1):
        # Who comes first changes from pair to pair.
        for counting in (True, False) if turn % 2 else (False, True):
            lake = bench.new_lake(f"count-keys-{counting}")
            (lake / "clicklake.toml").write_text(f"count_keys = {str(counting).lower()}\n")
            use = measure.run(bench.run_in_place(lake, clicks.folder))
            bench.checked(use, clicks)
            bench.say(f"  {'warm-up' if turn == 0 else f'pair {turn}'}: counting {counting}, {use.wall_s:.3f} s, {use.cpu_s:.3f} CPU s")
            if turn > 0:
                uses[counting].append(use)
    ratios = sorted(on.cpu_s / off.cpu_s for on, off in zip(uses[True], uses[False]))
    outer = OUTER if len(ratios) == PAIRS else 0
    return {"counting": [use.as_json() for use in uses[True]], "not_counting": [use.as_json() for use in uses[False]],
            "figures": {"count_keys_cpu_ratio": {"value": round(statistics.median(ratios), 4), "low": round(ratios[outer], 4),
                                                 "high": round(ratios[-1 - outer], 4), "of": len(ratios)}}}
