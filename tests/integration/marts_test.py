#!/usr/bin/env python3
"""Marts: rows as an independent count has them, made anew for the days that changed and no others, in the batch's own commit."""

import collections
import json
import re
import sqlite3

import program
from program import LakeTest, MARTS, click, clicklake, lines, write

DAY = "2024-11-04"
VISITS = """-- mart: visits
-- grain: a day
-- keys: date
-- partition: date
-- incremental: sessions.started_at
SELECT day_of(started_at) AS date, count(*) AS visits FROM sessions GROUP BY 1
"""


def at(time, **changes):
    return click(event_timestamp=time if "T" in time else f"{DAY}T{time}Z", **changes)


class MartsTest(LakeTest):
    def setUp(self):
        super().setUp()
        self.it = self.lake()

    def take(self, name, *events, code=0):
        return self.it.run(write(self.folder / f"{name}.json", lines(*events)), code=code)

    def batches(self):
        """Ids of committed batches, the latest first."""
        with sqlite3.connect(self.it.path / "catalog.db") as catalog:
            return [b for (b,) in catalog.execute("SELECT batch_id FROM batches WHERE committed_us <> 0 ORDER BY batch_no DESC")]

    def again(self, code=0):
        """A run without news."""
        return self.it.command("transform", code=code).json()

    def rows(self, mart, columns="*", order="ALL"):
        return self.it.sql(f"SELECT {columns} FROM {mart} ORDER BY {order}")

    def files(self, mart):
        """Live files of a mart: date -> names."""
        found = collections.defaultdict(list)
        with sqlite3.connect(self.it.path / "catalog.db") as catalog:
            for (path,) in catalog.execute("SELECT path FROM data_files JOIN tables USING (table_no) WHERE name = ?"
                                           " AND removed_snapshot IS NULL", (mart,)):
                found[re.search(r"date=([0-9-]+)", path)[1]].append(path)
        return found

    def put(self, name, text):
        (self.it.path / "marts" / f"{name}.sql").write_text(text)

    def sound(self):
        """verify holds every mart against its query."""
        report = self.it.command("verify").json()
        self.assertEqual((report["findings"], report["skipped"], [n for n in report["notes"] if "mart" in n]), ([], [], []))


