#!/usr/bin/env python3
"""The tables: keys by a second implementation, unknown members, promoted columns, money, order on disk, key collisions."""

import json
import random
import sqlite3
import unittest

import program
import star_model
from program import Lake, LakeTest, TABLES, click, hour_folder, lines, write
from xxh64 import key, same_hash_text, signed, xxh64

FACT_KEYS = {"user_key": "dim_users", "page_key": "dim_pages", "referrer_key": "dim_referrers", "campaign_key": "dim_campaigns",
             "device_key": "dim_devices", "date_key": "dim_dates"}


class Hash(unittest.TestCase):
    def test_gives_what_spark_gives(self):
        self.assertEqual(signed(xxh64(b"Spark")), -4294468057691064905)
        self.assertEqual(xxh64(b"clicklake"), 7222504154230306497)


class TablesTest(LakeTest):
    def star(self, *events, in_place=False):
        """The lake of one batch, whose tables are those of the model."""
        text = lines(*events)
        lake = self.lake()
        if in_place:
            lake.run(write(hour_folder(self.folder / "in") / "part.json", text), in_place=True)
        else:
            lake.run("-", stdin=text)
        self.assert_tables(lake, star_model.star(star_model.parse_all(text.splitlines())[0]))
        return lake

    def row(self, lake, columns="*"):
        (row,) = lake.sql(f"SELECT {columns} FROM fact_clicks")
        return row


