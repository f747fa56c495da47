"""Makes spark-table.gz.metadata.json, spark-list.avro and spark-deletes.avro, with Spark 3.5 and Iceberg's runtime 1.10.0.

    python make_with_spark.py RUNTIME_JAR FOLDER

The table has what clicklake's own never have: a table format of an earlier partition spec, deletes by position, a tag, nested types, zstd in Avro.
"""
import pathlib
import shutil
import sys

from pyspark.sql import SparkSession

WAREHOUSE = "/tmp/warehouse"
jar, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(WAREHOUSE, ignore_errors=True)
spark = (SparkSession.builder.master("local[1]").config("spark.jars", jar)
         .config("spark.sql.extensions", "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions")
         .config("spark.sql.catalog.l", "org.apache.iceberg.spark.SparkCatalog").config("spark.sql.catalog.l.type", "hadoop")
         .config("spark.sql.catalog.l.warehouse", WAREHOUSE).config("spark.ui.enabled", "false")
         .config("spark.sql.session.timeZone", "UTC").getOrCreate())
run = spark.sql
run("""CREATE TABLE l.db.t (id bigint NOT NULL, at timestamp, name string, price decimal(9,2), tags map<string,string>, inner struct<a:int,b:array<string>>)
USING iceberg PARTITIONED BY (days(at), bucket(4,id), truncate(2,name)) TBLPROPERTIES ('format-version'='2', 'write.delete.mode'='merge-on-read',
'write.metadata.compression-codec'='gzip', 'write.avro.compression-codec'='zstd')""")
run("ALTER TABLE l.db.t WRITE ORDERED BY id")
run("""INSERT INTO l.db.t SELECT id, timestamp'2024-11-01 10:00:00' + make_interval(0,0,0,cast(id%2 AS int)), 'name', cast(id AS decimal(9,2))/4, map('k','v'),
struct(1, array('x')) FROM range(20)""")
run("DELETE FROM l.db.t WHERE id = 17")
run("ALTER TABLE l.db.t ADD COLUMN extra int")
first = run("SELECT snapshot_id FROM l.db.t.snapshots ORDER BY committed_at LIMIT 1").first()[0]
run(f"ALTER TABLE l.db.t CREATE TAG first AS OF VERSION {first} RETAIN 30 DAYS")
run("ALTER TABLE l.db.t DROP PARTITION FIELD truncate(2,name)")
run("INSERT INTO l.db.t VALUES (1000, timestamp'2024-12-01 00:00:00', null, 1.25, null, null, 5)")
metadata = pathlib.Path(WAREHOUSE, "db/t/metadata")
newest = max(metadata.glob("v*.gz.metadata.json"), key=lambda p: int(p.name[1:].split(".")[0]))
shutil.copy(newest, folder / "spark-table.gz.metadata.json")
manifests = run("SELECT content, path FROM l.db.t.manifests").collect()
shutil.copy(max(metadata.glob("snap-*.avro"), key=lambda p: p.stat().st_mtime_ns), folder / "spark-list.avro")
shutil.copy(next(m.path for m in manifests if m.content == 1), folder / "spark-deletes.avro")
