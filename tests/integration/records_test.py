#!/usr/bin/env python3
"""What a record can be: every accepted and every quarantined form, through every way in."""

import base64
import json
import pathlib
import random
import unittest

import program
import star_model
from program import Lake, LakeTest, click, clicklake, gz, hour_folder, lines, write, zst

AT = "2024-11-04T15:30:00Z"
AT_US = 1_730_734_200_000_000


def event(tail="", at='"%s"' % AT, **changes):
    """A line whose members are all there; `tail`: JSON text in front of the closing brace."""
    text = json.dumps(click(**changes))[:-1] + tail + "}"
    return text.replace('"%s"' % AT, at).encode()


def deep(levels):
    """A value of so many levels."""
    return "[" * levels + "]" * levels


# Accepted: name -> (line, SQL expression over fact_clicks, its value). Each gets one more key of its own, "mark".
ACCEPTED = {
    "any_key_order": (b'{"metadata":{},"session_id":"s-1","event_timestamp":"%s","user_id":"u-1","event_type":"order"}' % AT.encode(), "event_type", "order"),
    "unknown_keys_go_into_metadata": (event(',"color":"red"'), "metadata['color']", "red"),
    "unknown_numbers_keep_their_text": (event(',"ratio":1.50e2'), "metadata['ratio']", "1.50e2"),
    "unknown_null_is_a_null_in_metadata": (event(',"gone":null'), "map_contains(metadata, 'gone') AND metadata['gone'] IS NULL", True),
    "nested_values_become_compact_json": (event(',"n": { "a" : [ 1 , 2.50, { } , "x y" ] , "b" : null }'), "metadata['n']", '{"a":[1,2.50,{},"x y"],"b":null}'),
    "nested_metadata_values_become_compact_json": (event().replace(b'"metadata": {}', b'"metadata": {"n": [ 1, {"k": "v"} ]}'), "metadata['n']", '[1,{"k":"v"}]'),
    "escapes": (event(',"t":"\\u0041\\n\\t\\"\\\\\\/\\b\\f\\r\\u00e9\\ud83d\\ude00"'), "metadata['t']", 'A\n\t"\\/\b\f\r\u00e9\U0001f600'),
    "escaped_nul": (event(',"t":"a\\u0000b"'), "strlen(metadata['t'])", 3),
    "escaped_keys": (event().replace(b'"event_type"', b'"event\\u005ftype"').replace(b"page_view", b"esc"), "event_type", "esc"),
    "utf8": (event(',"t":"h\u00e9llo \u4e16\u754c \U0001f600"'), "metadata['t']", "h\u00e9llo \u4e16\u754c \U0001f600"),
    "byte_order_mark_before_a_line": (b"\xef\xbb\xbf" + event(event_type="bom"), "event_type", "bom"),
    "carriage_return_at_the_line_end": (event(event_type="crlf") + b"\r", "event_type", "crlf"),
    "white_space_around_tokens": (b' \t{ "user_id" :\t"u-1" , "event_type":"spaced","event_timestamp" : "%s" }  ' % AT.encode(), "event_type", "spaced"),
    "last_of_duplicate_keys_wins": (event(',"event_type":"last"'), "event_type", "last"),
    "last_of_duplicate_keys_wins_with_null": (event(',"device_type":null'), "device_key", 0),
    "last_of_duplicate_unknown_keys_wins": (event(',"k":"first","k":"second"'), "metadata['k']", "second"),
    "last_of_duplicate_metadata_keys_wins": (event().replace(b'"metadata": {}', b'"metadata": {"k":"first","k":"second"}'), "metadata['k']", "second"),
    "last_of_duplicate_metadata_objects_wins": (event(',"metadata":{"b":"2"}').replace(b'"metadata": {}', b'"metadata": {"a":"1"}'), "map_contains(metadata, 'a')", False),
    "bad_value_that_a_later_one_replaces": (event(',"metadata":{"b":"2"}').replace(b'"metadata": {}', b'"metadata": 7'), "metadata['b']", "2"),
    "keys_in_any_letter_case": (event(event_type="upper").replace(b'"event_type"', b'"EVENT_Type"').replace(b'"metadata": {}', b'"MetaData": {"x":"y"}'), "event_type || metadata['x']", "uppery"),
    "last_of_keys_that_differ_in_case_wins": (event(',"Event_Type":"last-case"'), "event_type", "last-case"),
    "number_for_a_string": (event(user_id=12.50, session_id=7), "user_key", star_model.key("12.5")),
    "number_keeps_its_text": (event().replace(b'"u-1"', b"12.500"), "user_key", star_model.key("12.500")),
    "boolean_for_a_string": (event(event_type=True, device_type=False), "event_type", "true"),
    "null_session": (event(session_id="@null"), "session_id IS NULL AND session_key = 0", True),
    "null_device": (event(device_type="@null"), "device_key", 0),
    "null_page": (event(page_url="@null"), "page_key", 0),
    "null_referrer": (event(referrer_url="@null"), "referrer_key", 0),
    "null_metadata": (event(metadata="@null"), "cardinality(metadata)", 1),
    "null_user": (event(user_id="@null"), "user_key", 0),
    "missing_optional_fields": (b'{"user_id":"u-1","event_type":"bare","event_timestamp":"%s"}' % AT.encode(), "event_type", "bare"),
    "session_without_user": (b'{"session_id":"s-only","event_type":"x","event_timestamp":"%s"}' % AT.encode(), "user_key", 0),
    "empty_user_with_a_session": (event(user_id=""), "user_key", 0),
    "empty_page": (event(page_url=""), "page_key", 0),
    "nesting_of_64": (event(',"deep":' + deep(63)), "metadata['deep']", deep(63)),
    "nesting_of_64_in_metadata": (event().replace(b'"metadata": {}', b'"metadata": {"deep":%s}' % deep(62).encode()), "metadata['deep']", deep(62)),
    "many_keys": (event("".join(f',"k{i}":{i}' for i in range(300))), "cardinality(metadata)", 301),
    "long_text": (event(',"t":"%s"' % ("x" * 300_000)), "strlen(metadata['t'])", 300_000),
    "empty_key": (event(',"":"nothing"'), "metadata['']", "nothing"),
    "untyped_price_stays_in_metadata": (event(metadata={"price": "1,299"}), "price IS NULL AND metadata['price'] = '1,299'", True),
}
ACCEPTED = {n: (line.replace(b'"@null"', b"null"), sql, value) for n, (line, sql, value) in ACCEPTED.items()}

