"""Spark with Iceberg's runtime and a catalog of tables in SQLite.

The jars come through Spark's own `spark.jars.packages`, once, into FOLDER/ivy.
"""
import pathlib

PACKAGES = "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.10.0,org.xerial:sqlite-jdbc:3.46.1.3"


def spark_session(folder):
    """A session whose catalog `lake` has its tables in FOLDER/spark.db."""
    from pyspark.sql import SparkSession

    folder = pathlib.Path(folder)
    builder = SparkSession.builder.master("local[1]")
    for name, value in {
            "spark.jars.packages": PACKAGES,
            "spark.jars.ivy": str(folder.parent / "ivy"),
            "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
            "spark.sql.catalog.lake": "org.apache.iceberg.spark.SparkCatalog",
            "spark.sql.catalog.lake.type": "jdbc",
            "spark.sql.catalog.lake.uri": f"jdbc:sqlite:{folder / 'spark.db'}",
            "spark.sql.catalog.lake.jdbc.schema-version": "V1",
            "spark.sql.catalog.lake.warehouse": str(folder / "warehouse"),
            "spark.sql.session.timeZone": "UTC",
            "spark.ui.enabled": "false",
            "spark.driver.memory": "1g",
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session
