#!/usr/bin/env python3
"""`rules check|match|test|explain`: what they print, and their exit codes."""
import json
import unittest

import program
from program import LakeTest, clicklake, lines, write

PURCHASE = {"name": "purchase", "eventPattern": {"event_type": ["purchase"]}}
BIG = {"name": "big-basket", "eventPattern": {"event_type": ["purchase"], "metadata": {"total": [{"numeric": [">", 100]}]}},
       "targets": [{"id": "1", "file": "out.ndjson"}]}
EVENTS = [{"event_type": "click"}, {"event_type": "purchase", "metadata": {"total": 50}}, {"event_type": "purchase", "metadata": {"total": 250}}]


class Rules(LakeTest):
    def rules(self, *rules, name="rules.jsonl"):
        return write(self.folder / name, lines(*rules))

    def events(self, *events):
        return write(self.folder / "events.ndjson", lines(*events))


class Match(Rules):
    def test_each_event_has_its_rules(self):
        out = clicklake("rules", "match", "--rules", self.rules(PURCHASE, BIG), self.events(*EVENTS)).out.decode()
        self.assertEqual(out.splitlines(), ["1\t", "2\tpurchase", "3\tbig-basket, purchase"])

    def test_json_and_standard_input(self):
        ended = clicklake("rules", "match", "--rules", self.rules(PURCHASE, BIG), "--format", "json", stdin=self.events(*EVENTS).read_bytes())
        found = [json.loads(line) for line in ended.out.splitlines()]
        self.assertEqual(found, [{"line": 1, "rules": []}, {"line": 2, "rules": ["purchase"]}, {"line": 3, "rules": ["big-basket", "purchase"]}])

    def test_count(self):
        counts = clicklake("rules", "match", "--rules", self.rules(PURCHASE, BIG), self.events(*EVENTS, *EVENTS), "--count", "--format", "json").json()
        self.assertEqual((counts["events"], counts["matched"], counts["matches"]), (6, 4, 6))
        self.assertEqual(counts["rules"], {"big-basket": 2, "purchase": 4})
        text = clicklake("rules", "match", "--rules", self.rules(PURCHASE), self.events(*EVENTS), "--count").out.decode()
        self.assertRegex(text, r"2 +purchase\n3 events, 2 matched by 1 rules, 2 matches; [0-9,]+ events/s")

    def test_folders_and_several_files_and_disabled_rules(self):
        write(self.folder / "rules/a.json", json.dumps(BIG, indent=2).encode())
        write(self.folder / "rules/deep/purchase.json", json.dumps({"eventPattern": PURCHASE["eventPattern"]}).encode())
        off = self.rules({"name": "off", "state": "DISABLED", "eventPattern": {"event_type": ["purchase"]}})
        counts = clicklake("rules", "match", "--rules", self.folder / "rules", "--rules", off, self.events(*EVENTS), "--count", "--format", "json").json()
        self.assertEqual(counts["rules"], {"big-basket": 1, "purchase": 2})

    def test_a_line_that_is_no_event_is_told_and_the_others_go_on(self):
        file = write(self.folder / "events.ndjson", lines(EVENTS[1]) + b"{\"event_type\":tru}\n\n" + lines(EVENTS[2]))
        ended = clicklake("rules", "match", "--rules", self.rules(PURCHASE), file, code=1)
        self.assertEqual(ended.out.decode().splitlines(), ["1\tpurchase", "4\tpurchase"])
        self.assertIn("events.ndjson:2: the event is not JSON at byte 14", ended.err.decode())

    def test_a_bad_rule_is_named(self):
        ended = clicklake("rules", "match", "--rules", self.rules({"name": "typo", "pattern": {"a": [{"prefx": "x"}]}}), self.events(*EVENTS), code=1)
        self.assertIn("rule 'typo': a[0].prefx", ended.err.decode())

    def test_a_long_line_without_an_end(self):
        file = write(self.folder / "events.ndjson", json.dumps({"x": "y" * 3_000_000, "event_type": "purchase"}).encode())
        self.assertEqual(clicklake("rules", "match", "--rules", self.rules(PURCHASE), file).out, b"1\tpurchase\n")


