#!/usr/bin/env python3
"""Sources: folders, files, globs, standard input; missing, unreadable, torn and growing ones; the config's."""

import base64
import json
import os
import pathlib
import random
import shutil
import threading
import time
import unittest
from unittest import mock

import program
from program import Lake, LakeTest, click, clicklake, gz, hour_folder, lines, write, zst


def numbered(first, count):
    return lines(*(click(event_type=f"n{i}", event_timestamp=f"2024-11-04T15:30:00.{i:06}Z") for i in range(first, first + count)))


class WhatIsTaken(LakeTest):
    def tree(self):
        root = self.folder / "in"
        write(root / "a.json", numbered(0, 1))
        write(root / "b/c/d.ndjson", numbered(1, 1))
        write(root / "b/e.jsonl", numbered(2, 1))
        write(root / "b/f.json.gz", gz(numbered(3, 1)))
        write(root / "b/g.ndjson.zst", zst(numbered(4, 1)))
        write(root / "_skipped.json", numbered(90, 1))
        write(root / ".hidden.json", numbered(91, 1))
        write(root / "_temporary/h.json", numbered(92, 1))
        write(root / ".git/i.json", numbered(93, 1))
        write(root / "readme.txt", b"no events\n")
        write(root / "_SUCCESS", b"")
        return root

    def taken(self, lake):
        return {t for (t,) in lake.sql("SELECT event_type FROM fact_clicks")}

    def check(self, expected, *sources, **options):
        lake = self.lake()
        report = lake.run(*sources, **options)
        self.assertEqual(self.taken(lake), {f"n{i}" for i in expected})
        self.assertEqual(report["sources_taken"], len(set(expected)))
        return lake

    def test_folder(self):
        self.check(range(5), self.tree())

    def test_folder_with_a_slash(self):
        self.check(range(5), f"{self.tree()}/")

    def test_relative_folder(self):
        self.check(range(5), self.tree().name, cwd=self.folder)

    def test_file(self):
        self.check([0], self.tree() / "a.json")

    def test_file_of_any_name_where_it_is_named(self):
        self.check([0], write(self.folder / "clicks.log", numbered(0, 1)))

    def test_glob(self):
        self.check([2, 3], f"{self.tree()}/b/*.json*")

    def test_glob_with_two_stars(self):
        self.check([0, 3], f"{self.tree()}/**/[af].json*")

    def test_several_at_once_and_each_once(self):
        root = self.tree()
        self.check([0, 2], root / "a.json", root / "b/e.jsonl", f"{root}/a*", root / "b/../a.json")

    def test_standard_input_beside_files(self):
        self.check([0, 9], "-", self.tree() / "a.json", stdin=numbered(9, 1))

    def test_gzip_and_zstd_on_standard_input(self):
        for number, pack in enumerate((gz, zst)):
            lake = self.lake(f"lake-{number}")
            self.assert_counts(lake.run("-", stdin=pack(numbered(0, 5))), 5, 5)

    def test_gzip_and_zstd_of_several_members(self):
        lake = self.lake()
        write(self.folder / "in/a.json.gz", gz(numbered(0, 3)) + gz(numbered(3, 3)))
        write(self.folder / "in/b.json.zst", zst(numbered(6, 3)) + zst(numbered(9, 3)))
        self.assert_counts(lake.run(self.folder / "in"), 12, 12)

    def test_line_that_two_gzip_members_share(self):
        data = numbered(0, 3)
        write(self.folder / "in/a.json.gz", gz(data[:100]) + gz(data[100:]))
        self.assert_counts(self.lake().run(self.folder / "in"), 3, 3)

    def test_packed_file_under_a_plain_name(self):
        write(self.folder / "in/a.json", gz(numbered(0, 3)))
        self.assert_counts(self.lake().run(self.folder / "in"), 3, 3)

    def test_lake_inside_the_source_folder_is_left_out(self):
        root = self.tree()
        lake = Lake(root / "lake")
        self.assertEqual(lake.run(root)["accepted"], 5)
        self.assert_counts(lake.run(root), 0, 0)

    def test_empty_folder_is_a_no_op(self):
        (self.folder / "empty").mkdir()
        self.assert_counts(self.lake().run(self.folder / "empty"), 0, 0)

    def test_named_pipe(self):
        os.mkfifo(self.folder / "pipe")
        writer = threading.Thread(target=lambda: (self.folder / "pipe").write_bytes(numbered(0, 4)))
        writer.start()
        self.assert_counts(self.lake().run(self.folder / "pipe"), 4, 4)
        writer.join()

    def test_link_to_a_file_and_to_a_folder(self):
        root = self.tree()
        (self.folder / "links").mkdir()
        os.symlink(root / "a.json", self.folder / "links/a.json")
        os.symlink(root / "b", self.folder / "links/b")
        os.symlink(self.folder / "links", self.folder / "links/loop")
        self.assertEqual(self.lake().run(self.folder / "links")["accepted"], 5)

    def test_names_with_spaces_quotes_and_bytes_beyond_ascii(self):
        for i, name in enumerate(("a b.json", "it's.json", "caf\u00e9.json", 'q"uote.json', "semi;colon.json", "new\nline.json")):
            write(self.folder / "in" / name, numbered(i, 1) + b"bad\n")
        lake = self.lake()
        self.assert_counts(lake.run(self.folder / "in"), 12, 6, quarantined=6)
        self.assertEqual(sorted(pathlib.Path(r["file"]).name for r in lake.quarantine()),
                         sorted(p.name for p in (self.folder / "in").iterdir()))

    def test_names_that_are_no_utf8(self):
        """The report stays JSON; the quarantine keeps the bytes."""
        folder = os.fsencode(str(self.folder)) + b"/in"
        os.makedirs(folder)
        with open(folder + b"/\xff.json", "wb") as file:
            file.write(b"bad\n" + numbered(0, 1))
        with open(folder + b"/\xfe.json.gz", "wb") as file:
            file.write(gz(numbered(1, 2))[:-5])
        lake = self.lake()
        report = lake.command("run", self.folder / "in", code=1).json()
        self.assertEqual(report["accepted"], 3)
        self.assertIn("\ufffd.json.gz", report["problems"][0]["source"])
        (row,) = lake.quarantine()
        self.assertEqual(base64.b64decode(row["file_base64"]), folder + b"/\xff.json")
        self.assert_counts(lake.run(folder + b"/\xff.json"), 0, 0)

    def test_in_place_names_with_spaces_and_quotes(self):
        for i, name in enumerate(("a b.json", "it's.json")):
            write(hour_folder(self.folder / "in 'x'") / name, numbered(i, 1))
        lake = self.lake("la'ke x")
        self.assert_counts(lake.run(self.folder / "in 'x'", in_place=True), 2, 2)
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 2)
        self.assert_counts(lake.run("-", stdin=numbered(0, 3)), 3, 1, 2)


