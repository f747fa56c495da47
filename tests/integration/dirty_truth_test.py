#!/usr/bin/env python3
"""Dirty hours whose truth is known: what `generate --dirty` says is what a run reports and the tables hold."""

import gzip
import json
import os
import shutil
import unittest

import program
import star_model
from program import Lake, LakeTest, clicklake


def generate(folder, events, hours, seed, dirty):
    clicklake("generate", "--events", events, "--hours", hours, "--seed", seed, "--dirty", dirty,
              "--users", 80, "--pages", 60, folder)
    return json.loads((folder / "_truth.json").read_text())


def model_of(folder):
    """(events, bad, blank) of all generated files."""
    events, bad, blank = [], 0, 0
    for path in sorted(folder.rglob("part-*.json")):
        data = path.read_bytes()
        found = star_model.parse_all(data.split(b"\n")[:-1] if data.endswith(b"\n") else data.split(b"\n"),
                                     int(path.stat().st_mtime * 1_000_000))
        events += found[0]
        bad += found[1]
        blank += found[2]
    return events, bad, blank


class DirtyTruthTest(LakeTest):
    """One clickstream; the five ways to take it."""

    events, hours, seed, dirty = 260, 4, 11, 0.7

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clicks = cls.class_folder / "clicks"
        cls.truth = generate(cls.clicks, cls.events, cls.hours, cls.seed, cls.dirty)
        events, bad, blank = model_of(cls.clicks)
        cls.expected = star_model.star(events)
        kept, duplicates = star_model.dedupe(events)
        cls.model_counts = (len(events) + bad + blank, len(kept), duplicates, bad, blank)
        cls.folder_lake = Lake(cls.class_folder / "folder")
        cls.folder_report = cls.folder_lake.run(cls.clicks)
        cls.in_place_lake = Lake(cls.class_folder / "in-place")
        cls.in_place_report = cls.in_place_lake.run(cls.clicks, in_place=True)

    def assert_truth(self, report, lake):
        truth = self.truth
        self.assertEqual({k: report[k] for k in ("records_read", "accepted", "duplicate", "quarantined", "blank")},
                         {k: truth[k] for k in ("records_read", "accepted", "duplicate", "quarantined", "blank")})
        self.assertEqual(report["quarantined_by_reason"], truth["quarantined_by_reason"])
        self.assertEqual(report["rows"]["fact_clicks"], truth["accepted"])
        self.assertEqual(dict(lake.sql("SELECT event_type, count(*) FROM fact_clicks GROUP BY 1")),
                         truth["accepted_by_event_type"])
        self.assertEqual(lake.scalar("SELECT coalesce(sum(revenue), 0)::DECIMAL(18,2)::VARCHAR FROM fact_clicks"),
                         truth["purchase_revenue"])

    def test_the_model_agrees_with_the_truth(self):
        truth = self.truth
        self.assertEqual(self.model_counts, tuple(truth[k] for k in ("records_read", "accepted", "duplicate", "quarantined", "blank")))

    def test_folder(self):
        self.assert_truth(self.folder_report, self.folder_lake)
        self.assert_tables(self.folder_lake, self.expected)

    def test_in_place(self):
        self.assert_truth(self.in_place_report, self.in_place_lake)
        self.assert_tables(self.in_place_lake, self.expected)

    def test_in_place_tables_equal_the_copied_ones(self):
        self.assert_tables(self.in_place_lake, self.folder_lake)

    def test_arrival_is_the_files_time_and_late_events_are_late(self):
        late = lambda e: e.arrived_us > (e.time // star_model.HOUR + 2) * star_model.HOUR
        events, _, _ = model_of(self.clicks)
        ever_late = {e.key for e in events if late(e)}
        always_late = ever_late - {e.key for e in events if not late(e)}
        self.assertEqual(len(always_late), self.truth["late"])
        for lake in (self.folder_lake, self.in_place_lake):
            found = {k for (k,) in lake.sql("SELECT event_key FROM fact_clicks WHERE is_late")}
            if lake is self.in_place_lake:
                self.assertEqual(found, always_late)
            self.assertTrue(always_late <= found <= ever_late)
            self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks WHERE is_late <> (arrived_at > "
                                         "date_trunc('hour', event_timestamp) + INTERVAL 2 HOUR)"), 0)

    def test_quarantine_points_at_the_lines(self):
        for lake in (self.folder_lake, self.in_place_lake):
            rows = lake.quarantine()
            self.assertEqual(len(rows), self.truth["quarantined"])
            for row in rows:
                with open(row["file"], "rb") as file:
                    data = file.read()
                at = row["offset"]
                self.assertEqual(row["line"], data[:at].count(b"\n") + 1, row["reason"])
                raw = data[at:].split(b"\n")[0]
                self.assertEqual(row["length"], len(raw), row["reason"])
                if "text" in row:
                    text = row["text"].encode()
                    self.assertTrue(raw == text or (len(raw) > star_model.MAX_LINE and raw[:65536] == text), row["reason"])

    def test_raw_holds_every_valid_line_as_it_came(self):
        events = []
        for path in sorted(self.clicks.rglob("part-*.json")):
            data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
            for line in data.split(b"\n"):
                try:
                    star_model.Event(line)
                except star_model.Bad:
                    continue
                events.append(line.removesuffix(b"\r"))
        raw = sorted(line for path in (self.folder_lake.path / "raw").rglob("*.json")
                     for line in path.read_bytes().split(b"\n") if line)
        self.assertEqual(len(raw), len(events))
        self.assertEqual([r for r in raw if r not in set(events)][:3], [])
        self.assertEqual(raw, sorted(events))

    def test_standard_input(self):
        lake = self.lake()
        data = b""
        for path in sorted(self.clicks.rglob("part-*.json")):
            text = path.read_bytes().removeprefix(b"\xef\xbb\xbf")  # a BOM belongs at a stream's start
            data += text if text.endswith(b"\n") else text + b"\n"
        report = lake.run("-", stdin=data)
        self.assert_truth(report, lake)
        self.assert_tables(lake, self.folder_lake)

    def test_gzip_files(self):
        packed = self.folder / "packed"
        for path in self.clicks.rglob("part-*.json"):
            to = packed / path.relative_to(self.clicks).with_suffix(".json.gz")
            program.write(to, gzip.compress(path.read_bytes()), path.stat().st_mtime)
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            self.assert_truth(lake.run(packed, in_place=in_place), lake)
            self.assert_tables(lake, self.folder_lake)

    def test_ingest_then_transform(self):
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            ingested = lake.command("ingest", *(["--in-place"] if in_place else []), self.clicks).json()
            self.assertEqual(ingested["valid"], self.truth["accepted"] + self.truth["duplicate"])
            self.assertEqual(ingested["quarantined_by_reason"], self.truth["quarantined_by_reason"])
            self.assertEqual(ingested["records_read"], self.truth["records_read"])
            report = lake.command("transform").json()
            self.assertEqual((report["accepted"], report["duplicate"], report["quarantined"]),
                             (self.truth["accepted"], self.truth["duplicate"], 0))
            self.assertEqual(len(lake.quarantine()), self.truth["quarantined"])
            self.assert_tables(lake, self.folder_lake)

    def test_older_layout_in_place(self):
        old = self.folder / "old"
        for path in self.clicks.rglob("part-*.json"):
            parts = [p.split("=")[1] for p in path.relative_to(self.clicks).parts[:-1]]
            to = old.joinpath(*parts, path.name)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, to)
        lake = self.lake()
        self.assert_truth(lake.run(old, in_place=True), lake)
        self.assert_tables(lake, self.folder_lake)


