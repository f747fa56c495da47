#!/usr/bin/env python3
"""From a dropped file to an alert: accepted events meet the lake's rules, and each alerts once.

    joined_test.py --binary clicklake
"""
import argparse
import collections
import json
import os
import pathlib
import sys
import threading
import unittest

from lake import Lake
from receiver import Receiver

HOUR = 1_730_732_400_000_000  # 2024-11-04T15:00:00Z


def click(number, event_type='purchase', hour=0, second=None, event_id=None, **metadata):
    event = {'user_id': f'u{number % 3}', 'session_id': f's{number % 5}', 'event_type': event_type,
             'event_timestamp': HOUR + hour * 3_600_000_000 + (second if second is not None else number) * 1_000_000,
             'page_url': 'https://shop.example/checkout?utm_source=mail&utm_campaign=may',
             'metadata': {'n': number, 'price': 10.5, 'quantity': 2, **metadata}}
    if event_id:
        event['event_id'] = event_id
    return event


class JoinedTest(unittest.TestCase):
    binary = None

    def setUp(self):
        self.lake = Lake(self.binary)
        self.drops = self.lake.path.parent / 'drops'
        self.drops.mkdir()
        self.dropped = 0

    def rule(self, name, pattern, targets=None, **more):
        self.lake.rule(name, targets or [{'id': 'f', 'kind': 'file', 'file': f'{name}.ndjson'}],
                       eventPattern=pattern, **more)

    def drop(self, events):
        self.dropped += 1
        path = self.drops / f'{self.dropped:04}.ndjson'
        path.write_text(''.join(json.dumps(event) + '\n' for event in events))
        return path

    def run_lake(self, *more, check=True, environment=None):
        done = self.lake.run('run', '--lake', str(self.lake.path), '--format', 'json', *more, str(self.drops),
                             check=check, environment=environment or {})
        return done

    def events_of(self, rule):
        return [line['input'] for line in self.lake.lines(f'{rule}.ndjson')]

    def numbers(self, rule):
        return sorted(e['detail']['metadata']['n'] for e in self.events_of(rule))

    def test_a_dropped_purchase_reaches_the_webhook_once_though_resent(self):
        stop = threading.Event()
        with Receiver() as receiver:
            self.rule('purchase', {'detail-type': ['purchase']},
                      [{'id': 'hook', 'kind': 'webhook', 'url': f'http://127.0.0.1:{receiver.port}/'}])
            delivering = threading.Thread(target=lambda: self.deliver_until(stop))
            delivering.start()
            purchases = [click(n, event_id=f'order-{n}' if n % 2 else None) for n in range(40)]
            views = [click(n, 'page_view') for n in range(40, 80)]
            matches = 0
            for batch in range(4):
                some = purchases[batch * 10:batch * 10 + 10] + views[batch * 10:batch * 10 + 10]
                # What came before comes again, a few of them twice in one file.
                self.drop(some + purchases[:batch * 10] + some[:3])
                matches += json.loads(self.run_lake().stdout)['matches']
            self.assertEqual(matches, 40)
            for _ in range(200):
                if len(receiver.accepted) == 40:
                    break
                stop.wait(0.05)
            stop.set()
            delivering.join()
            self.assertEqual(len(receiver.accepted), 40)
            self.assertEqual(set(receiver.accepted.values()), {1})

    def deliver_until(self, stop):
        while not stop.is_set():
            self.lake.deliver(until='idle')

    def test_rules_see_the_envelope_with_the_lakes_keys(self):
        self.rule('big', {'source': ['clicklake'], 'detail-type': ['purchase'],
                          'detail': {'lake': {'revenue': [{'numeric': ['>=', 21]}]}}})
        self.drop([click(1), click(2, quantity=1), click(3, 'page_view')])
        self.run_lake()
        self.lake.deliver()
        [event] = self.events_of('big')
        self.assertEqual((event['source'], event['detail-type'], event['time']),
                         ('clicklake', 'purchase', '2024-11-04T15:00:01Z'))
        self.assertEqual(event['detail']['metadata']['n'], 1)
        lake = event['detail']['lake']
        self.assertEqual(lake['revenue'], 21)
        keys = ['event_key', 'user_key', 'session_key', 'page_key', 'campaign_key', 'device_key']
        rows = json.loads(self.lake.run(
            'sql', '--lake', str(self.lake.path), '--format', 'json',
            f"SELECT {', '.join(f'CAST({k} AS VARCHAR)' for k in keys)} FROM fact_clicks "
            "WHERE metadata['n'] = '1'").stdout)['rows']
        self.assertEqual([lake.get(k, '0') for k in keys], rows[0])

    def test_an_event_that_takes_a_published_ones_place_alerts_no_more(self):
        self.rule('purchase', {'detail-type': ['purchase']})
        self.drop([click(1, second=100, event_id='a'), click(2, second=200, event_id='b')])
        self.run_lake()
        # The same order again, with an earlier time: its row replaces the published one.
        self.drop([click(3, second=50, event_id='a'), click(4, second=60, event_id='c')])
        report = json.loads(self.run_lake().stdout)
        self.assertEqual((report['replaced'], report['matches']), (1, 1))
        self.lake.deliver()
        self.assertEqual(self.numbers('purchase'), [1, 2, 4])

    def test_upkeep_takes_delivered_matches_for_granted(self):
        self.rule('purchase', {'detail-type': ['purchase']})
        first = self.drop([click(1), click(2)])
        first_batch = json.loads(self.run_lake().stdout)['ingest_batch_id']
        outbox = self.lake.path / 'events' / 'outbox'
        removed = set(outbox.glob('*.jsonl'))
        self.drop([click(3, hour=1)])
        self.run_lake()
        self.lake.deliver()
        for file in removed:
            os.utime(file, (1, 1))  # keep_outbox_days ago
        self.lake.deliver()
        self.assertFalse(removed & set(outbox.glob('*.jsonl')))
        self.drop([click(4, hour=1)])
        self.run_lake()
        at = ('--lake', str(self.lake.path))
        self.lake.run('verify', *at)
        # A backup has the match that is owed, and how far delivery had come.
        kept = self.lake.path.parent / 'kept'
        self.lake.run('backup', *at, str(kept))
        self.lake.deliver()
        self.assertEqual(self.numbers('purchase'), [1, 2, 3, 4])
        self.lake.run('deliver', '--lake', str(kept), '--until', 'drained')
        restored = [json.loads(line)['input']['detail']['metadata']['n']
                    for line in (kept / 'purchase.ndjson').read_text().splitlines()]
        self.assertEqual(restored, [1, 2, 3, 4])
        # A batch taken back recalls no alert; its file taken again is new to the lake, so it alerts again.
        self.lake.run('rollback', *at, first_batch, '--forget-sources')
        self.lake.run('verify', *at)
        self.lake.deliver()
        self.assertEqual(self.numbers('purchase'), [1, 2, 3, 4])
        self.run_lake()
        self.lake.deliver()
        self.assertEqual(self.numbers('purchase'), [1, 1, 2, 2, 3, 4])
        self.assertTrue(first.exists())

    def test_of_events_with_one_id_in_one_batch_the_kept_one_alerts(self):
        self.rule('purchase', {'detail-type': ['purchase']})
        self.drop([click(1, second=100, event_id='a'), click(2, second=50, event_id='a'), click(3, second=70)])
        self.assertEqual(json.loads(self.run_lake().stdout)['matches'], 2)
        self.lake.deliver()
        self.assertEqual(self.numbers('purchase'), [2, 3])

    def test_events_that_lie_in_another_hours_file_alert_once(self):
        self.rule('purchase', {'detail-type': ['purchase']})
        folder = self.drops / 'year=2024/month=11/day=04/hour=15'
        folder.mkdir(parents=True)
        events = [click(1), click(2, hour=3), click(2, hour=3), click(3, hour=3, event_id='x'),
                  click(4, hour=2, event_id='x')]
        (folder / 'a.json').write_text(''.join(json.dumps(e) + '\n' for e in events))
        report = json.loads(self.run_lake('--in-place').stdout)
        self.assertEqual((report['accepted'], report['matches']), (3, 3))
        self.lake.deliver()
        self.assertEqual(self.numbers('purchase'), [1, 2, 4])

    def test_a_refused_batch_leaves_no_match(self):
        self.rule('purchase', {'detail-type': ['purchase']})
        self.drop([click(1)])
        with (self.drops / '0001.ndjson').open('a') as file:
            file.write('not json\n' * 9)
        # The ingest batch stands where raw was taken; what is refused here is the whole run in place.
        done = self.run_lake('--max-quarantine-ratio', '0.1', check=False)
        self.assertEqual(done.returncode, 1)
        outbox = self.lake.path / 'events' / 'outbox'
        self.assertEqual([f.name for f in outbox.glob('*.jsonl')] if outbox.exists() else [], [])

    def test_without_rules_there_is_no_outbox_and_no_rules_keeps_silent(self):
        self.drop([click(1)])
        self.run_lake()
        self.assertFalse((self.lake.path / 'events').exists())
        self.rule('purchase', {'detail-type': ['purchase']})
        self.drop([click(2)])
        self.assertEqual(json.loads(self.run_lake('--no-rules').stdout)['matches'], 0)
        self.assertFalse((self.lake.path / 'events').exists())

    def test_a_broken_rule_is_told_and_the_others_hold(self):
        self.rule('purchase', {'detail-type': ['purchase']})
        self.rule('broken', {'detail': [{'numeric': ['<', 'x']}]})
        self.drop([click(1)])
        done = self.run_lake()
        self.assertIn('broken', done.stderr)
        self.assertEqual(json.loads(done.stdout)['matches'], 1)

    def test_killed_at_every_step_of_a_run_alerts_are_those_of_the_facts(self):
        self.rule('purchase', {'detail-type': ['purchase']})
        self.rule('all', {'metadata': {'n': [{'exists': True}]}}, scope='event')
        first = [click(n, hour=n % 3, event_id=f'e{n}' if n % 3 == 0 else None) for n in range(12)]
        second = [click(n, 'page_view' if n % 2 else 'purchase', hour=n % 4, event_id=f'e{n}' if n % 3 == 0 else None)
                  for n in range(12, 24)]
        self.drop(first)
        self.run_lake()
        trace = self.lake.path.parent / 'trace'
        self.drop(second + first[:5] + [{'bad': 1}])
        start = self.lake.path.parent / 'start'
        self.lake.path.rename(start)
        steps = self.traced_steps(start, trace)
        self.assertIn('outbox.rename', steps)
        every = max(1, len(steps) // self.steps) if self.steps else 1
        chosen = sorted({*range(1, len(steps) + 1, every),
                         *(n + 1 for n, s in enumerate(steps) if s.startswith('outbox') or s.startswith('catalog'))})
        killed = 0
        for step in chosen:
            with self.subTest(step=step, name=steps[step - 1]):
                self.put(start)
                done = self.run_lake(check=False, environment={'CLICKLAKE_FAULT': f'kill@{step}'})
                killed += done.returncode == -9
                # Delivery between the crash and the next run sees committed matches only.
                self.lake.deliver()
                self.check_alerts()
                self.run_lake()
                self.lake.deliver()
                self.check_alerts(full=24)
                left = list((self.lake.path / 'events' / 'outbox').glob('.*.tmp'))
                self.assertEqual(left, [])
        self.assertGreater(killed, 0.8 * len(chosen))
        print(f'{len(steps)} steps, {killed} killed: alerts are those of the facts')

    def put(self, start):
        import shutil
        shutil.rmtree(self.lake.path, ignore_errors=True)
        shutil.copytree(start, self.lake.path)

    def traced_steps(self, start, trace):
        self.put(start)
        self.run_lake(environment={'CLICKLAKE_FAULT': f'trace@{trace}'})
        return trace.read_text().split()

    def check_alerts(self, full=None):
        rows = json.loads(self.lake.run('sql', '--lake', str(self.lake.path), '--format', 'json',
                                        "SELECT CAST(metadata['n'] AS INT), event_type FROM fact_clicks").stdout)['rows']
        facts = collections.Counter(int(n) for n, _ in rows)
        purchases = collections.Counter(int(n) for n, kind in rows if kind == 'purchase')
        alerted = collections.Counter(e['detail']['metadata']['n'] for e in self.events_of('purchase'))
        everything = collections.Counter(e['metadata']['n'] for e in self.events_of('all'))
        self.assertEqual(alerted, purchases)
        self.assertEqual(everything, facts)
        if full:
            self.assertEqual(len(facts), full)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary', required=True)
    parser.add_argument('--steps', type=int, default=0, help='about how many steps to kill at (0: every one)')
    options, rest = parser.parse_known_args()
    JoinedTest.binary = str(pathlib.Path(options.binary).resolve())
    JoinedTest.steps = options.steps
    unittest.main(argv=[sys.argv[0], *rest])
