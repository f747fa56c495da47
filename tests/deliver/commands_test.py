#!/usr/bin/env python3
"""The commands over rules, deliveries and dead letters.

    commands_test.py --binary clicklake
"""
import argparse
import json
import pathlib
import sys
import unittest

from lake import Lake
from receiver import Receiver

FILE = {'id': 'f', 'kind': 'file', 'file': 'out.ndjson'}


class CommandsTest(unittest.TestCase):
    binary = None

    def setUp(self):
        self.lake = Lake(self.binary)

    def run_lake(self, *arguments, **more):
        return self.lake.run(*arguments[:2], '--lake', str(self.lake.path), *arguments[2:], **more)

    def test_rules_are_imported_listed_switched_and_exported(self):
        source = self.lake.path.parent / 'rule.json'
        source.write_text(json.dumps({'Name': 'big', 'EventPattern': '{"detail-type": ["purchase"]}'}) + json.dumps(
            {'Rule': 'big', 'Targets': [{'Id': 'q', 'Arn': 'arn:aws:sqs:eu-west-1:111122223333:orders'}]}))
        self.assertIn('imported big', self.run_lake('rules', 'import', str(source)).stdout)
        listed = json.loads(self.run_lake('rules', 'list', '--format', 'json').stdout)
        self.assertEqual([(r['name'], r['state'], r['targets']) for r in listed],
                         [('big', 'ENABLED', [{'id': 'q', 'kind': 'sqs'}])])
        self.run_lake('rules', 'disable', 'big')
        self.assertIn('disabled', self.run_lake('rules', 'list').stdout)
        exported = self.run_lake('rules', 'export', '--terraform').stdout
        self.assertIn('aws_cloudwatch_event_rule', exported)
        # Another rule of that name is not written over by itself.
        again = self.run_lake('rules', 'import', str(source), check=False)
        self.assertEqual(again.returncode, 1)
        self.assertIn('--replace', again.stderr)
        tf = self.lake.path.parent / 'x.tf'
        tf.write_text(exported)
        self.run_lake('rules', 'import', str(tf))
        self.run_lake('rules', 'enable', 'big')
        self.assertEqual(self.run_lake('rules', 'enable', 'nope', check=False).returncode, 1)
        self.assertEqual(self.run_lake('rules', 'export', check=False).returncode, 2)

    def test_dead_letters_are_listed_shown_and_redriven(self):
        self.lake.rule('r', [{'id': 'f', 'kind': 'command', 'command': ['/no/such/program']}])
        ids = self.lake.publish('r', ['f'], range(3))
        self.lake.deliver()
        letters = self.lake.dead_letters()
        self.assertEqual([letter['code'] for letter in letters], ['NO_RESOURCE'] * 3)
        shown = json.loads(self.run_lake('deadletters', 'show', f'{ids[1]}-f').stdout)
        self.assertEqual(shown['event']['n'], 1)
        self.assertEqual(shown['attributes']['ERROR_CODE'], 'NO_RESOURCE')
        self.assertEqual(shown['attributes']['RETRY_ATTEMPTS'], '0')
        self.lake.rule('r', [FILE])
        self.assertIn('1 dead letters', self.run_lake('deadletters', 'redrive', f'{ids[1]}-f').stdout)
        self.assertEqual(len(self.lake.dead_letters()), 2)
        self.lake.deliver()
        self.assertEqual([line['deliveryId'] for line in self.lake.lines('out.ndjson')], [f'{ids[1]}-f'])
        self.run_lake('deadletters', 'redrive')
        self.lake.deliver()
        self.assertEqual({line['deliveryId'] for line in self.lake.lines('out.ndjson')}, {f'{i}-f' for i in ids})
        self.assertIn('no dead letters', self.run_lake('deadletters', 'redrive').stdout)
        self.assertEqual(self.run_lake('deadletters', 'show', 'nope', check=False).returncode, 1)

    def test_waiting_deliveries_are_shown_and_retried_at_once(self):
        with Receiver(lambda rng: 503) as receiver:
            self.lake.rule('r', [{'id': 'h', 'kind': 'webhook', 'url': f'http://127.0.0.1:{receiver.port}/',
                                  'retryPolicy': {'backoffMilliseconds': 3600000}}])
            ids = self.lake.publish('r', ['h'], range(2))
            self.assertEqual(self.lake.report(self.lake.deliver('idle'))['owed'], 2)
            port = receiver.port
        listed = json.loads(self.run_lake('deliveries', 'list', '--format', 'json').stdout)
        self.assertEqual({row['id'] for row in listed['waiting']}, {f'{i}-h' for i in ids})
        self.assertIn('503', listed['targets'][0]['lastError'])
        shown = json.loads(self.run_lake('deliveries', 'show', f'{ids[0]}-h').stdout)
        self.assertEqual((shown['state'], shown['attempts'], shown['event']['n']), ('waiting', 1, 0))
        with Receiver() as receiver:
            rule = self.lake.path / 'rules' / 'r.json'
            rule.write_text(rule.read_text().replace(str(port), str(receiver.port)))
            self.assertIn('2 deliveries', self.run_lake('deliveries', 'retry', '--rule', 'r').stdout)
            self.lake.deliver(timeout=30)
            self.assertEqual(len(receiver.accepted), 2)
        shown = json.loads(self.run_lake('deliveries', 'show', f'{ids[0]}-h').stdout)
        self.assertEqual(shown['state'], 'delivered')

    def test_standard_output_is_a_target(self):
        self.lake.rule('r', [{'id': 's', 'kind': 'stdout', 'inputPath': '$.n'}])
        self.lake.publish('r', ['s'], range(2000))
        done = self.lake.deliver()
        self.assertEqual([json.loads(line)['input'] for line in done.stdout.splitlines()], list(range(2000)))


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary', required=True)
    options, rest = parser.parse_known_args()
    CommandsTest.binary = str(pathlib.Path(options.binary).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
