"""The peers, each pinned in a venv of its own under the bench folder."""
import hashlib
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


def event_ruler(bench_dir, shared, say):
    """The command that runs event-ruler's harness, without its arguments: its jars, pinned by version and checksum, and the harness compiled."""
    harness = shared / "bench/BenchRuler.java"
    if not harness.exists():
        raise Unavailable(f"the peer's harness {harness} is not there: set CLICKLAKE_SHARED")
    home = java_home()
    if home is None or not (home / "bin/javac").exists():
        raise Unavailable("no JDK 17 for event-ruler: install openjdk-17-jdk-headless or set JAVA_HOME")
    folder = bench_dir / "event-ruler"
    folder.mkdir(parents=True, exist_ok=True)
    lock = pathlib.Path(__file__).parent.parent / "peers/event_ruler.lock"
    for line in lock.read_text().splitlines():
        if line.startswith("#"):
            continue
        artifact, version, checksum = line.split()
        jar = folder / f"{artifact.split(':')[1]}-{version}.jar"
        if not jar.exists():
            if shutil.which("mvn") is None:
                raise Unavailable("Maven is needed to fetch event-ruler: install maven")
            say(f"fetching {artifact} {version}")
            done = subprocess.run(["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}:{version}", f"-DoutputDirectory={folder}"],
                                  capture_output=True, text=True, cwd=folder)
            if done.returncode != 0 or not jar.exists():
                raise Unavailable(f"{artifact} {version} could not be fetched: {(done.stdout.strip().splitlines() or ['no output'])[0]}")
        found = "sha256:" + hashlib.sha256(jar.read_bytes()).hexdigest()
        if found != checksum:
            raise Unavailable(f"{jar} has {found}, but {lock.name} has {checksum}: not used")
    classes = folder / "classes"
    path = f"{classes}:{folder}/*"
    if not (classes / "BenchRuler.class").exists() or (classes / "BenchRuler.class").stat().st_mtime < harness.stat().st_mtime:
        classes.mkdir(exist_ok=True)
        subprocess.run([str(home / "bin/javac"), "-cp", f"{folder}/*", "-d", str(classes), str(harness)], check=True, capture_output=True)
    return [str(home / "bin/java"), "-Xmx4g", "-cp", path, "BenchRuler"]
