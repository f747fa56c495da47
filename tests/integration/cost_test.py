#!/usr/bin/env python3
"""`clicklake cost` over a log of known queries."""
import datetime
import sqlite3
import tempfile
import unittest

import program
from program import clicklake

MB = 1 << 20
RAW = "clickstream_raw.click_events_raw"


def micros(day, hour=12):
    moment = datetime.datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00")
    return int(moment.timestamp()) * 1_000_000


class CostTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.lake = program.Lake(self.folder.name + "/lake")

    def log(self, day, tag, *scans, hour=12, raw_bytes=1000 * MB):
        """`scans`: (table, raw, megabytes)."""
        db = sqlite3.connect(self.lake.path / "catalog.db")
        with db:
            number = db.execute("INSERT INTO queries(time_us, statement, tag, duration_us, rows, raw_bytes) VALUES (?, 'SELECT 1', ?, 1, 1, ?)",
                                (micros(day, hour), tag, raw_bytes)).lastrowid
            for i, (table, raw, megabytes) in enumerate(scans):
                db.execute("INSERT INTO query_scans VALUES (?, ?, ?, ?, ?, 1)", (number, i, table, raw, megabytes * MB))
        db.close()

    def cost(self, *arguments):
        return self.lake.command("cost", *arguments).json()

    def test_lake_without_queries_has_no_costs(self):
        costs = self.cost()
        self.assertEqual(costs["rows"], [])
        self.assertEqual(costs["total"]["queries"], 0)
        self.assertIn(b"no queries", clicklake("cost", "--lake", self.lake.path).out)

    def test_days_are_summed_and_bounded_with_both_ends(self):
        self.log("2024-11-01", "", ("fact_clicks", 0, 1), hour=0)
        self.log("2024-11-01", "", ("fact_clicks", 0, 30), hour=23)
        self.log("2024-11-02", "", ("fact_clicks", 0, 1), hour=23)
        self.log("2024-11-03", "", ("fact_clicks", 0, 1), hour=0)
        costs = self.cost()
        self.assertEqual([row["day"] for row in costs["rows"]], ["2024-11-01", "2024-11-02", "2024-11-03"])
        self.assertEqual(costs["rows"][0]["bytes"], 31 * MB)
        self.assertAlmostEqual(costs["rows"][0]["dollars"], 5 * (10 + 30) / MB, places=8)
        costs = self.cost("--since", "2024-11-01", "--until", "2024-11-02")
        self.assertEqual(costs["total"]["queries"], 3)
        self.assertEqual(self.cost("--since", "2024-11-03")["total"]["queries"], 1)

    def test_tags_and_tables_are_groups(self):
        self.log("2024-11-01", "report", ("fact_clicks", 0, 60), ("dim_pages", 0, 20))
        self.log("2024-11-02", "", ("fact_clicks", 0, 20))
        self.assertEqual([(row["tag"], row["queries"]) for row in self.cost("--by", "tag")["rows"]], [("", 1), ("report", 1)])
        tables = self.cost("--by", "table")
        self.assertEqual([(row["table"], row["queries"], row["bytes"] // MB) for row in tables["rows"]], [("dim_pages", 1, 20), ("fact_clicks", 2, 80)])
        self.assertAlmostEqual(sum(row["dollars"] for row in tables["rows"]), tables["total"]["dollars"], places=8)

    def test_raw_is_compared_with_processed(self):
        self.log("2024-11-01", "", (RAW, 1, 150))
        self.log("2024-11-01", "", ("fact_clicks", 0, 10))
        costs = self.cost()
        self.assertAlmostEqual(costs["raw"]["saved_percent"], 85.0, places=3)
        self.assertAlmostEqual(costs["processed"]["saved_percent"], 99.0, places=3)
        text = clicklake("cost", "--lake", self.lake.path).out.decode()
        self.assertIn("queries of raw text", text)
        self.assertIn("85.00 %", text)

    def test_prices_are_those_of_the_configuration(self):
        self.log("2024-11-01", "", ("fact_clicks", 0, 100))
        (self.lake.path / "clicklake.toml").write_text('price_per_tb = 10.0\nscan_minimum = "200MB"\n')
        self.assertAlmostEqual(self.cost()["total"]["dollars"], 10 * 191 / MB, places=7)

    def test_a_wrong_day_is_wrong_usage(self):
        self.assertIn(b"--since", clicklake("cost", "--lake", self.lake.path, "--since", "yesterday", code=2).err)
        clicklake("cost", "--lake", self.lake.path, "--by", "month", code=2)


if __name__ == "__main__":
    program.main()
