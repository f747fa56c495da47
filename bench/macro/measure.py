"""Runs one command to its end and says what it took: wall and CPU seconds, peak memory, what it printed.

CPU counts the command and everything it started, also what outlived it (PySpark leaves its JVM behind): this process is the reaper of orphans, and a run is
over when none is left. The wall time ends with the command itself. Peak memory is that of the largest process. Python's own size at the start of the command
(some 20 MB) is the floor of what the kernel reports.
"""
import ctypes
import dataclasses
import os
import pathlib
import signal
import statistics
import tempfile
import time

PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class RunFailed(Exception):
    pass


@dataclasses.dataclass
class Usage:
    wall_s: float
    user_s: float
    system_s: float
    peak_rss_bytes: int
    output: str

    @property
    def cpu_s(self):
        return self.user_s + self.system_s

    def as_json(self):
        return {"wall_s": round(self.wall_s, 5), "cpu_s": round(self.cpu_s, 5), "user_s": round(self.user_s, 5), "system_s": round(self.system_s, 5),
                "peak_rss_bytes": self.peak_rss_bytes}


def reap_orphans(patience_s=20):
    """Waits for what the last command left running; what does not end by itself is killed. Their resource use."""
    uses = []
    deadline = time.monotonic() + patience_s
    while True:
        try:
            pid, _, use = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return uses
        if pid:
            uses.append(use)
        elif time.monotonic() > deadline:
            for child in pathlib.Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            time.sleep(0.05)
        else:
            time.sleep(0.01)


def run(command, environment=None):
    """Runs `command` (a list) with an empty standard input. RunFailed with the end of its output where it ends with anything but 0."""
    command = [str(part) for part in command]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, open(os.devnull, "rb") as empty:
        actions = [(os.POSIX_SPAWN_DUP2, empty.fileno(), 0), (os.POSIX_SPAWN_DUP2, out.fileno(), 1), (os.POSIX_SPAWN_DUP2, err.fileno(), 2)]
        start = time.perf_counter()
        pid = os.posix_spawnp(command[0], command, {**os.environ, **(environment or {})}, file_actions=actions)
        _, status, use = os.wait4(pid, 0)
        wall = time.perf_counter() - start
        uses = [use, *reap_orphans()]
        out.seek(0)
        err.seek(0)
        output = out.read().decode(errors="replace")
        code = os.waitstatus_to_exitcode(status)
        if code != 0:
            tail = "\n".join((output + err.read().decode(errors="replace")).strip().splitlines()[-5:])
            raise RunFailed(f"{' '.join(command)} ended with {code}: {tail}")
    return Usage(wall, sum(u.ru_utime for u in uses), sum(u.ru_stime for u in uses), max(u.ru_maxrss for u in uses) * 1024, output)


def in_turn(sides, rounds, prepare, say):
    """Runs every side of `sides` ({name: command maker}) in turn, `rounds` times after one warm-up round.

    prepare(name) comes before each run, untimed; a maker called gives the command. Returns {name: [Usage]} without the warm-up.
    """
    uses = {name: [] for name in sides}
    for turn in range(rounds + 1):
        for name, maker in sides.items():
            prepare(name)
            os.sync()  # nobody pays for pages that an earlier run left dirty
            use = run(maker())
            say(f"  {'warm-up' if turn == 0 else f'round {turn}'}: {name} {use.wall_s:.3f} s, {use.cpu_s:.3f} CPU s, {use.peak_rss_bytes / 2**20:.0f} MiB")
            if turn > 0:
                uses[name].append(use)
    return uses


def figure(values, digits=3):
    """The median, with what it is the median of."""
    return {"value": round(statistics.median(values), digits), "low": round(min(values), digits), "high": round(max(values), digits), "of": len(values)}


def ratios(over, under, field, digits=3):
    """over/under pair by pair; the median of the ratios."""
    return figure([getattr(a, field) / getattr(b, field) for a, b in zip(over, under)], digits)
