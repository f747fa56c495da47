#!/usr/bin/env python3
"""Kills the program at every durable step, and lets the next run take up.

The steps are the program's fault points: a first run writes down their names (trace@FILE), then run k
is ended by SIGKILL at step k (kill@k). After each kill a reader must see the tables as before or as
after, and the next run must lead to the lake of the uninterrupted one: the same rows, the same
counts, no file that nobody knows.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import shutil
import sys

import lake as lakes
import scenario as scenarios


def steps_of(program, scenario, folder):
    trace = folder / "trace"
    lake = scenario.put_start(folder / "traced")
    program.must(*scenario.arguments(program, lake), env={"CLICKLAKE_FAULT": f"trace@{trace}"})
    return trace.read_text().split()


def kill_at(program, scenario, folder, step):
    """One kill; says whether it came to pass."""
    lake = scenario.put_start(folder / f"lake-{step}")
    ended = program(*scenario.arguments(program, lake), env={"CLICKLAKE_FAULT": f"kill@{step}"})
    if not ended.killed and ended.code != 0:
        raise lakes.Failed(f"ended with {ended.code} where it should be killed:\n{ended.err}")
    scenario.check_readable(program, lake)
    scenario.take_up(program, lake)
    shutil.rmtree(lake)
    return ended.killed


def kill_recovery(program, scenario, folder, first, second):
    """Killed at `first`, then killed again while taking up."""
    lake = scenario.put_start(folder / f"lake-{first}-{second}")
    arguments = scenario.arguments(program, lake)
    if not program(*arguments, env={"CLICKLAKE_FAULT": f"kill@{first}"}).killed:
        raise lakes.Failed(f"no step {first} was reached")
    ended = program(*arguments, env={"CLICKLAKE_FAULT": f"kill@{second}"})
    scenario.check_readable(program, lake)
    scenario.take_up(program, lake)
    shutil.rmtree(lake)
    return ended.killed


def test(program, name, folder, pool, wanted):
    scenario = scenarios.make(program, name, folder)
    work = folder / name
    steps = steps_of(program, scenario, work)
    if len(steps) < 3:
        raise lakes.Failed(f"{name}: only {len(steps)} steps were seen: {steps}")
    chosen = scenarios.sample(len(steps), wanted)
    killed = scenarios.try_all(pool, name, [(f"killed at step {k} of {len(steps)} ({steps[k - 1]})",
                                lambda k=k: kill_at(program, scenario, work, k)) for k in chosen])
    # Threads may take steps in another order and number; a test that kills nothing shows nothing.
    if killed < 0.9 * len(chosen):
        raise lakes.Failed(f"{name}: only {killed} of {len(chosen)} runs were killed")
    again = 0
    if name != "init":
        # The most there is to sweep: all files written, nothing published.
        last_commit = f"catalog.commit#{steps.count('catalog.commit')}"
        chosen_again = scenarios.sample(len(steps), wanted)
        again = scenarios.try_all(pool, name, [(f"killed at {last_commit}, then at step {j} of taking up",
                                   lambda j=j: kill_recovery(program, scenario, work, last_commit, j))
                                  for j in chosen_again])
        if again == 0:
            raise lakes.Failed(f"{name}: no run was killed while taking up")
    kinds = collections.Counter(step.split(".")[0] for step in steps)
    print(f"{name}: {len(steps)} steps ({', '.join(f'{n} {k}' for k, n in kinds.most_common())}), "
          f"{killed} killed once, {again} twice: all took up", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--steps", type=int, default=0,
                        help="steps to kill at in each scenario, evenly spread (0: every one)")
    parser.add_argument("--scenario", choices=scenarios.NAMES, action="append")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", action="store_true", help="keep the lakes of a failure")
    options = parser.parse_args()
    try:
        program = lakes.Program(options.binary)
        with scenarios.working_folder(options.keep) as folder, \
                concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for name in options.scenario or scenarios.NAMES:
                test(program, name, pathlib.Path(folder), pool, options.steps)
    except lakes.Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
