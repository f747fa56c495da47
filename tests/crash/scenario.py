"""What the crash tests interrupt: a command on a lake, and the lake that it must lead to."""

import concurrent.futures
import contextlib
import dataclasses
import os
import pathlib
import shutil
import sys
import tempfile

import clicks as click_files
import lake as lakes

NAMES = ("init", "copy", "in-place", "late", "late-in-place")


@dataclasses.dataclass
class Scenario:
    """`start` is the lake before the command (None: there is none yet), `reference` after it."""
    name: str
    start: pathlib.Path | None
    source: pathlib.Path | None
    in_place: bool
    reference: pathlib.Path
    before: dict | None  # digest of `start`
    after: dict  # digest of `reference`
    truth: click_files.Clicks | None

    def arguments(self, program, lake):
        if self.name == "init":
            return ["init", lake]
        return program.run_arguments(lake, self.source, self.in_place)

    def put_start(self, lake):
        """Lays the start where the command will find it."""
        shutil.rmtree(lake, ignore_errors=True)
        if self.start:
            lakes.copy_lake(self.start, lake)
        return lake

    def check_readable(self, program, lake):
        """Before anything is repaired a reader sees the state before or after, nothing between."""
        if not self.start:
            return
        seen = program.digest(lake)
        if seen not in (self.before, self.after):
            raise lakes.Failed("a reader sees neither the state before nor the one after: " +
                               program.difference(lake, self.reference))

    def take_up(self, program, lake):
        """The next try of the same command leads to the lake of the uninterrupted one."""
        if self.name == "init":
            program.must("init", lake)
            lakes.check_at_rest(lake)
            if program.digest(lake) != self.after:
                raise lakes.Failed("the new lake is not empty")
            return
        program.run(lake, self.source, self.in_place)
        lakes.check_equal(program, lake, self.reference, self.after)


def make(program, name, folder):
    """Prepares a scenario in `folder`, and checks its reference against the truth."""
    folder = pathlib.Path(folder) / name
    folder.mkdir(parents=True)
    reference = folder / "reference"
    lakes.make_lake(program, reference)
    if name == "init":
        return Scenario(name, None, None, False, reference, None, program.digest(reference), None)
    in_place = name.endswith("in-place")
    source = folder / "clicks"
    start = folder / "start"
    truth = click_files.first_part(source)
    if name.startswith("late"):
        program.run(reference, source, in_place)
        lakes.check_truth(program, reference, truth)
        lakes.copy_lake(reference, start)
        click_files.second_part(truth)
    else:
        lakes.copy_lake(reference, start)
    report = program.run(reference, source, in_place)
    lakes.check_at_rest(reference)
    lakes.check_truth(program, reference, truth)
    totals = lakes.batch_sums(reference)
    quarantined = sum(kind["quarantined"] for kind in totals.values())
    blank = sum(kind["blank"] for kind in totals.values())
    if name == "copy" or name == "in-place":
        expected = (truth.records, truth.events, truth.duplicates, truth.bad, truth.blank)
        got = tuple(report[k] for k in ("records_read", "accepted", "duplicate", "quarantined",
                                        "blank"))
        if got != expected:
            raise lakes.Failed(f"{name}: the uninterrupted run reports {got}, not {expected}")
    elif (quarantined, blank) != (truth.bad, truth.blank):
        raise lakes.Failed(f"{name}: {quarantined} quarantined and {blank} blank records, not "
                           f"{truth.bad} and {truth.blank}")
    return Scenario(name, start, source, in_place, reference, program.digest(start),
                    program.digest(reference), truth)


def sample(count, wanted):
    """`wanted` of 1..count, evenly, the first and the last among them; all where 0."""
    if wanted <= 0 or count <= wanted:
        return list(range(1, count + 1))
    if wanted == 1:
        return [count]
    return sorted({1 + round(i * (count - 1) / (wanted - 1)) for i in range(wanted)})


def try_all(pool, what, jobs):
    """Runs `jobs` (name, function) and returns how many said yes; all failures are told."""
    futures = {pool.submit(function): name for name, function in jobs}
    yes = 0
    failures = []
    for future in concurrent.futures.as_completed(futures):
        try:
            yes += bool(future.result())
        except lakes.Failed as failure:
            failures.append(f"{what}, {futures[future]}:\n{failure}")
    if failures:
        raise lakes.Failed("\n\n".join(sorted(failures)))
    return yes


@contextlib.contextmanager
def working_folder(keep_on_failure):
    """A folder for one test, removed unless it failed and is to be kept. In memory, where a kill leaves
    what it leaves on a disk and a sync costs nothing; $CLICKLAKE_TEST_DIR names another place."""
    place = os.environ.get("CLICKLAKE_TEST_DIR")
    if not place and os.access("/dev/shm", os.W_OK):
        place = "/dev/shm"
    folder = pathlib.Path(tempfile.mkdtemp(prefix="clicklake-crash-", dir=place))
    try:
        yield folder
    except BaseException:
        if keep_on_failure:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)