class Trouble(LakeTest):
    def test_missing_source_is_named(self):
        for source in ("nowhere", "no/where/*.json", "nowhere.json.gz"):
            lake = self.lake(f"lake-{len(source)}")
            ended = lake.command("run", source, code=None, cwd=self.folder)
            self.assertIn(ended.code, (1, 2))
            self.assertIn(source.encode(), ended.err)
            self.assertEqual(ended.out, b"")

    def test_missing_beside_good_ones(self):
        lake = self.lake()
        good = write(self.folder / "good.json", numbered(0, 2))
        ended = lake.command("run", good, "nowhere", code=None)
        self.assertIn(ended.code, (1, 2))
        self.assertIn(b"nowhere", ended.err)

    def test_unreadable_files_and_folders_are_named_and_the_others_go_on(self):
        other = {"user": 65534, "group": 65534} if os.geteuid() == 0 else {}  # root reads everything
        os.chmod(self.folder, 0o777)
        if other:  # who may not come to where the program lies
            mine = shutil.copy(program.BINARY, self.folder / "clicklake")
            self.enterContext(mock.patch.object(program, "BINARY", mine))
        root = self.folder / "in"
        write(hour_folder(root) / "good.json", numbered(0, 2))
        os.chmod(write(hour_folder(root) / "secret.json", numbered(5, 2)), 0)
        closed = write(root / "closed/x.json", numbered(7, 1)).parent
        os.chmod(closed, 0)
        try:
            for number, flags in enumerate(((), ("--in-place",))):
                lake_folder = self.folder / f"lake-{number}"
                clicklake("init", lake_folder, **other)
                ended = clicklake("run", "--lake", lake_folder, "--format", "json", *flags, root, code=1, **other)
                self.assertIn(b"secret.json", ended.err)
                self.assertIn(b"closed", ended.err)
                self.assertEqual(ended.json()["accepted"], 2)
        finally:
            os.chmod(closed, 0o755)

    def test_what_can_not_be_read_is_named_and_the_others_go_on(self):
        lake = self.lake()
        root = self.folder / "in"
        write(root / "good.json", numbered(0, 2))
        os.symlink("/proc/self/mem", root / "odd.json")  # opens, but does not read
        os.symlink(self.folder / "gone", root / "vanished.json")
        ended = lake.command("run", root, code=1)
        report = ended.json()
        self.assertEqual(report["accepted"], 2)
        self.assertEqual({pathlib.Path(p["source"]).name for p in report["problems"]} >= {"vanished.json"}, True)
        self.assertIn(b"vanished.json", ended.err)
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 2)

    def test_in_place_outside_of_the_layout_is_named_and_the_others_go_on(self):
        lake = self.lake()
        write(hour_folder(self.folder / "in") / "good.json", numbered(0, 2))
        write(self.folder / "in/loose.json", numbered(5, 2))
        ended = lake.command("run", "--in-place", self.folder / "in", code=1)
        self.assertIn(b"loose.json", ended.err)
        self.assert_counts(ended.json(), 2, 2)

    def test_standard_input_in_place_is_refused(self):
        ended = self.lake().command("run", "--in-place", "-", stdin=numbered(0, 1), code=None)
        self.assertIn(ended.code, (1, 2))
        self.assertNotEqual(ended.err, b"")

    def test_registered_file_that_vanished_is_named(self):
        lake = self.lake()
        root = self.folder / "in"
        gone = write(hour_folder(root) / "gone.json", numbered(0, 2))
        write(hour_folder(root) / "good.json", numbered(2, 2))
        lake.command("ingest", "--in-place", root)
        gone.unlink()
        ended = lake.command("transform", code=1)
        self.assertIn(b"gone.json", ended.err)
        self.assertEqual(ended.json()["accepted"], 2)
        write(gone, numbered(0, 2))
        lake.command("transform")
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 4)

    def test_damaged_gzip_is_named_and_the_others_go_on(self):
        lake = self.lake()
        data = bytearray(gz(numbered(0, 400)))
        data[len(data) // 2] ^= 0x55
        write(self.folder / "in/damaged.json.gz", bytes(data))
        write(self.folder / "in/good.json", numbered(900, 2))
        write(self.folder / "in/wrong.json.gz", b"\x00\x01\x02 neither packed nor text")
        ended = lake.command("run", self.folder / "in", code=1)
        self.assertIn(b"damaged.json.gz", ended.err)
        self.assertIn(b"wrong.json.gz", ended.err)
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks WHERE event_type IN ('n900', 'n901')"), 2)

    def test_damaged_file_that_is_mended_is_taken_without_doubling(self):
        whole = gz(numbered(0, 400))
        data = bytearray(whole)
        data[-6] ^= 0x55  # the checksum
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            path = hour_folder(self.folder / f"in-{in_place}") / "a.json.gz"
            write(path, bytes(data), 1_731_000_000)
            lake.run(path, in_place=in_place, code=1)
            write(path, whole, 1_731_000_060)
            lake.run(path, in_place=in_place)
            self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 400)