class Values(MartsTest):
    def test_a_small_day_counted_by_hand(self):
        shop = "https://shop.example/"
        self.take("a",
                  at("09:00:00", session_id="s-1", user_id="u-1", page_url=shop + "?utm_source=n&utm_medium=email"),
                  at("09:05:00", session_id="s-1", user_id="u-1", event_type="add_to_cart"),
                  at("10:10:00", session_id="s-1", user_id="u-1", event_type="purchase",
                     metadata={"price": "10.50", "quantity": "2", "currency": "USD", "category": "toys"}),
                  at("09:30:00", session_id="s-2", user_id="u-2", device_type="desktop", referrer_url=None),
                  at("09:31:00", session_id="s-2", user_id="u-2", device_type="desktop", referrer_url=None, event_type="purchase",
                     metadata={"price": "5", "currency": "EUR"}),
                  at("11:00:00", session_id="s-3", user_id=None, event_type="search"))
        columns = "date::VARCHAR, device_type, events, page_views, add_to_carts, purchases, other_events, users, sessions, bounces, revenue::VARCHAR"
        self.assertEqual(self.rows("engagement_daily", columns),
                         [[DAY, "desktop", 2, 1, 0, 1, 0, 1, 1, 0, "0.0000"], [DAY, "mobile", 4, 1, 1, 1, 1, 1, 2, 1, "21.0000"]])
        self.assertEqual(self.rows("engagement_hourly", "strftime(hour, '%H:%M'), device_type, events, sessions"),
                         [["09:00", "desktop", 2, 1], ["09:00", "mobile", 2, 1], ["10:00", "mobile", 1, 0], ["11:00", "mobile", 1, 1]])
        # s-2 bought without a cart: not in this order.
        self.assertEqual(self.rows("funnel_daily", "date::VARCHAR, sessions, page_view_sessions, add_to_cart_sessions, purchase_sessions, conversion"),
                         [[DAY, 3, 2, 1, 1, 0.5]])
        self.assertEqual(self.rows("revenue_daily", "date::VARCHAR, category, channel, currency, purchases, quantity, revenue::VARCHAR"),
                         [[DAY, "(none)", "direct", "EUR", 1, 1, "5.0000"], [DAY, "toys", "email", "USD", 1, 2, "21.0000"]])
        self.sound()

    def test_sessions_by_silence_have_their_steps_too(self):
        self.take("a", *(at(f"09:0{i}:00", session_id=None, event_type=t) for i, t in enumerate(("page_view", "add_to_cart", "purchase"))),
                  at("12:00:00", session_id=None))
        self.assertEqual(self.rows("funnel_daily", "sessions, page_view_sessions, add_to_cart_sessions, purchase_sessions"), [[2, 2, 1, 1]])
        self.assertEqual(self.it.scalar("SELECT sum(purchases)::INT FROM revenue_daily"), 1)

    def test_sums_are_those_of_the_facts(self):
        clicklake("generate", "--events", 4000, "--hours", 60, "--dirty", 0.1, "--seed", 5, self.folder / "gen")
        self.it.run(self.folder / "gen")
        facts = self.it.sql("SELECT count(*), count(*) FILTER (event_type = 'purchase'), (SELECT count(*) FROM sessions) FROM fact_clicks")
        for mart in ("engagement_daily", "engagement_hourly"):
            self.assertEqual(self.it.sql(f"SELECT sum(events)::INT, sum(purchases)::INT, sum(sessions)::INT FROM {mart}"), facts)
        self.assertEqual(self.it.sql("SELECT sum(r)::VARCHAR FROM (SELECT sum(revenue) AS r FROM fact_clicks)"),
                         self.it.sql("SELECT sum(revenue)::VARCHAR FROM revenue_daily"))
        self.assertEqual(self.it.scalar("SELECT sum(sessions)::INT FROM funnel_daily"), facts[0][2])
        self.sound()

    def test_users_by_hyperloglog_are_about_right(self):
        clicklake("generate", "--events", 20000, "--hours", 24, "--users", 3000, "--seed", 6, self.folder / "gen")
        self.it.run(self.folder / "gen")
        exact = dict(self.it.sql("SELECT device_type, users FROM engagement_daily WHERE users > 200"))
        self.it.configure('[marts]\ndistinct = "hll"\n')
        self.again()  # another way to count is another mart: made anew without news
        about = dict(self.it.sql("SELECT device_type, users FROM engagement_daily WHERE users > 100"))
        self.assertTrue(exact)
        for device, users in exact.items():
            self.assertLess(abs(about[device] - users), 0.1 * users)


