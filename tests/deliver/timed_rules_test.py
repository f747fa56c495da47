#!/usr/bin/env python3
"""Ready rules, rules over SQL, and events replayed.

    timed_rules_test.py --binary clicklake
"""
import argparse
import datetime
import json
import pathlib
import sqlite3
import sys
import time
import unittest

from joined_test import click
from lake import Lake

NOW = '2024-11-04T18:05:00Z'


def micros(text):
    return int(datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).timestamp() * 1e6)


class TimedRulesTest(unittest.TestCase):
    binary = None

    def setUp(self):
        self.lake = Lake(self.binary)
        self.drops = self.lake.path.parent / 'drops'
        self.drops.mkdir()

    def command(self, *words, check=True):
        return self.lake.run(*words[:2], '--lake', str(self.lake.path), *words[2:], check=check)

    def drop(self, name, events):
        path = self.drops / name
        path.write_text(''.join(json.dumps(event) + '\n' for event in events))
        return json.loads(self.lake.run('run', '--lake', str(self.lake.path), '--format', 'json', str(path)).stdout)

    def rows(self, rule, at=NOW):
        return [json.loads(line) for line in self.command('rules', 'query', rule, '--at', at).stdout.splitlines()]

    def database(self, name):
        return sqlite3.connect(self.lake.path / name, timeout=30)

    def fire(self, rule):
        """Lets the rule's schedule be due at the next delivery."""
        self.lake.deliver(until='idle')
        with self.database('events/deliveries.db') as database:
            database.execute('UPDATE schedules SET fired_us = 0 WHERE rule = ?', (rule,))
        database.close()
        self.lake.deliver(until='idle')

    def test_ready_rules_are_sound_added_disabled_and_never_replaced(self):
        names = [line.split()[0] for line in self.command('rules', 'add').stdout.splitlines()]
        self.assertEqual(names, ['purchase', 'big-basket', 'cart-abandoned', 'traffic-drop', 'quarantine-spike'])
        self.command('rules', 'add', *names)
        listed = json.loads(self.command('rules', 'list', '--format', 'json').stdout)
        self.assertEqual({rule['name']: rule['state'] for rule in listed}, {name: 'DISABLED' for name in names})
        self.assertEqual(self.command('rules', 'add', 'purchase', check=False).returncode, 1)
        self.assertEqual(self.drop('a.ndjson', [click(1)])['matches'], 0)

    def test_purchase_and_big_basket(self):
        self.command('rules', 'add', 'purchase', 'big-basket', '--enable')
        self.drop('a.ndjson', [click(1), click(2, price=50), click(3, 'page_view', price=500)])
        self.lake.deliver()
        for rule, numbers in (('purchase', [1, 2]), ('big-basket', [2])):
            found = [line['input']['detail']['metadata']['n'] for line in self.lake.lines(f'events/alerts/{rule}.ndjson')]
            self.assertEqual(sorted(found), numbers)

    def test_an_abandoned_cart_is_told_once_whoever_is_killed(self):
        now = time.time_ns() // 1000
        def event(session, kind, minutes):
            return {'user_id': f'u-{session}', 'session_id': session, 'event_type': kind,
                    'event_timestamp': now - minutes * 60_000_000, 'metadata': {'product_id': 'p1'}}
        self.drop('a.ndjson', [event('left', 'add_to_cart', 45), event('bought', 'add_to_cart', 50),
                               event('bought', 'purchase', 40), event('young', 'add_to_cart', 10),
                               event('old', 'add_to_cart', 60 * 30), event('now', 'page_view', 0)])
        self.command('rules', 'add', 'cart-abandoned', '--enable')
        for _ in range(2):
            self.fire('cart-abandoned')
        # Killed at every step of firing: the query runs again, the row is sent once.
        for step in range(1, 8):
            with self.database('events/deliveries.db') as database:
                database.execute('UPDATE schedules SET fired_us = 0')
                database.execute('DELETE FROM sent_rows')
            database.close()
            self.lake.deliver(until='idle', check=False, fault=f'kill@{step}')
            self.lake.deliver(until='idle')
            with self.database('events/deliveries.db') as database:
                self.assertEqual(database.execute('SELECT count(*) FROM sent_rows').fetchone(), (1,))
            database.close()
        lines = self.lake.lines('events/alerts/cart-abandoned.ndjson')
        self.assertEqual({line['input']['detail']['session_id'] for line in lines}, {'left'})
        self.assertEqual(lines[0]['input']['detail']['user_id'], 'u-left')
        self.assertEqual(lines[0]['input']['detail-type'], 'Scheduled Query')
        # One id for all of them: the same row. Once, and once for each time that it was forgotten.
        self.assertEqual(len({line['deliveryId'] for line in lines}), 1)
        self.assertLessEqual(len(lines), 1 + 2 * 7)

    def test_a_cart_alert_is_sent_once_by_many_firings(self):
        now = time.time_ns() // 1000
        self.drop('a.ndjson', [{'session_id': s, 'event_type': kind, 'event_timestamp': now - minutes * 60_000_000}
                               for s, kind, minutes in (('left', 'add_to_cart', 45), ('x', 'page_view', 0))])
        self.command('rules', 'add', 'cart-abandoned', '--enable')
        for _ in range(3):
            self.fire('cart-abandoned')
        self.assertEqual(len(self.lake.lines('events/alerts/cart-abandoned.ndjson')), 1)

    def put_batches(self, rows):
        """Batches as metrics: (committed_at, records_read, accepted, quarantined)."""
        with self.database('catalog.db') as database:
            for number, (at, records, accepted, quarantined) in enumerate(rows):
                database.execute(
                    'INSERT INTO batches (batch_id, kind, started_us, committed_us, records_read, accepted, quarantined)'
                    ' VALUES (?, 2, ?, ?, ?, ?, ?)', (f'b{number}', micros(at), micros(at), records, accepted, quarantined))
        database.close()

    def test_traffic_drop_compares_with_the_same_hour_of_other_days(self):
        self.command('rules', 'add', 'traffic-drop')
        usual = [(f'2024-11-0{day}T17:20:00Z', 1000, 1000, 0) for day in (1, 2, 3)]
        self.put_batches(usual + [('2024-11-04T17:10:00Z', 400, 400, 0)])
        [row] = self.rows('traffic-drop')
        self.assertEqual((row['events'], row['usual'], row['days']), (400, 1000, 3))
        with self.database('catalog.db') as database:
            database.execute("UPDATE batches SET accepted = 600 WHERE batch_id = 'b3'")
        database.close()
        self.assertEqual(self.rows('traffic-drop'), [])
        # Nothing at all came: no batch, no row of an hour, and yet an alert.
        [row] = self.rows('traffic-drop', at='2024-11-05T18:05:00Z')
        self.assertEqual(row['events'], 0)

    def test_quarantine_spike_is_a_share_of_the_records(self):
        self.command('rules', 'add', 'quarantine-spike')
        self.put_batches([('2024-11-04T17:10:00Z', 500, 480, 20), ('2024-11-04T17:40:00Z', 100, 60, 40),
                          ('2024-11-04T16:40:00Z', 100, 10, 90)])
        [row] = self.rows('quarantine-spike')
        self.assertEqual((row['quarantined'], row['records']), (60, 600))
        with self.database('catalog.db') as database:
            database.execute('UPDATE batches SET records_read = 3000 WHERE batch_id = \'b0\'')
        database.close()
        self.assertEqual(self.rows('quarantine-spike'), [])

    def test_a_query_that_is_wrong_is_told(self):
        self.lake.rule('broken', [{'id': 'f', 'kind': 'file', 'file': 'f'}], eventPattern=None,
                       scheduleExpression='rate(1 minute)', query='SELECT * FROM no_such_table')
        done = self.command('rules', 'query', 'broken', check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn('no_such_table', done.stderr)

    def replay(self, *more, check=True):
        done = self.command('events', 'replay', '--format', 'json', *more, check=check)
        return json.loads(done.stdout) if done.stdout else done

    def test_replay_sends_the_facts_of_a_time_once_and_marked(self):
        events = [click(n, hour=n % 4, event_id=f'e{n}' if n % 2 else None) for n in range(20)]
        self.drop('a.ndjson', events + events[:6])
        # Replaced by an earlier one: of the two raw lines one is a fact.
        self.drop('b.ndjson', [click(99, hour=1, second=0, event_id='e1')])
        self.command('rules', 'add', 'purchase', 'big-basket', '--enable')
        between = ('--from', '2024-11-04T16:00:00Z', '--to', '2024-11-04T18:00:00Z')
        report = self.replay(*between)
        self.assertEqual((report['events'], report['matches'], report['missing']), (10, 10, 0))
        self.assertTrue(self.replay(*between)['made_before'])
        self.lake.deliver()
        lines = self.lake.lines('events/alerts/purchase.ndjson')
        numbers = sorted(line['input']['detail']['metadata']['n'] for line in lines)
        self.assertEqual(numbers, sorted([n for n in range(20) if n % 4 in (1, 2) and n != 1] + [99]))
        self.assertEqual({line['input']['replay-name'] for line in lines},
                         {'2024-11-04T160000Z-2024-11-04T180000Z'})
        self.assertEqual(self.replay(*between, '--name', 'again', '--rule', 'big-basket')['matches'], 0)
        self.assertEqual(self.replay(*between, '--name', 'once-more', '--rule', 'purchase')['matches'], 10)
        self.lake.deliver()
        lines = self.lake.lines('events/alerts/purchase.ndjson')
        self.assertEqual(len({line['deliveryId'] for line in lines}), 20)
        archive = json.loads(self.lake.run('archive', '--lake', str(self.lake.path), '--format', 'json').stdout)
        self.assertEqual(sum(day['events'] for day in archive['days']), 27)
        self.assertEqual(archive['replays'], ['2024-11-04T160000Z-2024-11-04T180000Z', 'once-more'])

    def test_replay_finds_events_in_files_of_other_hours_and_tells_of_those_that_are_gone(self):
        folder = self.drops / 'year=2024/month=11/day=04/hour=15'
        folder.mkdir(parents=True)
        for name, numbers in (('a.json', (1, 2)), ('b.json', (3,))):
            (folder / name).write_text(''.join(json.dumps(click(n, hour=2 if n == 2 else 0)) + '\n' for n in numbers))
        self.lake.run('run', '--in-place', '--lake', str(self.lake.path), str(self.drops))
        self.command('rules', 'add', 'purchase', '--enable')
        (folder / 'b.json').unlink()
        report = self.replay('--from', '2024-11-04T00:00:00Z', '--to', '2024-11-05T00:00:00Z', check=False)
        self.assertEqual((report['events'], report['missing']), (2, 1))

    def test_replays_killed_at_every_step_send_each_event_once(self):
        self.drop('a.ndjson', [click(n) for n in range(5)])
        self.command('rules', 'add', 'purchase', '--enable')
        steps = self.lake.path.parent / 'trace'
        words = ['events', 'replay', '--lake', str(self.lake.path), '--from', '2024-11-04T00:00:00Z', '--to',
                 '2024-11-05T00:00:00Z', '--name']
        self.lake.run(*words, 'traced', environment={'CLICKLAKE_FAULT': f'trace@{steps}'})
        count = len(steps.read_text().split())
        for step in range(1, count + 1):
            self.lake.run(*words, f'r{step}', environment={'CLICKLAKE_FAULT': f'kill@{step}'}, check=False)
            self.lake.deliver()
            self.lake.run(*words, f'r{step}')
        self.lake.deliver()
        lines = self.lake.lines('events/alerts/purchase.ndjson')
        self.assertEqual(len(lines), 5 * (count + 1))
        self.assertEqual(len({line['deliveryId'] for line in lines}), len(lines))


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary', required=True)
    options, rest = parser.parse_known_args()
    TimedRulesTest.binary = str(pathlib.Path(options.binary).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