class Torn(LakeTest):
    """A file that ends inside a gzip or zstd stream."""

    def pieces(self):
        pick = random.Random(3)
        text = lines(*(click(event_type=f"n{i}", event_timestamp=f"2024-11-04T15:30:00.{i:06}Z", metadata={"r": pick.randbytes(60).hex()}) for i in range(300)))
        return text, {"json.gz": gz(text), "json.zst": zst(text)}

    def test_what_came_whole_is_taken_and_the_complete_copy_later(self):
        text, packed = self.pieces()
        for suffix, data in packed.items():
            for in_place in (False, True):
                with self.subTest(suffix, in_place=in_place):
                    lake = self.lake(f"lake-{suffix}-{in_place}")
                    path = hour_folder(self.folder / f"in-{suffix}-{in_place}") / f"a.{suffix}"
                    write(path, data[:len(data) * 2 // 3], 1_731_000_000)
                    other = write(path.parent / "other.json", numbered(900, 1), 1_731_000_000)
                    ended = lake.command("run", *(["--in-place"] if in_place else []), path.parent, code=1)
                    report = ended.json()
                    self.assertIn(path.name.encode(), ended.err)
                    self.assertEqual([(p["kind"], pathlib.Path(p["source"]).name) for p in report["problems"]], [("torn", path.name)])
                    self.assertEqual(report["quarantined"], 0)
                    taken = report["accepted"]
                    # A zstd frame of raw blocks gives whole blocks only: that may be none of the first.
                    self.assertTrue((100 if suffix == "json.gz" else 1) <= taken < 301, taken)
                    self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), taken)
                    # Still torn: nothing new, still a failure.
                    again = lake.command("run", *(["--in-place"] if in_place else []), path.parent, code=None)
                    self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), taken)
                    write(path, data, 1_731_000_060)
                    report = lake.run(path.parent, in_place=in_place)
                    self.assertEqual((report["accepted"], report["duplicate"]), (301 - taken, taken - 1))
                    self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 301)
                    self.assert_counts(lake.run(path.parent, in_place=in_place), 0, 0)

    def test_torn_standard_input(self):
        text, packed = self.pieces()
        lake = self.lake()
        data = packed["json.gz"]
        ended = lake.command("run", "-", stdin=data[:len(data) // 2], code=1)
        self.assertGreater(ended.json()["accepted"], 50)
        lake.run("-", stdin=data)
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 300)

    def test_complete_copy_under_another_name(self):
        text, packed = self.pieces()
        lake = self.lake()
        data = packed["json.gz"]
        lake.run(write(self.folder / "a.json.gz", data[:-9]), code=1)
        lake.run(write(self.folder / "b.json.gz", data))
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 300)

    def test_every_way_to_cut_a_small_file(self):
        data = gz(numbered(0, 3))
        lake = self.lake()
        for cut in range(1, len(data), 11):
            ended = lake.command("run", write(self.folder / f"in/{cut}.json.gz", data[:cut]), code=1)
            self.assertIn(f"{cut}.json.gz".encode(), ended.err)
        lake.run(write(self.folder / "whole.json.gz", data))
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 3)
        self.assertEqual(lake.quarantine(), [])


