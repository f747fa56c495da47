#!/usr/bin/env python3
"""`replay`, `backfill` and `rollback`: hours built again from raw are the same rows, and a batch that is taken back leaves no trace."""
import shutil
import sqlite3

import program
from program import LakeTest, click, clicklake, lines, write


class ReplayTest(LakeTest):
    def setUp(self):
        super().setUp()
        clicklake("generate", "--hours", "30", "--events", "3000", "--dirty", "0.05", self.folder / "gen")
        self.it = self.lake()
        self.it.run(self.folder / "gen")
        # Late ones, doubles of ids over hours, an earlier one that takes a place, purchases.
        self.it.run(write(self.folder / "late.json", lines(
            click(event_id="a", event_timestamp="2024-11-04T16:30:00Z"),
            click(event_id="b", event_timestamp="2024-11-04T20:30:00Z", event_type="purchase", metadata={"price": "3", "product_id": "x"}),
            click(event_id="c", event_timestamp="2024-11-04T18:30:00Z", user_id="u-9"))))
        self.it.run(write(self.folder / "earlier.json", lines(
            click(event_id="a", event_timestamp="2024-11-04T15:30:00Z"), click(event_id="b", event_timestamp="2024-11-04T20:30:00Z"))))

    def command(self, name, *flags, **options):
        return self.it.command(name, *flags, **options)

    def catalog(self, statement, *values):
        with sqlite3.connect(self.it.path / "catalog.db") as db:
            rows = db.execute(statement, values).fetchall()
        db.close()
        return rows

    def sound(self):
        report = self.it.command("verify", code=None).json()
        self.assertTrue(report["sound"], report)

    def test_everything_replayed_is_the_same_rows(self):
        before = self.it.tables()
        report = self.command("replay").json()
        self.assertEqual(report["accepted"], len(before["fact_clicks"]))
        self.assertEqual(report["replaced"], len(before["fact_clicks"]))
        self.assert_tables(self.it.tables(), before)
        self.sound()
        self.assertEqual(self.it.run(self.folder / "gen")["sources_taken"], 0)

    def test_a_range_is_the_same_rows_and_others_are_not_touched(self):
        before = self.it.tables()
        hours = self.it.sql("SELECT DISTINCT strftime(date_trunc('hour', event_timestamp), '%Y-%m-%dT%H:%M:%SZ') AS h FROM fact_clicks ORDER BY h")
        first, last = hours[3][0], hours[9][0]
        batch = f"SELECT count(*) FROM fact_clicks WHERE event_timestamp < '{first}' OR event_timestamp >= '{last}'"
        batches = self.it.sql("SELECT ingest_batch_id, count(*) FROM fact_clicks"
                              f" WHERE event_timestamp < '{first}' OR event_timestamp >= '{last}' GROUP BY 1 ORDER BY 1")
        report = self.command("replay", "--from", first, "--to", last).json()
        self.assertEqual(report["accepted"] + int(self.it.scalar(batch)), len(before["fact_clicks"]))
        self.assert_tables(self.it.tables(), before)
        self.assertEqual(self.it.sql("SELECT ingest_batch_id, count(*) FROM fact_clicks"
                                     f" WHERE event_timestamp < '{first}' OR event_timestamp >= '{last}' GROUP BY 1 ORDER BY 1"), batches)
        self.sound()

    def test_a_batch_is_replayed_by_its_id(self):
        before = self.it.tables()
        batch = self.catalog("SELECT batch_id FROM batches WHERE kind = 0 ORDER BY batch_no DESC")[0][0]
        report = self.command("replay", "--batch", batch).json()
        self.assertGreater(report["accepted"], 0)
        self.assert_tables(self.it.tables(), before)
        self.assertIn("no batch", self.command("replay", "--batch", "nonsense", code=1).err.decode())

    def test_files_registered_in_place_with_strays_are_replayed(self):
        lake = self.lake("placed")
        root = self.folder / "place"
        for hour in (5, 6, 7, 8):
            write(program.hour_folder(root, hour=hour) / "a.json", lines(
                click(event_timestamp=f"2024-11-04T0{hour}:10:00Z", user_id=f"u{hour}"),
                click(event_timestamp=f"2024-11-04T0{13 - hour}:20:00Z", user_id=f"stray{hour}"), "{bad"))
        lake.run(root, in_place=True)
        before = lake.tables()
        self.assertEqual(len(before["fact_clicks"]), 8)
        report = lake.command("replay", "--from", "2024-11-04T06:00:00Z", "--to", "2024-11-04T07:00:00Z").json()
        self.assertEqual((report["accepted"], report["replaced"]), (2, 2))
        self.assert_tables(lake.tables(), before)
        lake.command("replay")
        self.assert_tables(lake.tables(), before)
        self.assertTrue(lake.command("verify", code=None).json()["sound"])

    def test_a_missing_raw_file_is_named_and_nothing_changes(self):
        path = self.catalog("SELECT path FROM raw_files ORDER BY raw_file_no LIMIT 1")[0][0]
        before = self.it.tables(batch_columns=True)
        (self.it.path / path).rename(self.folder / "away")
        self.assertIn(path, self.command("replay", code=1).err.decode())
        self.assert_tables(self.it.tables(batch_columns=True), before)

    def test_a_backfill_goes_on_where_it_was_cut_off(self):
        before = self.it.tables()
        trace = self.folder / "trace"
        copy = self.folder / "copy"
        shutil.copytree(self.it.path, copy)
        whole = self.command("backfill", "--step", "6", env={"CLICKLAKE_FAULT": f"trace@{trace}"}).json()
        self.assertEqual(whole["accepted"], len(before["fact_clicks"]))
        steps = trace.read_text().split()
        self.assertGreater(steps.count("catalog.committed"), 4)
        self.assert_tables(self.it.tables(), before)
        shutil.rmtree(self.it.path)
        shutil.copytree(copy, self.it.path)
        self.assertEqual(self.command("backfill", "--step", "6", code=None, env={"CLICKLAKE_FAULT": "kill@progress.commit#3"}).code, -9)
        self.assert_tables(self.it.tables(), before)
        rest = self.command("backfill", "--step", "6").json()
        self.assertLess(rest["accepted"], whole["accepted"])
        self.assert_tables(self.it.tables(), before)
        self.assertEqual(self.catalog("SELECT key FROM meta WHERE key LIKE 'backfill%'"), [])
        self.sound()

    def test_killed_at_any_step_a_replay_is_whole_or_not_at_all(self):
        expected = self.it.tables()
        copy, trace = self.folder / "copy", self.folder / "trace"
        shutil.copytree(self.it.path, copy)
        self.command("replay", env={"CLICKLAKE_FAULT": f"trace@{trace}"})
        steps = trace.read_text().split()
        for k in [k for k, step in enumerate(steps, 1) if steps.index(step) == k - 1 or k == len(steps)]:
            with self.subTest(step=f"{k}: {steps[k - 1]}"):
                shutil.rmtree(self.it.path)
                shutil.copytree(copy, self.it.path)
                # Threads may take fewer steps than the time before.
                ended = self.command("replay", code=None, env={"CLICKLAKE_FAULT": f"kill@{k}"})
                self.assertIn(ended.code, (-9,) if k < len(steps) - 3 else (-9, 0), ended)
                self.assert_tables(self.it.tables(), expected)
                self.command("replay")
                self.assert_tables(self.it.tables(), expected)
                self.sound()

    def other_lake(self, *sources):
        lake = self.lake("other")
        for source in sources:
            lake.run(source)
        return lake.tables()

    def test_a_batch_taken_back_leaves_no_trace(self):
        batch = self.it.run(write(self.folder / "wrong.json", lines(
            click(event_id="c", event_timestamp="2024-11-04T17:00:00Z", user_id="u-9"),  # takes the place of another batch's
            click(user_id="only-here", page_url="https://only.example/here"),
            click(event_timestamp="2020-02-29T03:00:00Z"), "{bad")))["ingest_batch_id"]
        self.assertEqual(self.it.scalar("SELECT count(*) FROM dim_users WHERE user_id = 'only-here'"), 1)
        raw = [p for (p,) in self.catalog("SELECT path FROM raw_files JOIN batches USING (batch_no) WHERE batch_id = ?", batch)]
        self.command("rollback", batch)
        self.assert_tables(self.it.tables(), self.other_lake(self.folder / "gen", self.folder / "late.json", self.folder / "earlier.json"))
        self.assertFalse([p for p in raw if (self.it.path / p).exists()])
        self.assertTrue(all((self.it.path / "withdrawn" / p).exists() for p in raw))
        self.sound()
        self.assertIn("taken back before", self.command("rollback", batch, code=1).err.decode())
        self.assertEqual(self.it.run(self.folder / "wrong.json")["sources_taken"], 0)
        self.command("replay")
        self.assert_tables(self.it.tables(), self.lake_tables("other"))

    def lake_tables(self, name):
        lake = program.Lake.__new__(program.Lake)
        lake.path = self.folder / name
        return lake.tables()

    def test_forgotten_sources_are_taken_again(self):
        file = write(self.folder / "wrong.json", lines(click(user_id="again")))
        batch = self.it.run(file)["ingest_batch_id"]
        with_it = self.it.tables()
        self.command("rollback", "--forget-sources", batch)
        self.assertEqual(self.it.scalar("SELECT count(*) FROM dim_users WHERE user_id = 'again'"), 0)
        self.assertEqual(self.it.run(file)["sources_taken"], 1)
        self.assert_tables(self.it.tables(), with_it)

    def test_the_first_batch_can_be_taken_back_and_so_can_all(self):
        for (batch,) in self.catalog("SELECT batch_id FROM batches WHERE kind = 0 ORDER BY batch_no"):
            self.command("rollback", batch)
            self.sound()
        self.assertEqual(self.it.scalar("SELECT count(*) FROM fact_clicks"), 0)
        for table in ("dim_users", "dim_pages", "dim_referrers", "dim_dates"):
            self.assertEqual(self.it.scalar(f"SELECT count(*) FROM {table}"), 0, table)

    def test_after_a_merge_a_replay_is_the_same_rows_too(self):
        before = self.it.tables()
        self.command("maintain", "--full")
        self.command("replay", "--from", "2024-11-04T10:00:00Z", "--to", "2024-11-04T17:00:00Z")
        self.assert_tables(self.it.tables(), before)
        self.sound()


if __name__ == "__main__":
    program.main()
