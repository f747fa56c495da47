#!/usr/bin/env python3
"""`drift`: keys and kinds of values by day, what changed, and the exit codes of --fail-on."""

import collections
import json
import unittest

import program
from program import LakeTest, click, clicklake, hour_folder, lines, write


def day_file(root, day, *events):
    return write(hour_folder(root, day=day) / "a.json", lines(*events))


def event(day, n, **changes):
    return click(event_timestamp=f"2024-11-{day:02}T15:30:{n:02}Z", event_type=f"e{n}", **changes)


class DriftTest(LakeTest):
    def drift(self, *flags, code=0, lake=None):
        return clicklake("drift", "--lake", (lake or self.the_lake).path, "--format", "json", *flags, code=code).json()

    def drifts(self, report):
        return {(d["day"], x["kind"], x["key"]): x for d in report["days"] for x in d["drifts"]}

    def setUp(self):
        super().setUp()
        self.the_lake = self.lake()
        self.root = self.folder / "clicks"
        day_file(self.root, 4, *(event(4, n, metadata={"price": 1.5, "size": "L"}) for n in range(10)))
        self.second = day_file(
            self.root, 5,
            *(event(5, n, metadata={"price": 2}) for n in range(9)),
            event(5, 9, metadata={"price": "n/a", "coupon": "X1"}))


class WhatChanged(DriftTest):
    def check(self, report):
        found = self.drifts(report)
        self.assertEqual([d["records"] for d in report["days"]], [10, 10])
        self.assertEqual(report["days"][0]["drifts"], [])
        day = "2024-11-05"
        self.assertEqual(found[day, "new-key", "metadata.coupon"]["records"], 1)
        self.assertEqual(found[day, "new-key", "metadata.coupon"]["example"], "X1")
        self.assertEqual(found[day, "new-key", "metadata.coupon"]["line"], 10)
        self.assertTrue(found[day, "new-key", "metadata.coupon"]["file"].endswith(str(self.second)))
        self.assertEqual(found[day, "new-type", "metadata.price"]["now"], ["text"])
        self.assertEqual(found[day, "new-type", "metadata.price"]["before"], ["fraction"])
        self.assertEqual(found[day, "stopped-key", "metadata.size"]["last_day"], "2024-11-04")

    def test_in_place(self):
        self.the_lake.run(self.root, in_place=True)
        self.check(self.drift())

    def test_copied(self):
        self.the_lake.run(self.root)
        self.check(self.drift())

    def test_registered_then_transformed(self):
        self.the_lake.command("ingest", "--in-place", self.root)
        self.check(self.drift())
        self.the_lake.command("transform")
        self.check(self.drift())

    def test_ingested_alone(self):
        self.the_lake.command("ingest", self.root)
        self.check(self.drift())

    def test_nulls(self):
        events = [dict(event(6, n), referrer_url=None) for n in range(8)] + [event(6, 9)]
        text = b"".join(json.dumps(e).encode() + b"\n" for e in events)
        write(hour_folder(self.root, day=6) / "a.json", text)
        self.the_lake.run(self.root, in_place=True)
        found = self.drifts(self.drift("--since", "2024-11-06"))
        self.assertAlmostEqual(found["2024-11-06", "nulls", "referrer_url"]["nulls"], 8 / 9, 5)
        self.drift("--since", "2024-11-06", "--fail-on", "nulls:0.5", code=1)
        self.drift("--since", "2024-11-06", "--fail-on", "nulls:0.9")
        self.drift("--until", "2024-11-05", "--fail-on", "nulls:0.5")

    def test_later_batches_add_to_their_day(self):
        self.the_lake.run(self.root / "year=2024/month=11/day=04", in_place=True)
        self.the_lake.run(self.root, in_place=True)
        self.check(self.drift())


class Gates(DriftTest):
    def test_exit_codes(self):
        self.the_lake.run(self.root, in_place=True)
        for gate, code in (("new-key", 1), ("new-type", 1), ("stopped-key", 1), ("new-key,new-type", 1), ("nulls:0.99", 0)):
            report = self.drift("--fail-on", gate, code=code)
            self.assertEqual(bool(report["failed_on"]), code == 1)
        self.drift("--fail-on", "new-type", "--until", "2024-11-04")
        for flags in (("--fail-on", "news"), ("--since", "yesterday"), ("--fail-on", "nulls:2")):
            clicklake("drift", "--lake", self.the_lake.path, *flags, code=2)

    def test_an_empty_lake_has_no_drift(self):
        self.assertEqual(self.drift("--fail-on", "new-key")["days"], [])

    def test_text_names_the_file(self):
        self.the_lake.run(self.root, in_place=True)
        out = clicklake("drift", "--lake", self.the_lake.path).out.decode()
        self.assertIn("metadata.coupon", out)
        self.assertIn(f"{self.second}, line 10", out)


class CountsAddUp(LakeTest):
    def test_to_accepted_and_duplicate(self):
        for in_place in (False, True):
            with self.subTest(in_place=in_place):
                root = self.folder / f"clicks{in_place}"
                write(hour_folder(root) / "a.json", lines(
                    *(event(4, n) for n in range(5)), event(4, 1), "no json", event(5, 1), "", event(4, 7, user_id=None,
                                                                                                session_id=None)))
                lake = self.lake(f"lake{in_place}")
                report = lake.run(root, in_place=in_place, code=None)
                days = clicklake("drift", "--lake", lake.path, "--format", "json").json()["days"]
                self.assertEqual(sum(d["records"] for d in days), report["accepted"] + report["duplicate"])
                by_day = collections.Counter({d["day"]: d["records"] for d in days})
                self.assertEqual(by_day, {"2024-11-04": 6, "2024-11-05": 1})
                for day in days:
                    types = {k["key"]: k["records"] for k in day["keys"]}
                    self.assertEqual(types["event_type"], day["records"])

    def test_generated_events(self):
        lake = self.lake()
        clicklake("generate", "--hours", "30", "--events", "6000", "--dirty", "0.05", self.folder / "gen")
        report = lake.run(self.folder / "gen", in_place=True, code=None)
        days = clicklake("drift", "--lake", lake.path, "--format", "json").json()["days"]
        self.assertEqual(sum(d["records"] for d in days), report["accepted"] + report["duplicate"])

    def test_nothing_is_counted_where_the_config_says_so(self):
        lake = self.lake()
        lake.configure("count_keys = false\n")
        lake.run(write(self.folder / "a.json", lines(click())))
        self.assertEqual(clicklake("drift", "--lake", lake.path, "--format", "json").json()["days"], [])


if __name__ == "__main__":
    program.main()
