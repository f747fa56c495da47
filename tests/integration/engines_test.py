#!/usr/bin/env python3
"""`ddl --for ENGINE` and symlink manifests: what other engines are told reads the same rows, after each commit and each crash."""
import json
import os
import pathlib
import re
import sqlite3

import program
from program import LakeTest, click, clicklake, differences, lines, write

ON = "[symlinks]\nenabled = true\n"


class Reader:
    """A second lake that reads the first one's tables as Athena would: by the statements alone."""

    def __init__(self, test, of):
        self.of = of
        self.it = test.lake("reader")
        self.read()

    def read(self):
        """What a user of Athena runs, once, and again after runs."""
        statements = clicklake("ddl", "--lake", self.of.path, "--for", "athena").out.decode()
        statements = statements.replace("clickstream_", "linked_")  # the reader has tables of these names
        clicklake("sql", "--lake", self.it.path, "-f", write(self.it.path / "athena.sql", statements.encode()))
        return statements

    def tables(self):
        found = {}
        for table, row in self.it.sql(" UNION ALL ".join(
                f"SELECT '{t}' AS t, to_json(x)::VARCHAR AS j FROM linked_{zone_of(t)}.{t} x" for t in (*program.TABLES, *program.MARTS))):
            found.setdefault(table, []).append({k: v for k, v in json.loads(row).items() if not k.endswith("_day")})
        return {t: found.get(t, []) for t in (*program.TABLES, *program.MARTS)}


def zone_of(table):
    return "curated" if table in ("sessions", *program.MARTS) else "processed"


def own_tables(lake):
    found = {t: [] for t in (*program.TABLES, *program.MARTS)}
    for table, row in lake.sql(" UNION ALL ".join(f"SELECT '{t}' AS t, to_json(x)::VARCHAR AS j FROM {t} x" for t in (*program.TABLES, *program.MARTS))):
        found[table].append(json.loads(row))
    return found


class SymlinkTables(LakeTest):
    def setUp(self):
        super().setUp()
        self.it = self.lake()
        self.it.configure(ON)
        clicklake("generate", "--events", "3000", "--hours", "30", "--dirty", "0.05", self.folder / "gen")
        self.files = sorted((self.folder / "gen").rglob("*.json"))

    def same(self, reader):
        reader.read()
        there, here = reader.tables(), own_tables(self.it)
        # A time with a zone is one without, for Athena.
        plain = json.loads(re.sub(r"(\d\d:\d\d:\d\d(?:\.\d+)?)\+00", r"\1", json.dumps(here)))
        found = differences(plain, there) or differences(there, plain)
        self.assertEqual(found, "")
        self.assertGreater(len(here["fact_clicks"]), 0)

    def test_athenas_statements_read_every_commit(self):
        self.it.run(*self.files[:10])
        reader = Reader(self, self.it)
        self.same(reader)
        self.it.run(*self.files[10:])  # late events and duplicates rewrite files of earlier days
        self.same(reader)
        self.it.command("maintain", "--full")
        self.same(reader)
        self.it.command("replay")
        self.same(reader)

    def test_a_lake_of_hours_turns_them_on_later(self):
        self.it.configure("")
        self.it.run(*self.files[:10])
        self.assertFalse((self.it.path / "symlinks").exists())
        said = clicklake("ddl", "--lake", self.it.path, "--for", "athena")
        self.assertIn(b"enabled = true", said.err)
        self.it.configure(ON)
        self.it.command("run", *self.files[:10])  # nothing new
        self.same(Reader(self, self.it))
        self.assertEqual(clicklake("ddl", "--lake", self.it.path, "--for", "athena").err, b"")

    def test_kill_at_every_step_is_made_good_by_the_next_run(self):
        self.it.run(*self.files[:5])
        reader = Reader(self, self.it)
        killed = 0
        for step in ("catalog.committed#2", "symlinks.sync#1", "symlinks.sync#4", "symlinks.rename#1", "symlinks.rename#3"):
            ended = self.it.command("run", self.files[5 + killed], code=None, env={"CLICKLAKE_FAULT": f"kill@{step}"})
            self.assertEqual(ended.code, -9, f"{step}: {ended}")
            killed += 1
            self.it.command("run", self.files[0])  # nothing new
            self.same(reader)

    def test_a_failed_write_is_told_and_loses_nothing(self):
        self.it.run(*self.files[:5])
        (self.it.path / "symlinks" / "state.json").unlink()
        (self.it.path / "symlinks" / "state.json").mkdir()
        (self.it.path / "symlinks" / "state.json" / "in the way").write_text("")
        ended = self.it.command("run", self.files[5])
        self.assertIn(b"symlink manifests are behind", ended.err)
        self.assertGreater(ended.json()["accepted"], 0)
        (self.it.path / "symlinks" / "state.json" / "in the way").unlink()
        (self.it.path / "symlinks" / "state.json").rmdir()
        self.assertNotIn(b"symlink", self.it.command("run", self.files[5]).err)
        self.same(Reader(self, self.it))

    def test_upkeep_takes_them_for_what_they_are(self):
        self.it.run(*self.files[:5])
        before = {p: p.read_bytes() for p in (self.it.path / "symlinks").rglob("*") if p.is_file()}
        for path in before:
            os.utime(path, (1, 1))
        self.it.command("maintain", "--full")
        self.assertTrue(self.it.command("verify").json()["sound"])
        for path in before:
            self.assertTrue(path.exists(), path)


