#!/usr/bin/env python3
"""CREATE TABLE AS, INSERT INTO and UNLOAD under kill -9 at each of their steps: no table and no files, or all of both."""

import json
import unittest

import program
from program import Lake, clicklake

STEPS = ("write.begin#1", "write.staged#1", "write.move#1", "write.move#2", "write.commit#1")
ROWS = "SELECT i AS a, 'x' || i AS b, i % 3 AS p FROM range(30) AS t(i)"


class Writes(program.LakeTest):
    def setUp(self):
        super().setUp()
        self.lake = Lake(self.folder / "lake")

    def sql(self, statement, fault=None, code=0):
        return clicklake("sql", "--lake", self.lake.path, "--format", "json", statement, code=code,
                         env={"CLICKLAKE_FAULT": f"kill@{fault}"} if fault else None)

    def rows(self, statement):
        return self.sql(statement).json()["rows"]

    def files(self, folder):
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()) if folder.exists() else []

    def test_create_table_as_is_there_whole_or_not_at_all(self):
        target = self.folder / "out" / "t"
        create = f"CREATE TABLE t WITH (external_location = '{target}', partitioned_by = ARRAY['p']) AS {ROWS}"
        for step in STEPS:
            with self.subTest(step=step):
                self.sql(create, fault=step, code=-9)
                self.assertEqual(self.rows("SHOW TABLES"), [])
                self.sql("SELECT * FROM t", code=2)
                self.sql(create)  # the dead one's files do not stand in its way
                self.assertEqual(self.rows("SELECT count(*), sum(a)::BIGINT FROM t"), [[30, 435]])
                self.assertEqual(len(self.files(target)), 3)
                self.sql("DROP TABLE t")
                for path in sorted(target.rglob("*"), reverse=True):
                    path.rmdir() if path.is_dir() else path.unlink()
        self.sql(create, fault="write.committed#1", code=-9)
        self.assertEqual(self.rows("SELECT count(*), sum(a)::BIGINT FROM t"), [[30, 435]])

    def test_insert_is_seen_whole_or_not_at_all(self):
        self.sql(f"CREATE TABLE t WITH (format = 'JSON', partitioned_by = ARRAY['p']) AS {ROWS}")
        insert = "INSERT INTO t SELECT i, 'new', i % 5 FROM range(100, 120) AS t(i)"
        for step in STEPS:
            with self.subTest(step=step):
                self.sql(insert, fault=step, code=-9)
                self.assertEqual(self.rows("SELECT count(*), count(DISTINCT p) FROM t"), [[30, 3]])
        self.sql(insert, fault="write.committed#1", code=-9)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT p) FROM t"), [[50, 5]])
        self.sql(insert)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT p) FROM t"), [[70, 5]])
        location = self.lake.path / "curated" / "default"
        self.assertEqual(len(self.files(location)), 3 + 5 + 5)

    def test_unload_leaves_nothing_behind(self):
        target = self.folder / "unloaded"
        unload = f"UNLOAD ({ROWS}) TO '{target}' WITH (format = 'JSON', compression = 'NONE')"
        for step in STEPS[:3]:
            with self.subTest(step=step):
                self.sql(unload, fault=step, code=-9)
                self.sql("CREATE TABLE other AS SELECT 1 AS a")  # the next writer sweeps
                self.sql("DROP TABLE other")
                self.assertEqual(self.files(target), [])
        self.sql(unload)
        (name,) = self.files(target)
        self.assertEqual(sum(json.loads(line)["a"] for line in (target / name).read_text().splitlines()), 435)
        self.assertIn("HIVE_PATH_ALREADY_EXISTS", self.sql(unload, code=1).err.decode())

    def test_failing_query_leaves_nothing(self):
        before = self.files(self.lake.path)
        for statement in (f"CREATE TABLE t WITH (partitioned_by = ARRAY['a']) AS SELECT b, i AS a FROM (SELECT 'x' AS b, i FROM range(101) AS t(i))",
                          "CREATE TABLE t AS SELECT error('in the middle') AS a FROM range(10)",
                          "CREATE TABLE t AS SELECT TIME '10:00:00' AS a"):
            self.assertNotEqual(self.sql(statement, code=None).code, 0, statement)
            self.assertEqual(self.rows("SHOW TABLES"), [])
        self.assertEqual([f for f in self.files(self.lake.path) if not f.startswith("catalog.db")], [f for f in before if not f.startswith("catalog.db")])


if __name__ == "__main__":
    program.main()