class Incremental(MartsTest):
    def test_only_days_that_changed_are_made_anew(self):
        for day in (1, 2, 3, 4):
            self.take(f"d{day}", at(f"2024-11-0{day}T10:00:00Z", session_id=f"s-{day}"))
        before = {mart: self.files(mart) for mart in MARTS}
        self.take("late", at("2024-11-02T11:00:00Z", session_id="s-late"))
        for mart in ("engagement_daily", "engagement_hourly", "funnel_daily"):
            after = self.files(mart)
            changed = [day for day in after if after[day] != before[mart].get(day)]
            self.assertEqual(changed, ["2024-11-02"], mart)
        self.sound()

    def test_a_batch_and_its_marts_are_one_commit(self):
        self.take("a", at("10:00:00"))
        with sqlite3.connect(self.it.path / "catalog.db") as catalog:
            batches = dict(catalog.execute("SELECT name, batch_no FROM tables JOIN snapshots ON snapshot_id = current_snapshot"))
        self.assertEqual({batches[t] for t in ("fact_clicks", "sessions", "engagement_daily", "engagement_hourly", "funnel_daily")},
                         {batches["fact_clicks"]})

    def test_a_session_that_becomes_another_one_changes_what_later_days_say_of_it(self):
        campaign = "https://shop.example/?utm_source=n&utm_medium=email"
        self.take("a", at("2024-11-04T23:50:00Z", session_id="night", referrer_url=None))
        self.take("b", at("2024-11-05T00:10:00Z", session_id="night", referrer_url=None, event_type="purchase", metadata={"price": "3"}))
        self.assertEqual(self.rows("revenue_daily", "date::VARCHAR, channel"), [["2024-11-05", "direct"]])
        self.take("c", at("2024-11-04T23:40:00Z", session_id="night", referrer_url=None, page_url=campaign))
        self.assertEqual(self.rows("revenue_daily", "date::VARCHAR, channel"), [["2024-11-05", "email"]])
        self.sound()

    def test_hour_by_hour_comes_to_the_same_as_all_at_once(self):
        clicklake("generate", "--events", 600, "--hours", 30, "--dirty", 0.3, "--seed", 9, "--users", 60, self.folder / "gen")
        hours = sorted((self.folder / "gen").rglob("part-*.json"))
        for i in range(0, len(hours), 4):
            self.it.run(*hours[i:i + 4])
        at_once = self.lake("at-once")
        at_once.run(self.folder / "gen")
        self.assert_tables(self.it, at_once)
        self.sound()

    def test_rollback_and_replay_take_marts_along(self):
        self.take("a", at("2024-11-03T10:00:00Z", session_id="s-a"))
        before = self.it.tables()
        self.take("b", at("2024-11-03T11:00:00Z", session_id="s-b"), at("2024-11-09T11:00:00Z", session_id="s-c"))
        batch = self.batches()[1]  # the ingest
        self.assertEqual(self.it.scalar("SELECT sum(events)::INT FROM engagement_daily"), 3)
        self.it.command("rollback", batch)
        self.assertEqual(self.it.tables(), before)
        self.it.command("replay")
        self.assertEqual(self.it.tables(), before)
        self.sound()


