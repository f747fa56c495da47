"""What every case gets: where things are, how often to run, and the ways to make data and lakes."""
import dataclasses
import json
import pathlib
import shutil
import subprocess

from macro import data, measure


@dataclasses.dataclass
class Bench:
    root: pathlib.Path
    binary: pathlib.Path
    build: pathlib.Path | None  # CMake's folder, where the C++ peers are built
    folder: pathlib.Path        # data, venvs, lakes
    shared: pathlib.Path
    scale: float = 1.0
    rounds: int = 5
    threads: int = 2
    even_if_busy: bool = False

    def say(self, text):
        print(text, flush=True)

    def dataset(self, days, events_per_hour):
        return data.dataset(self.folder, self.shared, self.binary, days, max(20, round(events_per_hour * self.scale)), self.say)

    def clicks(self):
        """The job's input: 48 hours of 50,000 events."""
        return self.dataset(2, 50_000)

    def denser(self, clicks, times):
        """`clicks` with `times` times the events in each hour, of the same users and pages."""
        return data.denser(clicks, times, self.folder, self.say)

    def clicklake(self, *arguments):
        return [self.binary, *arguments]

    def new_lake(self, name="lake"):
        """An empty lake; the one of this name before it is gone."""
        lake = self.folder / "lakes" / name
        shutil.rmtree(lake, ignore_errors=True)
        lake.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run([str(self.binary), "init", str(lake)], check=True, stdout=subprocess.DEVNULL)
        return lake

    def run_in_place(self, lake, source):
        return self.clicklake("run", "--lake", lake, "--in-place", "--threads", self.threads, "--format", "json", source)

    def lake_of(self, clicks, name, in_place=True):
        """A lake that holds `clicks`; its folder and the report."""
        lake = self.new_lake(name)
        mode = ["--in-place"] if in_place else []
        use = measure.run(self.clicklake("run", "--lake", lake, *mode, "--threads", self.threads, "--format", "json", clicks.folder))
        return lake, self.checked(use, clicks)

    def checked(self, use, clicks):
        """The report of a run over `clicks`, every record of which must have become a row or a duplicate."""
        report = json.loads(use.output)
        taken = report["accepted"] + report["duplicate"] if "accepted" in report else report["valid"]
        if taken != clicks.rows or report["quarantined"]:
            raise measure.RunFailed(f"the run took {taken} of {clicks.rows} records and refused {report['quarantined']}: no figure from a wrong run")
        return report

    def peer_binary(self, target):
        """A C++ peer, built where that is needed."""
        if self.build is None:
            raise data.Unavailable(f"{target} is built by CMake, and no build folder is known: --build FOLDER")
        binary = self.build / "bench" / target
        command = ["cmake", "--build", str(self.build), "--target", target]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            # Its sources may have come after the build was configured.
            subprocess.run(["cmake", str(self.build)], capture_output=True, check=False)
            done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0 or not binary.exists():
            last = ((done.stdout + done.stderr).strip().splitlines() or ["no output"])[-1]
            raise data.Unavailable(f"{target} was not built in {self.build}; tools/bootstrap --bench fetches its sources ({last})")
        return binary