# event_timestamp: JSON text -> UTC microseconds.
TIMES = {
    '"2024-11-04T15:30:00Z"': AT_US, '"2024-11-04T15:30:00"': AT_US, '"2024-11-04 15:30:00"': AT_US,
    '"2024-11-04 15:30:00Z"': AT_US, '"2024-11-04T15:30:00+00:00"': AT_US, '"2024-11-04T15:30:00-00:00"': AT_US,
    '"2024-11-04T17:30:00+02:00"': AT_US, '"2024-11-04T17:30:00+0200"': AT_US, '"2024-11-04T17:30:00+02"': AT_US,
    '"2024-11-04T10:00:00-05:30"': AT_US, '"2024-11-04T10:00:00-0530"': AT_US, '"2024-11-04T08:30:00-07"': AT_US,
    '"2024-11-05T05:30:00+14:00"': AT_US, '"2024-11-04T15:30:00.000Z"': AT_US, '"2024-11-04T15:30:00.000000000Z"': AT_US,
    '"2024-11-04T15:30:00.5Z"': AT_US + 500_000, '"2024-11-04T15:30:00.123456Z"': AT_US + 123_456,
    '"2024-11-04T15:30:00.1234567Z"': AT_US + 123_456, '"2024-11-04 15:30:00.25+01"': AT_US + 250_000 - 3600_000_000,
    "1730734200": AT_US, '"1730734200"': AT_US, "1730734200000": AT_US, '"1730734200000"': AT_US,
    "1730734200000000": AT_US, '"1730734200000000"': AT_US, "1730734200123": AT_US + 123_000,
    "1730734200123456": AT_US + 123_456, "1730734200.5": AT_US + 500_000, "1.7307342e9": AT_US,
    '"2024-11-04T15:30:00\\u005a"': AT_US,
    '"2024-02-29T12:00:00Z"': 1_709_208_000_000_000, '"2000-02-29T00:00:00Z"': 951_782_400_000_000,
    '"1970-01-01T00:00:00Z"': 0, "0": 0, '"0"': 0, "1": 1_000_000, '"1970-01-01T01:00:00+01:00"': 0,
    '"2100-12-31T23:59:59.999999Z"': 4_133_980_799_999_999, "4133980799": 4_133_980_799_000_000,
    "4133980799999": 4_133_980_799_999_000, "4133980799999999": 4_133_980_799_999_999,
    "100000000000": 100_000_000_000_000, "100000000000000": 100_000_000_000_000,  # 1e11 is milliseconds, 1e14 microseconds
    "99999999999999": None, "99999999999": None,  # the largest of their units: out of the years
}
BAD_TIMES = [text for text, us in TIMES.items() if us is None] + [
    '"yesterday"', '""', '" "', '"2024-11-04T15:30:00 UTC"', '"2024-11-04T15:30:00 Europe/Berlin"', '"2024-11-04T15:30:00[UTC]"',
    '"2024-11-04T15:30:00PST"', '"2024-11-04T15:30:00Zulu"', '"04/11/2024 15:30"', '"2024-13-01T00:00:00Z"', '"2024-00-01T00:00:00Z"',
    '"2024-02-30T00:00:00Z"', '"2023-02-29T00:00:00Z"', '"2100-02-29T00:00:00Z"', '"2024-11-31T00:00:00Z"', '"2024-11-04T24:00:00Z"',
    '"2024-11-04T15:60:00Z"', '"2024-11-04T15:30:60Z"', '"2024-11-04T15:30:00+24:00"', '"2024-11-04T15:30:00+2:00"',
    '"2024-11-04T15:30:00.Z"', '"2024-11-04T15:30:00+"', '"2024-11-04T15:30:00Z "', '" 2024-11-04T15:30:00Z"', '"2024-11-4T15:30:00Z"',
    '"1969-12-31T23:59:59Z"', '"2101-01-01T00:00:00Z"', '"1970-01-01T00:30:00+01:00"', '"2100-12-31T23:59:59-01:00"', "-1", '"-1"',
    "4133980800", "4133980800000", "4133980800000000", "99999999999999999999", "1e300", "true", '"17307342oo"', '"0x66"', '"NaN"', '"1e9"',
]
TIMES = {text: us for text, us in TIMES.items() if us is not None}