class Folder(MartsTest):
    def test_a_file_that_is_added_is_a_mart_at_the_next_run(self):
        self.take("a", at("10:00:00", session_id="s-1"), at("11:00:00", session_id="s-2"))
        self.put("visits", VISITS)
        self.again()
        self.assertEqual(self.rows("visits", "date::VARCHAR, visits"), [[DAY, 2]])
        self.assertEqual(self.rows("clickstream_curated.visits", "visits"), [[2]])
        batches = self.batches()
        self.again()
        self.assertEqual(self.batches(), batches, "nothing is due any more")
        self.put("visits", VISITS.replace("count(*) AS visits", "count(*) AS visits, min(user_key) AS least"))
        self.again()
        self.assertEqual(self.it.scalar("SELECT count(least) FROM visits"), 1)
        # A column that the query gives no more stays, empty.
        self.put("visits", VISITS)
        self.again()
        self.assertEqual(self.rows("visits", "visits, least"), [[2, None]])

    def test_a_mart_that_fails_keeps_its_rows_and_catches_up(self):
        self.put("visits", VISITS)
        self.take("a", at("2024-11-04T10:00:00Z", session_id="s-1"))
        self.put("visits", VISITS.replace("FROM sessions", "FROM session"))
        report = self.take("b", at("2024-11-05T10:00:00Z", session_id="s-2"), code=1)
        self.assertEqual((report["accepted"], len(report["mart_problems"])), (1, 1))
        self.assertIn("visits.sql", report["mart_problems"][0])
        self.assertEqual(self.it.scalar("SELECT count(*) FROM fact_clicks"), 2, "the batch is published")
        self.assertEqual(self.it.scalar("SELECT sum(events)::INT FROM engagement_daily"), 2, "and the other marts with it")
        self.assertEqual(self.rows("visits", "visits"), [[1]])
        self.assertEqual(clicklake("marts", "check", "--lake", self.it.path, code=1).out, b"")
        self.put("visits", VISITS)
        self.again()
        self.assertEqual(self.rows("visits", "visits"), [[1], [1]])
        self.sound()

    def test_what_a_query_may_not_give_is_said(self):
        self.take("a", at("10:00:00"))
        for i, (query, said) in enumerate((
                ("SELECT day_of(started_at) AS date, [1] AS list FROM sessions", "list"),
                ("SELECT day_of(started_at) AS day, 1 AS n FROM sessions", "date"),
                ("SELECT DATE '2020-01-01' AS date, count(*) AS n FROM sessions", "2020-01-01"),
                ("SELECT day_of(started_at) AS date, 1 AS n FROM sessions UNION ALL SELECT day_of(started_at), 2 FROM sessions", "same date"),
                ("SELECT CAST(NULL AS DATE) AS date, 1 AS n FROM sessions", "no date"),
                ("SELECT day_of(started_at) AS date, 1 AS \"N n\" FROM sessions", "N n"),
                ("SELECT day_of(started_at) AS date, error('no luck') AS n FROM sessions", "no luck"))):
            self.put(f"mine_{i}", VISITS.split("SELECT")[0].replace("visits", f"mine_{i}") + query)
            problems = self.again(code=1)["mart_problems"]
            self.assertEqual(len(problems), 1, query)
            self.assertIn(said, problems[0])
            (self.it.path / "marts" / f"mine_{i}.sql").unlink()
        self.put("mine", "SELECT 1")
        self.again(code=1)
        self.assertIn("keys", clicklake("marts", "check", "--lake", self.it.path, code=1).err.decode())
        self.put("mine", VISITS.replace("visits", "mine").replace("-- mart: mine", "-- mart: fact_clicks"))
        self.assertIn("one name", clicklake("marts", "check", "--lake", self.it.path, code=1).err.decode())

    def test_a_name_of_the_star_is_refused(self):
        self.put("sessions", VISITS.replace("-- mart: visits", "-- mart: sessions"))
        self.assertIn("table of the star", self.take("a", at("10:00:00"), code=1)["mart_problems"][0])

    def test_a_column_of_another_type_is_refused(self):
        self.put("visits", VISITS)
        self.take("a", at("10:00:00"))
        self.put("visits", VISITS.replace("count(*)", "'many'"))
        self.assertIn("bigint, not string", self.again(code=1)["mart_problems"][0])

    def test_ready_marts_are_added_where_they_are_missing(self):
        folder = self.it.path / "marts"
        self.assertEqual(sorted(p.stem for p in folder.iterdir()), sorted(MARTS))
        (folder / "funnel_daily.sql").unlink()
        (folder / "revenue_daily.sql").write_text(VISITS.replace("visits", "revenue_daily"))
        said = clicklake("marts", "add", "--lake", self.it.path).out.decode()
        self.assertIn("funnel_daily added", said)
        self.assertIn("revenue_daily is there already", said)
        self.assertIn("sessions.started_at", (folder / "revenue_daily.sql").read_text())
        self.assertIn(b"engagement_daily, engagement_hourly", clicklake("marts", "add", "--lake", self.it.path, "none", code=1).err)

    def test_the_list_says_what_is_due(self):
        def states():
            marts = json.loads(clicklake("marts", "list", "--lake", self.it.path, "--format", "json").out)["marts"]
            return {m["name"]: m["state"] for m in marts}
        self.assertEqual(set(states().values()), {"made whole by the next run"})
        self.take("a", at("10:00:00"))
        self.assertEqual(states(), {mart: "up to date" for mart in MARTS})
        (self.it.path / "marts" / "funnel_daily.sql").unlink()
        self.put("wrong", "SELECT 1")
        self.assertEqual((states()["funnel_daily"], states()["wrong"]), ("not kept up: its file is gone", "its file is wrong"))

    def test_off_is_off_and_on_again_catches_up(self):
        self.take("a", at("2024-11-04T10:00:00Z"))
        self.it.configure("[marts]\nenabled = false\n")
        self.take("b", at("2024-11-05T10:00:00Z"))
        self.assertEqual(self.it.scalar("SELECT sum(events)::INT FROM engagement_daily"), 1)
        self.it.configure("")
        self.again()
        self.assertEqual(self.it.scalar("SELECT sum(events)::INT FROM engagement_daily"), 2)
        self.assertEqual(len(self.files("engagement_daily")), 2)

    def test_configuration_that_is_wrong_is_said(self):
        for text, said in (("[marts]\nenabled = 1\n", b"true or false"), ('[marts]\ndistinct = "some"\n', b"hll"),
                           ("[marts]\nmany = true\n", b"unknown key 'marts.many'"), ("marts = 1\n", b"[marts]")):
            self.it.configure(text)
            self.assertIn(said, clicklake("marts", "list", "--lake", self.it.path, code=2).err)