class Keys(TablesTest):
    def test_of_every_length_of_text(self):
        """The hash has paths for 0-3, 4-7, 8-31 and more bytes."""
        events = [click(user_id="u" * n, session_id="s" * (n + 1), page_url="p" * n, referrer_url="r" * n, device_type="d" * n, event_type="e" * n,
                        metadata={"utm_source": "c" * n, "user_agent": "a" * n}) for n in (1, 3, 4, 5, 7, 8, 9, 15, 16, 24, 31, 32, 33, 63, 64, 65, 255, 1000)]
        self.star(*events)

    def test_of_text_beyond_ascii(self):
        self.star(*(click(user_id=t, session_id=t, page_url=t, referrer_url=t, device_type=t, event_type=t, metadata={t: t, "user_agent": t}) for t in
                    ("caf\u00e9", "\u4e16\u754c", "\U0001f600", "\u0000", "a\u0000b", "\ufeff", "\u2028", "e\u0301", "~", "3:abc")))

    def test_of_events_with_odd_metadata(self):
        self.star(*(click(metadata=m) for m in ({}, {"a": None}, {"a": ""}, {"": ""}, {"": None}, {"a": "~"}, {"a": "1:b"}, {"b": "1", "a": "2"},
                                                {"\u00e9": "1", "z": "2", "\U0001f600": "3", "\uffff": "4"}, {"A": "1", "a": "2"}, {f"k{i}": i for i in range(60)})))

    def test_of_events_whose_fields_run_together(self):
        """Lengths keep apart what plain joining would mix up."""
        lake = self.star(click(user_id="ab", session_id="c"), click(user_id="a", session_id="bc"), click(user_id="a", session_id="b", event_type="cpage_view"),
                         click(session_id=None, user_id="u"), click(device_type=""), click(device_type=None), click(device_type="~"))
        self.assertEqual(lake.scalar("SELECT count(DISTINCT event_key) FROM fact_clicks"), 7)

    def test_of_event_ids(self):
        self.star(click(event_id="e-1"), click(event_id="e" * 50), click(event_id=12), click(event_id="\u00e9"))

    def test_of_campaigns(self):
        page = "https://shop.example/p"
        self.star(click(page_url=f"{page}?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e&gclid=x"),
                  click(page_url=f"{page}?utm_medium=b"), click(page_url=f"{page}?utm_source=a+b%20c%C3%A9&x=1"), click(page_url=f"{page}?fbclid=1#frag"),
                  click(page_url=f"{page}?UTM_SOURCE=a&GCLID=z"), click(page_url=f"{page}?utm_source=&utm_medium="), click(page_url=f"{page}?utm_source=a&utm_source=b"),
                  click(page_url=f"{page}?x=1&utm_source=a&y=2&utm_medium=m&z"), click(page_url=f"{page}?utm_source=~"), click(page_url=f"{page}?utm_id=1"),
                  click(metadata={"utm_source": "m", "utm_content": "n"}), click(metadata={"click_id_type": "gclid"}), click(metadata={"utm_source": ""}),
                  click(page_url=f"{page}?utm_source=page", metadata={"utm_source": "meta", "utm_medium": "meta"}))

    def test_of_devices(self):
        self.star(click(device_type="d", metadata={"user_agent": "a"}), click(device_type="d"), click(device_type=None, metadata={"user_agent": "a"}),
                  click(device_type=None), click(device_type="", metadata={"user_agent": ""}), click(device_type="d1:a"), click(metadata={"user_agent": None}))

    def test_of_pages_without_tracking_parameters(self):
        page = "https://shop.example/p"
        lake = self.star(*(click(page_url=u) for u in (page, f"{page}?", f"{page}?gclid=1", f"{page}?utm_source=a&gclid=1", f"{page}?a=1", f"{page}?a=1&gclid=2",
                                                       f"{page}?gclid=2&a=1", f"{page}?a=1&fbclid=3&b=2", f"{page}?a=1&b=2", f"{page}#x?gclid=1", f"{page}?gclid=1#x",
                                                       f"{page}?a=%20&b", f"{page}?&", f"{page}?a&&b", "/relative?gclid=1", "not a url", "?utm_source=a", "http://[::1]:80/x?y")))
        self.assertEqual(lake.scalar(f"SELECT count(*) FROM dim_pages WHERE page_url = '{page}'"), 1)

    def test_are_unique_and_refer_to_members(self):
        pick = random.Random(5)
        lake = self.lake()
        for batch in range(2):
            lake.run("-", stdin=lines(*(click(user_id=pick.choice(["", *"abcdef"]), session_id=f"s{pick.randrange(20)}", event_timestamp=1_730_734_200 + pick.randrange(500_000),
                                              page_url=pick.choice([None, "", "/a", "/b?gclid=1", "/c"]), referrer_url=pick.choice([None, "x", "y"]),
                                              device_type=pick.choice([None, "m"]), metadata={"utm_source": pick.choice(["", "s"])}) for _ in range(150))))
        for column, table in FACT_KEYS.items():
            self.assertEqual(lake.scalar(f"SELECT count(*) FROM fact_clicks f ANTI JOIN {table} d USING ({column})"), 0, f"orphans in {column}")
            self.assertEqual(lake.scalar(f"SELECT count(*) - count(DISTINCT {column}) FROM {table}"), 0, f"doubled {column}")
            self.assertEqual(lake.scalar(f"SELECT count(*) FROM {table} d ANTI JOIN fact_clicks f USING ({column})"), 0, f"members of {table} without a fact")
        self.assertEqual(lake.scalar("SELECT count(*) - count(DISTINCT (event_key, event_check)) FROM fact_clicks"), 0)
        for column, table in (("first_page_key", "dim_pages"), ("first_referrer_key", "dim_referrers"), ("first_campaign_key", "dim_campaigns"),
                              ("first_device_key", "dim_devices"), ("last_device_key", "dim_devices")):
            target = column.split("_", 1)[1]
            self.assertEqual(lake.scalar(f"SELECT count(*) FROM dim_users u WHERE u.{column} NOT IN (SELECT {target} FROM {table})"), 0, column)


