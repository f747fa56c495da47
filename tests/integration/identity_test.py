#!/usr/bin/env python3
"""Identity of events: duplicates over files, hours, batches and ways in; the smallest stays, whatever the order."""

import datetime
import itertools
import json
import random
import unittest

import program
import star_model
from program import Lake, LakeTest, click, hour_folder, lines, write
from star_model import HOUR

T0 = 1_730_732_400_000_000  # 2024-11-04T15:00:00Z
MTIME = T0 // 1_000_000 + 7 * 86400


def at(hours, us=0):
    """A time so many hours behind T0."""
    return T0 + int(hours * HOUR) + us


def named(event_id, time, **more):
    return click(event_id=event_id, event_timestamp=time, **more)


def folder_of(root, time):
    hours = time // HOUR
    days, hour = divmod(hours, 24)

    day = datetime.date(1970, 1, 1) + datetime.timedelta(days=days)
    return hour_folder(root, day.year, day.month, day.day, hour)


class IdentityTest(LakeTest):
    batches = 0

    def put(self, lake, events, in_place=False):
        """One batch: the events, by hour where in place. Returns the report."""
        self.batches += 1
        root = self.folder / f"batch-{self.batches}"
        if not in_place:
            return lake.run(write(root / "clicks.json", lines(*events), MTIME))
        by_folder = {}
        for event in events:
            time = star_model.Event(lines(event)).time
            by_folder.setdefault(folder_of(root, time), []).append(event)
        for folder, some in by_folder.items():
            write(folder / "part.json", lines(*some), MTIME)
        return lake.run(root, in_place=True)

    def expect(self, lake, *batches):
        """The lake holds what all batches at once come to, by the model."""
        events = [star_model.Event(lines(e).rstrip(b"\n")) for batch in batches for e in batch]
        self.assert_tables(lake, star_model.star(events))

    def both_ways(self):
        """(a lake, whether its batches come in place), for each way."""
        return [(self.lake(f"lake-{way}"), way == "in-place") for way in ("copied", "in-place")]


class EventIdDuplicates(IdentityTest):
    def test_inside_an_hour_the_earliest_stays(self):
        batch = [named("e-1", at(0, 50), event_type="later"), named("e-1", at(0, 10), event_type="earliest"), named("e-1", at(0, 90), event_type="last")]
        for lake, in_place in self.both_ways():
            self.assert_counts(self.put(lake, batch, in_place), 3, 1, 2)
            self.expect(lake, batch)

    def test_across_hours_within_the_window_the_earliest_stays(self):
        batch = [named("e-1", at(24)), named("e-1", at(0), event_type="first"), named("e-1", at(5)), named("e-2", at(3)), named("e-2", at(4)), click(event_timestamp=at(4))]
        for lake, in_place in self.both_ways():
            self.assert_counts(self.put(lake, batch, in_place), 6, 3, 3)
            self.expect(lake, batch)

    def test_beyond_the_window_both_stay(self):
        batch = [named("e-1", at(0)), named("e-1", at(25)), named("e-2", at(0, 1)), named("e-2", at(24, 2))]
        for lake, in_place in self.both_ways():
            self.assert_counts(self.put(lake, batch, in_place), 4, 3, 1)
            self.expect(lake, batch)

    def test_window_is_set_in_the_config(self):
        batch = [named("e-1", at(0)), named("e-1", at(2)), named("e-2", at(0)), named("e-2", at(1))]
        for lake, in_place in self.both_ways():
            lake.configure("dedupe_window_hours = 1\n")
            self.assert_counts(self.put(lake, batch, in_place), 4, 3, 1)

    def test_across_batches(self):
        first = [named("e-1", at(0)), named("e-2", at(30)), named("e-3", at(1))]
        second = [named("e-1", at(7)), named("e-2", at(30)), named("e-3", at(25)), named("e-3", at(26))]
        for lake, in_place in self.both_ways():
            self.assert_counts(self.put(lake, first, in_place), 3, 3)
            report = self.put(lake, second, in_place)
            self.assert_counts(report, 4, 1, 3)  # e-3 at 26 is beyond the window of 1
            self.expect(lake, first, second)

    def test_numbers_and_their_text_are_one_event_id(self):
        batch = [named(77, at(0)), named("77", at(1))]
        self.assert_counts(self.put(self.lake(), batch), 2, 1, 1)

    def test_empty_event_id_is_none(self):
        batch = [named("", at(0)), named("", at(1)), click(event_timestamp=at(2), event_id="@").copy()]
        batch[2].pop("event_id")
        lake = self.lake()
        self.assert_counts(self.put(lake, batch), 3, 3)
        self.assertEqual(lake.scalar("SELECT count(event_id) FROM fact_clicks"), 0)

    def test_event_id_inside_metadata_is_no_identity(self):
        batch = [click(event_timestamp=at(0), metadata={"event_id": "x"}), click(event_timestamp=at(1), metadata={"event_id": "x"})]
        self.assert_counts(self.put(self.lake(), batch), 2, 2)