class Check(Rules):
    def test_good_rules(self):
        self.assertEqual(clicklake("rules", "check", self.rules(PURCHASE, BIG), "--aws").out, b"2 rules, 0 invalid, 0 warnings\n")

    def test_faults_have_file_line_rule_place_reason_and_example(self):
        file = self.rules(PURCHASE, {"id": "bad", "pattern": "{\"d\":{\"p\":[{\"numeric\":[\">\",\"1\"]}]}}"}, {"name": "purchase", "pattern": {"a": ["x"]}})
        ended = clicklake("rules", "check", file, code=1)
        out = ended.out.decode()
        self.assertIn("rules.jsonl:2: rule 'bad': d.p[0].numeric: a number must stand in place of the string '1'\n    the right form: {\"numeric\"", out)
        self.assertIn("rules.jsonl:3: rule 'purchase': there is a rule of this name in", out)
        self.assertTrue(out.endswith("3 rules, 2 invalid, 0 warnings\n"), out)
        report = clicklake("rules", "check", file, "--format", "json", code=1).json()
        self.assertEqual(report["findings"][0]["path"], "d.p[0].numeric")
        self.assertEqual((report["rules"], report["invalid"], report["warnings"]), (3, 2, 0))

    def test_aws_warns_and_does_not_fail(self):
        many = self.rules(*({"name": f"r{i}", "pattern": {"a": [str(i)]}} for i in range(301)), {"name": "long", "pattern": {"a": ["x" * 2100]}})
        report = clicklake("rules", "check", many, "--aws", "--format", "json").json()
        reasons = " ".join(f["reason"] for f in report["findings"])
        self.assertEqual(report["warnings"], 2)
        self.assertIn("302 rules", reasons)
        self.assertIn("2048", reasons)

    def test_a_file_that_is_none_ends_with_1(self):
        self.assertIn("rules.jsonl:1: a rule is a JSON object", clicklake("rules", "check", write(self.folder / "rules.jsonl", b"hello"), code=1).err.decode())
        clicklake("rules", "check", self.folder / "nothing.json", code=1)
        clicklake("rules", "check", code=2)
        clicklake("rules", code=2)


class Test(Rules):
    def test_failures_are_told_and_counted(self):
        cases = self.rules(
            {"name": "yes", "pattern": {"a": ["x"]}, "event": {"a": "x"}, "expect": True},
            {"name": "text", "pattern": "{\"a\":[\"x\"]}", "event": "{\"a\":\"y\"}", "expect": False},
            {"name": "refused", "pattern": {"a": "x"}, "event": {}, "expect": "invalid"},
            {"name": "wrong", "pattern": {"a": ["x"]}, "event": {"a": "x"}, "expect": False},
            {"name": "surprise", "pattern": {"a": 1}, "event": {}, "expect": True},
            {"name": "no case"})
        ended = clicklake("rules", "test", cases, code=1)
        out = ended.out.decode().splitlines()
        self.assertEqual(out[-1], "3 passed, 3 failed")
        self.assertIn("rules.jsonl:4: 'wrong': expected false, the answer is true", out[0])
        self.assertIn("'surprise': expected true, the answer is invalid: rule 'surprise': a: ", out[1])
        self.assertIn("a case is", out[2])
        report = clicklake("rules", "test", cases, "--format", "json", code=1).json()
        self.assertEqual((report["passed"], report["failed"]), (3, 3))

    def test_all_that_pass_end_with_0(self):
        cases = self.rules({"pattern": {"a": [{"exists": False}]}, "event": {}, "expect": True})
        self.assertEqual(clicklake("rules", "test", cases).out, b"1 passed, 0 failed\n")


class Explain(Rules):
    def test_the_leaf_that_failed(self):
        out = clicklake("rules", "explain", write(self.folder / "r.json", json.dumps(BIG).encode()), json.dumps(EVENTS[1])).out.decode()
        self.assertIn("ok      event_type: [\"purchase\"]", out)
        self.assertIn("FAILED  metadata.total: [{\"numeric\": [\">\", 100]}]\n          the event has 50", out)
        self.assertTrue(out.endswith("the rule does not match the event\n"))

    def test_a_bare_pattern_an_event_file_and_arrays(self):
        event = write(self.folder / "e.json", json.dumps({"items": [{"a": 1, "b": 1}, {"a": 2, "b": 2}]}).encode())
        told = clicklake("rules", "explain", "{\"items\":{\"a\":[1],\"b\":[2]}}", event, "--format", "json").json()
        self.assertEqual((told["matches"], told["ways"][0]["fails_together"]), (False, True))
        self.assertTrue(clicklake("rules", "explain", "{\"items\":{\"a\":[1],\"b\":[1]}}", event, "--format", "json").json()["matches"])

    def test_one_of_several_rules_is_chosen_by_name(self):
        file = self.rules(PURCHASE, BIG)
        self.assertIn("--name", clicklake("rules", "explain", file, "{}", code=2).err.decode())
        told = clicklake("rules", "explain", file, json.dumps(EVENTS[2]), "--name", "big-basket", "--format", "json").json()
        self.assertTrue(told["matches"])


if __name__ == "__main__":
    program.main()
