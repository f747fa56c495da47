#!/usr/bin/env python3
"""`verify` proves a lake, finds each kind of damage (a flipped byte, a missing file, rows and counts that don't fit), and repairs it."""
import json
import pathlib
import sqlite3

import program
from program import LakeTest, click, clicklake, lines, write


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0x20
    path.write_bytes(bytes(data))


class VerifyTest(LakeTest):
    def setUp(self):
        super().setUp()
        clicklake("generate", "--hours", "30", "--events", "3000", "--dirty", "0.05", self.folder / "gen")
        self.it = self.lake()
        self.it.run(self.folder / "gen")

    def verify(self, code):
        return self.it.command("verify", code=code).json()

    def catalog(self, statement, *values):
        with sqlite3.connect(self.it.path / "catalog.db") as db:
            rows = db.execute(statement, values).fetchall()
        db.close()
        return rows

    def data_file(self, table, more=""):
        return self.catalog("SELECT path FROM data_files JOIN tables USING (table_no) WHERE name = ?"
                            f" AND removed_snapshot IS NULL {more} ORDER BY path LIMIT 1", table)[0][0]

    def put_back(self, catalog):
        for side in ("-wal", "-shm"):
            (self.it.path / ("catalog.db" + side)).unlink(missing_ok=True)
        (self.it.path / "catalog.db").write_bytes(catalog)

    def one_kind(self, kind, **expected):
        """The damage is found: `kind` is among the findings, and each has a way out."""
        report = self.verify(1)
        self.assertFalse(report["sound"])
        found = [f for f in report["findings"] if f["kind"] == kind]
        self.assertTrue(found, report)
        for finding in report["findings"]:
            self.assertTrue(finding["message"] and finding["way_out"], finding)
        for name, value in expected.items():
            self.assertTrue(any(value in f[name] for f in found), (name, value, found))
        return found

    def test_a_sound_lake_is_sound(self):
        report = self.verify(0)
        self.assertTrue(report["sound"], report)
        self.assertEqual(report["findings"], [])
        self.assertEqual(report["without_checksum"], 0)
        self.assertEqual(report["facts"], self.it.scalar("SELECT count(*) FROM fact_clicks"))
        self.assertGreater(report["raw_records"], report["facts"])
        self.assertIn("sound", clicklake("verify", "--lake", self.it.path).out.decode())

    def test_an_empty_lake_is_sound(self):
        lake = program.Lake(self.folder / "empty")
        self.assertTrue(lake.command("verify").json()["sound"])

    def test_more_runs_and_in_place_files_leave_it_sound(self):
        self.it.run(write(self.folder / "late.json", lines(
            click(event_id="a", event_timestamp="2024-11-04T16:30:00Z"),
            click(event_id="b", event_timestamp="2024-11-04T16:31:00Z", event_type="purchase",
                  metadata={"price": "3.50", "currency": "EUR"}))))
        self.it.run(write(self.folder / "earlier.json", lines(click(event_id="a", event_timestamp="2024-11-04T15:30:00Z"))))
        clicklake("generate", "--hours", "5", "--events", "900", "--seed", "7", self.folder / "more")
        self.it.run(self.folder / "more", in_place=True)
        report = self.verify(0)
        self.assertTrue(report["sound"], report)

    def test_a_flipped_byte_is_found_in_every_kind_of_file(self):
        raw = self.catalog("SELECT path FROM raw_files ORDER BY path LIMIT 1")[0][0]
        quarantine = self.catalog("SELECT quarantine_file FROM batches WHERE quarantine_file <> ''")[0][0]
        manifest = self.catalog("SELECT path FROM manifests LIMIT 1")[0][0].removeprefix("file://")
        metadata = self.catalog("SELECT metadata_location FROM tables LIMIT 1")[0][0].removeprefix("file://")
        for table in ("fact_clicks", "dim_users", "dim_pages", "dim_dates"):
            path = self.data_file(table)
            size = (self.it.path / path).stat().st_size
            for at in (0, size // 2, size - 20):
                self.check_flip(path, at)
        for path in (raw, quarantine, manifest, metadata):
            inside = pathlib.Path(path)
            inside = inside.relative_to(self.it.path.resolve()) if inside.is_absolute() else inside
            self.check_flip(str(inside), (self.it.path / inside).stat().st_size // 2)
        self.assertTrue(self.verify(0)["sound"])

    def check_flip(self, path, at):
        file = self.it.path / path
        with self.subTest(path=path, at=at):
            before = file.read_bytes()
            flip(file, at)
            self.one_kind("file_damaged", path=path)
            file.write_bytes(before)

    def test_a_missing_or_shortened_file_is_found(self):
        for path in (self.data_file("fact_clicks"), self.data_file("dim_users"),
                     self.catalog("SELECT path FROM raw_files LIMIT 1")[0][0],
                     self.catalog("SELECT quarantine_file FROM batches WHERE quarantine_file <> ''")[0][0]):
            file = self.it.path / path
            before = file.read_bytes()
            with self.subTest(path=path):
                file.unlink()
                self.one_kind("file_missing", path=path)
                file.write_bytes(before[:-5])
                self.one_kind("file_damaged", path=path)
            file.write_bytes(before)
        report = self.verify(0)
        self.assertTrue(report["sound"], report)

    def test_a_damaged_fact_file_keeps_no_other_check_from_being_named(self):
        (self.it.path / self.data_file("fact_clicks")).unlink()
        self.assertTrue(self.verify(1)["skipped"])

    def test_counts_that_do_not_add_up_are_found(self):
        for change in ("UPDATE batches SET accepted = accepted + 1 WHERE kind = 1",
                       "UPDATE batches SET valid = valid - 1 WHERE kind = 0",
                       "UPDATE batches SET blank = blank + 1 WHERE kind = 0",
                       "UPDATE batch_quarantine SET records = records + 1",
                       "UPDATE batches SET replaced = 3 WHERE kind = 1",
                       "UPDATE raw_files SET records = records + 1 WHERE raw_file_no = 1",
                       "UPDATE snapshots SET total_rows = total_rows + 1 WHERE table_no = 1"):
            with self.subTest(change=change):
                copy = (self.it.path / "catalog.db").read_bytes()
                self.catalog(change)
                self.one_kind("counts")
                self.put_back(copy)

    def test_metadata_that_does_not_fit_the_catalog_is_found(self):
        for change in ("DELETE FROM manifests WHERE manifest_no = 1",
                       "UPDATE data_files SET partition = 'event_timestamp_day=2020-01-01' WHERE table_no = 1",
                       "UPDATE data_files SET records = records + 1 WHERE table_no = 1"):
            with self.subTest(change=change):
                copy = (self.it.path / "catalog.db").read_bytes()
                self.catalog("PRAGMA foreign_keys = OFF")
                self.catalog(change)
                self.one_kind("iceberg")
                self.put_back(copy)

    def replace_rows(self, table, path, query):
        """Writes a data file anew by SQL, as a fault or another program might, and gives the catalog its size."""
        out = self.folder / "anew.parquet"
        out.unlink(missing_ok=True)
        old = f"read_parquet('{self.it.path / path}')"
        self.it.sql(f"COPY ({query.format(old=old)}) TO '{out}' (FORMAT parquet, FIELD_IDS {{{self.field_ids(table)}}})")
        rows = self.it.scalar(f"SELECT count(*) FROM read_parquet('{out}')")
        (self.it.path / path).write_bytes(out.read_bytes())
        self.catalog("UPDATE data_files SET content_hash = '', size = ?, records = ? WHERE path = ?", out.stat().st_size, int(rows), path)

    def field_ids(self, table):
        location = self.catalog("SELECT metadata_location FROM tables WHERE name = ?", table)[0][0]
        fields = json.loads(pathlib.Path(location.removeprefix("file://")).read_text())["schemas"][0]["fields"]
        ids = []
        for field in fields:
            kind = field["type"]
            ids.append(f"{field['name']}: {field['id']}" if isinstance(kind, str) else
                       f"{field['name']}: {{__duckdb_field_id: {field['id']}, key: {kind['key-id']}, value: {kind['value-id']}}}")
        return ", ".join(ids)

    def test_rows_that_contradict_each_other_are_found(self):
        facts, users, pages = self.data_file("fact_clicks"), self.data_file("dim_users"), self.data_file("dim_pages")
        for kind, table, path, query in (
                ("duplicate_event", "fact_clicks", facts, "FROM {old} UNION ALL (FROM {old} LIMIT 1)"),
                ("orphan_key", "dim_pages", pages, "FROM {old} ORDER BY page_key OFFSET 1"),
                ("unused_member", "dim_pages", pages, "FROM {old} UNION ALL SELECT * REPLACE (77 AS page_key) FROM (FROM {old} LIMIT 1)"),
                ("duplicate_key", "dim_users", users, "FROM {old} UNION ALL (FROM {old} LIMIT 1)"),
                ("user_totals", "dim_users", users, "SELECT * REPLACE (event_count + 1 AS event_count) FROM {old}")):
            with self.subTest(kind=kind):
                copy, old = (self.it.path / "catalog.db").read_bytes(), (self.it.path / path).read_bytes()
                self.replace_rows(table, path, query)
                self.one_kind(kind, table=table)
                (self.it.path / path).write_bytes(old)
                self.put_back(copy)

    def repaired(self, before):
        report = self.it.command("verify", "--repair", code=None)
        self.assertTrue(report.json()["sound"], report)
        self.assertEqual(report.code, 0)
        self.assert_tables(self.it.tables(), before)
        self.assertTrue(self.verify(0)["sound"])

    def test_files_lost_or_damaged_are_built_again(self):
        before = self.it.tables()
        for table in ("fact_clicks", "dim_users", "dim_pages", "dim_dates"):
            for damage in ("missing", "flipped", "cut"):
                with self.subTest(table=table, damage=damage):
                    file = self.it.path / self.data_file(table)
                    if damage == "missing":
                        file.unlink()
                    elif damage == "flipped":
                        flip(file, file.stat().st_size // 2)
                    else:
                        file.write_bytes(file.read_bytes()[:-9])
                    self.repaired(before)
        self.it.run(write(self.folder / "more.json", lines(click())))
        self.assertTrue(self.verify(0)["sound"])

    def test_metadata_is_written_again(self):
        before = self.it.tables()
        location = self.catalog("SELECT metadata_location FROM tables WHERE name = 'fact_clicks'")[0][0]
        flip(pathlib.Path(location.removeprefix("file://")), 300)
        manifest = self.catalog("SELECT path FROM manifests ORDER BY manifest_no DESC LIMIT 1")[0][0]
        pathlib.Path(manifest.removeprefix("file://")).unlink()
        self.repaired(before)

    def test_rows_that_contradict_each_other_are_built_again(self):
        before = self.it.tables()
        for table, query in (("fact_clicks", "FROM {old} UNION ALL (FROM {old} LIMIT 1)"),
                             ("dim_pages", "FROM {old} ORDER BY page_key OFFSET 1"),
                             ("dim_pages", "FROM {old} UNION ALL SELECT * REPLACE (77 AS page_key) FROM (FROM {old} LIMIT 1)"),
                             ("dim_users", "FROM {old} UNION ALL (FROM {old} LIMIT 1)"),
                             ("dim_users", "SELECT * REPLACE (event_count + 1 AS event_count) FROM {old}")):
            with self.subTest(table=table, query=query):
                self.replace_rows(table, self.data_file(table), query)
                # As if that had been committed: the counts fit the rows.
                self.catalog("UPDATE snapshots SET total_rows = (SELECT sum(records) FROM data_files d WHERE d.table_no = snapshots.table_no"
                             " AND removed_snapshot IS NULL), total_bytes = (SELECT sum(size) FROM data_files d WHERE"
                             " d.table_no = snapshots.table_no AND removed_snapshot IS NULL)"
                             " WHERE snapshot_id IN (SELECT current_snapshot FROM tables)")
                self.repaired(before)

    def test_what_raw_does_not_hold_is_said_and_not_made_up(self):
        raw = self.catalog("SELECT path FROM raw_files ORDER BY path LIMIT 1")[0][0]
        (self.it.path / raw).unlink()
        before = self.it.tables()
        report = self.it.command("verify", "--repair", code=1).json()
        self.assertEqual([f["path"] for f in report["findings"]], [raw])
        self.assert_tables(self.it.tables(), before)


if __name__ == "__main__":
    program.main()
