"""Makes the manifest and the manifest list beside it, with pyiceberg 0.12.0.

    python make_with_pyiceberg.py FOLDER

What they hold is what `golden_test.cc` of src/iceberg expects: one field of each type that a partition may have, nulls, an entry of each status.
"""
import decimal
import pathlib
import sys
import uuid

from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat, ManifestEntry, ManifestEntryStatus, write_manifest, write_manifest_list
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.transforms import BucketTransform, DayTransform, HourTransform, IdentityTransform
from pyiceberg.typedef import Record
from pyiceberg.types import (BooleanType, DateType, DecimalType, DoubleType, FixedType, FloatType, LongType, NestedField, StringType, TimestampType,
                             TimestamptzType, TimeType, UUIDType)

FIELDS = [("id", LongType()), ("at", TimestamptzType()), ("name", StringType()), ("price", DecimalType(9, 2)), ("token", UUIDType()),
          ("code", FixedType(3)), ("flag", BooleanType()), ("ratio", FloatType()), ("score", DoubleType()), ("date", DateType()),
          ("clock", TimeType()), ("local", TimestampType())]
schema = Schema(*[NestedField(i + 1, name, kind, required=i == 0) for i, (name, kind) in enumerate(FIELDS)], schema_id=4)
spec = PartitionSpec(PartitionField(1, 1000, BucketTransform(16), "id_bucket"), PartitionField(2, 1001, DayTransform(), "at_day"),
                     PartitionField(2, 1002, HourTransform(), "at_hour"),
                     *[PartitionField(i + 1, 1001 + i, IdentityTransform(), name + " p") for i, (name, _) in enumerate(FIELDS) if i >= 2], spec_id=3)


def file(n, *partition):
    return DataFile.from_args(
        content=DataFileContent.DATA, file_path=f"file:///warehouse/t/data/{n}.parquet", file_format=FileFormat.PARQUET, partition=Record(*partition),
        record_count=100 * n, file_size_in_bytes=1000 * n, column_sizes={1: 10 * n, 3: 20}, value_counts={1: 100 * n, 3: 100}, null_value_counts={1: 0, 3: 5},
        nan_value_counts={8: 1}, lower_bounds={1: (n).to_bytes(8, "little"), 3: b"a"}, upper_bounds={1: (n + 1).to_bytes(8, "little")},
        key_metadata=None, split_offsets=[4, 500], equality_ids=None, sort_order_id=2, spec_id=3)


folder = pathlib.Path(sys.argv[1])
io = PyArrowFileIO()
full = (7, 20028, 480679, "näme", decimal.Decimal("-1234.56"), uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"), b"\x01\x02\x03", True, 1.5, -2.25,
        -1, 3_600_000_000, 1_700_000_000_000_001)
empty = (0,) + (None,) * 12  # the source of the first one is required
out = io.new_output(str(folder / "pyiceberg-manifest.avro"))
with write_manifest(2, spec, schema, out, 42, "deflate") as writer:
    writer.add_entry(ManifestEntry.from_args(status=ManifestEntryStatus.ADDED, snapshot_id=42, data_file=file(1, *full)))
    writer.existing(ManifestEntry.from_args(status=ManifestEntryStatus.EXISTING, snapshot_id=41, sequence_number=6, file_sequence_number=5,
                                            data_file=file(2, *empty)))
    writer.delete(ManifestEntry.from_args(status=ManifestEntryStatus.DELETED, snapshot_id=40, sequence_number=3, file_sequence_number=3,
                                          data_file=file(3, *full)))
manifest = writer.to_manifest_file()
manifest._data[0] = "file:///warehouse/t/metadata/m0.avro"
with write_manifest_list(2, io.new_output(str(folder / "pyiceberg-list.avro")), 42, 41, 7, "zstandard") as writer:
    writer.add_manifests([manifest])