class Statements(LakeTest):
    def setUp(self):
        super().setUp()
        self.it = self.lake()

    def ddl(self, engine, *flags):
        return clicklake("ddl", "--lake", self.it.path, "--for", engine, *flags).out.decode()

    def test_locations_are_the_readers(self):
        write(self.folder / "a.json", lines(click()))
        self.it.run(self.folder / "a.json")
        for engine in ("athena", "spectrum", "hive", "trino"):
            text = self.ddl(engine, "--location", "s3://bucket/lake/")
            self.assertIn("s3://bucket/lake/raw/clickstream/", text)
            self.assertNotIn(str(self.it.path), text)
        self.it.configure('[symlinks]\nlocation = "s3://elsewhere/x"\n')
        self.assertIn("s3://elsewhere/x/symlinks/fact_clicks/", self.ddl("athena"))

    def test_trino_and_hive_are_given_metadata_that_is_there(self):
        write(self.folder / "a.json", lines(click()))
        self.it.run(self.folder / "a.json")
        with sqlite3.connect(self.it.path / "catalog.db") as db:
            current = {name: location for name, location in db.execute("SELECT table_name, metadata_location FROM iceberg_tables")}
        db.close()
        hive = dict(re.findall(r"CREATE EXTERNAL TABLE IF NOT EXISTS clickstream_\w+\.(\w+) \([^;]*'metadata_location'='([^']*)'", self.ddl("hive")))
        trino = re.findall(r"table_name => '(\w+)',\s+table_location => '([^']*)',\s+metadata_file_name => '([^']*)'", self.ddl("trino"))
        self.assertEqual(len(hive), len(trino))
        self.assertGreaterEqual(len(trino), 8)
        for table, location, file in trino:
            self.assertEqual(f"{location}/metadata/{file}", hive[table])
            self.assertEqual(pathlib.Path(hive[table].removeprefix("file://")), pathlib.Path(current[table].removeprefix("file://")))
            self.assertTrue(pathlib.Path(hive[table].removeprefix("file://")).exists())

    def test_wrong_usage(self):
        self.assertEqual(clicklake("ddl", "--lake", self.it.path, code=None).code, 2)
        self.assertEqual(clicklake("ddl", "--lake", self.it.path, "--for", "oracle", code=None).code, 2)
        ended = clicklake("ddl", "--lake", self.it.path, "--for", "athena", "--location", "/not/a/uri", code=None)
        self.assertIn(ended.code, (1, 2))
        self.assertIn(b"s3://bucket/lake", ended.err)
        for text, said in (('[symlinks]\nenabled = 1\n', b"true or false"), ('[symlinks]\nlocation = "x"\n', b"URI"),
                           ('[symlinks]\nmanifests = true\n', b"unknown key 'symlinks.manifests'")):
            self.it.configure(text)
            ended = clicklake("ddl", "--lake", self.it.path, "--for", "athena", code=None)
            self.assertNotEqual(ended.code, 0)
            self.assertIn(said, ended.err)


if __name__ == "__main__":
    program.main()