class Growing(LakeTest):
    def test_file_that_grows_during_runs_is_taken_whole_in_the_end(self):
        """A writer appends all the while: each run takes whole lines, none is cut, none doubled."""
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            path = write(hour_folder(self.folder / f"in-{in_place}") / "a.json", b"")
            stop, written = threading.Event(), 0

            def grow():
                nonlocal written
                with open(path, "ab", buffering=0) as file:
                    while not stop.is_set() or written < 500:
                        line = numbered(written, 1)
                        file.write(line[:50])
                        time.sleep(0.0005)
                        file.write(line[50:])
                        written += 1

            writer = threading.Thread(target=grow)
            writer.start()
            try:
                for _ in range(4):
                    lake.command("run", *(["--in-place"] if in_place else []), path, code=None)
            finally:
                stop.set()
                writer.join()
            lake.run(path, in_place=in_place)
            self.assertEqual(lake.sql("SELECT count(*), count(DISTINCT event_type) FROM fact_clicks"), [[written, written]])
            bad = [row for row in lake.quarantine() if row["reason"] != "truncated"]
            self.assertEqual(bad, [])


class Configured(LakeTest):
    def test_sources_of_the_config(self):
        lake = self.lake()
        write(self.folder / "web/a.json", numbered(0, 2))
        write(hour_folder(self.folder / "app") / "b.json", numbered(2, 2))
        lake.configure(f'[source.web]\npath = "{self.folder}/web"\n\n[source.app]\npath = "../app"\nin_place = true\n')
        self.assert_counts(lake.run(), 4, 4)
        self.assertEqual(len(list((lake.path / "raw").rglob("*.json"))), 1)
        self.assert_counts(lake.run(), 0, 0)
        write(self.folder / "web/c.json", numbered(4, 1))
        self.assert_counts(lake.run(), 1, 1)

    def test_sources_of_the_command_line_come_instead(self):
        lake = self.lake()
        write(self.folder / "web/a.json", numbered(0, 2))
        lake.configure(f'[source.web]\npath = "{self.folder}/web"\n')
        self.assert_counts(lake.run("-", stdin=numbered(7, 1)), 1, 1)

    def test_glob_in_the_config(self):
        lake = self.lake()
        write(self.folder / "web/a.json", numbered(0, 2))
        write(self.folder / "web/b.ndjson", numbered(2, 2))
        lake.configure(f'[source.web]\npath = "{self.folder}/web/*.json"\n')
        self.assert_counts(lake.run(), 2, 2)

    def test_no_source_at_all_says_what_to_do(self):
        ended = self.lake().command("run", code=2)
        self.assertIn(b"SOURCE", ended.err)

    def test_missing_configured_source_is_named(self):
        lake = self.lake()
        lake.configure('[source.web]\npath = "/no/such/place"\n')
        ended = lake.command("run", code=None)
        self.assertIn(ended.code, (1, 2))
        self.assertIn(b"/no/such/place", ended.err)


