#!/usr/bin/env python3
"""The command line: exit codes, help, where messages go, the shape of reports, init twice, a newer lake, progress."""

import hashlib
import json
import os
import pathlib
import pty
import select
import sqlite3
import subprocess
import time
import unittest

import program
from program import Lake, LakeTest, click, clicklake, gz, hour_folder, lines, write

COMMANDS = ("init", "ingest", "transform", "run", "sql", "generate", "status", "cost", "crawl", "drift", "schema")


def digest(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


class Help(LakeTest):
    def test_every_command_explains_itself_with_an_example(self):
        for command in COMMANDS:
            with self.subTest(command):
                ended = clicklake(command, "--help")
                self.assertIn(b"xample", ended.out)
                self.assertIn(f"clicklake {command}".encode(), ended.out)
                self.assertEqual(ended.err, b"")

    def test_the_program_lists_its_commands(self):
        out = clicklake("--help").out.decode()
        for command in COMMANDS:
            self.assertIn(f"\n  {command} ", out)

    def test_version(self):
        self.assertRegex(clicklake("--version").out.decode(), r"^clicklake \d+\.\d+\.\d+\S*\n$")


class ExitCodes(LakeTest):
    def check(self, code, *arguments, says, **options):
        ended = clicklake(*arguments, code=code, **options)
        self.assertEqual(ended.out, b"", "errors belong on the error output")
        self.assertIn(says.encode(), ended.err)

    def test_usage_errors_are_2(self):
        lake = self.lake().path
        self.check(2, says="subcommand")
        self.check(2, "frobnicate", says="frobnicate")
        self.check(2, "init", says="LAKE")
        self.check(2, "status", "--lake", lake, "--nonsense", says="--nonsense")
        self.check(2, "run", "--lake", lake, "--format", "xml", "-", says="--format")
        self.check(2, "run", "--lake", lake, "--threads", "0", "-", says="--threads")
        self.check(2, "run", "--lake", lake, "--max-quarantine-ratio", "1.5", "-", says="--max-quarantine-ratio")
        self.check(2, "run", "--lake", lake, "--max-line-bytes", "wide", "-", says="wide")
        self.check(2, "run", "--lake", lake, "--arrived-at", "noon", "-", says="noon")
        self.check(2, "run", "--lake", lake, "", says="SOURCE")
        self.check(2, "run", "--lake", lake, "-", "-", says="twice")
        self.check(2, "sql", "--lake", lake, "SELECT nonsense", says="nonsense")
        self.check(2, "sql", "--lake", lake, "SELEC 1", says="SELEC")
        self.check(2, "generate", "--events", "x", "--hours", "1", self.folder / "g", says="--events")
        self.check(2, "generate", "--events", "1", "--hours", "0", self.folder / "g", says="hours")

    def test_failures_are_1(self):
        self.check(1, "status", "--lake", self.folder / "none", says=str(self.folder / "none"))
        self.check(1, "run", "--lake", self.folder / "none", "-", says="clicklake init")
        lake = self.lake().path
        self.check(1, "sql", "--lake", lake, "-f", self.folder / "none.sql", says="none.sql")
        (self.folder / "full").mkdir()
        write(self.folder / "full/x", b"x")
        self.check(1, "init", self.folder / "full", says="x")
        self.check(1, "generate", "--events", "1", "--hours", "1", self.folder / "full", says="full")

    def test_nothing_is_made_by_a_command_that_fails(self):
        clicklake("run", "--lake", self.folder / "none", "-", code=1)
        self.assertFalse((self.folder / "none").exists())

    def test_success_is_0_and_says_nothing_on_the_error_output(self):
        lake = self.lake()
        for command in (["run", "-"], ["status"], ["transform"], ["ingest", "-"], ["sql", "--format", "csv", "SELECT 1"]):
            ended = clicklake(command[0], "--lake", lake.path, *command[1:], stdin=lines(click()))
            self.assertEqual(ended.err, b"")
            self.assertNotEqual(ended.out, b"")


class Reports(LakeTest):
    RUN_FIELDS = {"records_read": int, "accepted": int, "duplicate": int, "quarantined": int, "blank": int, "quarantined_by_reason": dict,
                  "rows": dict, "bytes_in": int, "bytes_out": int, "seconds": float, "peak_memory_bytes": int}

    def one_object(self, ended):
        decoder = json.JSONDecoder()
        text = ended.out.decode()
        value, end = decoder.raw_decode(text)
        self.assertEqual(text[end:], "\n", "one object and no more")
        return value

    def test_run_has_all_fields(self):
        lake = self.lake()
        text = lines(click(), click(), "", "bad", click(event_type="b"))
        report = self.one_object(lake.command("run", "-", stdin=text))
        for name, kind in self.RUN_FIELDS.items():
            self.assertIsInstance(report.get(name), kind if kind is not float else (int, float), name)
        self.assertEqual(program.counts(report), (5, 2, 1, 1, 1))
        self.assertEqual(report["quarantined_by_reason"], {"invalid_json": 1})
        self.assertEqual(report["rows"], {t: lake.scalar(f"SELECT count(*) FROM {t}") for t in (*program.TABLES, *program.MARTS)})
        self.assertEqual(report["bytes_in"], len(text))
        on_disk = sum(p.stat().st_size for folder in ("raw", "processed", "curated") for p in (lake.path / folder).rglob("*")
                      if p.is_file() and p.parent.name not in ("metadata", "index"))
        self.assertEqual(report["bytes_out"], on_disk)
        self.assertGreater(report["peak_memory_bytes"], 1_000_000)
        self.assertGreater(report["seconds"], 0)

    def test_no_op_and_failed_runs_have_all_fields_too(self):
        lake = self.lake()
        bad = write(self.folder / "torn.json.gz", gz(lines(click()))[:-5])
        for arguments, code in (((self.folder / "empty",), 0), ((bad,), 1)):
            (self.folder / "empty").mkdir(exist_ok=True)
            report = self.one_object(lake.command("run", *arguments, code=code))
            self.assertLessEqual(self.RUN_FIELDS.keys(), report.keys())

    def test_bytes_in_are_those_that_were_read(self):
        data = gz(lines(*(click(event_type=f"t{i}") for i in range(50))))
        for in_place in (False, True):
            path = write(hour_folder(self.folder / "in") / "a.json.gz", data)
            self.assertEqual(self.lake(f"lake-{in_place}").run(path, in_place=in_place)["bytes_in"], len(data))

    def test_ingest_reports_valid_records(self):
        report = self.one_object(self.lake().command("ingest", "-", stdin=lines(click(), click(), "", "bad")))
        self.assertEqual((report["records_read"], report["valid"], report["quarantined"], report["blank"]), (4, 2, 1, 1))
        self.assertEqual(report["records_read"], report["valid"] + report["quarantined"] + report["blank"])

    def test_text_report_names_counts_reasons_and_tables(self):
        lake = self.lake()
        out = clicklake("run", "--lake", lake.path, "-", stdin=lines(click(), click(), "bad")).out.decode()
        for words in ("accepted", "duplicate", "quarantined", "invalid_json", "blank", "fact_clicks", "dim_users", "seconds", "peak memory"):
            self.assertIn(words, out)

    def test_status_has_all_fields(self):
        lake = self.lake()
        empty = self.one_object(lake.command("status"))
        self.assertEqual({t["name"]: t["rows"] for t in empty["tables"]}, {t: 0 for t in program.TABLES})
        self.assertIsNone(empty["last_batch"])
        lake.run("-", stdin=lines(click(), click(), "bad", "", click(event_type="b")))
        status = self.one_object(lake.command("status"))
        for table in status["tables"]:
            files = [p for zone in ("processed", "curated") for p in (lake.path / zone / table["name"]).rglob("*.parquet")]
            self.assertEqual((table["rows"], table["files"], table["bytes"]),
                             (lake.scalar(f"SELECT count(*) FROM {table['name']}"), len(files), sum(p.stat().st_size for p in files)), table["name"])
        self.assertEqual(status["quarantine"], {"invalid_json": 1})
        self.assertIsNotNone(status["last_batch"]["id"])
        self.assertEqual(status["latest_event"], "2024-11-04T15:30:00Z")
        self.assertAlmostEqual(status["lag_seconds"], time.time() - 1_730_734_200, delta=60)
        self.assertEqual(status["raw"]["pending_files"], 0)
        lake.command("ingest", "-", stdin=lines(click(event_type="later")))
        self.assertEqual(self.one_object(lake.command("status"))["raw"]["pending_files"], 1)
        text = clicklake("status", "--lake", lake.path).out.decode()
        for words in ("fact_clicks", "last batch", "lag", "invalid_json"):
            self.assertIn(words, text)

    def test_generate_reports_as_json(self):
        report = self.one_object(clicklake("generate", "--events", 20, "--hours", 1, "--format", "json", self.folder / "g"))
        self.assertEqual(report["events"], 20)

    def test_sql_as_json(self):
        lake = self.lake()
        lake.run("-", stdin=lines(click()))
        answer = self.one_object(clicklake("sql", "--lake", lake.path, "--format", "json", "SELECT event_type AS t, count(*) AS n FROM fact_clicks GROUP BY 1"))
        self.assertEqual(answer, {"columns": [{"name": "t", "type": "VARCHAR"}, {"name": "n", "type": "BIGINT"}], "rows": [["page_view", 1]]})


class Init(LakeTest):
    def test_makes_the_folders_the_catalog_and_a_commented_config(self):
        lake = self.lake()
        self.assertLessEqual({"raw", "processed", "curated", "quarantine", "catalog.db", "clicklake.toml"}, {p.name for p in lake.path.iterdir()})
        said = [line for line in (lake.path / "clicklake.toml").read_text().splitlines() if line and not line.startswith("#")]
        self.assertEqual(said, ["[locations]", '"s3://company-raw/clickstream/" = "raw/clickstream"'])

    def test_again_says_so_and_changes_nothing(self):
        lake = self.lake()
        lake.run("-", stdin=lines(click(), "bad"))
        before = digest(lake.path)
        ended = clicklake("init", lake.path)
        self.assertIn(b"already", ended.out)
        self.assertEqual(digest(lake.path), before)

    def test_missing_parents_are_made(self):
        clicklake("init", self.folder / "a/b/lake")
        clicklake("run", "--lake", self.folder / "a/b/lake", "-", stdin=lines(click()))

    def test_of_many_at_once_one_makes_the_lake(self):
        lake = self.folder / "shared/lake"
        running = [subprocess.Popen([program.BINARY, "init", lake], stdout=subprocess.PIPE) for _ in range(8)]
        said = [process.communicate()[0] for process in running]
        self.assertEqual([process.returncode for process in running], [0] * 8)
        self.assertEqual(sorted(b"made a lake" in out for out in said), [False] * 7 + [True])

    def test_every_line_of_the_config_can_be_set_free(self):
        lake = self.lake()
        path = lake.path / "clicklake.toml"
        text = "\n".join(line[2:] if line in ("# [maintain]", "# [symlinks]", "# [marts]", "# [sites]") or (line.startswith("# ") and " = " in line.split("#")[1]
                                                                             and "path" not in line and "in_place" not in line)
                         else line for line in path.read_text().splitlines())
        lake.configure(text)
        self.assertIn("\nthreads = ", "\n" + text)
        self.assert_counts(lake.run("-", stdin=lines(click())), 1, 1)

    def test_lake_by_environment_and_by_default(self):
        lake = self.lake()
        lake.run("-", stdin=lines(click()))
        by_environment = clicklake("status", "--format", "json", env={"CLICKLAKE_LAKE": str(lake.path)}).json()
        by_default = clicklake("status", "--format", "json", cwd=self.folder).json()  # ./lake
        self.assertEqual(by_environment["tables"], by_default["tables"])
        other = self.lake("other")
        named = clicklake("status", "--lake", other.path, "--format", "json", env={"CLICKLAKE_LAKE": str(lake.path)}).json()
        self.assertEqual(named["tables"][0]["rows"], 0)

    def test_lake_named_with_a_slash_a_dot_or_a_link(self):
        lake = self.lake()
        os.symlink(lake.path, self.folder / "link")
        for name in (f"{lake.path}/", f"{lake.path}/.", self.folder / "link", f"{self.folder}/other/../lake"):
            clicklake("run", "--lake", name, "--format", "json", "-", stdin=lines(click(event_type=str(name))))
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 4)

    def test_lake_can_be_moved(self):
        lake = self.lake()
        lake.run("-", stdin=lines(click()))
        os.rename(lake.path, self.folder / "moved")
        lake.path = self.folder / "moved"
        self.assert_counts(lake.run("-", stdin=lines(click(), click(event_type="b"))), 2, 1, 1)

    def test_newer_catalog_is_refused_and_left_alone(self):
        lake = self.lake()
        database = sqlite3.connect(lake.path / "catalog.db")
        database.execute("UPDATE meta SET value = 99 WHERE key = 'format_version'")
        database.execute("PRAGMA user_version = 99")
        database.commit()
        database.close()
        before = digest(lake.path)
        for command in (["run", "--lake", lake.path, "-"], ["status", "--lake", lake.path], ["sql", "--lake", lake.path, "SELECT 1"], ["init", lake.path]):
            ended = clicklake(*command, code=1, stdin=lines(click()))
            self.assertIn(b"99", ended.err)
            self.assertIn(b"newer", ended.err)
        after = digest(lake.path)
        after.pop(".lock", None), before.pop(".lock", None)
        self.assertEqual(after, before)