class Verify(MartsTest):
    def damage(self):
        """Says that a mart which a run passed over is up to date."""
        self.take("a", at("10:00:00"))
        self.it.configure("[marts]\nenabled = false\n")
        self.take("b", at("11:00:00"))
        batch = self.batches()[0]
        self.it.configure("")
        with sqlite3.connect(self.it.path / "catalog.db") as catalog:
            catalog.execute("UPDATE meta SET value = substr(value, 1, instr(value, '@')) || ? || '@' WHERE key LIKE 'made_with.%_daily'"
                            " OR key LIKE 'made_with.%_hourly'", (batch,))

    def test_rows_that_the_query_does_not_give_are_found_and_repaired(self):
        self.damage()
        findings = self.it.command("verify", code=1).json()["findings"]
        self.assertEqual({f["kind"] for f in findings}, {"mart_rows"})
        self.assertEqual({f["table"] for f in findings}, {"engagement_daily", "engagement_hourly"})
        self.assertIn(DAY, findings[0]["message"])
        self.it.command("verify", "--repair")
        self.sound()
        self.assertEqual(self.it.scalar("SELECT sum(events)::INT FROM engagement_daily"), 2)

    def test_a_file_that_is_gone_is_made_again(self):
        self.take("a", at("10:00:00"))
        (path,) = self.files("engagement_hourly")[DAY]
        (self.it.path / path).unlink()
        self.assertIn("file_missing", {f["kind"] for f in self.it.command("verify", code=1).json()["findings"]})
        self.it.command("verify", "--repair")
        self.sound()
        self.assertEqual(self.it.scalar("SELECT sum(events)::INT FROM engagement_hourly"), 1)

    def test_rebuild_makes_the_same_rows(self):
        self.take("a", *(at(f"2024-11-0{d}T10:00:00Z", session_id=f"s-{d}") for d in (1, 2, 5)))
        before, files = self.it.tables(), self.files("funnel_daily")
        clicklake("marts", "rebuild", "--lake", self.it.path, "funnel_daily")
        self.assertEqual(self.it.tables(), before)
        self.assertNotEqual(self.files("funnel_daily"), files)
        self.assertIn(b"no mart nothing", clicklake("marts", "rebuild", "--lake", self.it.path, "nothing", code=1).err)

    def test_a_backup_has_the_marts(self):
        self.take("a", at("10:00:00"))
        copy = self.folder / "copy"
        clicklake("backup", "--lake", self.it.path, copy)
        rows = json.loads(clicklake("sql", "--lake", copy, "--format", "json", "SELECT sum(events)::INT FROM engagement_daily").out)["rows"]
        self.assertEqual(rows, [[1]])
        self.assertTrue((copy / "marts" / "funnel_daily.sql").exists())
        report = clicklake("verify", "--lake", copy, "--format", "json").json()
        self.assertEqual(report["findings"], [])


if __name__ == "__main__":
    program.main()
