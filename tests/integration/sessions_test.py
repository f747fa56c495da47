#!/usr/bin/env python3
"""Sessions follow from the facts alone: by the client's id or by silence, in any order and any batches."""

import random
import sqlite3

import program
import star_model
from program import LakeTest, click, lines, write

MTIME = 1_731_000_000
MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE
NOON = 1_730_721_600_000_000  # 2024-11-04 12:00 UTC


def at(us):
    return str(us)  # microseconds since 1970


class SessionsTest(LakeTest):
    def put(self, lake, events, **flags):
        self.number = getattr(self, "number", 0) + 1
        path = write(self.folder / f"in-{self.number}" / "e.json", lines(*events), MTIME)
        return lake.run(path, **flags)

    def expect(self, lake, events):
        model = star_model.star([star_model.Event(line, MTIME * 1_000_000) for line in lines(*events).splitlines()])
        self.assert_tables(lake, model)

    def follow(self, *batches):
        """Batch after batch, each time as the model has it; the lake."""
        lake, seen = self.lake(f"lake-{random.randrange(1 << 30)}"), []
        for events in batches:
            self.put(lake, events)
            seen += events
            self.expect(lake, seen)
        return lake

    def rows(self, lake, what="event_count", order="started_at, session_key"):
        return [r[0] for r in lake.sql(f"SELECT {what} FROM sessions ORDER BY {order}")]


def named(session, minutes, **more):
    return click(session_id=session, event_timestamp=at(NOON + int(minutes * MINUTE)), **more)


def silent(user, minutes, **more):
    return click(session_id=None, user_id=user, event_timestamp=at(NOON + int(minutes * MINUTE)), **more)


class ByClientId(SessionsTest):
    def test_silence_does_not_end_it(self):
        lake = self.follow([named("a", 0), named("a", 100), named("a", 700)])
        self.assertEqual(self.rows(lake), [3])

    def test_continues_in_later_batches_and_after_midnight(self):
        self.follow([named("a", 0), named("b", 5)], [named("a", 20)], [named("a", 13 * 60), named("c", 13 * 60)], [named("a", 14 * 60)])

    def test_begins_earlier_than_was_known(self):
        # Its row moves to the day before, and on to one 400 days before.
        lake = self.follow([named("a", 0)], [named("a", -13 * 60)], [named("a", -400 * 24 * 60)], [named("a", 10)])
        self.assertEqual(self.rows(lake), [4])

    def test_event_between_two_that_are_known(self):
        self.follow([named("a", 0, page_url="https://x/1"), named("a", 60, page_url="https://x/2")],
                    [named("a", 30, page_url="https://x/3", event_type="purchase", metadata={"price": "3.5"})])

    def test_event_at_the_time_of_the_first_and_of_the_last(self):
        for page in range(6):
            self.follow([named("a", 0), named("a", 60)],
                        [named("a", 0, page_url=f"https://x/{page}"), named("a", 60, page_url=f"https://x/{page + 10}")])

    def test_id_that_comes_again_after_a_year(self):
        self.follow([named("a", 0), named("b", 1)], [named("c", 300 * 24 * 60)], [named("a", 366 * 24 * 60)], [named("b", 100 * 24 * 60)])

    def test_user_is_that_of_the_latest_event_that_has_one(self):
        lake = self.follow([named("a", 0, user_id=None)], [named("a", 5, user_id="u-7")], [named("a", 9, user_id=None)],
                           [named("a", 7, user_id="u-8")], [named("a", 6, user_id="u-9")])
        self.assertEqual(lake.sql("SELECT user_id, session_count FROM dim_users ORDER BY 1"), [["(unknown)", 0], ["u-7", 0], ["u-8", 1], ["u-9", 0]])

    def test_pages_are_of_events_that_have_one(self):
        self.follow([named("a", 0, page_url=None, event_type="start")], [named("a", 5)],
                    [named("a", 6, page_url=None, event_type="end")], [named("a", 2, page_url="https://x/2")])

    def test_revenue_is_in_the_base_currency(self):
        buy = {"event_type": "purchase"}
        lake = self.follow([named("a", 0, **buy, metadata={"price": 10, "quantity": 2}), named("a", 1, **buy, metadata={"price": 5, "currency": "EUR"}),
                            named("a", 2, **buy, metadata={"price": 7, "currency": "USD"})])
        self.assertEqual(lake.sql("SELECT purchases, revenue::VARCHAR FROM sessions"), [[3, "27.0000"]])

    def test_earlier_event_of_the_same_id_takes_the_row_out_of_its_session(self):
        first = named("a", 5, event_id="e-1")
        self.follow([first, named("a", 9)], [named("b", 0, event_id="e-1", page_url="https://x/9")])
        self.follow([first], [named("b", 0, event_id="e-1")], [named("a", -3, event_id="e-1")])

    def test_in_one_batch_too(self):
        self.follow([named("a", 65, event_id="e-1"), named("a", 66), named("b", 0, event_id="e-1")])