# Quarantined: name -> (line, reason, field).
QUARANTINED = {
    "words": (b"hello world", "invalid_json", ""),
    "single_quotes": (b"{'user_id':'u'}", "invalid_json", ""),
    "missing_colon": (event().replace(b'"user_id":', b'"user_id"'), "invalid_json", ""),
    "missing_comma": (event().replace(b", ", b" ", 1), "invalid_json", ""),
    "comma_before_the_brace": (event(","), "invalid_json", ""),
    "unquoted_key": (event(",k:1"), "invalid_json", ""),
    "nan": (event(',"k":NaN'), "invalid_json", ""),
    "infinity": (event(',"k":-Infinity'), "invalid_json", ""),
    "leading_zero": (event(',"k":012'), "invalid_json", ""),
    "leading_plus": (event(',"k":+1'), "invalid_json", ""),
    "bare_point": (event(',"k":1.'), "invalid_json", ""),
    "bad_escape": (event(',"k":"\\x41"'), "invalid_json", ""),
    "short_escape": (event(',"k":"\\u12"'), "invalid_json", ""),
    "tab_in_a_string": (event(',"k":"a\tb"'), "invalid_json", ""),
    "nul_in_a_string": (event(',"k":"a@b"').replace(b"@", b"\0"), "invalid_json", ""),
    "nul_between_tokens": (event(', "k": @"b"').replace(b"@", b"\0"), "invalid_json", ""),
    "comment": (event(" /* no */"), "invalid_json", ""),
    "upper_case_literal": (event(',"k":True'), "invalid_json", ""),
    "literal_with_a_tail": (event(',"k":nullx'), "invalid_json", ""),
    "brackets_crossed": (event(',"k":[1}'), "invalid_json", ""),
    "array": (b'[{"user_id":"u"}]', "not_object", ""),
    "string": (b'"text"', "not_object", ""),
    "number": (b"12", "not_object", ""),
    "literal": (b"null", "not_object", ""),
    "empty_array": (b"[]", "not_object", ""),
    "cut_after_a_key": (b'{"user_id"', "truncated", ""),
    "cut_in_a_string": (event()[:30], "truncated", ""),
    "cut_before_the_brace": (event()[:-1], "truncated", ""),
    "cut_in_an_escape": (event(',"k":"\\u00')[:-1], "truncated", ""),
    "cut_in_a_character": (event(',"k":"\u00e9')[:-2], "truncated", ""),
    "only_a_brace": (b"{", "truncated", ""),
    "two_objects": (event() + event(), "trailing_content", ""),
    "comma_behind": (event() + b",", "trailing_content", ""),
    "brace_behind": (event() + b"}", "trailing_content", ""),
    "word_behind": (event() + b" # note", "trailing_content", ""),
    "stray_continuation_byte": (event(',"k":"a@b"').replace(b"@", b"\x80"), "invalid_utf8", ""),
    "latin1": (event(',"k":"caf@"').replace(b"@", b"\xe9"), "invalid_utf8", ""),
    "overlong_form": (event(',"k":"@"').replace(b"@", b"\xc0\xaf"), "invalid_utf8", ""),
    "utf8_surrogate": (event(',"k":"@"').replace(b"@", b"\xed\xa0\x80"), "invalid_utf8", ""),
    "beyond_unicode": (event(',"k":"@"').replace(b"@", b"\xf4\x90\x80\x80"), "invalid_utf8", ""),
    "bad_utf8_in_a_key": (event(',"k@":1').replace(b"@", b"\xff"), "invalid_utf8", ""),
    "high_surrogate_alone": (event(',"k":"\\ud83d"'), "lone_surrogate", ""),
    "low_surrogate_alone": (event(',"k":"\\ude00"'), "lone_surrogate", ""),
    "surrogates_swapped": (event(',"k":"\\ude00\\ud83d"'), "lone_surrogate", ""),
    "high_surrogate_before_text": (event(',"k":"\\ud83dx"'), "lone_surrogate", ""),
    "lone_surrogate_in_a_key": (event(',"\\ud83d":1'), "lone_surrogate", ""),
    "lone_surrogate_in_a_nested_value": (event(',"k":{"a":["\\ud83d"]}'), "lone_surrogate", ""),
    "no_timestamp": (b'{"user_id":"u-1","event_type":"x"}', "missing_timestamp", "event_timestamp"),
    "null_timestamp": (event(at="null"), "missing_timestamp", "event_timestamp"),
    "timestamp_that_a_null_replaces": (event(',"event_timestamp":null'), "missing_timestamp", "event_timestamp"),
    "object_for_the_timestamp": (event(at='{"t":1}'), "bad_timestamp", "event_timestamp"),
    "no_event_type": (b'{"user_id":"u-1","event_timestamp":"%s"}' % AT.encode(), "missing_event_type", "event_type"),
    "null_event_type": (event().replace(b'"page_view"', b"null"), "missing_event_type", "event_type"),
    "empty_event_type": (event(event_type=""), "missing_event_type", "event_type"),
    "neither_user_nor_session": (b'{"event_type":"x","event_timestamp":"%s"}' % AT.encode(), "no_identity", "user_id"),
    "user_and_session_null": (event().replace(b'"u-1"', b"null").replace(b'"s-1"', b"null"), "no_identity", "user_id"),
    "metadata_text": (event(metadata="x"), "bad_metadata", "metadata"),
    "metadata_number": (event(metadata=1), "bad_metadata", "metadata"),
    "metadata_boolean": (event(metadata=False), "bad_metadata", "metadata"),
    "metadata_array": (event(metadata=[]), "bad_metadata", "metadata"),
    "metadata_object_that_text_replaces": (event(',"metadata":"x"'), "bad_metadata", "metadata"),
    "nesting_of_65": (event(',"deep":' + deep(64)), "too_deep", ""),
    "nesting_of_65_in_metadata": (event().replace(b'"metadata": {}', b'"metadata": {"deep":%s}' % deep(63).encode()), "too_deep", ""),
    "nesting_of_a_hundred_thousand": (event(',"deep":' + deep(100_000)), "too_deep", ""),
    "too_deep_in_a_known_field": (event().replace(b'"u-1"', deep(80).encode()), "too_deep", ""),
}
for field in ("user_id", "session_id", "event_type", "device_type", "page_url", "referrer_url", "event_id"):
    for kind, value in (("object", {"a": 1}), ("array", ["a"])):
        QUARANTINED[f"{kind}_for_{field}"] = (event(**{field: value}), "not_a_string", field)
