#!/usr/bin/env python3
"""The queries of examples/sql, each run over one lake, their answers against what the events themselves say."""

import collections
import datetime
import json
import pathlib
import unittest

import program
from program import Lake, clicklake

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "sql"
HALF_AN_HOUR = datetime.timedelta(minutes=30)


def time_of(event):
    return datetime.datetime.fromisoformat(event["event_timestamp"].replace("Z", "+00:00"))


class Examples(program.LakeTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ran = set()

    def setUp(self):
        super().setUp()
        clicks = self.folder / "clicks"
        clicklake("generate", "--events", 20000, "--hours", 48, "--seed", 11, clicks)
        self.lake = Lake(self.folder / "lake")
        self.lake.run(clicks)
        self.events = [json.loads(line) for file in sorted(clicks.rglob("*.json")) if not file.name.startswith("_")
                       for line in file.read_text().splitlines()]

    def answer(self, name):
        """Rows of an example as dictionaries."""
        self.ran.add(name)
        got = clicklake("sql", "--lake", self.lake.path, "--format", "ndjson", "-f", EXAMPLES / f"{name}.sql")
        return [json.loads(line) for line in got.out.decode().splitlines()]

    def test_all(self):
        self.check_engagement()
        self.check_funnel()
        self.check_retention()
        self.check_revenue()
        self.check_pages()
        self.check_sessions()
        self.check_raw()
        (late,) = [sum(row["events"] for row in self.answer("late_and_refused"))]
        self.assertEqual(late, len(self.events))
        self.assertEqual(self.ran, {file.stem for file in EXAMPLES.glob("*.sql")}, "an example that no check looks at")
        listed = (EXAMPLES / "README.md").read_text()
        for name in self.ran:
            self.assertIn(f"({name}.sql)", listed)

    def check_engagement(self):
        for name, length in (("engagement_by_hour", 13), ("engagement_by_day", 10)):
            key = "hour" if length == 13 else "date"
            events, users = collections.Counter(), collections.defaultdict(set)
            for event in self.events:
                when = event["event_timestamp"][:length]
                events[when] += 1
                if event.get("user_id"):
                    users[when].add(event["user_id"])
            rows = {row[key][:length].replace(" ", "T"): row for row in self.answer(name)}
            self.assertEqual({when: row["events"] for when, row in rows.items()}, events)
            self.assertEqual({when: row["users"] for when, row in rows.items()}, {when: len(users[when]) for when in events})

    def check_funnel(self):
        sessions = collections.defaultdict(lambda: collections.defaultdict(list))
        for event in self.events:
            if event.get("session_id"):
                sessions[event["session_id"]][event["event_type"]].append(time_of(event))
        viewed = [s for s in sessions.values() if s["page_view"]]
        added = [s for s in viewed if s["add_to_cart"] and max(s["add_to_cart"]) >= min(s["page_view"])]
        bought = [s for s in added if s["purchase"] and max(s["purchase"]) >= min(s["page_view"])]
        (row,) = self.answer("funnel")
        self.assertEqual((row["viewed"], row["added_to_cart"], row["bought"]), (len(viewed), len(added), len(bought)))

    def check_retention(self):
        days = collections.defaultdict(set)
        for event in self.events:
            if event.get("user_id"):
                days[event["user_id"]].add(time_of(event).date())
        expected = collections.Counter(min(of_user) for of_user in days.values())
        back = collections.Counter(min(of_user) for of_user in days.values() if min(of_user) + datetime.timedelta(days=1) in of_user)
        rows = self.answer("retention")
        self.assertEqual({row["first_day"]: row["users"] for row in rows}, {str(day): n for day, n in expected.items()})
        self.assertEqual({row["first_day"]: row["after_1_day"] for row in rows}, {str(day): back[day] for day in expected})

    def check_revenue(self):
        purchases = sum(event["event_type"] == "purchase" for event in self.events)
        self.assertEqual(sum(row["purchases"] for row in self.answer("revenue_by_category")), purchases)
        by_users = sum(event["event_type"] == "purchase" and bool(event.get("user_id")) for event in self.events)
        self.assertEqual(sum(row["purchases"] for row in self.answer("revenue_by_campaign")), by_users)

    def check_pages(self):
        rows = self.answer("top_pages")
        self.assertEqual(len(rows), 20)
        views = [row["views"] for row in rows]
        self.assertEqual(views, sorted(views, reverse=True))
        home = sum(event["event_type"] == "page_view" and event.get("page_url", "").partition("?")[0].endswith("shop.example.com/") for event in self.events)
        self.assertEqual({row["path"]: row["views"] for row in rows}["/"], home)

    def check_sessions(self):
        by_user = collections.defaultdict(list)
        for event in self.events:
            if event.get("user_id"):
                by_user[event["user_id"]].append(time_of(event))
        began = collections.Counter()
        for times in by_user.values():
            times.sort()
            for before, now in zip([None, *times], times):
                began[str(now.date())] += before is None or now - before > HALF_AN_HOUR
        self.assertEqual({row["day"]: row["sessions"] for row in self.answer("sessions")}, began)

    def check_raw(self):
        hour = [event for event in self.events if event["event_timestamp"].startswith("2024-11-02T23")]
        rows = self.answer("raw_last_hour")
        self.assertEqual({row["event_type"]: row["events"] for row in rows}, collections.Counter(e["event_type"] for e in hour))
        keys = collections.Counter(key for event in self.events if event["event_timestamp"].startswith("2024-11-02") for key in event.get("metadata") or {})
        self.assertEqual({row["key"]: row["events"] for row in self.answer("raw_keys_of_a_day")}, keys)


if __name__ == "__main__":
    program.main()
