#!/usr/bin/env python3
"""Event Ruler's answers through `rules test`: of quirks the clean answer, and what its strict compiler refuses."""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SHARED = pathlib.Path(os.environ.get("CLICKLAKE_SHARED", HERE.parents[2].parent / "shared"))


def expected(case):
    if "clean_answer" in case:
        return case["clean_answer"]
    return "invalid" if case.get("strict") == "invalid" else case["expect"]


def run(binary, vectors):
    cases = [json.loads(line) for line in open(vectors, encoding="utf-8")]
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        for case in cases:
            file.write(json.dumps({"name": case["name"], "pattern": case["pattern"], "event": case["event"], "expect": expected(case)}) + "\n")
        file.flush()
        done = subprocess.run([binary, "rules", "test", file.name], capture_output=True, text=True)
    print(done.stdout[-2000:], done.stderr[-500:])
    return done.returncode == 0 and done.stdout.splitlines()[-1] == f"{len(cases)} passed, 0 failed"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    binary = parser.parse_args().binary
    good = run(binary, HERE / "generated.jsonl")
    upstream = SHARED / "conformance/eventbridge/upstream.jsonl"
    if upstream.exists():
        good = run(binary, upstream) and good
    else:
        print("Event Ruler's own cases are not there: only the project's were run")
    sys.exit(not good)


if __name__ == "__main__":
    main()
