"""Runs every vector of athena-ddl.jsonl on a fresh lake, and prints how many mean here what they mean in Athena."""

import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import tempfile
import traceback

import ddl_vectors
import error_vectors
import query_vectors
from lake import Lake, Mismatch, make_template

VECTORS = pathlib.Path(__file__).with_name("athena-ddl.jsonl")


def attempt(check):
    """None, or what went wrong."""
    try:
        check()
        return None
    except Mismatch as error:
        return str(error)
    except Exception:  # an answer of another shape than the check reads
        return traceback.format_exc()


def run(binary, template, folder, vector, check):
    return attempt(lambda: check(Lake(binary, template, folder / vector["name"], check.database), vector["sql"]))


def run_script(binary, template, folder):
    return attempt(lambda: ddl_vectors.script(Lake(binary, template, folder / "script")))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("vectors", nargs="*", help="only these")
    arguments = parser.parse_args()

    vectors = [json.loads(line) for line in VECTORS.read_text().splitlines()]
    checks = {**ddl_vectors.CHECKS, **query_vectors.CHECKS, **error_vectors.CHECKS}
    names = {vector["name"] for vector in vectors}
    if names != set(checks):
        print(f"without a check: {sorted(names - set(checks))}; without a vector: {sorted(set(checks) - names)}")
        return 1
    if arguments.vectors:
        vectors = [vector for vector in vectors if vector["name"] in arguments.vectors]

    with tempfile.TemporaryDirectory(prefix="athena.") as folder:
        folder = pathlib.Path(folder)
        template = folder / "template"
        make_template(arguments.binary, template)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
            faults = list(pool.map(lambda vector: run(arguments.binary, template, folder, vector, checks[vector["name"]]),
                                   vectors))
        script = run_script(arguments.binary, template, folder)

    if script:
        print(f"FAILED: the setup script on a fresh lake\n  {script}\n")
    failed = [(vector, fault) for vector, fault in zip(vectors, faults) if fault]
    for vector, fault in failed:
        print(f"FAILED {vector['name']}\n  {vector['expect']}\n  {fault}\n")
    print(f"{len(vectors) - len(failed)} of {len(vectors)} vectors pass"
          + (": not " + ", ".join(vector["name"] for vector, _ in failed) if failed else ""))
    return 1 if failed or script else 0


if __name__ == "__main__":
    sys.exit(main())