class Columns(TablesTest):
    def test_unknown_members(self):
        lake = self.star(b'{"session_id":"s","event_type":"x","event_timestamp":0}')
        self.assertEqual(self.row(lake, "user_key, page_key, referrer_key, campaign_key, device_key"), [0] * 5)
        for table, column in (("dim_users", "user_id"), ("dim_pages", "page_url"), ("dim_referrers", "referrer_url"), ("dim_campaigns", "utm_source"), ("dim_devices", "device_type")):
            self.assertEqual(lake.sql(f"SELECT {column} FROM {table}"), [["(unknown)"]])

    def test_no_unknown_member_where_no_fact_has_it(self):
        lake = self.star(click(metadata={"utm_source": "s"}))
        for column, table in FACT_KEYS.items():
            self.assertEqual(lake.scalar(f"SELECT count(*) FROM {table} WHERE {column} = 0"), 0)

    def test_promoted_metadata(self):
        lake = self.star(click(metadata={"product_id": 17, "category": "shoes", "price": 19.99, "quantity": 3, "currency": "EUR", "user_agent": "UA", "color": "red"}))
        self.assertEqual(self.row(lake, "product_id, category, price::VARCHAR, quantity, currency, to_json(metadata)::VARCHAR"),
                         ["17", "shoes", "19.9900", 3, "EUR", '{"color":"red"}'])

    def test_top_level_keys_are_promoted_as_metadata_is(self):
        lake = self.star(b'{"user_id":"u","event_type":"purchase","event_timestamp":0,"price":2.5,"quantity":"2","user_agent":"UA"}')
        self.assertEqual(self.row(lake, "price::VARCHAR, quantity, revenue::VARCHAR, cardinality(metadata)"), ["2.5000", 2, "5.0000", 0])

    def test_what_does_not_type_stays_in_metadata_and_is_counted(self):
        values = ("1,299", "", "abc", "$5", "NaN", "1e400", " 5", "5 ", "0x10", "--1", "1.2.3", [5], {"a": 5}, True)
        quantities = ("2.5", "", "x", "99999999999", "1e2", "2147483648", [1], False)
        text = lines(*(click(metadata={"price": v}) for v in values), *(click(metadata={"quantity": v}) for v in quantities))
        lake = self.lake()
        self.assertEqual(lake.run("-", stdin=text)["untyped_promoted"], len(values) + len(quantities))
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks WHERE price IS NULL AND quantity IS NULL AND revenue IS NULL AND cardinality(metadata) = 1"),
                         len(values) + len(quantities))
        self.assert_tables(lake, star_model.star(star_model.parse_all(text.splitlines())[0]))

    def test_price_is_read_from_the_text_and_rounded_half_up(self):
        cases = {"0.1": "0.1000", "12": "12.0000", "0.00005": "0.0001", "0.00004999": "0.0000", "2.34565": "2.3457", "2.34575": "2.3458", "1e2": "100.0000", "1.5E-3": "0.0015",
                 "99999999999999.9999": "99999999999999.9999", "1234567890123.45675": "1234567890123.4568", "-3.5": "-3.5000", "0": "0.0000", "-0": "0.0000",
                 "123456789012345678901234567890e-20": "1234567890.1235", "0.1000000000000000055511151231257827": "0.1000"}
        lake = self.star(*(json.dumps(click(metadata={"case": i})).replace('"case"', f'"price": {text}, "case"') for i, text in enumerate(cases)))
        self.assertEqual([p for (p,) in lake.sql("SELECT price::VARCHAR FROM fact_clicks ORDER BY metadata['case']::INT")], list(cases.values()))

    def test_price_beyond_the_type_stays_in_metadata(self):
        lake = self.star(*(click(metadata={"price": v}) for v in ("100000000000000", "99999999999999.99995", "1e30", "-100000000000000")))
        self.assertEqual(lake.scalar("SELECT count(price) FROM fact_clicks"), 0)

    def test_revenue_is_that_of_purchases(self):
        buy = lambda **m: click(event_type="purchase", metadata=m)
        lake = self.star(buy(price=10.25, quantity=2), buy(price=3), buy(price=1, quantity=0), buy(price=2, quantity=-1), buy(quantity=3), buy(price="x", quantity=3),
                         click(event_type="add_to_cart", metadata={"price": 5, "quantity": 2}), click(event_type="Purchase", metadata={"price": 5}),
                         buy(price=5, quantity=None), buy(price=None))
        self.assertEqual(lake.scalar("SELECT sum(revenue)::VARCHAR FROM fact_clicks"), "26.5000")

    def test_revenue_of_users_is_in_the_base_currency(self):
        buy = lambda currency, **m: click(event_type="purchase", metadata={"price": 10, "n": currency, **({"currency": currency} if currency else {}), **m})
        text = lines(buy("USD"), buy("EUR"), buy("EUR", x=1), buy(None), click(metadata={"price": 99}))
        for base, revenue, others in (("USD", "20.0000", 2), ("EUR", "30.0000", 1)):
            lake = self.lake(base)
            lake.configure(f'base_currency = "{base}"\n')
            lake.run("-", stdin=text)
            self.assertEqual(lake.sql("SELECT revenue::VARCHAR, purchase_count, other_currency_purchases, event_count FROM dim_users"), [[revenue, 4, others, 5]])

    def test_dates(self):
        days = ("1970-01-01", "2000-02-29", "2020-12-31", "2021-01-01", "2021-01-03", "2024-02-29", "2024-11-04", "2024-12-30", "2026-12-31", "2027-01-01", "2100-12-31")
        lake = self.star(*(click(event_timestamp=f"{d}T23:59:59.999999Z") for d in days))
        self.assertEqual([d for (d,) in lake.sql("SELECT date::VARCHAR FROM dim_dates ORDER BY date_key")], sorted(days))
        self.assertEqual(lake.scalar("SELECT count(*) FROM dim_dates WHERE year <> extract('year' FROM date) OR quarter <> extract('quarter' FROM date) OR "
                                     "month <> extract('month' FROM date) OR week <> extract('week' FROM date) OR day_of_week <> extract('isodow' FROM date) OR "
                                     "is_weekend <> (extract('isodow' FROM date) >= 6)"), 0)

    def test_first_and_last_of_a_user(self):
        """Ties of time go by event_key."""
        events = [click(user_id="u", event_timestamp=t, page_url=f"/p{i}", referrer_url=f"r{i}", device_type=f"d{i}", metadata={"utm_source": f"c{i}"})
                  for i, t in enumerate((5, 3, 3, 3, 9, 9, 9, 4))]
        self.star(*events)
        split = self.lake("split")
        for event in events:
            split.run("-", stdin=lines(event))
        self.assert_tables(split, star_model.star(star_model.parse_all(lines(*events).splitlines())[0]))

    def test_page_and_referrer_parts(self):
        lake = self.star(click(page_url="https://user@Shop.Example:8443/Products/Shoe%201?x=1#top", referrer_url="http://news.example:80/a/b?c"))
        self.assertEqual(lake.sql("SELECT scheme, host, path FROM dim_pages"), [["https", "Shop.Example", "/Products/Shoe%201"]])
        self.assertEqual(lake.sql("SELECT host FROM dim_referrers"), [["news.example"]])

    def test_types_are_those_that_all_engines_read(self):
        lake = self.star(click())
        for table in TABLES:
            for name, kind in lake.sql(f"SELECT column_name, column_type FROM (DESCRIBE {table})"):
                self.assertIn(kind, ("BIGINT", "INTEGER", "VARCHAR", "BOOLEAN", "DATE", "DECIMAL(18,4)", "TIMESTAMP WITH TIME ZONE", "MAP(VARCHAR, VARCHAR)"), f"{table}.{name}")