class EarlierOneThatComesLater(IdentityTest):
    """It replaces the row; users, pages and all else become as if both had come at once."""

    def rich(self, event_id, time, number, user="u-1", **more):
        return named(event_id, time, user_id=user, session_id=f"s-{number}", page_url=f"https://shop.example/page/{number}",
                     referrer_url=f"https://ref-{number}.example/", device_type=f"device-{number}",
                     metadata={"utm_source": f"source-{number}", "user_agent": f"agent-{number}", "price": "10.50", "quantity": number}, **more)

    def check(self, *batches, replaced=None):
        for lake, in_place in self.both_ways():
            for batch in batches:
                report = self.put(lake, batch, in_place)
            if replaced is not None:
                self.assertEqual(report["replaced"], replaced)
            self.expect(lake, *batches)
            at_once = self.lake(f"at-once-{in_place}")
            self.put(at_once, [e for batch in batches for e in batch], in_place)
            self.assert_tables(lake, at_once)

    def test_in_its_own_hour(self):
        self.check([self.rich("e-1", at(0, 500), 2), self.rich("e-2", at(0, 600), 3)], [self.rich("e-1", at(0, 100), 4)], replaced=1)

    def test_in_an_hour_before(self):
        self.check([self.rich("e-1", at(5), 2), self.rich("e-2", at(5, 600), 3)], [self.rich("e-1", at(1), 4)], replaced=1)

    def test_that_was_a_users_only_event(self):
        self.check([self.rich("e-1", at(5), 2, user="gone"), self.rich("e-2", at(5, 600), 3)], [self.rich("e-1", at(1), 4, user="new")], replaced=1)

    def test_that_was_the_first_and_last_of_its_user(self):
        others = [self.rich(f"o-{i}", at(3 + i), 10 + i) for i in range(4)]
        self.check([self.rich("e-1", at(2, 5), 2), *others], [self.rich("e-1", at(1), 4, user="u-2")], replaced=1)

    def test_purchase_that_moves(self):
        self.check([self.rich("e-1", at(2), 2, event_type="purchase"), self.rich("e-2", at(2), 3, event_type="purchase")],
                   [self.rich("e-1", at(1), 5, event_type="page_view")], replaced=1)

    def test_that_was_its_days_only_event(self):
        # 15:00 + 10 h is the next day.
        self.check([self.rich("e-1", at(10), 2)], [self.rich("e-1", at(1), 4)], replaced=1)

    def test_in_the_same_batch_as_a_later_one(self):
        self.check([self.rich("e-1", at(8), 2)], [self.rich("e-1", at(9), 3), self.rich("e-1", at(4), 4), self.rich("e-1", at(4, 1), 5)], replaced=1)

    def test_three_times_over(self):
        self.check([self.rich("e-1", at(8), 2)], [self.rich("e-1", at(6), 3)], [self.rich("e-1", at(4), 4)], [self.rich("e-1", at(5), 5)])

    def test_between_two_that_are_beyond_the_window_of_each_other(self):
        first, second = [self.rich("e-1", at(20), 2), self.rich("e-1", at(46), 3)], [self.rich("e-1", at(22), 4)]
        self.check(first, second)

    def test_that_replaces_all_within_its_window(self):
        self.check([self.rich("e-1", at(26), 2), self.rich("e-2", at(26), 9)], [self.rich("e-1", at(1), 3)], [self.rich("e-1", at(4), 4)])

    def test_among_many_rows_only_its_row_goes(self):
        first = [self.rich(f"e-{i}", at(i % 3, i * 1000), i, user=f"u-{i % 7}") for i in range(60)]
        second = [self.rich(f"e-{i}", at(i % 3, i * 1000 - 500), i + 100, user=f"u-{i % 5}") for i in range(0, 60, 7)]
        self.check(first, second, replaced=len(second))

    def test_by_a_stray_record(self):
        early, late = self.rich("e-1", at(1), 4), self.rich("e-1", at(3), 2)
        lake = self.lake()
        root = self.folder / "in"
        write(folder_of(root, at(3)) / "part.json", lines(late, self.rich("e-2", at(3), 7)), MTIME)
        write(folder_of(root, at(9)) / "part.json", lines(early), MTIME)  # lies six hours behind
        report = lake.run(root, in_place=True)
        self.assert_counts(report, 3, 2, 1)
        self.expect(lake, [late, early, self.rich("e-2", at(3), 7)])