class Config(LakeTest):
    def check(self, text, *words):
        lake = self.lake()
        lake.configure(text)
        ended = lake.command("run", "-", stdin=lines(click()), code=2)
        for word in words:
            self.assertIn(word.encode(), ended.err)
        self.assertEqual(ended.out, b"")
        lake.configure("")
        self.assert_counts(lake.run("-", stdin=lines(click())), 1, 1)

    def test_unknown_key_is_named_with_its_line(self):
        self.check("# comment\n\nthreads = 2\nthread = 2\n", "thread", "line 4", "clicklake.toml")

    def test_unknown_key_in_a_source_is_named_with_its_path(self):
        self.check('[source.web]\npath = "x"\nformat = "csv"\n', "source.web.format", "line 3")

    def test_wrong_types_are_named_with_their_line(self):
        self.check('\nthreads = "two"\n', "threads", "line 2")

    def test_wrong_sizes_are_named_with_their_line(self):
        self.check('\n\nmax_line_bytes = "wide"\n', "max_line_bytes", "line 3", "wide")

    def test_numbers_out_of_range_are_named_with_their_line(self):
        self.check("max_quarantine_ratio = 1.5\n", "max_quarantine_ratio", "line 1")

    def test_syntax_errors_are_named_with_their_line(self):
        self.check("threads = 2\nthis is no toml\n", "line 2", "clicklake.toml")

    def test_source_without_a_path(self):
        self.check("[source.web]\nin_place = true\n", "source.web", "path")

    def test_sql_is_bound_by_threads_memory_and_temp_dir(self):
        lake = self.lake()
        lake.configure('threads = 3\nmemory_limit = "300MB"\ntemp_dir = "scratch"\n')
        self.assertEqual(lake.scalar("SELECT current_setting('threads')"), 3)
        self.assertIn(lake.scalar("SELECT current_setting('memory_limit')"), ("286.1 MiB", "300.0 MB"))
        self.assertEqual(lake.scalar("SELECT current_setting('temp_directory')"), str(lake.path / "scratch"))
        self.assertEqual(lake.scalar("SELECT current_setting('TimeZone')"), "UTC")

    def test_time_zone_of_the_machine_does_not_show(self):
        for zone in ("Asia/Kolkata", "America/New_York"):
            lake = self.lake(zone.replace("/", "-"))
            lake.command("run", "-", stdin=lines(click()), env={"TZ": zone})
            out = clicklake("sql", "--lake", lake.path, "--format", "json", "SELECT event_timestamp, date_key, hour FROM fact_clicks", env={"TZ": zone}).json()
            self.assertEqual(out["rows"], [["2024-11-04T15:30:00Z", 20241104, 15]])

    def test_arrived_at_is_taken(self):
        lake = self.lake()
        lake.run("-", stdin=lines(click(), click(event_timestamp="2024-11-04T17:00:00Z")), flags=("--arrived-at", "2024-11-04T18:00:00Z"))
        self.assertEqual(lake.sql("SELECT epoch_us(arrived_at), is_late FROM fact_clicks ORDER BY event_timestamp"),
                         [[1_730_743_200_000_000, True], [1_730_743_200_000_000, False]])


