#!/usr/bin/env python3
"""`maintain`: rows stay as they are, files become few, what nobody needs goes, and nothing that somebody needs."""
import concurrent.futures
import json
import os
import pathlib
import shutil
import sqlite3
import time

import program
from program import LakeTest, click, clicklake, lines, write

DAY = 24 * 3600


class MaintainTest(LakeTest):
    def setUp(self):
        super().setUp()
        self.it = self.lake()
        clicklake("generate", "--hours", "30", "--events", "2000", self.folder / "gen")
        for number, hour in enumerate(sorted(p for p in (self.folder / "gen").rglob("*.json"))):
            if number < 20:
                self.it.run(hour)

    def maintain(self, *flags, **options):
        return self.it.command("maintain", *flags, **options).json()

    def catalog(self, statement, *values):
        with sqlite3.connect(self.it.path / "catalog.db") as db:
            rows = db.execute(statement, values).fetchall()
        db.close()
        return rows

    def live(self, table="fact_clicks"):
        return [p for (p,) in self.catalog("SELECT path FROM data_files JOIN tables USING (table_no) WHERE name = ?"
                                           " AND removed_snapshot IS NULL ORDER BY path", table)]

    def sound(self):
        report = self.it.command("verify", code=None).json()
        self.assertTrue(report["sound"], report)

    def make_old(self, days=10):
        """As if nobody had touched the lake for so long."""
        for path in self.it.path.rglob("*"):
            if path.is_file() and "catalog.db" not in path.name:
                os.utime(path, ns=(path.stat().st_mtime_ns - days * DAY * 1_000_000_000,) * 2)

    def test_merging_leaves_every_row_as_it_was(self):
        before = self.it.tables(batch_columns=True)
        files = self.live()
        report = self.maintain("--full")
        self.assertGreater(report["files_merged"], 15)
        self.assertLessEqual(len(self.live()), 3)
        self.assertGreater(len(files), 15)
        self.assert_tables(self.it.tables(batch_columns=True), before)
        self.assertGreaterEqual(report["rows_rewritten"], len(before["fact_clicks"]))  # sessions are merged, too
        self.sound()
        self.assertEqual(self.maintain("--full")["files_merged"], 0)

    def test_merged_files_are_sorted_and_cut_at_hours(self):
        self.maintain("--full")
        for path in self.live():
            file = f"read_parquet('{self.it.path / path}', file_row_number = true)"
            self.assertEqual(self.it.scalar(f"SELECT count(*) FROM (SELECT event_timestamp < lag(event_timestamp) OVER (ORDER BY "
                                            f"file_row_number) AS down FROM {file}) WHERE down"), 0)
            hours = self.it.scalar(f"SELECT count(DISTINCT date_trunc('hour', event_timestamp)) FROM {file}")
            groups = self.it.scalar(f"SELECT max(row_group_id) + 1 FROM parquet_metadata('{self.it.path / path}')")
            self.assertGreaterEqual(groups, hours)

    def test_a_dry_run_says_it_and_changes_nothing(self):
        files, snapshots = self.live(), self.it.snapshots()
        self.make_old()
        write(self.it.path / "processed/fact_clicks/data/orphan.parquet", b"x")
        os.utime(self.it.path / "processed/fact_clicks/data/orphan.parquet", (0, 0))
        there = sorted(self.it.path.rglob("*"))
        report = self.maintain("--dry-run", "--full")
        self.assertTrue(report["dry_run"])
        self.assertGreater(report["files_merged"], 15)
        self.assertGreaterEqual(report["data_files_removed"], 1)
        self.assertEqual((self.live(), self.it.snapshots()), (files, snapshots))
        self.assertEqual([p for p in sorted(self.it.path.rglob("*")) if "catalog.db" not in p.name],
                         [p for p in there if "catalog.db" not in p.name])

    def test_a_budget_of_nothing_merges_nothing_and_says_what_is_left(self):
        report = self.maintain("--budget", "0", "--full")
        self.assertEqual(report["files_merged"], 0)
        self.assertGreater(report["partitions_left"], 0)

    def test_files_of_expired_snapshots_go_after_their_time_and_not_before(self):
        self.maintain("--full")
        removed = self.catalog("SELECT path FROM data_files WHERE removed_snapshot IS NOT NULL")
        self.assertGreater(len(removed), 15)
        self.assertEqual(self.maintain()["data_files_removed"], 0)
        for (path,) in removed:
            self.assertTrue((self.it.path / path).exists(), path)
        # Two days later by the files' clock: snapshots are kept for five, so all is there still.
        self.make_old(days=2)
        self.assertEqual(self.maintain()["data_files_removed"], 0)
        # Ten days later by the metadata's clock as well.
        self.age_metadata(10)
        self.make_old(days=10)
        report = self.maintain()
        self.assertGreater(report["snapshots_expired"], 20)
        self.assertGreater(report["data_files_removed"], 15)
        self.assertGreater(report["metadata_files_removed"], 50)
        self.assertEqual(self.catalog("SELECT count(*) FROM data_files WHERE removed_snapshot IS NOT NULL"), [(0,)])
        self.sound()
        self.it.run(write(self.folder / "more.json", lines(click())))
        self.sound()

    def age_metadata(self, days):
        """Moves every snapshot's time back in the current metadata files."""
        for table, location in self.catalog("SELECT name, metadata_location FROM tables WHERE metadata_location <> ''"):
            path = pathlib.Path(location.removeprefix("file://"))
            metadata = json.loads(path.read_text())
            for snapshot in metadata["snapshots"] + metadata["snapshot-log"]:
                snapshot["timestamp-ms"] -= days * DAY * 1000
            path.write_text(json.dumps(metadata))
            self.catalog("UPDATE tables SET metadata_hash = '' WHERE name = ?", table)

    def test_orphans_go_and_nothing_else(self):
        facts = self.it.path / "processed/fact_clicks"
        uuid = "01930000-0000-7000-8000-000000000000"
        orphans = [facts / "data" / f"{uuid}-00-00000.parquet", facts / "metadata" / f"00099-{uuid}.metadata.json",
                   facts / "metadata" / f"{uuid}-m0.avro", self.it.path / "quarantine" / f"{uuid}.ndjson",
                   self.it.path / f"raw/clickstream/year=2024/month=11/day=04/hour=15/{uuid}-0000.json"]
        others = [facts / "data/notes.txt", facts / "metadata/stats.puffin", self.it.path / "quarantine/mine.ndjson",
                  self.it.path / "raw/clickstream/year=2024/month=11/day=04/hour=15/mine.json", self.it.path / "curated/own/a.parquet"]
        for path in orphans + others:
            write(path, b"x", mtime=1)
        young = write(facts / "data" / f"{uuid}-00-00001.parquet", b"x")
        open_batch = "01930000-0000-7000-8000-00000000000a"
        self.catalog("INSERT INTO batches(batch_id, kind, started_us) VALUES (?, 1, 1)", open_batch)
        of_open = write(facts / "data" / f"{open_batch}-00-00000.parquet", b"x", mtime=1)
        self.maintain()
        self.assertEqual([p for p in orphans if p.exists()], [])
        self.assertEqual([p for p in others + [young, of_open] if not p.exists()], [])

    def test_files_registered_in_place_are_never_touched(self):
        clicklake("generate", "--hours", "3", "--events", "300", "--seed", "5", self.folder / "place")
        self.it.run(self.folder / "place", in_place=True)
        there = sorted((self.folder / "place").rglob("*"))
        for path in there:
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime))
        self.it.configure("[maintain]\nkeep_raw_days = 1\n")
        self.maintain()
        self.assertEqual(sorted((self.folder / "place").rglob("*")), there)

    def test_old_raw_and_quarantine_files_are_retired(self):
        self.it.run(write(self.folder / "bad.json", b"{bad\n"))
        self.it.configure("[maintain]\nkeep_raw_days = 30\nkeep_quarantine_days = 1\n")
        self.catalog("UPDATE batches SET committed_us = committed_us - ? WHERE quarantine_file <> ''", 2 * DAY * 1_000_000)
        bad = len(list((self.it.path / "quarantine").iterdir()))
        before = self.it.tables(batch_columns=True)
        report = self.maintain()
        self.assertGreater(report["raw_files_removed"], 15)
        self.assertEqual(report["quarantine_files_removed"], bad)
        self.assertEqual(list((self.it.path / "quarantine").iterdir()), [])
        self.assertEqual(list((self.it.path / "raw").rglob("*.json")), [])
        self.assert_tables(self.it.tables(batch_columns=True), before)
        self.sound()
        again = self.maintain()
        self.assertEqual((again["raw_files_removed"], again["quarantine_files_removed"]), (0, 0))

    def test_it_runs_by_itself_after_a_run_where_the_config_says_so(self):
        self.assertGreater(len(self.live()), 15)
        self.it.configure("[maintain]\nauto = true\nbudget = 60\n")
        self.it.run(write(self.folder / "more.json", lines(click())))
        self.assertLess(len(self.live()), 10)
        self.sound()
        # Removal reads what is kept: after runs that come often it is done once an hour, by the command always.
        facts = self.it.path / "processed/fact_clicks/data"
        orphan = write(facts / "orphan.parquet", b"x", mtime=1)
        self.it.run(write(self.folder / "again.json", lines(click(user_id="again"))))
        self.assertTrue(orphan.exists())
        self.maintain()
        self.assertFalse(orphan.exists())

    def test_readers_and_runs_go_on_meanwhile(self):
        expected = self.it.scalar("SELECT count(*) FROM fact_clicks")
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            maintaining = pool.submit(self.maintain, "--full")
            running = pool.submit(self.it.run, write(self.folder / "more.json", lines(click(), click(event_timestamp="2024-11-01T00:30:00Z"))))
            while not maintaining.done():
                self.assertIn(self.it.scalar("SELECT count(*) FROM fact_clicks"), (expected, expected + 2))
            report = maintaining.result()
            running.result()
        self.assertEqual(self.it.scalar("SELECT count(*) FROM fact_clicks"), expected + 2)
        self.assertGreater(report["files_merged"] + len(report["conflicts"]), 0)
        self.sound()

    def test_killed_at_any_step_no_row_is_lost_and_the_next_one_takes_up(self):
        expected = self.it.tables(batch_columns=True)
        self.it.configure("[maintain]\nkeep_raw_days = 30\n")
        orphan = self.it.path / "processed/fact_clicks/data/orphan.parquet"
        write(orphan, b"x", mtime=1)
        start = self.folder / "start"
        shutil.copytree(self.it.path, start)
        trace = self.folder / "trace"
        self.maintain("--full", env={"CLICKLAKE_FAULT": f"trace@{trace}"})
        steps = trace.read_text().split()
        self.assertGreater(len(steps), 40)
        for wanted in ("parquet.rename", "maintain.rename", "iceberg.sync", "catalog.commit", "catalog.committed", "retire.commit",
                       "maintain.remove"):
            self.assertIn(wanted, steps)
        chosen = [k for k, step in enumerate(steps, 1) if steps.index(step) == k - 1 or k % 9 == 0 or k == len(steps)]
        for k in chosen:
            with self.subTest(step=f"{k}: {steps[k - 1]}"):
                shutil.rmtree(self.it.path)
                shutil.copytree(start, self.it.path)
                ended = self.it.command("maintain", "--full", code=None, env={"CLICKLAKE_FAULT": f"kill@{k}"})
                self.assertEqual(ended.code, -9)
                self.assert_tables(self.it.tables(batch_columns=True), expected)
                self.maintain("--full")
                self.it.run(write(self.folder / "none.json", b""))  # sweeps what the killed one had begun
                self.assert_tables(self.it.tables(batch_columns=True), expected)
                self.assertLessEqual(len(self.live()), 3)
                self.assertFalse(orphan.exists())
                self.assertEqual([p for p in (self.it.path / ".maintain").iterdir() if p.name != ".lock"], [])
                self.sound()

    def test_settings_that_would_harm_readers_are_refused(self):
        self.it.configure("[maintain]\nkeep_snapshots_hours = 23\n")
        ended = self.it.command("maintain", code=2)
        self.assertIn("24", ended.err.decode())
        self.it.configure("[maintain]\nkeep_snapshot = 23\n")
        self.assertIn("keep_snapshots_hours", self.it.command("maintain", code=2).err.decode())


if __name__ == "__main__":
    program.main()