class ManySeedsTest(LakeTest):
    """Slow: other seeds and shares, both ways."""

    def test_other_seeds(self):
        for seed, dirty, hours, events in ((1, 0.05, 30, 600), (2, 0.3, 3, 900), (3, 1.0, 26, 1000), (4, 1.0, 1, 150), (5, 0.5, 50, 2000)):
            with self.subTest(seed=seed):
                clicks = self.folder / f"clicks-{seed}"
                truth = generate(clicks, events, hours, seed, dirty)
                found, bad, blank = model_of(clicks)
                expected = star_model.star(found)
                for in_place in (False, True):
                    lake = self.lake(f"lake-{seed}-{in_place}")
                    report = lake.run(clicks, in_place=in_place)
                    self.assertEqual({k: report[k] for k in ("records_read", "accepted", "duplicate", "quarantined", "blank", "quarantined_by_reason")},
                                     {k: truth[k] for k in ("records_read", "accepted", "duplicate", "quarantined", "blank", "quarantined_by_reason")})
                    late = lake.scalar("SELECT count(*) FROM fact_clicks WHERE is_late")
                    if in_place:
                        self.assertEqual(late, truth["late"])
                    else:  # of two copies of an event in one batch, either may give its arrival
                        self.assertGreaterEqual(late, truth["late"])
                        self.assertLessEqual(late, truth["late"] + truth["by_kind"].get("duplicate_other_hour", 0))
                    self.assert_tables(lake, expected)


if __name__ == "__main__":
    program.main()
