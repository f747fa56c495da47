#!/usr/bin/env python3
"""`backup` makes a lake of its own, of one moment, while others write; `relocate` makes a moved one readable for other engines."""
import concurrent.futures
import pathlib
import shutil
import sqlite3

import program
from program import LakeTest, click, clicklake, lines, write


class BackupTest(LakeTest):
    def setUp(self):
        super().setUp()
        clicklake("generate", "--hours", "26", "--events", "2000", "--dirty", "0.05", self.folder / "gen")
        self.it = self.lake()
        self.it.run(self.folder / "gen")

    def at(self, path):
        """A lake that is there already."""
        lake = program.Lake.__new__(program.Lake)
        lake.path = pathlib.Path(path)
        return lake

    def backup(self, name="backup", *flags, code=0, lake=None):
        ended = (lake or self.it).command("backup", *flags, self.folder / name, code=code)
        return ended.json() if code == 0 else ended

    def sound(self, lake):
        report = lake.command("verify", code=None).json()
        self.assertTrue(report["sound"], report)

    def locations(self, lake):
        with sqlite3.connect(lake.path / "catalog.db") as db:
            return [l for (l,) in db.execute("SELECT metadata_location FROM iceberg_tables")]

    def test_a_backup_is_a_lake_with_the_same_rows(self):
        write(self.it.path / "rules/a.json", b"{}")
        report = self.backup()
        self.assertGreater(report["files_linked"], 5)
        copy = self.at(self.folder / "backup")
        self.assert_tables(copy.tables(batch_columns=True), self.it.tables(batch_columns=True))
        self.assertEqual(copy.quarantine(), self.it.quarantine())
        self.assertEqual(copy.raw_lines(), self.it.raw_lines())
        self.assertTrue((copy.path / "rules/a.json").exists())
        self.sound(copy)
        for location in self.locations(copy):
            self.assertIn("/backup/", location)

    def test_restored_it_goes_on_as_if_nothing_had_been(self):
        self.backup()
        shutil.rmtree(self.it.path)
        shutil.copytree(self.folder / "backup", self.it.path)
        moved = self.it.command("verify", code=1).json()
        self.assertEqual({f["kind"] for f in moved["findings"]}, {"moved"})
        self.assertGreater(self.it.command("relocate").json()["tables"], 5)
        self.sound(self.it)
        again = self.it.run(self.folder / "gen")
        self.assertEqual(again["sources_taken"], 0)
        self.it.run(write(self.folder / "more.json", lines(click())))
        self.sound(self.it)
        self.assertEqual(self.it.command("relocate").json()["tables"], 0)

    def test_a_writer_meanwhile_is_in_it_or_not_at_all(self):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            def write_on():
                for n in range(6):
                    self.it.run(write(self.folder / f"w{n}.json", lines(*(click(event_timestamp=f"2024-11-0{n + 1}T1{n}:00:0{i}Z")
                                                                          for i in range(5)))))
            writing = pool.submit(write_on)
            number = 0
            while not writing.done() or number == 0:
                number += 1
                self.backup(f"b{number}")
                copy = self.at(self.folder / f"b{number}")
                self.sound(copy)
                self.assertEqual(copy.scalar("SELECT count(*) FROM fact_clicks WHERE ingest_batch_id NOT IN "
                                             "(SELECT min(ingest_batch_id) FROM fact_clicks)") % 5, 0)
            writing.result()

    def test_a_copy_shares_no_file(self):
        report = self.backup("copied", "--copy")
        self.assertEqual(report["files_linked"], 0)
        there = {p.stat().st_ino for p in self.it.path.rglob("*") if p.is_file()}
        self.assertFalse([p for p in (self.folder / "copied").rglob("*") if p.is_file() and p.stat().st_ino in there])

    def test_a_folder_that_is_there_is_refused_and_stays(self):
        (self.folder / "full").mkdir()
        write(self.folder / "full/mine.txt", b"x")
        self.assertIn("is there already", self.backup("full", code=1).err.decode())
        self.assertEqual([p.name for p in (self.folder / "full").iterdir()], ["mine.txt"])

    def test_with_a_file_missing_there_is_no_backup(self):
        with sqlite3.connect(self.it.path / "catalog.db") as db:
            path = db.execute("SELECT path FROM data_files LIMIT 1").fetchone()[0]
        (self.it.path / path).unlink()
        self.assertIn("clicklake verify", self.backup(code=1).err.decode())
        self.assertFalse((self.folder / "backup").exists())
        self.assertEqual([p for p in self.folder.iterdir() if p.name.endswith(".tmp")], [])

    def test_damaged_metadata_is_written_anew(self):
        for location in self.locations(self.it)[:3]:
            path = pathlib.Path(location.removeprefix("file://"))
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 0x20
            path.write_bytes(bytes(data))
        next(self.it.path.glob("processed/dim_users/metadata/*-m0.avro")).unlink()
        self.it.command("verify", code=1)
        before = self.it.tables(batch_columns=True)
        self.it.command("relocate", "--all")
        self.sound(self.it)
        self.assert_tables(self.it.tables(batch_columns=True), before)


if __name__ == "__main__":
    program.main()