class TiesOfTime(IdentityTest):
    """One event_id, one time, different content: the smaller canonical hash stays."""

    def pair(self):
        return [named("e-1", at(0), event_type=f"kind-{i}") for i in range(4)]

    def test_in_one_batch_in_any_order(self):
        for number, order in enumerate(itertools.islice(itertools.permutations(self.pair()), 0, 24, 5)):
            lake = self.lake(f"lake-{number}")
            self.assert_counts(self.put(lake, order), 4, 1, 3)
            self.expect(lake, order)

    def test_across_batches_in_any_order(self):
        one, two = self.pair()[:2]
        for number, (first, second) in enumerate(((one, two), (two, one))):
            for in_place in (False, True):
                lake = self.lake(f"lake-{number}-{in_place}")
                self.put(lake, [first], in_place)
                self.put(lake, [second], in_place)
                self.expect(lake, [first, second])

    def test_between_a_stray_and_a_record_in_its_hour(self):
        one, two = self.pair()[:2]
        for number, (own, stray) in enumerate(((one, two), (two, one))):
            lake = self.lake(f"lake-{number}")
            root = self.folder / f"in-{number}"
            write(folder_of(root, at(0)) / "part.json", lines(own), MTIME)
            write(folder_of(root, at(3)) / "part.json", lines(stray), MTIME)
            self.assert_counts(lake.run(root, in_place=True), 2, 1, 1)
            self.expect(lake, [one, two])


class WithoutEventId(IdentityTest):
    def test_duplicates_in_a_file_across_files_and_batches(self):
        events = [click(event_timestamp=at(h, us)) for h, us in ((0, 0), (0, 1), (1, 0), (30, 0))]
        for lake, in_place in self.both_ways():
            self.assert_counts(self.put(lake, events + events[:2], in_place), 6, 4, 2)
            self.assert_counts(self.put(lake, events, in_place), 4, 0, 4)
            self.assert_counts(self.put(lake, [events[1], click(event_timestamp=at(0, 2))], in_place), 2, 1, 1)
            self.expect(lake, events, [click(event_timestamp=at(0, 2))])

    def test_copied_after_in_place_and_the_other_way_round(self):
        events = [click(event_timestamp=at(h)) for h in range(3)]
        for first in (False, True):
            lake = self.lake(f"lake-{first}")
            self.assert_counts(self.put(lake, events, first), 3, 3)
            self.assert_counts(self.put(lake, events + [click(event_timestamp=at(5))], not first), 4, 1, 3)
            self.expect(lake, events, [click(event_timestamp=at(5))])

    def test_events_with_and_without_an_id_are_different(self):
        self.assert_counts(self.put(self.lake(), [click(event_timestamp=at(0)), named("e", at(0))]), 2, 2)


