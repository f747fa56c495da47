#!/usr/bin/env python3
"""`crawl` and `schema log`: what is found under a folder, what is new the second time, policies, odd names."""

import json
import os
import pathlib
import shutil
import sqlite3
import time
import unittest

import program
from program import LakeTest, click, clicklake, gz, hour_folder, lines, write, zst

REAL_HOURS = pathlib.Path(__file__).resolve().parents[3] / "shared" / "data" / "real-hours"


def rows(*objects):
    return b"".join(json.dumps(o).encode() + b"\n" for o in objects)


class CrawlTest(LakeTest):
    def setUp(self):
        super().setUp()
        self.the_lake = self.lake()
        self.root = self.folder / "data"
        self.root.mkdir()

    def crawl(self, *flags, path=None, code=0):
        """The report. Folders that have just changed are not trusted to stay: tests let them rest."""
        time.sleep(0.05)
        return clicklake("crawl", "--lake", self.the_lake.path, "--format", "json", *flags,
                         path or self.root, code=code).json()

    def tables(self, report):
        return {t["name"]: t for t in report["tables"]}

    def columns(self, table):
        return {c["name"]: c["type"] for c in table["columns"]}

    def odd(self, report):
        return {pathlib.Path(t["path"]).name for t in report["odd"]["first"]}

    def log(self, table):
        return clicklake("schema", "log", "--lake", self.the_lake.path, "--format", "json",
                         table).json()["tables"][0]["versions"]