class QuarantineRatio(LakeTest):
    TEXT = numbered(0, 6) + b"bad\nbad too\nnot good\n"

    def test_too_much_garbage_stops_before_anything_is_visible(self):
        for in_place in (False, True):
            for how in ("flag", "config"):
                with self.subTest(how, in_place=in_place):
                    lake = self.lake(f"lake-{how}-{in_place}")
                    lake.run("-", stdin=numbered(50, 1))
                    before = (lake.snapshots(), lake.tables(True))
                    files = sorted(p for p in lake.path.rglob("*") if p.is_file() and p.parent != lake.path)
                    path = write(hour_folder(self.folder / "in") / "a.json", self.TEXT)
                    flags = ("--max-quarantine-ratio", "0.3") if how == "flag" else ()
                    if how == "config":
                        lake.configure("max_quarantine_ratio = 0.3\n")
                    ended = lake.command("run", *(["--in-place"] if in_place else []), *flags, path, code=1)
                    self.assertIn(b"max_quarantine_ratio", ended.err)
                    self.assertIn(b"3 of 9", ended.err)
                    self.assertRegex(ended.err, rb"the first: .*a\.json, line \d+: ")
                    self.assertEqual((lake.snapshots(), lake.tables(True)), before)
                    self.assertEqual(sorted(p for p in lake.path.rglob("*") if p.is_file() and p.parent != lake.path), files)
                    lake.configure("")
                    self.assert_counts(lake.run(path, in_place=in_place), 9, 6, quarantined=3)

    def test_ratio_that_is_just_met_is_allowed(self):
        self.assert_counts(self.lake().run("-", stdin=self.TEXT, flags=("--max-quarantine-ratio", "0.334")), 9, 6, quarantined=3)

    def test_ingest_alone_stops_too(self):
        lake = self.lake()
        lake.command("ingest", "--max-quarantine-ratio", "0.1", "-", stdin=self.TEXT, code=1)
        self.assertEqual(list((lake.path / "raw").rglob("*.json")), [])
        self.assertEqual(lake.quarantine(), [])


if __name__ == "__main__":
    program.main()