class Strays(IdentityTest):
    """In place: records whose hour is not their folder's."""

    def test_go_to_their_own_hours_and_days(self):
        lake = self.lake()
        root = self.folder / "in"
        own = [click(event_timestamp=at(h, 7)) for h in (0, 1, 2)]
        strays = [click(event_timestamp=at(h), event_type="stray") for h in (-40, 0, 1, 30, 300)]
        for i, event in enumerate(own):
            write(folder_of(root, at(i)) / "part.json", lines(event, *strays[i::3]), MTIME)
        self.assert_counts(lake.run(root, in_place=True), 8, 8)
        self.expect(lake, own, strays)
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks WHERE hour <> extract('hour' FROM event_timestamp AT TIME ZONE 'UTC')"), 0)

    def test_duplicates_of_a_stray_are_found(self):
        lake = self.lake()
        root = self.folder / "in"
        event, other = click(event_timestamp=at(0)), click(event_timestamp=at(-5))
        write(folder_of(root, at(0)) / "part.json", lines(event, other), MTIME)
        write(folder_of(root, at(1)) / "part.json", lines(event, other), MTIME)
        write(folder_of(root, at(2)) / "part.json", lines(event, other), MTIME)
        self.assert_counts(lake.run(root, in_place=True), 6, 2, 4)
        self.assert_counts(self.put(lake, [event, other], True), 2, 0, 2)
        self.expect(lake, [event, other])

    def test_only_strays(self):
        lake = self.lake()
        events = [click(event_timestamp=at(h)) for h in range(50, 80, 3)]
        write(folder_of(self.folder / "in", at(0)) / "part.json", lines(*events), MTIME)
        self.assert_counts(lake.run(self.folder / "in", in_place=True), 10, 10)
        self.expect(lake, events)

    def test_arrival_of_a_stray_is_its_files_time(self):
        lake = self.lake()
        write(folder_of(self.folder / "in", at(0)) / "part.json", lines(click(event_timestamp=at(0)), click(event_timestamp=at(3))), T0 // 1_000_000 + 3 * 3600)
        lake.run(self.folder / "in", in_place=True)
        self.assertEqual(lake.sql("SELECT epoch_us(arrived_at), is_late FROM fact_clicks ORDER BY event_timestamp"),
                         [[T0 + 3 * HOUR, True], [T0 + 3 * HOUR, False]])


class OrderOfArrival(IdentityTest):
    """The same batches in another order give the same tables."""

    def events(self, seed, with_ids):
        pick = random.Random(seed)
        out = []
        for i in range(70):
            hour, us = pick.randrange(30), pick.randrange(4) * 1000  # few times: ties
            event = click(event_timestamp=at(hour, us), user_id=f"u-{pick.randrange(6)}", session_id=f"s-{pick.randrange(9)}",
                          event_type=pick.choice(["page_view", "purchase", "click"]), page_url=f"https://shop.example/{pick.randrange(12)}?gclid=x",
                          referrer_url=f"https://r{pick.randrange(5)}.example/", device_type=pick.choice(["mobile", "desktop"]),
                          metadata={"price": str(pick.randrange(1, 999) / 100), "currency": pick.choice(["USD", "USD", "EUR"]), "quantity": pick.randrange(1, 4)})
            if with_ids and pick.random() < 0.6:
                event["event_id"] = f"e-{pick.randrange(25)}"
                event["event_timestamp"] = at(pick.randrange(20), pick.randrange(10**9))  # all within the window
            out.append(event)
        return out

    def check(self, seed, with_ids, in_place):
        events = self.events(seed, with_ids)
        pick = random.Random(seed)
        batches = [events[i::4] for i in range(4)]
        for number in range(2):
            lake = self.lake(f"lake-{seed}-{number}-{in_place}")
            for batch in batches:
                self.put(lake, batch, in_place)
            self.expect(lake, events)
            pick.shuffle(batches)

    def test_without_event_ids(self):
        self.check(1, False, False)
        self.check(2, False, True)

    def test_with_event_ids(self):
        self.check(3, True, False)
        self.check(4, True, True)


class RandomBatches(IdentityTest):
    """Slow: many small batches, copied or in place, events in their hours' folders or astray, ids and times that meet often."""

    def test_come_to_the_same_as_all_at_once(self):
        for seed in range(12):
            pick = random.Random(seed)
            lake = self.lake(f"lake-{seed}")
            threads = ("--threads", pick.choice([1, 2, 4]))
            sent = []
            for batch in range(pick.randrange(2, 6)):
                events = []
                for _ in range(pick.randrange(1, 30)):
                    event = click(event_timestamp=at(pick.randrange(12), pick.randrange(3)), user_id=f"u-{pick.randrange(4)}", session_id=f"s-{pick.randrange(3)}",
                                  event_type=pick.choice(["page_view", "purchase"]), page_url=f"https://shop.example/{pick.randrange(4)}",
                                  referrer_url=pick.choice(["", "https://r.example/"]), device_type=pick.choice(["mobile", "desktop"]),
                                  metadata=pick.choice([{}, {"price": "1.25", "quantity": 2}, {"price": "x", "gone": None, "user_agent": "UA"}]))
                    if pick.random() < 0.6:
                        event["event_id"] = f"e-{pick.randrange(12)}"
                    events.append(event)
                    if pick.random() < 0.1 and sent:
                        events.append(pick.choice(sent))
                sent += events
                root = self.folder / f"in-{seed}-{batch}"
                in_place = pick.random() < 0.6
                by_folder = {}
                for event in events:
                    stray = pick.random() < 0.3
                    by_folder.setdefault(folder_of(root, at(pick.randrange(14)) if stray else event["event_timestamp"]), []).append(event)
                for folder, some in by_folder.items():
                    write(folder / "part.json", lines(*some), MTIME)
                report = lake.run(root, in_place=in_place, flags=threads)
                self.assertLessEqual(report["records_read"], len(events))  # copied files of equal content are one
            with self.subTest(seed=seed):
                self.expect(lake, sent)


if __name__ == "__main__":
    program.main()
