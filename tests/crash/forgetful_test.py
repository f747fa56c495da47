#!/usr/bin/env python3
"""Shows that the forgetful disk forgets: what is not synced is lost, what is synced is there.

Each case runs a few lines of Python under the library, and looks at what a power loss leaves.
"""

import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import forgetful

LIBRARY = None

PRELUDE = """
import os, signal, sqlite3
def write(name, text, sync=False):
    with open(name, "w") as file:
        file.write(text)
        file.flush()
        if sync: os.fsync(file.fileno())
def sync_folder(name="."):
    folder = os.open(name, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
"""


class ForgetfulDiskTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.box = pathlib.Path(self.temporary.name)
        self.root = self.box / "root"
        self.root.mkdir()
        (self.root / "old").write_text("old contents")
        (self.root / "sub").mkdir()
        (self.root / "sub" / "deep").write_text("deep contents")
        self.disk = forgetful.ForgetfulDisk(LIBRARY, self.root, self.box / "shadow")
        self.losses = 0

    def tearDown(self):
        self.temporary.cleanup()

    def run_lines(self, lines, **options):
        env = {**os.environ, **self.disk.environment(**options)}
        return subprocess.run([sys.executable, "-c", PRELUDE + lines], cwd=self.root, env=env).returncode

    def left(self, lines, **options):
        """Files, with contents, and folders that a power loss leaves."""
        self.run_lines(lines, **options)
        return self.tree(self.disk.after_power_loss(self.next_folder()))

    def next_folder(self):
        self.losses += 1
        return self.box / f"left-{self.losses}"

    @staticmethod
    def tree(top):
        found = {}
        for folder, folders, files in os.walk(top):
            for name in folders:
                found[str((pathlib.Path(folder) / name).relative_to(top)) + "/"] = None
            for name in files:
                path = pathlib.Path(folder) / name
                found[str(path.relative_to(top))] = path.read_bytes().decode(errors="replace")
        return found

    START = {"old": "old contents", "sub/": None, "sub/deep": "deep contents"}

    def test_what_was_there_stays(self):
        self.assertEqual(self.left(""), self.START)

    def test_file_without_fsync_is_empty(self):
        self.assertEqual(self.left("write('new', 'text'); sync_folder()"), {**self.START, "new": ""})

    def test_file_without_synced_folder_is_gone(self):
        self.assertEqual(self.left("write('new', 'text', sync=True)"), self.START)

    def test_synced_file_in_synced_folder_is_there(self):
        self.assertEqual(self.left("write('new', 'text', sync=True); sync_folder()"),
                         {**self.START, "new": "text"})

    def test_write_after_fsync_is_lost(self):
        self.assertEqual(self.left("write('old', 'first', sync=True); write('old', 'second')"),
                         {**self.START, "old": "first"})

    def test_rename_is_lost_without_a_synced_folder(self):
        self.assertEqual(self.left("write('.n.tmp', 'text', sync=True); sync_folder();"
                                   "os.rename('.n.tmp', 'old')"),
                         {**self.START, ".n.tmp": "text"})

    def test_rename_is_there_with_one(self):
        self.assertEqual(self.left("write('.n.tmp', 'text', sync=True); os.rename('.n.tmp', 'old');"
                                   "sync_folder()"), {**self.START, "old": "text"})

    def test_rename_before_fsync_is_an_empty_file(self):
        self.assertEqual(self.left("write('.n.tmp', 'text'); os.rename('.n.tmp', 'old');"
                                   "sync_folder()"), {**self.START, "old": ""})

    def test_removal_is_lost_without_a_synced_folder(self):
        self.assertEqual(self.left("os.unlink('old')"), self.START)
        self.assertNotIn("old", self.left("sync_folder()"))

    def test_new_file_does_not_inherit_a_removed_ones_contents(self):
        # A reused inode number would mix the two up.
        lines = "".join(f"os.unlink('{a}'); write('{b}', 'other {b}', sync=True);"
                        for a, b in (("old", "x"), ("x", "y"), ("y", "z")))
        self.assertEqual(self.left(lines), self.START)

    def test_new_folder_needs_its_parent_synced(self):
        make = "os.mkdir('a'); os.mkdir('a/b'); write('a/b/f', 'text', sync=True); sync_folder('a/b');"
        self.assertEqual(self.left(make), self.START)
        self.assertEqual(self.left("sync_folder('.')"), {**self.START, "a/": None})
        self.assertEqual(self.left("sync_folder('a')"),
                         {**self.START, "a/": None, "a/b/": None, "a/b/f": "text"})

    def test_order_of_folder_syncs_does_not_matter(self):
        self.assertEqual(self.left("os.mkdir('a'); write('a/f', 'text', sync=True);"
                                   "sync_folder('a'); sync_folder('.')"),
                         {**self.START, "a/": None, "a/f": "text"})

    def test_killed_before_the_step_that_is_named(self):
        lines = "write('new', 'text', sync=True); sync_folder()"
        trace = self.box / "trace"
        self.assertEqual(self.run_lines(lines, trace=trace), 0)
        self.assertEqual(trace.read_text().splitlines(), ["fsync /new", "fsync "])
        os.unlink(self.root / "new")
        self.run_lines("sync_folder()")
        self.assertEqual(self.run_lines(lines, kill=2), -9)
        self.assertEqual(self.tree(self.disk.after_power_loss(self.next_folder())), self.START)

    def test_sqlite_keeps_what_it_synced_and_loses_what_it_did_not(self):
        make = ("db = sqlite3.connect('db'); db.execute('PRAGMA journal_mode = WAL');"
                "db.execute('CREATE TABLE t(x)'); db.commit(); sync_folder();")
        insert = "db.execute('PRAGMA synchronous = {}'); db.execute('INSERT INTO t VALUES (1)');"
        kill = "db.commit(); os.kill(os.getpid(), signal.SIGKILL)"
        for synchronous, rows in (("FULL", 1), ("OFF", 0)):
            with self.subTest(synchronous):
                self.assertEqual(self.run_lines(make + insert.format(synchronous) + kill), -9)
                left = self.disk.after_power_loss(self.next_folder())
                count = subprocess.run(
                    [sys.executable, "-c", "import sqlite3; "
                     "print(sqlite3.connect('db').execute('SELECT count(*) FROM t').fetchone()[0])"],
                    cwd=left, capture_output=True, text=True, check=True).stdout
                self.assertEqual(int(count), rows)
                for name in ("db", "db-wal", "db-shm"):
                    (self.root / name).unlink(missing_ok=True)

    def test_messy_loss_keeps_what_was_synced_and_some_of_the_rest(self):
        self.run_lines("write('new', 'text', sync=True); sync_folder(); write('new', 'longer text');"
                       "write('extra', 'x'); os.unlink('old')")
        seen = set()
        for seed in range(60):
            left = self.tree(self.disk.after_messy_power_loss(self.next_folder(), random.Random(seed)))
            self.assertIn(left.get("new"), ("text", "longer text", "text\0\0\0\0\0\0\0", "long"), left)
            self.assertEqual(left["sub/deep"], "deep contents")
            seen.add(("extra" in left, "old" in left))
        self.assertEqual(len(seen), 4)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", required=True)
    options, rest = parser.parse_known_args()
    LIBRARY = options.library
    unittest.main(argv=[sys.argv[0], *rest])