class OnDisk(TablesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        pick = random.Random(9)
        cls.clicks = Lake(cls.class_folder / "lake")
        for _ in range(2):
            cls.clicks.run("-", stdin=lines(*(click(user_id=f"u{pick.randrange(50)}", event_timestamp=1_730_700_000_000 + pick.randrange(200_000_000), page_url=f"/{pick.randrange(40)}")
                                              for _ in range(400))))
        cls.files = {t: sorted(map(str, (cls.clicks.path / "processed" / t).rglob("*.parquet"))) for t in TABLES}

    def live(self, table):
        """Files of the current snapshot: those whose rows SQL gives."""

        database = sqlite3.connect(self.clicks.path / "catalog.db")
        paths = [str(self.clicks.path / p) for (p,) in database.execute(
            "SELECT path FROM data_files JOIN tables USING (table_no) WHERE name = ? AND removed_snapshot IS NULL", (table,))]
        database.close()
        return paths

    def test_fact_files_hold_one_day_sorted_by_time(self):
        for path in self.live("fact_clicks"):
            day = path.split("event_timestamp_day=")[1].split("/")[0]
            rows = self.clicks.sql(f"SELECT count(DISTINCT date_key), min(strftime(event_timestamp AT TIME ZONE 'UTC', '%Y-%m-%d')) FROM read_parquet('{path}')")
            self.assertEqual(rows, [[1, day]])
            self.assertEqual(self.clicks.scalar("SELECT count(*) FROM (SELECT event_timestamp < lag(event_timestamp) OVER (ORDER BY file_row_number) AS back "
                                                f"FROM read_parquet('{path}', file_row_number = true)) WHERE back"), 0)

    def test_row_groups_are_cut_at_hours(self):
        for path in self.live("fact_clicks"):
            groups = self.clicks.sql("SELECT row_group_id, stats_min_value, stats_max_value FROM parquet_metadata('%s') WHERE path_in_schema = 'event_timestamp'" % path)
            hours = [(low[:13], high[:13]) for _, low, high in groups]
            self.assertTrue(all(low == high for low, high in hours), hours)
            self.assertEqual(hours, sorted(hours))

    def test_files_carry_field_ids(self):
        for table in TABLES:
            if table == "dim_users_history":  # without traits it has no files
                self.assertEqual(self.live(table), [])
                continue
            path = self.live(table)[0]
            ids = self.clicks.sql(f"SELECT name, field_id FROM parquet_schema('{path}') WHERE num_children IS NULL OR name NOT IN ('schema', 'key_value')")
            top = [name for (name,) in self.clicks.sql(f"SELECT column_name FROM (DESCRIBE {table})")]
            known = {name: field for name, field in ids if field is not None}
            self.assertLessEqual(set(top), set(known), table)
            self.assertEqual(len(set(known.values())), len(known))

    def test_compression_is_zstd(self):
        for table in TABLES:
            for path in self.live(table):
                codecs = {c for (c,) in self.clicks.sql(f"SELECT DISTINCT compression FROM parquet_metadata('{path}')")}
                self.assertLessEqual(codecs, {"ZSTD", "UNCOMPRESSED"})

    def test_bucketed_dimensions_are_sorted_by_key_and_in_their_bucket(self):
        for table in ("dim_users", "dim_pages", "dim_referrers"):
            column = table.replace("dim_", "")[:-1] + "_key"
            seen = []
            for path in self.live(table):
                bucket = int(path.split("_bucket_8=")[1].split("/")[0])
                keys = [k for (k,) in self.clicks.sql(f"SELECT {column} FROM read_parquet('{path}', hive_partitioning = false)")]
                self.assertEqual(keys, sorted(keys))
                self.assertEqual({murmur_bucket(k, 8) for k in keys}, {bucket})
                seen += keys
            self.assertEqual(len(seen), len(set(seen)))


def murmur_bucket(value, buckets):
    """Iceberg's bucket transform of a long."""
    mask, h = 0xFFFFFFFF, 0
    data = (value & ((1 << 64) - 1)).to_bytes(8, "little")
    for at in (0, 4):
        k = int.from_bytes(data[at:at + 4], "little") * 0xCC9E2D51 & mask
        k = (k << 15 | k >> 17) & mask
        h ^= k * 0x1B873593 & mask
        h = (h << 13 | h >> 19) & mask
        h = (h * 5 + 0xE6546B64) & mask
    h ^= 8
    h = (h ^ h >> 16) * 0x85EBCA6B & mask
    h = (h ^ h >> 13) * 0xC2B2AE35 & mask
    return ((h ^ h >> 16) & 0x7FFFFFFF) % buckets


class KeyCollisions(TablesTest):
    """Two natural keys of one surrogate key: the later one's rows go to quarantine, never merged."""

    ONE = "user-00000000001"
    OTHER = same_hash_text(ONE)

    def check_quarantine(self, lake, rows, field):
        found = [r for r in lake.quarantine() if r["reason"] == "key_collision"]
        self.assertEqual(len(found), rows)
        for row in found:
            self.assertEqual(row["field"], field)
            self.assertIn(self.OTHER, row["text"])

    def no_orphan_files(self, lake):

        database = sqlite3.connect(lake.path / "catalog.db")
        known = {p for (p,) in database.execute("SELECT path FROM data_files")}
        database.close()
        on_disk = {str(p.relative_to(lake.path)) for p in lake.path.rglob("*.parquet")}
        self.assertEqual(on_disk - known, set())

    def test_of_users_across_batches(self):
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            # Done again without the later key, the batch alerts of what it keeps, once.
            (lake.path / "rules" / "all.json").write_text(json.dumps(
                {"name": "all", "eventPattern": {"source": ["clicklake"]}, "targets": [{"id": "out", "kind": "stdout"}]}))
            first = lines(click(user_id=self.ONE), click(user_id="other"))
            second = lines(click(user_id=self.OTHER, event_type="a"), click(user_id=self.OTHER, event_type="b"), click(user_id=self.ONE, event_type="c"))
            for number, text in enumerate((first, second)):
                report = lake.run(write(hour_folder(self.folder / f"in-{number}") / f"{in_place}.json", text), in_place=in_place)
            self.assert_counts(report, 3, 1, 0, 2)
            self.assertEqual(report["quarantined_by_reason"], {"key_collision": 2})
            self.check_quarantine(lake, 2, "user_id")
            self.assertEqual(report["matches"], 1)
            alerted = [json.loads(line)["event"]["detail"]["event_type"] for file in (lake.path / "events/outbox").glob("*.jsonl")
                       for line in file.read_text().splitlines()]
            self.assertEqual(alerted.count("c"), 1)
            self.assertEqual(len(alerted), 3)
            self.assert_tables(lake, star_model.star(star_model.parse_all((first + lines(click(user_id=self.ONE, event_type="c"))).splitlines())[0]))
            self.no_orphan_files(lake)

    def test_of_users_in_one_file(self):
        lake = self.lake()
        report = lake.run("-", stdin=lines(click(user_id=self.ONE), click(user_id=self.OTHER), click(user_id=self.ONE, event_type="c")))
        self.assert_counts(report, 3, 2, 0, 1)
        self.check_quarantine(lake, 1, "user_id")

    def test_of_users_in_hours_that_different_threads_read(self):
        lake = self.lake()
        root = self.folder / "in"
        for hour in range(10, 20):
            write(hour_folder(root, hour=hour) / "part.json",
                  lines(*(click(user_id=self.ONE if hour % 2 else self.OTHER, event_timestamp=f"2024-11-04T{hour}:00:{s:02}Z") for s in range(20))))
        report = lake.run(root, in_place=True, flags=("--threads", "4"))
        self.assertEqual((report["records_read"], report["accepted"], report["quarantined"]), (200, 100, 100))
        self.assertEqual(lake.scalar("SELECT count(*) FROM dim_users"), 1)
        self.assertEqual(lake.scalar("SELECT count(*) FROM fact_clicks"), 100)
        self.assertEqual(lake.sql("SELECT event_count FROM dim_users"), [[100]])
        self.no_orphan_files(lake)

    def test_of_pages_referrers_and_devices(self):
        for field, table in (("page_url", "dim_pages"), ("referrer_url", "dim_referrers")):
            with self.subTest(field):
                lake = self.lake(field)
                lake.run("-", stdin=lines(click(**{field: self.ONE})))
                report = lake.run("-", stdin=lines(click(**{field: self.OTHER}), click(event_type="fine")))
                self.assert_counts(report, 2, 1, 0, 1)
                self.check_quarantine(lake, 1, field)

    def test_of_sessions(self):
        for batches in ([[self.ONE, self.OTHER]], [[self.ONE], [self.OTHER]]):
            with self.subTest(len(batches)):
                lake = self.lake(f"lake-{len(batches)}")
                for ids in batches:
                    report = lake.run("-", stdin=lines(*(click(session_id=i) for i in ids), click(session_id=f"fine-{ids[0]}")))
                self.assertEqual(report["quarantined"], 1)
                self.assertEqual(lake.scalar("SELECT count(DISTINCT session_id) FROM fact_clicks"), 1 + len(batches))
                self.assertEqual(lake.sql("SELECT count(*) FROM sessions WHERE session_id IN (" + ", ".join(f"'{i}'" for i in (self.ONE, self.OTHER)) + ")"), [[1]])
                if len(batches) == 1:  # neither is the earlier one
                    self.assertEqual([row["field"] for row in lake.quarantine()], ["session_id"])
                else:
                    self.check_quarantine(lake, 1, "session_id")


if __name__ == "__main__":
    program.main()
