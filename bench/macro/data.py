"""The clicks that benchmarks read: made once, kept in the bench folder, read before they are timed."""
import dataclasses
import multiprocessing
import os
import pathlib
import re
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
        """Brings every byte into the page cache, from the disk: files read ahead lie there in larger pieces than files just written, and are read
        in two thirds of the time. So what is measured does not depend on who wrote them, and when."""
        buffer = bytearray(1 << 20)
        for path in sorted(self.folder.rglob("*.json")):
            with open(path, "rb", buffering=0) as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
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


TIME = re.compile(rb'"event_timestamp":"[0-9-]{10}T[0-9]{2}:([0-9]{2}):([0-9]{2})\.([0-9]{3})Z"')
HOUR_US = 3_600_000_000


def denser_hour(task):
    """Writes an hour's file `times` times as busy; how many lines that makes."""
    source, target, times = task
    lines = []
    with open(source, "rb") as file:
        for line in file:
            time = TIME.search(line)
            if not time:
                raise Unavailable(f"{source}: a line without a time in milliseconds can't be made denser")
            minute, second, milli = (int(part) for part in time.groups())
            lines.append((line[:time.start(1)], ((minute * 60 + second) * 1000 + milli) * 1000 // times, line[time.end(3):]))
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "wb", buffering=1 << 20) as file:
        for turn in range(times):
            begin = HOUR_US * turn // times
            for head, offset, tail in lines:
                seconds, micros = divmod(begin + offset, 1_000_000)
                file.write(b"%b%02d:%02d.%06d%b" % (head, seconds // 60, seconds % 60, micros, tail))
    return times * len(lines)


def denser(base, times, bench_dir, say):
    """`base`'s clicks `times` times in each hour: its users, sessions, pages and referrers and no others, each hour's course `times` times as fast."""
    if not 1 <= times <= 1000:
        raise Unavailable(f"{times} times as many events do not have a time each")
    folder = bench_dir / f"{base.folder.name}-denser{times}"
    if not folder.exists():
        require_space(bench_dir, base.bytes * (times + 1), f"data of {base.rows * times} events")
        part = bench_dir / (folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        say(f"making {base.rows * times} events in {folder}")
        files = sorted(base.folder.rglob("*.json"))
        with multiprocessing.Pool(2) as pool:
            made = sum(pool.imap_unordered(denser_hour, [(f, part / f.relative_to(base.folder), times) for f in files]))
        if made != base.rows * times:
            raise Unavailable(f"{made} events were made of {base.rows}, not {base.rows * times}")
        os.replace(part, folder)
    files = sorted(folder.rglob("*.json"))
    return dataclasses.replace(base, folder=folder, rows=base.rows * times, bytes=sum(f.stat().st_size for f in files), files=len(files),
                               generator=f"{base.generator}, each hour's clicks {times} times")
