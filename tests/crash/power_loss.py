#!/usr/bin/env python3
"""Cuts the power at every step, on a disk that forgets what was not synced, and lets the next run take up.

The program runs on the forgetful disk (forgetful.c). Before the k-th call that could change what is
durable (fsync, rename, unlink, mkdir) it is killed, and what the disk then holds is the lake: strictly what
was synced, and in a second variant some of the rest as well, torn pages among it. A reader must see the
tables as before or as after, and the next run must lead to the lake of the uninterrupted one. Where the
command had ended, all of it must be there without a next run.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import shutil
import sys

import forgetful
import lake as lakes
import scenario as scenarios


class Trial:
    """One run on a forgetful disk of its own."""

    def __init__(self, scenario, folder, library):
        self.scenario = scenario
        self.folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        root = folder / "disk"
        root.mkdir(parents=True)
        self.lake = scenario.put_start(root / "lake")
        self.disk = forgetful.ForgetfulDisk(library, root, folder / "shadow")

    def run(self, program, **options):
        return program(*self.scenario.arguments(program, self.lake),
                       env=self.disk.environment(**options))

    def after_power_loss(self, name, pick=None):
        to = self.folder / name
        if pick is None:
            self.disk.after_power_loss(to)
        else:
            self.disk.after_messy_power_loss(to, pick)
        return to / "lake"


def steps_of(program, scenario, folder, library):
    trial = Trial(scenario, folder / "traced", library)
    trace = folder / "trace"
    ended = trial.run(program, trace=trace)
    if ended.code != 0:
        raise lakes.Failed(f"{scenario.name}: the run on the forgetful disk ended with {ended.code}:\n"
                           f"{ended.err}")
    # Reported done: it must be there, as it lies.
    lake = trial.after_power_loss("left")
    if program.digest(lake) != scenario.after:
        raise lakes.Failed(f"{scenario.name}: the command had ended, and a power loss undid it:\n" +
                           program.difference(lake, scenario.reference))
    scenario.take_up(program, lake)
    return trace.read_text().splitlines()


def lose_power(program, scenario, folder, library, step, seed):
    trial = Trial(scenario, folder / f"step-{step}", library)
    ended = trial.run(program, kill=step)
    if not ended.killed and ended.code != 0:
        raise lakes.Failed(f"ended with {ended.code} where it should be killed:\n{ended.err}")
    for name, pick in (("strict", None), ("messy", random.Random(f"{seed}-{step}"))):
        lake = trial.after_power_loss(name, pick)
        try:
            if scenario.start or (lake / "catalog.db").exists():
                scenario.check_readable(program, lake)
            scenario.take_up(program, lake)
        except lakes.Failed as failure:
            raise lakes.Failed(f"({name} loss) {failure}") from failure
    shutil.rmtree(trial.folder)
    return ended.killed


def test(program, name, folder, pool, wanted, library, seed):
    scenario = scenarios.make(program, name, folder)
    work = folder / name
    steps = steps_of(program, scenario, work, library)
    if "fsync" not in {step.split()[0] for step in steps}:
        raise lakes.Failed(f"{name}: the forgetful disk saw no fsync: is the library loaded?")
    chosen = scenarios.sample(len(steps), wanted)
    lost = scenarios.try_all(
        pool, name, [(f"power lost at step {k} of {len(steps)} ({steps[k - 1]})",
                      lambda k=k: lose_power(program, scenario, work, library, k, seed))
                     for k in chosen])
    # Threads share the work anew in each run, so a run may have fewer steps than the one that was counted; a shim that fails cuts none.
    if lost < 0.5 * len(chosen):
        raise lakes.Failed(f"{name}: only {lost} of {len(chosen)} runs were cut short")
    kinds = collections.Counter(step.split()[0] for step in steps)
    print(f"{name}: {len(steps)} steps ({', '.join(f'{n} {k}' for k, n in kinds.most_common())}), "
          f"power lost at {lost}, in two ways: all took up", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--library", required=True, help="forgetful.c, compiled as a shared library")
    parser.add_argument("--steps", type=int, default=0,
                        help="steps to lose power at in each scenario, evenly spread (0: every one)")
    parser.add_argument("--scenario", choices=scenarios.NAMES, action="append")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--keep", action="store_true", help="keep the lakes of a failure")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        program = lakes.Program(options.binary)
        with scenarios.working_folder(options.keep) as folder, \
                concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for name in options.scenario or scenarios.NAMES:
                test(program, name, pathlib.Path(folder), pool, options.steps, options.library,
                     options.seed)
    except lakes.Failed as failure:
        print(f"FAILED (seed {options.seed}): {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