class WhatIsFound(CrawlTest):
    def test_hive_names_and_plain_dates_are_one_table(self):
        write(hour_folder(self.root / "clicks", hour=1) / "a.json", lines(click()))
        write(hour_folder(self.root / "clicks", hour=2, keyed=False) / "b.ndjson.gz", gz(lines(click())))
        write(self.root / "clicks/2024-11-05/03/c.jsonl.zst", zst(lines(click())))
        report = self.crawl()
        table = self.tables(report)["clicks"]
        self.assertEqual(table["state"], "new")
        self.assertEqual([k["name"] for k in table["partition_keys"]], ["year", "month", "day", "hour"])
        self.assertEqual({k["type"] for k in table["partition_keys"]}, {"int"})
        self.assertEqual({p["partition"] for p in table["added"]["first"]},
                         {"year=2024/month=11/day=4/hour=1", "year=2024/month=11/day=4/hour=2",
                          "year=2024/month=11/day=5/hour=3"})
        self.assertEqual(report["odd"]["count"], 0)

    def test_tables_of_every_format(self):
        write(self.root / "people/people.csv", b"id,name,height\n1,Ann,1.7\n2,Bob,1.8\n")
        write(self.root / "visits/day=2024-11-04/v.tsv", b"1\t2024-11-04 10:00:00\n2\t2024-11-04 11:00:00\n")
        write(self.root / "orders/o.json", rows({"id": 1, "lines": [{"sku": "a", "n": 2}], "paid": True}))
        source = self.lake("source")
        write(self.folder / "in.json", lines(click()))
        source.run(self.folder / "in.json")
        shutil.copytree(source.path / "processed/fact_clicks/data", self.root / "facts")
        tables = self.tables(self.crawl())
        self.assertEqual(self.columns(tables["people"]), {"id": "int", "name": "string", "height": "double"})
        self.assertEqual(self.columns(tables["visits"]), {"col0": "int", "col1": "timestamp"})
        self.assertEqual(tables["visits"]["partition_keys"], [{"name": "day", "type": "date"}])
        self.assertEqual(self.columns(tables["orders"]),
                         {"id": "int", "lines": "array<struct<sku:string,n:int>>", "paid": "boolean"})
        facts = self.columns(tables["facts"])
        self.assertEqual((facts["event_timestamp"], facts["metadata"]), ("timestamp", "map<string,string>"))
        self.assertEqual(tables["facts"]["partition_keys"], [{"name": "event_timestamp_day", "type": "date"}])

    def test_strays_are_told_and_not_registered(self):
        good = hour_folder(self.root / "clicks") / "a.json"
        write(good, lines(click()))
        write(good.parent / "notes.txt", b"no data\n")
        write(good.parent / "b.csv", b"1,2\n")
        write(good.parent / "c.json", b"this is no JSON\n")
        write(self.root / "clicks/year=2024/month=11/backup/a.json", lines(click()))
        write(self.root / "clicks/year=2024/month=12/a.json", lines(click()))
        write(self.root / "stray.json", lines(click()))
        write(self.root / "clicks/_SUCCESS", b"")
        report = self.crawl()
        self.assertEqual(list(self.tables(report)), ["clicks"])
        self.assertEqual(self.tables(report)["clicks"]["partitions"], 1)
        self.assertEqual(self.odd(report), {"notes.txt", "b.csv", "c.json", "backup", "month=12", "stray.json"})
        self.assertTrue(all(t["reason"] for t in report["odd"]["first"]))
        self.assertEqual(self.odd(self.crawl()), self.odd(report), "what is odd is told again")

    def test_thousands_of_folders_that_look_alike_are_one_table(self):
        for i in range(200):
            write(self.root / f"shops/shop-{i}/2024-11-04/a.json", rows({"n": i}))
        tables = self.tables(self.crawl())
        self.assertEqual(list(tables), ["shops"])
        self.assertEqual(tables["shops"]["partitions"], 200)
        self.assertEqual(tables["shops"]["partition_keys"][0], {"name": "partition_0", "type": "string"})

    def test_odd_names_do_no_harm(self):
        name = "it's \"x\"; DROP TABLE tables;--\n"
        write(self.root / name / "year=2024" / f"{name}.json", rows({"a'; --": 1, "b\"\n": 2, "c": 3}))
        write(self.root / "t" / f"k={name}" / "a.json", rows({"x": 1}))
        write(os.fsencode(self.root).decode() + "/t/k=plain/\udcff.json", rows({"x": 1}))
        report = self.crawl()
        tables = self.tables(report)
        self.assertEqual(set(tables), {"it_s_x_drop_table_tables", "t"})
        self.assertEqual(self.columns(tables["it_s_x_drop_table_tables"]), {"a": "int", "b": "int", "c": "int"})
        self.assertEqual(tables["t"]["partitions"], 2)
        self.assertEqual(self.crawl()["files_sampled"], 0)
        clicklake("crawl", "--lake", self.the_lake.path, "--dry-run", "--ddl", "--full", self.root)
        clicklake("crawl", "--lake", self.the_lake.path, self.root)

    def test_a_link_to_a_folder_above_ends(self):
        write(self.root / "a/t.json", rows({"x": 1}))
        (self.root / "a/loop").symlink_to(self.root)
        report = self.crawl()
        self.assertIn("loop", self.odd(report))
        self.assertLessEqual(len(report["tables"]), 1)

    def test_unreadable_files_end_with_1(self):
        if os.geteuid() == 0:
            self.skipTest("the super user reads every file")
        path = write(self.root / "t/a.json", rows({"x": 1}))
        path.chmod(0)
        self.assertEqual(self.crawl(code=1)["unreadable"]["count"], 1)

    def test_usage_errors_end_with_2(self):
        for arguments in ((), ("--vanished", "hide", "."), ("--sample-lines", "0", "."), ("--table", "A b", ".")):
            clicklake("crawl", "--lake", self.the_lake.path, *arguments, code=2)
        clicklake("crawl", "--lake", self.the_lake.path, self.folder / "nowhere", code=1)
        for name in ("a", "b"):
            write(self.root / name / "x.json", rows({"x": 1}))
        clicklake("crawl", "--lake", self.the_lake.path, "--table", "one", self.root, code=2)


