#!/usr/bin/env python3
"""Fills the disk in the middle of a run: a clear error, a lake that opens, and a next run that completes.

The lake lies on a file system in memory that is made larger run by run, so that the room ends at one place
after the other. Where none can be mounted, the largest size of a file takes its part (--limit file).
"""

import argparse
import os
import pathlib
import resource
import signal
import shutil
import subprocess
import sys

import lake as lakes
import scenario as scenarios

PAGE = 4096
ROOM = 256 << 20
CATALOG_LOG = 512 << 10


def mount(folder, size, *options):
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join([f"size={size}", *options]), "tmpfs",
                           str(folder)], capture_output=True, text=True)
    return done.returncode == 0


class SmallDisk:
    """A file system of so many free bytes."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.mounted = mount(folder, ROOM)

    def leave(self, free):
        used = os.statvfs(self.folder)
        taken = (used.f_blocks - used.f_bfree) * used.f_frsize
        if not mount(self.folder, taken + free, "remount"):
            raise lakes.Failed("the small disk can't be made smaller")

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


def expect_clear_error(ended, lake, how):
    text = ended.err + ended.out
    if ended.code <= 0:
        raise lakes.Failed(f"{how}: ended by signal {-ended.code}, not by an error:\n{text}")
    if str(lake) not in text:
        raise lakes.Failed(f"{how}: the error names no path in the lake:\n{text}")
    if not any(words in text for words in ("No space left", "full", "File too large", "free some space")):
        raise lakes.Failed(f"{how}: the error does not say that there is no room:\n{text}")


def pages_of(lake):
    """The room that a lake takes: whole pages for each file, one for each folder."""
    return sum(-(-f.stat().st_size // PAGE) * PAGE if f.is_file() else PAGE
               for f in lake.rglob("*"))


def files_left(lake):
    return [path for path in lake.rglob("*") if lakes.is_temporary(path.name)]


def test_small_disk(program, scenario, disk, tries):
    lake = disk.folder / "lake"
    need = pages_of(scenario.reference) - (pages_of(scenario.start) if scenario.start else 0)
    most = need * 3 // 2 + CATALOG_LOG  # more than it takes
    failed = 0
    for attempt in range(tries):
        free = most * attempt // tries // PAGE * PAGE
        mount(disk.folder, ROOM, "remount")
        scenario.put_start(lake)
        disk.leave(free)
        how = f"{scenario.name}, {free} bytes free"
        ended = program(*scenario.arguments(program, lake))
        if ended.code != 0:
            failed += 1
            expect_clear_error(ended, lake, how)
            if files_left(lake):
                raise lakes.Failed(f"{how}: left {files_left(lake)}")
            scenario.check_readable(program, lake)
            program.must("status", "--lake", lake)
        if not mount(disk.folder, ROOM, "remount"):
            raise lakes.Failed("the small disk can't be made larger")
        scenario.take_up(program, lake)
    if not 0 < failed < tries:
        raise lakes.Failed(f"{scenario.name}: the disk was full in {failed} of {tries} runs: the sizes "
                           "do not show where it ends")
    print(f"{scenario.name}: the disk was full in {failed} of {tries} runs, each time the next run "
          "completed", flush=True)


def test_small_files(program, scenario, folder, tries):
    """Files may not grow over a limit: the write fails as on a full disk, file by file."""
    lake = folder / "limited"
    largest = max(f.stat().st_size for f in scenario.reference.rglob("*") if f.is_file())
    failed = 0
    for attempt in range(tries):
        limit = max(largest * attempt // tries, 1)
        scenario.put_start(lake)

        def limited(limit=limit):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        ended = program(*scenario.arguments(program, lake), preexec_fn=limited, restore_signals=False)
        how = f"{scenario.name}, files of at most {limit} bytes"
        if ended.code != 0:
            failed += 1
            expect_clear_error(ended, lake, how)
            scenario.check_readable(program, lake)
        scenario.take_up(program, lake)
        shutil.rmtree(lake)
    if failed == 0:
        raise lakes.Failed(f"{scenario.name}: no write ever failed")
    print(f"{scenario.name}: writes failed in {failed} of {tries} runs, each time the next run "
          "completed", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True)
    parser.add_argument("--tries", type=int, default=40)
    parser.add_argument("--limit", choices=("disk", "file"), default="disk")
    parser.add_argument("--keep", action="store_true", help="keep the lakes of a failure")
    options = parser.parse_args()
    try:
        program = lakes.Program(options.binary)
        with scenarios.working_folder(options.keep) as folder:
            folder = pathlib.Path(folder)
            prepared = [scenarios.make(program, name, folder) for name in ("copy", "late-in-place")]
            if options.limit == "file":
                for scenario in prepared:
                    test_small_files(program, scenario, folder, options.tries)
                return 0
            disk = SmallDisk(folder / "small")
            if not disk.mounted:
                print("SKIPPED: this user may not mount a file system of limited size")
                return 77
            try:
                for scenario in prepared:
                    test_small_disk(program, scenario, disk, options.tries)
            finally:
                disk.close()
    except lakes.Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
