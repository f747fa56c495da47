#!/usr/bin/env python3
"""Kills the program at random times, round after round, while clicks keep coming, and counts.

Each round adds files (new hours, late events, duplicates), starts a run and ends it by SIGKILL after
a random time that is sometimes longer than the run takes. At the end one run goes through, and every
event that was ever written must be in the lake, once.
"""

import argparse
import pathlib
import random
import subprocess
import sys
import time

import clicks as click_files
import lake as lakes
import scenario as scenarios


def add_clicks(clicks, pick, round_number):
    for _ in range(pick.randrange(3)):
        hour = round_number // 4 if pick.random() < 0.7 else pick.randrange(round_number // 4 + 1)
        clicks.add_file(hour, pick.randrange(1, 20), duplicates=pick.randrange(3),
                        bad=pick.random() < 0.1, blank=pick.random() < 0.1)


def start(program, lake, clicks, in_place):
    return subprocess.Popen(program.command(*program.run_arguments(lake, clicks.root, in_place)),
                            env=program.environment(), stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test(program, folder, rounds, seed, in_place):
    pick = random.Random(seed)
    clicks = click_files.Clicks(folder / "clicks", seed)
    clicks.add_file(0, 20)
    lake = lakes.make_lake(program, folder / "lake")
    killed = finished = 0
    longest = 0.0
    for round_number in range(rounds):
        add_clicks(clicks, pick, round_number)
        if round_number % 10 == 0:
            # What a run takes now: the times of the next kills are spread over it.
            began = time.monotonic()
            program.run(lake, clicks.root, in_place)
            longest = time.monotonic() - began
            add_clicks(clicks, pick, round_number)
        process = start(program, lake, clicks, in_place)
        try:
            _, errors = process.communicate(timeout=pick.uniform(0, 1.1 * longest))
            finished += 1
            if process.returncode != 0:
                raise lakes.Failed(f"round {round_number}: ended with {process.returncode}:\n"
                                   f"{errors}")
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed += 1
        if round_number % 10 == 5:
            doubled = program.sql(lake, "SELECT metadata['n'] AS n, count(*) AS c FROM fact_clicks "
                                        "GROUP BY 1 HAVING count(*) > 1 OR n IS NULL")
            if doubled:
                raise lakes.Failed(f"round {round_number}: a reader sees {doubled[:5]}")
    program.run(lake, clicks.root, in_place)
    lakes.check_at_rest(lake)
    lakes.check_truth(program, lake, clicks)
    lakes.check_matches(program, lake)
    if killed < rounds / 4:
        raise lakes.Failed(f"only {killed} of {rounds} runs were killed: this shows nothing")
    print(f"{'in place' if in_place else 'copied'}: {rounds} rounds, {killed} killed, {finished} "
          f"finished, {clicks.files} files: all {clicks.events} events are there once", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--in-place", action="store_true")
    parser.add_argument("--keep", action="store_true", help="keep the lake of a failure")
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    try:
        program = lakes.Program(options.binary)
        with scenarios.working_folder(options.keep) as folder:
            test(program, pathlib.Path(folder), options.rounds, options.seed, options.in_place)
    except lakes.Failed as failure:
        print(f"FAILED (seed {options.seed}): {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