class BySilence(SessionsTest):
    def test_half_an_hour_and_no_more(self):
        lake = self.follow([silent("u", 0), silent("u", 30), silent("u", 60.001), silent("v", 31)])
        self.assertEqual(sorted(self.rows(lake)), [1, 1, 2])

    def test_midnight_does_not_end_it(self):
        lake = self.follow([silent("u", 11 * 60 + 50)], [silent("u", 12 * 60 + 10)], [silent("u", 12 * 60 + 39)])
        self.assertEqual(self.rows(lake), [3])

    def test_late_event_joins_two(self):
        lake = self.follow([silent("u", 0), silent("u", 50)], [silent("u", 25)])
        self.assertEqual(self.rows(lake), [3])

    def test_late_event_joins_two_days(self):
        self.follow([silent("u", 11 * 60 + 35)], [silent("u", 12 * 60 + 5)], [silent("u", 11 * 60 + 55)], [silent("u", 11 * 60 + 20)])

    def test_long_one_is_found_from_its_end(self):
        self.follow([silent("u", m) for m in range(0, 3000, 29)], [silent("u", 3020)], [silent("u", -10)], [silent("u", 1500)])

    def test_earlier_event_of_the_same_id_splits_it(self):
        lake = self.follow([silent("u", 0), silent("u", 25, event_id="e-1"), silent("u", 50)], [silent("v", -5, event_id="e-1")])
        self.assertEqual(self.rows(lake), [1, 1, 1])

    def test_same_user_with_and_without_ids(self):
        self.follow([silent("u-1", 0), named("a", 1)], [silent("u-1", 2), named("a", 3)], [named("b", 4), silent("u-1", 40)])


def any_event(rng, spread):
    time = NOON + rng.randrange(spread)
    more = {"page_url": rng.choice([None, "https://x/1", "https://x/2", "https://x/3"]), "event_timestamp": at(time - time % (5 * MINUTE))}
    kind = rng.random()
    if kind < 0.15:
        more |= {"event_type": "purchase", "metadata": {"price": str(rng.randrange(100)), "currency": rng.choice(["USD", "EUR"])}}
    elif kind < 0.3:
        more["event_type"] = "click"
    if rng.random() < 0.15:
        more["event_id"] = f"e-{rng.randrange(20)}"
    return click(session_id=rng.choice([None, None, "", "s-1", "s-2", "s-3"]), user_id=f"u-{rng.randrange(3)}", **more)


class RandomSplits(SessionsTest):
    seeds = range(6)

    def test_come_to_the_same_as_all_at_once(self):
        for seed in self.seeds:
            with self.subTest(seed=seed):
                rng = random.Random(seed)
                spread = rng.choice([3 * 60, 26 * 60, 5 * 24 * 60]) * MINUTE
                events = [any_event(rng, spread) for _ in range(rng.randrange(20, 60))]
                lake = self.lake(f"lake-{seed}")
                rest = list(events)
                rng.shuffle(rest)
                while rest:
                    count = rng.randrange(1, 15)
                    self.put(lake, rest[:count] + rng.sample(events, 2))
                    rest = rest[count:]
                self.expect(lake, events)


class ManyRandomSplits(RandomSplits):
    seeds = range(100, 180)


class ManyBatches(SessionsTest):
    def test_index_is_merged_and_still_finds(self):
        lake = self.lake()
        seen = []
        for batch in range(40):
            events = [named(f"s-{batch}-{i}", batch * 60 + i) for i in range(3)]
            if batch > 2:
                events.append(named(f"s-{batch // 2}-0", batch * 60 + 30))
            self.put(lake, events)
            seen += events
        self.expect(lake, seen)
        runs = list((lake.path / "curated" / "sessions" / "index").glob("*.run"))
        self.assertLess(len(runs), 16)
        self.assertEqual(sorted(str(r.relative_to(lake.path)) for r in runs), sorted(side_files(lake)))


class OlderLake(SessionsTest):
    def test_gets_its_sessions_at_the_next_run(self):
        lake = self.lake()
        events = [named(f"s-{i % 7}", i * 11) for i in range(60)] + [silent(f"u-{i % 3}", i * 13) for i in range(60)]
        self.put(lake, events)
        with sqlite3.connect(lake.path / "catalog.db") as db:  # as one that was written before there were sessions
            table, = db.execute("SELECT table_no FROM tables WHERE name = 'sessions'").fetchone()
            db.execute("PRAGMA foreign_keys = OFF")
            db.execute("UPDATE tables SET current_snapshot = NULL, metadata_location = '' WHERE table_no = ?", (table,))
            db.execute("DELETE FROM iceberg_tables WHERE table_name = 'sessions'")
            for of_file in ("file_statistics", "file_bounds"):
                db.execute(f"DELETE FROM {of_file} WHERE file_no IN (SELECT file_no FROM data_files WHERE table_no = ?)", (table,))
            db.execute("DELETE FROM data_files WHERE table_no = ?", (table,))
            db.execute("DELETE FROM snapshots WHERE table_no = ?", (table,))
            db.execute("DELETE FROM manifests WHERE table_no = ?", (table,))
            db.execute("DELETE FROM side_files")
        more = [named("s-1", 2000)]
        self.put(lake, more)
        rows = lake.tables()["sessions"]
        model = star_model.star([star_model.Event(line, 0) for line in lines(*events, *more).splitlines()])["sessions"]
        self.assertEqual(program.differences({"sessions": rows}, {"sessions": model}), "")


def side_files(lake):
    with sqlite3.connect(f"file:{lake.path}/catalog.db?mode=ro", uri=True) as db:
        return [path for path, in db.execute("SELECT path FROM side_files WHERE kind = 'session_index'")]


if __name__ == "__main__":
    program.main()
