"""What a measurement was made on: machine, commit, date."""
import datetime
import os
import pathlib
import platform
import re
import resource
import subprocess
import time


def first(pattern, path):
    try:
        match = re.search(pattern, pathlib.Path(path).read_text(), re.M)
    except OSError:
        return None
    return match.group(1).strip() if match else None


def file_system(folder):
    """Type and device of the file system that holds `folder`."""
    best = ("", "", "")
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        device, mount, kind = line.split()[:3]
        if pathlib.Path(folder).resolve().is_relative_to(mount) and len(mount) >= len(best[1]):
            best = (device, mount, kind)
    return {"type": best[2], "device": best[0]}


def describe(folder):
    memory = first(r"^MemTotal:\s+(\d+)", "/proc/meminfo")
    return {"cpu": first(r"^model name\s*:\s*(.*)$", "/proc/cpuinfo") or platform.machine(), "cores": os.cpu_count(), "used_cores": len(os.sched_getaffinity(0)),
            "memory_bytes": int(memory) * 1024 if memory else None, "kernel": platform.release(),
            "system": first(r'^PRETTY_NAME="(.*)"$', "/etc/os-release"), "disk": file_system(folder)}


def git(root, *arguments):
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True)
    return done.stdout.strip() if done.returncode == 0 else None


def provenance(root, binary, folder):
    version = subprocess.run([str(binary), "--version"], capture_output=True, text=True)
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"), "commit": git(root, "rev-parse", "HEAD"),
            "uncommitted_changes": bool(git(root, "status", "--porcelain", "--untracked-files=no")), "version": version.stdout.strip(), "machine": describe(folder)}


QUIET_CORES = 0.25  # what the kernel does for us behind our back stays under this


class Bystanders:
    """What other programs computed while this one and its children ran, in cores."""

    def __init__(self):
        self.start = self.read()

    @staticmethod
    def read():
        """Time, CPU seconds of the whole machine, CPU seconds of ours."""
        fields = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        user, nice, system, _, _, irq, softirq = map(int, fields[:7])
        own = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return time.monotonic(), (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK"), sum(use.ru_utime + use.ru_stime for use in own)

    def cores(self):
        (t0, all0, own0), (t1, all1, own1) = self.start, self.read()
        return max(0.0, ((all1 - all0) - (own1 - own0)) / max(t1 - t0, 1e-3))


def others_now():
    bystanders = Bystanders()
    time.sleep(0.5)
    return bystanders.cores()
