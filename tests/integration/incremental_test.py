#!/usr/bin/env python3
"""Batch by batch comes to the same as all at once, and what was taken once is not taken again."""

import os
import pathlib
import shutil
import unittest

import program
import star_model
from program import Lake, LakeTest, TABLES, click, clicklake, gz, hour_folder, lines, write

MTIME = 1_731_000_000


def copy_hours(clicks, to, hours):
    for hour in hours:
        for path in clicks.rglob("part-*.json"):
            if path.parent.name == f"hour={hour:02}":
                target = to / path.relative_to(clicks)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, target)


class HourByHour(LakeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clicks = cls.class_folder / "clicks"
        clicklake("generate", "--events", 300, "--hours", 5, "--seed", 21, "--dirty", 0.4, "--users", 40, "--pages", 30, cls.clicks)
        cls.at_once = Lake(cls.class_folder / "at-once")
        cls.at_once_report = cls.at_once.run(cls.clicks)

    def check(self, steps, in_place):
        lake = self.lake()
        inbox = self.folder / "inbox"
        total = {k: 0 for k in ("records_read", "accepted", "duplicate", "quarantined", "blank")}
        for hours in steps:
            copy_hours(self.clicks, inbox, hours)
            report = lake.run(inbox, in_place=in_place)
            for name in total:
                total[name] += report[name]
            self.assertEqual(report["sources_taken"], len(hours))
        self.assertEqual(total, {k: self.at_once_report[k] for k in total})
        self.assert_tables(lake, self.at_once)
        return lake

    def test_copied_in_order(self):
        self.check([[h] for h in range(5)], False)

    def test_in_place_in_order(self):
        self.check([[h] for h in range(5)], True)

    def test_copied_in_reverse(self):
        self.check([[4], [3, 1], [2], [0]], False)

    def test_in_place_in_reverse(self):
        self.check([[4], [3, 1], [2], [0]], True)

    def test_in_turns_copied_and_in_place(self):
        lake = self.lake()
        for hour in (2, 0, 4, 1, 3):
            inbox = self.folder / f"inbox-{hour}"
            copy_hours(self.clicks, inbox, [hour])
            lake.run(inbox, in_place=hour % 2 == 0)
        self.assert_tables(lake, self.at_once)

    def test_each_transform_after_several_ingests(self):
        lake = self.lake()
        for hours in ([3], [0, 1], [2, 4]):
            inbox = self.folder / f"inbox-{hours[0]}"
            copy_hours(self.clicks, inbox, hours)
            lake.command("ingest", *(["--in-place"] if hours[0] == 0 else []), inbox)
        report = lake.command("transform").json()
        self.assertEqual((report["accepted"], report["duplicate"]), (self.at_once_report["accepted"], self.at_once_report["duplicate"]))
        self.assert_tables(lake, self.at_once)
        self.assertEqual(lake.command("transform").json()["records_read"], 0)

    def test_threads_do_not_show(self):
        for threads in (1, 4):
            lake = self.lake(f"lake-{threads}")
            lake.run(self.clicks, flags=("--threads", threads))
            self.assert_tables(lake, self.at_once)

    def test_number_of_buckets_does_not_show(self):
        lake = self.lake()
        lake.configure("dimension_buckets = 3\n")
        copy_hours(self.clicks, self.folder / "a", [0, 1])
        lake.run(self.folder / "a")
        lake.run(self.clicks)
        self.assert_tables(lake, self.at_once)

    def test_size_of_raw_files_does_not_show(self):
        lake = self.lake()
        lake.configure("target_file_size = 2000\n")
        lake.run(self.clicks)
        self.assert_tables(lake, self.at_once)


class BucketCountThatChanges(LakeTest):
    def test_between_batches(self):
        """Members found under the old count of buckets are not doubled under the new one."""
        lake, reference = self.lake("lake"), self.lake("reference")
        first = lines(*(click(user_id=f"u-{i}", page_url=f"https://shop.example/{i}") for i in range(20)))
        second = lines(*(click(user_id=f"u-{i}", page_url=f"https://shop.example/{i}", event_type="later") for i in range(10, 30)))
        lake.run("-", stdin=first)
        lake.configure("dimension_buckets = 5\n")
        lake.run("-", stdin=second, code=None)
        reference.run("-", stdin=first + second)
        self.assert_tables(lake, reference)


class TakenOnce(LakeTest):
    TEXT = lines(click(event_type="a"), click(event_type="b"), "", "bad")

    def files(self):
        root = self.folder / "in"
        write(hour_folder(root) / "part.json", self.TEXT, MTIME)
        write(hour_folder(root, hour=16) / "part.json.gz", gz(lines(click(event_type="c", event_timestamp="2024-11-04T16:00:00Z"))), MTIME)
        return root

    def test_second_run_is_a_no_op(self):
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            root = self.files()
            self.assert_counts(lake.run(root, in_place=in_place), 5, 3, 0, 1, 1)
            before = (lake.snapshots(), lake.tables(True), sorted(map(str, lake.path.rglob("*.parquet"))), sorted(map(str, lake.path.rglob("*.json"))),
                      lake.quarantine(), lake.command("status").json()["last_batch"])
            report = lake.run(root, in_place=in_place)
            self.assert_counts(report, 0, 0)
            self.assertEqual((report["sources_taken"], report["sources_skipped"], report["transform_batch_id"]), (0, 2, ""))
            after = (lake.snapshots(), lake.tables(True), sorted(map(str, lake.path.rglob("*.parquet"))), sorted(map(str, lake.path.rglob("*.json"))),
                     lake.quarantine(), lake.command("status").json()["last_batch"])
            self.assertEqual(before, after)

    def test_same_content_under_another_name_is_a_no_op(self):
        lake = self.lake()
        lake.run(write(self.folder / "one.json", self.TEXT))
        report = lake.run(write(self.folder / "two/other.ndjson", self.TEXT))
        self.assert_counts(report, 0, 0)
        self.assertEqual(report["sources_skipped"], 1)

    def test_same_content_twice_in_one_run_is_taken_once(self):
        lake = self.lake()
        report = lake.run(write(self.folder / "in/one.json", self.TEXT).parent, write(self.folder / "in2/two.json", self.TEXT))
        self.assert_counts(report, 4, 2, 0, 1, 1)

    def test_touched_file_of_the_same_content_is_a_no_op(self):
        lake = self.lake()
        path = write(self.folder / "one.json", self.TEXT, MTIME)
        lake.run(path)
        os.utime(path, (MTIME + 60, MTIME + 60))
        self.assert_counts(lake.run(path), 0, 0)

    def test_standard_input_twice_is_a_no_op(self):
        lake = self.lake()
        self.assert_counts(lake.run("-", stdin=self.TEXT), 4, 2, 0, 1, 1)
        before = lake.tables(True)
        report = lake.run("-", stdin=self.TEXT)
        self.assert_counts(report, 0, 0)
        self.assertEqual(report["sources_skipped"], 1)
        self.assertEqual(lake.tables(True), before)
        self.assertEqual(len(lake.quarantine()), 1)

    def test_file_after_the_same_content_on_standard_input_is_a_no_op(self):
        lake = self.lake()
        lake.run("-", stdin=self.TEXT)
        self.assert_counts(lake.run(write(self.folder / "one.json", self.TEXT)), 0, 0)

    def test_changed_file_is_a_new_version(self):
        """Read again through dedupe."""
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            path = write(hour_folder(self.folder / f"in-{in_place}") / "part.json", self.TEXT, MTIME)
            lake.run(path, in_place=in_place)
            write(path, self.TEXT + lines(click(event_type="new")), MTIME + 60)
            self.assert_counts(lake.run(path, in_place=in_place), 5, 1, 2, 1, 1)
            self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 3)

    def test_in_place_file_of_the_same_size_and_another_time_is_a_new_version(self):
        lake = self.lake()
        path = write(hour_folder(self.folder / "in") / "part.json", lines(click(event_type="a")), MTIME)
        lake.run(path, in_place=True)
        write(path, lines(click(event_type="b")), MTIME + 1)
        self.assert_counts(lake.run(path, in_place=True), 1, 1)
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 2)

    def test_changed_file_between_in_place_ingest_and_transform(self):
        lake = self.lake()
        path = write(hour_folder(self.folder / "in") / "part.json", lines(click(event_type="a")), MTIME)
        lake.command("ingest", "--in-place", path)
        write(path, lines(click(event_type="a"), click(event_type="b")), MTIME + 60)
        lake.command("ingest", "--in-place", path)
        lake.command("transform")
        self.assertEqual(lake.sql("SELECT event_type, count(*) FROM fact_clicks GROUP BY 1 ORDER BY 1"), [["a", 1], ["b", 1]])
        self.assert_counts(lake.run(path, in_place=True), 0, 0)

    def test_in_place_copies_nothing_and_leaves_the_files_alone(self):
        lake = self.lake()
        root = self.files()
        before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in root.rglob("part*")}
        lake.run(root, in_place=True)
        self.assertEqual([p for p in (lake.path / "raw").rglob("*") if p.is_file()], [])
        self.assertEqual({p: (p.read_bytes(), p.stat().st_mtime_ns) for p in root.rglob("*") if p.is_file()}, before)

    def test_only_touched_days_and_buckets_are_rewritten(self):
        lake = self.lake()
        lake.run("-", stdin=lines(*(click(user_id=f"u-{i}", event_timestamp=f"2024-11-0{1 + i % 5}T10:00:00Z", page_url=f"https://shop.example/{i}") for i in range(60))))
        before = set(lake.path.rglob("*.parquet"))
        lake.run("-", stdin=lines(click(user_id="u-1", event_type="more", event_timestamp="2024-11-02T11:00:00Z", page_url="https://shop.example/1")))
        new = [p.relative_to(lake.path) for p in set(lake.path.rglob("*.parquet")) - before]
        marts = {p for p in new if p.parts[1] in program.MARTS}
        self.assertEqual(sorted(p.parts[1] for p in set(new) - marts), ["dim_users", "fact_clicks", "sessions"])
        self.assertEqual([p.parts[3] for p in new if p.parts[1] == "fact_clicks"], ["event_timestamp_day=2024-11-02"])
        # Of days without an event of this batch only those on which its sessions began.
        self.assertLessEqual({p.parts[3] for p in marts}, {"date=2024-11-01", "date=2024-11-02"})


if __name__ == "__main__":
    program.main()
