#!/usr/bin/env python3
"""Two programs on one lake: the second waits, or says who holds it; all events are there once."""

import argparse
import fcntl
import os
import pathlib
import subprocess
import sys
import time

import clicks as click_files
import lake as lakes
import scenario as scenarios


def start(program, *arguments, stdin=subprocess.DEVNULL):
    return subprocess.Popen(program.command(*arguments), env=program.environment(), stdin=stdin,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process, what):
    out, err = process.communicate(timeout=lakes.TIMEOUT)
    if process.returncode != 0:
        raise lakes.Failed(f"{what} ended with {process.returncode}:\n{err}{out}")
    return out


def is_locked(lake):
    try:
        fd = os.open(lake / ".lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(fd)


def wait_until(condition, what):
    deadline = time.monotonic() + lakes.TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise lakes.Failed(f"waited in vain: {what}")
        time.sleep(0.005)


def is_waiting_for_a_lock(process):
    """The kernel lists who waits (->) for which lock, by process."""
    waiting = [line.split() for line in pathlib.Path("/proc/locks").read_text().splitlines()]
    return any("->" in line and str(process.pid) in line for line in waiting)


def test_holder_is_named_and_the_waiter_goes_on(program, folder):
    """The first holds the lake for as long as its standard input is open."""
    lake = lakes.make_lake(program, folder / "lake")
    clicks = click_files.first_part(folder / "clicks")
    first = start(program, "run", "--lake", lake, "-", stdin=subprocess.PIPE)
    wait_until(lambda: is_locked(lake) or first.poll() is not None, "the first run takes the lock")

    refused = program(*program.run_arguments(lake, clicks.root), "--no-wait")
    if refused.code == 0:
        raise lakes.Failed("--no-wait went through while another run held the lake")
    for needed in (str(first.pid), "run", str(lake)):
        if needed not in refused.err + refused.out:
            raise lakes.Failed(f"the refusal does not say {needed!r}: {refused.err}{refused.out}")

    # Readers do not need the lock.
    program.digest(lake)
    program.must("status", "--lake", lake, "--format", "json")

    second = start(program, *program.run_arguments(lake, clicks.root))
    wait_until(lambda: is_waiting_for_a_lock(second) or second.poll() is not None,
               "the second run waits")
    if second.poll() is not None:
        raise lakes.Failed(f"the second run did not wait: {second.communicate()}")
    texts = [text for _, text in clicks.lines[:10]]
    out, err = first.communicate("".join(t + "\n" for t in texts), timeout=lakes.TIMEOUT)
    if first.returncode != 0:
        raise lakes.Failed(f"the first run ended with {first.returncode}: {err}{out}")
    end(second, "the second run")
    lakes.check_at_rest(lake)
    lakes.check_truth(program, lake, clicks)
    print("the holder is named, and who waits goes on", flush=True)


def test_killed_holder_lets_go(program, folder):
    lake = lakes.make_lake(program, folder / "lake")
    clicks = click_files.first_part(folder / "clicks")
    first = start(program, "run", "--lake", lake, "-", stdin=subprocess.PIPE)
    wait_until(lambda: is_locked(lake) or first.poll() is not None, "the first run takes the lock")
    first.kill()
    first.communicate()
    program.must(*program.run_arguments(lake, clicks.root), "--no-wait")
    lakes.check_at_rest(lake)
    lakes.check_truth(program, lake, clicks)
    print("a killed holder lets go", flush=True)


def test_all_at_once(program, folder):
    """Several runs over the same files, and over more, started together."""
    lake = lakes.make_lake(program, folder / "lake")
    clicks = click_files.first_part(folder / "clicks")
    clicks.add_file(30, 10)
    runs = [start(program, *program.run_arguments(lake, clicks.root, in_place))
            for in_place in (False, True, False, False)]
    reports = [end(run, "one of several runs") for run in runs]
    if len(reports) != len(runs):
        raise lakes.Failed("a run is missing")
    lakes.check_at_rest(lake)
    lakes.check_truth(program, lake, clicks)
    print("several at once give one lake", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--keep", action="store_true", help="keep the lakes of a failure")
    options = parser.parse_args()
    try:
        program = lakes.Program(options.binary)
        for test in (test_holder_is_named_and_the_waiter_goes_on, test_killed_holder_lets_go,
                     test_all_at_once):
            with scenarios.working_folder(options.keep) as folder:
                test(program, pathlib.Path(folder))
    except lakes.Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
