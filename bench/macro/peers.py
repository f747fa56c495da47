"""The peers, each pinned in a venv of its own under the bench folder."""
import os
import pathlib
import shutil
import subprocess
import sys

from macro.data import Unavailable

PACKAGES = {
    "chdb": ["chdb==4.4.0"],
    "duckdb": ["duckdb==1.5.5"],
    "spark": ["pyspark==4.3.0"],
    "star": [line for line in (pathlib.Path(__file__).parent.parent / "star/requirements.txt").read_text().split("\n") if line and line[0] != "#"],
}
NAMES = {"chdb": "the ClickHouse engine (chdb)", "duckdb": "DuckDB", "spark": "PySpark local[2]"}


def java_home():
    """A Java 17, which this PySpark needs; None where there is none."""
    candidates = [pathlib.Path("/usr/lib/jvm/java-17-openjdk-amd64"), *sorted(pathlib.Path("/usr/lib/jvm").glob("*17*"))]
    if os.environ.get("JAVA_HOME"):
        candidates.insert(0, pathlib.Path(os.environ["JAVA_HOME"]))
    for home in candidates:
        release = home / "release"
        if (home / "bin/java").exists() and release.exists() and 'JAVA_VERSION="17' in release.read_text():
            return home
    return None


def python_of(name, bench_dir, say):
    """The Python of a peer's venv, made where it is missing."""
    venv = bench_dir / f"venv-{name}"
    python = venv / "bin/python"
    pins = "\n".join(PACKAGES[name]) + "\n"
    stamp = venv / "pins.txt"
    if not (stamp.exists() and stamp.read_text() == pins):
        say(f"installing {', '.join(PACKAGES[name])} in {venv}")
        shutil.rmtree(venv, ignore_errors=True)
        made = subprocess.run([sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True)
        if made.returncode == 0:
            made = subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES[name]], capture_output=True, text=True)
        if made.returncode != 0:
            raise Unavailable(f"{', '.join(PACKAGES[name])} could not be installed: {(made.stdout + made.stderr).strip().splitlines()[-1]}")
        stamp.write_text(pins)
    return python


def job(name, bench_dir, shared, say):
    """The command of a peer's job without its IN and OUT, and the environment that it needs."""
    script = shared / f"bench/t_{name}.py"
    if not script.exists():
        raise Unavailable(f"the peer's job {script} is not there: set CLICKLAKE_SHARED")
    if name == "spark":
        home = java_home()
        if home is None:
            raise Unavailable("no Java 17 for PySpark: install openjdk-17-jre-headless or set JAVA_HOME")
        os.environ["JAVA_HOME"] = str(home)
    return [python_of(name, bench_dir, say), script]