class Progress(LakeTest):
    def source(self):
        clicklake("generate", "--events", 150_000, "--hours", 3, self.folder / "clicks")
        return self.folder / "clicks"

    def test_none_in_a_pipe(self):
        ended = self.lake().command("run", self.source())
        self.assertEqual(ended.err, b"")
        ended.json()

    def test_shown_on_a_terminal(self):
        """MB/s, events/s, percent and time to go, on the error output; the report stays clean."""
        lake = self.lake()
        source = self.source()
        try:
            ours, theirs = pty.openpty()
        except OSError as missing:
            self.skipTest(f"no terminal can be made here: {missing}")
        seen = b""
        with subprocess.Popen([program.BINARY, "run", "--lake", lake.path, "--format", "json", "--threads", "1", source],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=theirs) as running:
            os.close(theirs)
            out = b""
            while True:
                ready, _, _ = select.select([ours], [], [], 60)
                try:
                    piece = os.read(ours, 65536) if ready else b""
                except OSError:
                    break
                if not piece:
                    break
                seen += piece
            out = running.stdout.read()
        os.close(ours)
        self.assertEqual(running.returncode, 0, seen)
        self.assertEqual(json.loads(out)["accepted"], 150_000)
        for words in (b"MB/s", b"events/s", b"%", b"to go"):
            self.assertIn(words, seen)
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])


if __name__ == "__main__":
    program.main()