class TheSecondCrawl(CrawlTest):
    def setUp(self):
        super().setUp()
        for hour in range(24):
            write(hour_folder(self.root / "clicks", hour=hour) / "a.json", rows({"id": hour, "name": "x"}))
        self.first = self.crawl()

    def test_reads_nothing_where_nothing_changed(self):
        self.assertEqual(self.first["files_sampled"], 24)
        again = self.crawl()
        self.assertEqual((again["files_sampled"], again["files"], again["folders_skipped"]), (0, 0, 28))
        self.assertEqual(again["tables"][0]["state"], "unchanged")
        self.assertEqual(again["tables"][0]["partitions"], 24)

    def test_reads_new_folders_only(self):
        write(hour_folder(self.root / "clicks", day=5, hour=0) / "a.json", rows({"id": 1, "name": "x"}))
        write(hour_folder(self.root / "clicks", hour=3) / "b.json", rows({"id": 1, "name": "x"}))
        again = self.crawl()
        # The folder around the table, month=11 (a new day), day=05, hour=00, and hour=03 (a new file).
        self.assertEqual(again["folders_listed"], 5)
        self.assertEqual(again["files_sampled"], 3)
        self.assertEqual(again["tables"][0]["added"]["count"], 1)

    def test_full_reads_everything(self):
        self.assertEqual(self.crawl("--full")["files_sampled"], 24)

    def test_a_crawl_below_the_table_adds_to_it(self):
        write(hour_folder(self.root / "clicks", day=5, hour=0) / "a.json", rows({"id": 1, "name": "x"}))
        again = self.crawl(path=self.root / "clicks/year=2024/month=11/day=05")
        self.assertEqual([t["name"] for t in again["tables"]], ["clicks"])
        self.assertEqual(again["tables"][0]["added"]["count"], 1)
        self.assertEqual(again["tables"][0]["vanished"]["count"], 0)

    def test_new_columns_and_wider_types_are_versions_with_their_files(self):
        new = write(hour_folder(self.root / "clicks", day=5, hour=0) / "a.json", rows({"id": 2 ** 40, "score": 1.5}))
        table = self.crawl()["tables"][0]
        self.assertEqual(self.columns(table), {"id": "bigint", "name": "string", "score": "double"})
        versions = self.log("clicks")
        self.assertEqual(len(versions), 2)
        self.assertIn("score double", versions[1]["change"])
        self.assertIn("int -> bigint", versions[1]["change"])
        self.assertEqual(versions[1]["origin"], str(new))
        self.assertEqual(versions[0]["origin"], str(hour_folder(self.root / "clicks", hour=0) / "a.json"))

    def test_policies_ignore_and_refuse(self):
        write(hour_folder(self.root / "clicks", day=5, hour=0) / "a.json", rows({"id": "text", "score": 1.5}))
        refused = self.crawl("--new-columns", "refuse", code=1)["tables"][0]
        self.assertEqual((refused["state"], len(refused["columns"])), ("refused", 2))
        refused = self.crawl("--changed-types", "refuse", code=1)["tables"][0]
        self.assertEqual(refused["state"], "refused")
        self.assertEqual(len(self.log("clicks")), 1)
        ignored = self.crawl("--new-columns", "ignore", "--changed-types", "ignore")["tables"][0]
        self.assertEqual(self.columns(ignored), {"id": "int", "name": "string"})
        self.assertEqual(ignored["added"]["count"], 1)
        self.assertEqual([c["applied"] for c in ignored["changes"]], [False, False])

    def test_vanished_partitions_are_marked_and_come_back(self):
        gone = hour_folder(self.root / "clicks", hour=3)
        shutil.move(gone, self.folder / "aside")
        self.assertEqual(self.crawl()["tables"][0]["vanished"]["count"], 1)
        self.assertEqual(self.crawl()["tables"][0]["vanished"]["count"], 0, "it is told once")
        shutil.move(self.folder / "aside", gone)
        table = self.crawl()["tables"][0]
        self.assertEqual((table["returned"], table["partitions"]), (1, 24))

    def test_vanished_partitions_are_dropped(self):
        shutil.rmtree(hour_folder(self.root / "clicks", hour=3))
        table = self.crawl("--vanished", "drop")["tables"][0]
        self.assertEqual((table["vanished"]["count"], table["partitions"]), (1, 23))

    def test_a_partition_that_moved_has_its_new_folder(self):
        old = hour_folder(self.root / "clicks", hour=3)
        new = hour_folder(self.root / "clicks", hour=3, keyed=False)
        new.parent.mkdir(parents=True)
        shutil.move(old, new)
        table = self.crawl()["tables"][0]
        self.assertEqual((table["moved"]["count"], table["vanished"]["count"], table["partitions"]), (1, 0, 24))
        self.assertEqual(table["moved"]["first"][0]["location"], f"{new}/")

    def test_two_folders_of_one_partition_are_odd(self):
        twin = hour_folder(self.root / "clicks", hour=3, keyed=False)
        write(twin / "a.json", rows({"id": 1, "name": "x"}))
        self.assertEqual(self.crawl()["odd"]["first"][0]["path"], f"{twin}/")

    def test_a_dry_run_writes_nothing(self):
        write(hour_folder(self.root / "clicks", day=5, hour=0) / "a.json", rows({"id": 1, "score": 1}))
        write(self.root / "other/a.json", rows({"x": 1}))
        shutil.rmtree(hour_folder(self.root / "clicks", hour=3))

        def content():
            with sqlite3.connect(f"file:{self.the_lake.path}/catalog.db?mode=ro", uri=True) as catalog:
                return list(catalog.iterdump())
        before = content()
        report = self.crawl("--dry-run")
        self.assertEqual({t["name"]: t["state"] for t in report["tables"]}, {"clicks": "changed", "other": "new"})
        self.assertEqual(content(), before)
        self.assertEqual(self.tables(self.crawl())["clicks"]["added"]["count"], 1)


