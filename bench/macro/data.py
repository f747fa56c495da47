"""The clicks that benchmarks read: made once, kept in the bench folder, read before they are timed."""
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys


class Unavailable(Exception):
    """A case can't run here; the text says why."""


@dataclasses.dataclass
class Dataset:
    folder: pathlib.Path
    hours: int
    rows: int
    bytes: int
    files: int
    generator: str

    def as_json(self):
        return {"rows": self.rows, "bytes": self.bytes, "files": self.files, "hours": self.hours, "generator": self.generator}

    def warm(self):
        """Brings every byte into the page cache."""
        buffer = bytearray(1 << 20)
        for path in sorted(self.folder.rglob("*.json")):
            with open(path, "rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass


def require_space(folder, bytes_needed, what):
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < bytes_needed:
        raise Unavailable(f"{what} needs {bytes_needed / 1e9:.0f} GB free in {folder}, and {free / 1e9:.0f} GB are: set BENCH_DIR to a larger disk")


def dataset(bench_dir, shared, binary, days, events_per_hour, say):
    """`days` whole days of `events_per_hour` clicks an hour, in year=/month=/day=/hour= folders."""
    generator = shared / "bench/gen.py"
    name = f"raw-{days}x{events_per_hour}" + ("" if generator.exists() else "-own")
    folder = bench_dir / name
    rows = days * 24 * events_per_hour
    if not folder.exists():
        require_space(bench_dir, rows * 400 * 2, f"data of {rows} events")
        part = bench_dir / (name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        say(f"making {rows} events in {folder}")
        if generator.exists():
            subprocess.run([sys.executable, str(generator), str(part), str(days), str(events_per_hour)], check=True, stdout=subprocess.DEVNULL)
        else:
            subprocess.run([str(binary), "generate", "--events", str(rows), "--hours", str(days * 24), "--threads", "2", str(part)], check=True,
                           stdout=subprocess.DEVNULL)
            for path in part.glob("_*"):
                path.unlink()
        os.replace(part, folder)
    files = sorted(folder.rglob("*.json"))
    return Dataset(folder, days * 24, rows, sum(f.stat().st_size for f in files), len(files), "gen.py" if generator.exists() else "clicklake generate")
