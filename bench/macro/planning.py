"""A query of one day, and a small batch, where fact_clicks has a million files in ten thousand partitions."""
import contextlib
import datetime
import json
import sqlite3

from macro import measure, short_runs

EPOCH = datetime.date(1970, 1, 1)
PARTITIONS = 10_000
QUERY = "SELECT event_type, count(*) FROM fact_clicks WHERE event_timestamp >= '{0}' AND event_timestamp < '{0}'::DATE + 1 GROUP BY 1"


def add_old_files(lake, count):
    """Entries of `count` files of the days before; none of them is there, so whoever opened one would fail."""
    with contextlib.closing(sqlite3.connect(lake / "catalog.db")) as db, db:
        table, snapshot = db.execute("SELECT table_no, current_snapshot FROM tables WHERE name = 'fact_clicks'").fetchone()
        statistics = db.execute("SELECT statistics FROM file_statistics JOIN data_files USING (file_no) WHERE table_no = ?", (table,)).fetchone()[0]
        fields = [f for (f,) in db.execute("SELECT DISTINCT field_id FROM file_bounds JOIN data_files USING (file_no) WHERE table_no = ?", (table,))]
        file_no = db.execute("SELECT max(file_no) FROM data_files").fetchone()[0]
        for number in range(PARTITIONS):
            day = datetime.date(1980, 1, 1) + datetime.timedelta(number)
            start = (day - EPOCH).days * 86_400_000_000
            for _ in range(count // PARTITIONS):
                file_no += 1
                partition = f"event_timestamp_day={day}"
                db.execute("INSERT INTO data_files (file_no, table_no, path, partition, records, size, added_snapshot) VALUES (?, ?, ?, ?, 1000, 30000, ?)",
                           (file_no, table, f"processed/fact_clicks/data/{partition}/{file_no}.parquet", partition, snapshot))
                db.execute("INSERT INTO file_statistics VALUES (?, ?)", (file_no, statistics))
                db.executemany("INSERT INTO file_bounds VALUES (?, ?, ?, ?)", [(file_no, field, start, start + 86_399_000_000) for field in fields])


def planning(bench):
    clicks = bench.dataset(2, 1000)
    count = round(1_000_000 * bench.scale) // PARTITIONS * PARTITIONS or PARTITIONS
    figures = {}
    for name, files in (("few", 0), ("many", count)):
        lake, _ = bench.lake_of(clicks, f"planning-{name}")
        if files:
            add_old_files(lake, files)
        day = json.loads(measure.run(bench.clicklake("sql", "--lake", lake, "--format", "json", "SELECT max(event_timestamp)::DATE::VARCHAR FROM fact_clicks WHERE event_timestamp > '2010-01-01'")).output)
        day = day["rows"][0][0]
        figures[name], _ = short_runs.milliseconds(bench, bench.clicklake("sql", "--lake", lake, QUERY.format(day)))
        bench.say(f"  {files:,} old files: one day in {figures[name]['value']:.1f} ms")
    figures["many"]["detail"] = f"{count:,} files of {PARTITIONS:,} days; without them {figures['few']['value']:.0f} ms"
    return {"data": clicks.as_json(), "old_files": count, "medians_ms": figures, "figures": {"plan_million": figures["many"]}}