class Statements(CrawlTest):
    def test_ddl_makes_the_same_table(self):
        write(hour_folder(self.root / "clicks") / "a.json",
              rows({"Odd Key": 1, "order": {"id": 1.5}, "it's": [True]}))
        write(self.root / "clicks/2024/11/05/00/b.json", rows({"order": {"id": 2.5}}))
        ddl = clicklake("crawl", "--lake", self.the_lake.path, "--dry-run", "--ddl", self.root).out.decode()
        self.assertIn("CREATE EXTERNAL TABLE", ddl)
        found = self.tables(self.crawl("--dry-run"))["clicks"]
        for statement in ddl.split(";\n"):
            if statement.strip():
                clicklake("sql", "--lake", self.the_lake.path, statement)
        again = self.tables(self.crawl())["clicks"]
        self.assertEqual(again["columns"], found["columns"])
        self.assertEqual((again["added"]["count"], again["partitions"]), (0, 2))
        self.assertEqual(again["changes"], [])


@unittest.skipUnless(REAL_HOURS.is_dir(), f"{REAL_HOURS} is not here")
class RealHours(CrawlTest):
    def test_the_real_hours_are_one_table(self):
        report = self.crawl(path=REAL_HOURS)
        tables = self.tables(report)
        self.assertEqual(list(tables), ["clickstream"])
        hours = len(list(REAL_HOURS.glob("clickstream/*/*/*/*")))
        self.assertEqual(tables["clickstream"]["partitions"], hours)
        self.assertEqual(self.columns(tables["clickstream"])["event_timestamp"], "timestamp")
        self.assertEqual(self.odd(report), {"SOURCE.txt", "access.log", "convert.py"})
        again = self.crawl(path=REAL_HOURS)
        self.assertEqual(again["files_sampled"], 0)


if __name__ == "__main__":
    program.main()
