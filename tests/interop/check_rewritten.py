#!/usr/bin/env python3
"""Lets our encoder write manifests and manifest lists of other engines anew; pyiceberg must read the same of both.

    check_rewritten.py REWRITE_MANIFEST SCRATCH GOLDEN_FOLDER
"""
import pathlib
import subprocess
import sys

from pyiceberg.avro.file import AvroFile
from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import MANIFEST_ENTRY_SCHEMAS, MANIFEST_LIST_FILE_SCHEMAS

FILES = {"pyiceberg-manifest.avro": "manifest", "spark-deletes.avro": "manifest", "pyiceberg-list.avro": "list", "spark-list.avro": "list"}


def plain(value):
    """Records, lazy maps and enums as tuples, dicts and texts."""
    if hasattr(value, "_data"):
        return tuple(plain(v) for v in value._data)  # pylint: disable=protected-access
    if hasattr(value, "items"):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def records(path, schema):
    """By the file's own schema (partitions included) and by Iceberg's."""
    result = []
    for read_schema in (None, schema):
        with AvroFile(PyArrowFileIO().new_input(str(path)), read_schema) as file:
            names = [f.name for f in file.schema.fields]
            result.append([dict(zip(names, plain(r))) if read_schema is None else plain(r) for r in file])
    return result


def partition_fields(path):
    """Of a manifest: (id, name, type) of each."""
    with AvroFile(PyArrowFileIO().new_input(str(path))) as file:
        return [(f.field_id, f.name, str(f.field_type)) for f in file.schema.find_field(102).field_type.fields]


def main():
    program, scratch, golden = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    scratch.mkdir(parents=True, exist_ok=True)
    for name, kind in FILES.items():
        subprocess.run([program, kind, golden / name, scratch / name], check=True)
        schema = (MANIFEST_ENTRY_SCHEMAS if kind == "manifest" else MANIFEST_LIST_FILE_SCHEMAS)[2]
        theirs, ours = records(golden / name, schema), records(scratch / name, schema)
        if theirs[1] != ours[1]:
            sys.exit(f"{name}: {theirs[1]}\nrewritten: {ours[1]}")
        if kind == "manifest":
            if partition_fields(golden / name) != partition_fields(scratch / name):
                sys.exit(f"{name}: {partition_fields(golden / name)}\nrewritten: {partition_fields(scratch / name)}")
            partitions = [[r["data_file"][3] for r in side[0]] for side in (theirs, ours)]
            if partitions[0] != partitions[1]:
                sys.exit(f"{name}: {partitions[0]}\nrewritten: {partitions[1]}")
        print(f"{name}: {len(ours[1])} records")


if __name__ == "__main__":
    main()