for number, text in enumerate(BAD_TIMES):
    QUARANTINED[f"time_{number}"] = (event(at=text), "bad_timestamp", "event_timestamp")

# Text that a JSON array may hold: whole values.
WHOLE = {n for n, (line, reason, _) in QUARANTINED.items() if reason in
         ("missing_timestamp", "bad_timestamp", "missing_event_type", "no_identity", "not_a_string", "bad_metadata",
          "lone_surrogate")} | {"string", "number", "literal", "empty_array", "nesting_of_65"}
BLANKS = [b"", b"   ", b"\t", b"\r", b" \r"]


def marked(line, number):
    """The line with a mark, so that equal cases are no duplicates and rows can be found."""
    at = line.rindex(b"}")
    return line[:at] + b',"mark":"m%d"}' % number + line[at + 1:]


class EveryWayIn(LakeTest):
    """All cases in one source, which is taken in every way; each test looks at one case."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.marks, cls.cases = {}, []  # cases: (name, line)
        for name, (line, _, _) in ACCEPTED.items():
            cls.marks[name] = f"m{len(cls.cases)}"
            cls.cases.append((name, marked(line, len(cls.cases))))
        for text in TIMES:
            cls.marks[text] = f"m{len(cls.cases)}"
            cls.cases.append((text, marked(event(at=text), len(cls.cases))))
        cls.accepted = len(cls.cases)
        cls.cases += [(name, line) for name, (line, _, _) in QUARANTINED.items()]
        blanks = [("", line) for line in BLANKS]
        # Good and bad ones in turn; a BOM stands at the beginning of its line only.
        order = sorted(range(len(cls.cases)), key=lambda i: (i * 37) % 101)
        cls.cases = [cls.cases[i] for i in order]
        for i, blank in enumerate(blanks):
            cls.cases.insert(7 * i + 3, blank)
        cls.text = b"\n".join(line for _, line in cls.cases)  # no newline at the end
        cls.ways = {}  # way -> (lake, report, the source's name)
        f = cls.class_folder
        cls.take("file", write(f / "a/clicks.ndjson", cls.text))
        cls.take("stdin", "-", stdin=cls.text)
        cls.take("gzip", write(f / "b/clicks.json.gz", gz(cls.text)))
        cls.take("zstd", write(f / "c/clicks.jsonl.zst", zst(cls.text)))
        cls.take("in place", write(hour_folder(f / "d") / "part.json", cls.text), in_place=True)

    @classmethod
    def take(cls, way, source, **options):
        lake = Lake(cls.class_folder / way.replace(" ", "-"))
        cls.ways[way] = (lake, lake.run(source, **options), str(source))

    def each_way(self):
        return self.ways.values()

    def test_counts(self):
        reasons = {}
        for _, reason, _ in QUARANTINED.values():
            reasons[reason] = reasons.get(reason, 0) + 1
        for _, report, _ in self.each_way():
            self.assert_counts(report, len(self.cases), self.accepted, 0, len(QUARANTINED), len(BLANKS))
            self.assertEqual(report["quarantined_by_reason"], reasons)
            self.assertEqual(report["untyped_promoted"], 1)

    def test_tables_are_the_models(self):
        events, bad, blank = star_model.parse_all(line for _, line in self.cases)
        self.assertEqual((len(events), bad, blank), (self.accepted, len(QUARANTINED), len(BLANKS)))
        expected = star_model.star(events)
        for lake, _, _ in self.each_way():
            self.assert_tables(lake, expected)

    def test_accepted_records(self):
        for lake, _, _ in self.each_way():
            wanted = " UNION ALL ".join(f"SELECT '{name}' AS n, to_json({sql})::VARCHAR AS v FROM fact_clicks WHERE metadata['mark'] = '{self.marks[name]}'"
                                        for name, (_, sql, _) in ACCEPTED.items())
            found = {name: json.loads(value) if value is not None else None for name, value in lake.sql(wanted)}
            for name, (_, _, value) in ACCEPTED.items():
                with self.subTest(name, lake=lake.path.name):
                    self.assertIn(name, found)
                    self.assertEqual(found[name], value)

    def test_spellings_of_a_time(self):
        for lake, _, _ in self.each_way():
            found = dict(lake.sql("SELECT metadata['mark'], epoch_us(event_timestamp) FROM fact_clicks"))
            for text, us in TIMES.items():
                with self.subTest(text, lake=lake.path.name):
                    self.assertEqual(found.get(self.marks[text]), us)

    def test_quarantined_records(self):
        offsets, at = {}, 0
        for number, (name, line) in enumerate(self.cases):
            offsets[name] = (at, number + 1)
            at += len(line) + 1
        for lake, _, source in self.each_way():
            by_offset = {row["offset"]: row for row in lake.quarantine()}
            self.assertEqual(len(by_offset), len(QUARANTINED))
            for name, (line, reason, field) in QUARANTINED.items():
                with self.subTest(name, lake=lake.path.name, line=line[:300]):
                    offset, number = offsets[name]
                    self.assertIn(offset, by_offset)
                    row = by_offset[offset]
                    self.assertEqual((row["reason"], row["field"], row["line"], row["length"], row["file"]),
                                     (reason, field, number, len(line), source))
                    text = base64.b64decode(row["text_base64"]) if "text_base64" in row else row["text"].encode()
                    self.assertEqual(text, line)
                    self.assertLessEqual(row["position"], len(line))

    def test_raw_lines_are_as_they_came(self):
        valid = sorted(line.removesuffix(b"\r") for name, line in self.cases if name in self.marks)
        for way in ("file", "stdin", "gzip", "zstd"):
            with self.subTest(way):
                lake = self.ways[way][0]
                raw = sorted(line for path in (lake.path / "raw").rglob("*.json") for line in path.read_bytes().split(b"\n") if line)
                self.assertEqual(len(raw), len(valid))
                self.assertEqual([r[:200] for r in raw if r not in set(valid)], [])

    def test_raw_files_lie_in_their_hours(self):
        for way in ("file", "stdin"):
            for path in (self.ways[way][0].path / "raw").rglob("*.json"):
                for line in path.read_bytes().splitlines():
                    at = star_model.Event(line).time
                    self.assertEqual(path.parent.name, f"hour={at // star_model.HOUR % 24:02}")


class ArrayFiles(LakeTest):
    def cases(self):
        good = [marked(line.strip(b" \t\r").removeprefix(b"\xef\xbb\xbf"), i) for i, (line, _, _) in enumerate(ACCEPTED.values())]
        bad = [(name, QUARANTINED[name]) for name in sorted(WHOLE)]
        return good, bad

    def test_elements_are_records(self):
        good, bad = self.cases()
        elements = good + [line for _, (line, _, _) in bad]
        for name, text in (("plain", b"[" + b",".join(elements) + b"]"),
                           ("pretty", b"\xef\xbb\xbf \r\n[\n  " + b"\n  ,\r\n".join(elements) + b"\n]\n\n"),
                           ("gz", None)):
            with self.subTest(name):
                lake = self.lake(name)
                data = text or b"[\n" + b",\n".join(elements) + b"\n]\n"
                source = write(self.folder / f"{name}.json{'' if text else '.gz'}", data if text else gz(data))
                report = lake.run(source)
                self.assertEqual((report["accepted"], report["duplicate"], report["quarantined"]), (len(good), 0, len(bad)), report)
                self.assert_tables(lake, star_model.star([star_model.Event(line) for line in good]))
                raw = sorted(line for path in (lake.path / "raw").rglob("*.json") for line in path.read_bytes().split(b"\n") if line)
                self.assertEqual(raw, sorted(good))
                rows = lake.quarantine()
                self.assertEqual(len(rows), len(bad))
                for row in rows:
                    line = base64.b64decode(row["text_base64"]) if "text_base64" in row else row["text"].encode()
                    self.assertEqual(data[row["offset"]:row["offset"] + len(line)], line)
                    self.assertEqual(row["line"], data[:row["offset"]].count(b"\n") + 1)
                reasons = sorted((line, reason) for _, (line, reason, _) in bad)
                self.assertEqual(sorted(((base64.b64decode(r["text_base64"]) if "text_base64" in r else r["text"].encode()), r["reason"]) for r in rows), reasons)

    def test_elements_over_several_lines_come_on_one(self):
        text = json.dumps([click(event_type="a"), click(event_type="b", metadata={"k": [1, 2]})], indent=2).encode()
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            report = lake.run(write(hour_folder(self.folder / "in") / "part.json", text), in_place=in_place)
            self.assertEqual((report["accepted"], report["quarantined"]), (2, 0), report)
            self.assertEqual(lake.sql("SELECT event_type, metadata['k'] FROM fact_clicks ORDER BY 1"), [["a", None], ["b", "[1,2]"]])

    def test_empty_array_holds_nothing(self):
        report = self.lake().run(write(self.folder / "empty.json", b" [ ] \n"))
        self.assertEqual((report["accepted"], report["quarantined"]), (0, 0), report)

    def test_array_that_is_cut(self):
        text = b"[" + event(event_type="a") + b",\n" + event(event_type="b")[:40]
        lake = self.lake()
        report = lake.run(write(self.folder / "cut.json", text))
        self.assertEqual((report["accepted"], report["quarantined"]), (1, 1), report)
        self.assertEqual(lake.quarantine()[0]["reason"], "truncated")


class LineEnds(LakeTest):
    def test_byte_order_mark_carriage_returns_no_newline_at_the_end(self):
        events = [event(event_type=f"t{i}") for i in range(5)]
        plain = b"\n".join(events) + b"\n"
        reference = self.lake("reference")
        reference.run("-", stdin=plain)
        for name, text in (("bom", b"\xef\xbb\xbf" + plain), ("crlf", plain.replace(b"\n", b"\r\n")),
                           ("no newline", plain[:-1]), ("all", b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")[:-2])):
            for in_place in (False, True):
                with self.subTest(name, in_place=in_place):
                    lake = self.lake(f"{name}-{in_place}".replace(" ", "-"))
                    source = write(hour_folder(self.folder / f"in-{name}") / "part.json", text)
                    self.assert_counts(lake.run(source, in_place=in_place), 5, 5)
                    self.assert_tables(lake, reference)

    def test_blank_lines_are_counted_and_not_quarantined(self):
        text = b"\n\n" + event() + b"\n   \n\t\r\n\r\n" + event(event_type="b") + b"\n\n"
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            report = lake.run(write(hour_folder(self.folder / "in") / "part.json", text), in_place=in_place)
            self.assert_counts(report, 8, 2, blank=6)
            self.assertEqual(lake.quarantine(), [])

    def test_empty_files_hold_no_record(self):
        for number, text in enumerate((b"", b"\xef\xbb\xbf", gz(b""))):
            lake = self.lake(f"lake-{number}")
            report = lake.run(write(self.folder / f"in/{number}.json{'.gz' if number == 2 else ''}", text))
            self.assert_counts(report, 0, 0)

    def test_last_line_without_newline_that_is_cut(self):
        lake = self.lake()
        self.assert_counts(lake.run("-", stdin=event() + b"\n" + event(event_type="b")[:-3]), 2, 1, quarantined=1)
        self.assertEqual(lake.quarantine()[0]["reason"], "truncated")


class LongLines(LakeTest):
    LIMIT = 1_000_000

    def sized(self, size, fill=b"x"):
        head, tail = event(',"t":"')[:-1], b'"}'
        return head + fill * (size - len(head) - len(tail)) + tail

    def test_line_of_the_limit_is_taken_and_one_more_byte_is_not(self):
        text = lines(self.sized(self.LIMIT), self.sized(self.LIMIT + 1), self.sized(self.LIMIT, b"y") + b"\r", event(event_type="after"))
        for way in ("file", "stdin", "in place"):
            with self.subTest(way):
                lake = self.lake(way.replace(" ", "-"))
                source = write(hour_folder(self.folder / "in") / "part.json", text)
                report = lake.run("-" if way == "stdin" else source, in_place=way == "in place", stdin=text if way == "stdin" else b"")
                self.assert_counts(report, 4, 3, quarantined=1)
                (row,) = lake.quarantine()
                self.assertEqual((row["reason"], row["offset"], row["line"], row["length"]),
                                 ("line_too_long", self.LIMIT + 1, 2, self.LIMIT + 1))
                self.assertEqual(row["text"].encode(), self.sized(self.LIMIT + 1)[:65536])

    def test_first_64_kib_of_bytes_that_are_no_text_are_kept(self):
        lake = self.lake()
        data = b"\xff\xfe" * 700_000
        self.assert_counts(lake.run("-", stdin=data + b"\n" + event() + b"\n"), 2, 1, quarantined=1)
        (row,) = lake.quarantine()
        self.assertEqual((row["reason"], row["length"]), ("line_too_long", 1_400_000))
        self.assertEqual(base64.b64decode(row["text_base64"]), data[:65536])

    def test_a_very_long_line_is_not_held_in_memory(self):
        small, large = self.lake("small"), self.lake("large")
        base = small.run("-", stdin=event() + b"\n")["peak_memory_bytes"]
        path = self.folder / "large.json"
        with open(path, "wb") as file:
            file.write(event() + b"\n")
            for _ in range(200):
                file.write(b"z" * 1_000_000)
            file.write(b"\n" + event(event_type="after") + b"\n")
        report = large.run(path)
        self.assert_counts(report, 3, 2, quarantined=1)
        (row,) = large.quarantine()
        self.assertEqual((row["length"], row["line"], len(row["text"])), (200_000_000, 2, 65536))
        self.assertLess(report["peak_memory_bytes"], base + 60_000_000)

    def test_memory_is_bound_where_all_records_are_large(self):
        pick = random.Random(2)
        path = hour_folder(self.folder / "in") / "part.json"
        path.parent.mkdir(parents=True)
        with open(path, "wb") as file:
            for number in range(150):
                file.write(event(f',"t":"{pick.randbytes(450_000).hex()}"', event_type=f"t{number}") + b"\n")
        for in_place in (False, True):
            report = self.lake(f"lake-{in_place}").run(path, in_place=in_place)
            self.assert_counts(report, 150, 150)
            self.assertLess(report["peak_memory_bytes"], 300_000_000)

    def test_limit_is_set_in_the_config_and_on_the_command_line(self):
        text = lines(self.sized(3000), event(event_type="after"))
        for name, config, flags, bad in (("config", "max_line_bytes = 2000\n", (), 1), ("flag", "max_line_bytes = 2000\n", ("--max-line-bytes", "4000"), 0)):
            for in_place in (False, True):
                with self.subTest(name, in_place=in_place):
                    lake = self.lake(f"{name}-{in_place}")
                    lake.configure(config)
                    report = lake.run(write(hour_folder(self.folder / "in") / "part.json", text), flags=flags, in_place=in_place)
                    self.assert_counts(report, 2, 2 - bad, quarantined=bad)

    def test_limit_raised_for_a_run_holds_for_its_transform_too(self):
        text = lines(self.sized(1_500_000))
        lake = self.lake()
        lake.command("ingest", "--max-line-bytes", "2MB", "-", stdin=text)
        report = lake.command("transform").json()
        self.assertEqual((report["accepted"], report["quarantined"]), (1, 0), report)

    def test_file_in_place_is_transformed_within_the_limit_it_was_registered_with(self):
        for limit, taken in (("2MB", 2), ("2000", 1)):
            with self.subTest(limit):
                source = write(hour_folder(self.folder / f"in-{limit}") / "part.json",
                               lines(self.sized(1_500_000 if limit == "2MB" else 3000), event(event_type="after")))
                lake = self.lake(f"lake-{limit}")
                report = lake.command("ingest", "--in-place", "--max-line-bytes", limit, source).json()
                self.assertEqual(report["quarantined"], 2 - taken, report)
                report = lake.command("transform").json()
                self.assertEqual((report["accepted"], report["quarantined"]), (taken, 0), report)


class Respelled(LakeTest):
    """The same content spelled another way is a duplicate."""

    ORIGINAL = (b'{"user_id":"u-1","session_id":"s-1","event_type":"page_view","event_timestamp":"2024-11-04T15:30:00.25Z",'
                b'"device_type":"mobile","page_url":"https://shop.example/a?x=1","metadata":{"a":"1","b":{"c":[1,"x/y"]}},"color":"r\xc3\xa9d"}')
    SPELLINGS = {
        "key order": b'{"color":"r\xc3\xa9d","metadata":{"b":{"c":[1,"x/y"]},"a":"1"},"page_url":"https://shop.example/a?x=1","device_type":"mobile",'
                     b'"event_timestamp":"2024-11-04T15:30:00.25Z","event_type":"page_view","session_id":"s-1","user_id":"u-1"}',
        "spaces": ORIGINAL.replace(b":", b" :\t").replace(b",", b" , ").replace(b"https :\t", b"https:").replace(b"15 :\t30 :\t00", b"15:30:00"),
        "escapes": ORIGINAL.replace(b"page_view", b"page\\u005fview").replace(b"r\xc3\xa9d", b"r\\u00e9d").replace(b"https://", b"https:\\/\\/")
                   .replace(b'"user_id"', b'"\\u0075ser_id"').replace(b"x/y", b"\\u0078\\/y"),
        "offset": ORIGINAL.replace(b"25Z", b"25+00:00"),
        "other zone": ORIGINAL.replace(b"15:30:00.25Z", b"16:30:00.250000+01"),
        "epoch": ORIGINAL.replace(b'"2024-11-04T15:30:00.25Z"', b"1730734200250"),
        "key case": ORIGINAL.replace(b"user_id", b"USER_ID"),
        "null fields": ORIGINAL[:-1] + b',"referrer_url":null}',
        "carriage return": ORIGINAL + b"\r",
        "duplicate key": ORIGINAL[:-1] + b',"color":"r\xc3\xa9d"}',
        "number for its text": ORIGINAL.replace(b'"a":"1"', b'"a":1'),
        "top level for metadata": ORIGINAL.replace(b'"a":"1",', b"").replace(b'"color"', b'"a":"1","color"'),
    }
    OTHERS = {
        "other time": ORIGINAL.replace(b".25Z", b".250001Z"),
        "tracking parameter": ORIGINAL.replace(b"x=1", b"x=1&utm_source=a"),
        "empty instead of missing": ORIGINAL[:-1] + b',"referrer_url":""}',
        "null in metadata": ORIGINAL[:-1] + b',"gone":null}',
        "other letter case of a value": ORIGINAL.replace(b"u-1", b"U-1"),
        "number spelled another way": ORIGINAL.replace(b'"a":"1"', b'"a":1.0'),
    }

    def test_in_one_source(self):
        text = lines(self.ORIGINAL, *self.SPELLINGS.values())
        for in_place in (False, True):
            lake = self.lake(f"lake-{in_place}")
            report = lake.run(write(hour_folder(self.folder / "in") / "part.json", text), in_place=in_place)
            self.assert_counts(report, len(self.SPELLINGS) + 1, 1, len(self.SPELLINGS))

    def test_each_spelling_alone(self):
        lake = self.lake()
        lake.run("-", stdin=lines(self.ORIGINAL))
        reference = lake.tables()
        for name, line in self.SPELLINGS.items():
            with self.subTest(name):
                self.assert_counts(lake.run("-", stdin=lines(line)), 1, 0, 1)
        self.assert_tables(lake, reference)

    def test_across_modes(self):
        lake = self.lake()
        self.assert_counts(lake.run(write(hour_folder(self.folder / "in") / "part.json", lines(self.ORIGINAL)), in_place=True), 1, 1)
        report = lake.run(write(self.folder / "copied/part.json", lines(*self.SPELLINGS.values())))
        self.assert_counts(report, len(self.SPELLINGS), 0, len(self.SPELLINGS))
        report = lake.run(write(hour_folder(self.folder / "in", hour=16) / "stray.json", lines(*self.SPELLINGS.values())), in_place=True)
        self.assert_counts(report, len(self.SPELLINGS), 0, len(self.SPELLINGS))

    def test_other_content_is_no_duplicate(self):
        text = lines(self.ORIGINAL, *self.OTHERS.values())
        self.assert_counts(self.lake().run("-", stdin=text), len(self.OTHERS) + 1, len(self.OTHERS) + 1)

    def test_key_order_of_a_nested_object_is_content(self):
        """A nested value is its compact text, as typed."""
        line = self.ORIGINAL.replace(b'{"c":[1,"x/y"]}', b'{"c":1,"d":2}')
        other = self.ORIGINAL.replace(b'{"c":[1,"x/y"]}', b'{"d":2,"c":1}')
        self.assert_counts(self.lake().run("-", stdin=lines(line, other)), 2, 2)


class MangledLines(LakeTest):
    """Events with bytes knocked out, put in and moved about: the program takes exactly what the model takes."""

    ATOMS = [b"{", b"}", b"[", b"]", b'"', b":", b",", b" ", b"\t", b"\\", b"\\u", b"\\ud83d", b"\\ude00", b"null", b"true", b"false", b"0", b"-",
             b"1.5e3", b"e", b".", b"\xff", b"\xc3\xa9", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\x1f", b"\x7f", b"\r", b"/", b'"a":1,', b'"metadata":null,',
             b'"event_timestamp":0,', b'"USER_ID":null,', b"\xef\xbb\xbf", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa8", b"+", b"Z", b"T", b"9", b"\xc2\xa0", b"\x0b", b"\x0c"]

    def mangled(self, pick):
        members = click(user_id=pick.choice(["u", 5, "@null", ""]), session_id=pick.choice(["s", "", "@null", True]),
                        event_timestamp=pick.choice(["2024-11-04T15:30:00Z", "2024-11-04 15:30:00.123+01:30", 1730734200, 1730734200123, "1730734200123456", "2024-11-04"]),
                        metadata=pick.choice([{}, {"a": 1}, {"a": {"b": [1, None, "x\u00e9\n"]}, "price": 1.5, "quantity": 2, "user_agent": "x"}]))
        if pick.random() < 0.2:
            members["x"] = [{"k": pick.random()}, {}]
        if pick.random() < 0.2:
            members["event_id"] = pick.choice(["i1", 7, ""])
        text = bytearray(json.dumps(members, ensure_ascii=pick.random() < 0.5).replace('"@null"', "null").encode())
        for _ in range(pick.choice([0, 1, 1, 1, 2, 3])):
            at, how = pick.randrange(len(text) + 1), pick.random()
            if how < 0.4:
                text[at:at] = pick.choice(self.ATOMS)
            elif how < 0.7:
                del text[at:at + pick.choice([1, 1, 2, 5])]
            elif how < 0.9:
                text[at:at + 1] = pick.choice(self.ATOMS)
            else:
                begin = pick.randrange(len(text) + 1)
                text[at:at] = text[begin:begin + pick.randrange(30)]
        return bytes(text)

    def test_are_taken_or_refused_as_the_model_does(self):
        pick = random.Random(7)
        mangled = [self.mangled(pick) for _ in range(3000)]
        lake = self.lake()
        report = lake.run(write(self.folder / "mangled.json", lines(*mangled)))
        takes = []
        for line in mangled:
            try:
                takes.append((line.removesuffix(b"\r"), star_model.Event(line)))
            except star_model.Bad:
                pass
        raw = {line for path in (lake.path / "raw").rglob("*.json") for line in path.read_bytes().split(b"\n") if line}
        model = {line for line, _ in takes}
        self.assertEqual((sorted(raw - model)[:5], sorted(model - raw)[:5]), ([], []))
        kept, duplicates = star_model.dedupe([event for _, event in takes])
        self.assert_counts(report, len(mangled), len(kept), duplicates, len(mangled) - len(takes))
        self.assertGreater(len(kept), 400)
        self.assert_tables(lake, star_model.star([event for _, event in takes]))


if __name__ == "__main__":
    program.main()
