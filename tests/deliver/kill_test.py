#!/usr/bin/env python3
"""Kills delivery between every two of its steps: nothing is lost, duplicates carry the same id.

    kill_test.py --binary clicklake [--every N]

A run is traced to learn its steps; then it is killed at each N-th of them and another run finishes. Also killed at random
moments, from outside, while batches keep coming.
"""
import argparse
import collections
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import unittest

from lake import Lake
from receiver import Receiver

COUNT = 40


def hook(port, **more):
    return {'id': 'hook', 'kind': 'webhook', 'url': f'http://127.0.0.1:{port}/', 'timeoutMilliseconds': 500,
            'concurrency': 4, 'retryPolicy': {'backoffMilliseconds': 1, 'maximumBackoffMilliseconds': 20,
                                             'maximumRetryAttempts': 100}, **more}


FILE = {'id': 'file', 'kind': 'file', 'file': 'out.ndjson'}
# Refuses every fifth one for good: a dead letter.
COMMAND = {'id': 'command', 'kind': 'command', 'concurrency': 2,
           'command': ['sh', '-c', 'read -r line; n=${line#*:}; n=${n%%,*}; [ $((n % 5)) -ne 0 ] || exit 100']}


def fault(rng):
    return rng.choices([None, 500, 'reset', 429], [6, 1, 1, 1])[0]


class KillTest(unittest.TestCase):
    binary = None
    every = 1

    def make(self, port):
        lake = Lake(self.binary)
        lake.rule('r', [hook(port), FILE, COMMAND])
        self.ids = lake.publish('r', ['hook', 'file', 'command'], range(COUNT), pad='x')
        return lake

    def check(self, lake, receiver, ids, kills):
        wanted = {f'{i}-hook' for i in ids}
        self.assertEqual(set(receiver.accepted), wanted)
        lines = collections.Counter(line['deliveryId'] for line in lake.lines('out.ndjson'))
        self.assertEqual(set(lines), {f'{i}-file' for i in ids})
        dead = collections.Counter(letter['id'] for letter in lake.dead_letters())
        self.assertEqual(set(dead), {f'{i}-command' for n, i in enumerate(ids) if n % 5 == 0})
        # The index says each letter once, whatever a crash left in the file.
        self.assertEqual(max(dead.values()), 1)
        # Only what was under way at a kill is sent again.
        again = sum(receiver.accepted.values()) - len(wanted)
        self.assertLessEqual(again, kills * 64)
        if kills == 0:
            self.assertEqual(max(lines.values()), 1)

    def test_an_undisturbed_run_delivers_once(self):
        with Receiver(fault) as receiver:
            lake = self.make(receiver.port)
            lake.deliver()
            self.check(lake, receiver, self.ids, 0)

    def test_killed_at_every_step(self):
        with tempfile.TemporaryDirectory() as scratch, Receiver(fault) as receiver:
            trace = pathlib.Path(scratch) / 'trace'
            self.make(receiver.port).deliver(fault=f'trace@{trace}')
            steps = trace.read_text().split()
        self.assertGreater(len(set(steps)), 6, set(steps))
        # Each kind of step a few times, and every N-th of all.
        first = {steps.index(name) + 1 for name in set(steps)}
        last = {len(steps) - steps[::-1].index(name) for name in set(steps)}
        for number in sorted(first | last | set(range(1, len(steps) + 1, self.every))):
            with self.subTest(step=number, name=steps[number - 1]), Receiver(fault, seed=number) as receiver:
                lake = self.make(receiver.port)
                killed = lake.deliver(check=False, fault=f'kill@{number}')
                lake.deliver()
                self.check(lake, receiver, self.ids, 1 if killed.returncode else 0)
        print(f'{len(steps)} steps: {dict(collections.Counter(steps))}')

    def test_killed_at_random_while_batches_come(self):
        rng = random.Random(5)
        with Receiver(fault) as receiver:
            lake = self.make(receiver.port)
            ids = list(self.ids)
            for round_number in range(15):
                process = subprocess.Popen([self.binary, 'deliver', '--lake', str(lake.path)],
                                           stderr=subprocess.DEVNULL)
                time.sleep(rng.uniform(0, 0.15))
                # Numbers that the command takes, so that the dead letters are those of the beginning.
                first = 1000 + round_number * 100
                ids += lake.publish('r', ['hook', 'file'], range(first, first + 20), pad='x')
                time.sleep(rng.uniform(0, 0.15))
                process.kill()
                process.wait()
            lake.deliver()
            accepted = set(receiver.accepted)
            self.assertEqual(accepted, {f'{i}-hook' for i in ids})
            self.assertEqual({line['deliveryId'] for line in lake.lines('out.ndjson')}, {f'{i}-file' for i in ids})
            self.assertEqual(len(lake.dead_letters()), COUNT // 5)

    def test_keyed_deliveries_are_in_order_after_kills(self):
        rng = random.Random(6)
        with Receiver(fault) as receiver:
            lake = Lake(self.binary)
            lake.rule('r', [hook(receiver.port, key='$.k', concurrency=8)])
            lake.publish('r', ['hook'], range(0, 60), k='a')
            lake.publish('r', ['hook'], range(100, 160), k='b')
            for _ in range(8):
                process = subprocess.Popen([self.binary, 'deliver', '--lake', str(lake.path)],
                                           stderr=subprocess.DEVNULL)
                time.sleep(rng.uniform(0.02, 0.15))
                process.kill()
                process.wait()
            lake.deliver()
            for first in (0, 100):
                firsts = []
                for number in receiver.order:
                    if first <= number < first + 60 and number not in firsts:
                        firsts.append(number)
                self.assertEqual(firsts, list(range(first, first + 60)))


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary', required=True)
    parser.add_argument('--every', type=int, default=1)
    options, rest = parser.parse_known_args()
    KillTest.binary = str(pathlib.Path(options.binary).resolve())
    KillTest.every = options.every
    unittest.main(argv=[sys.argv[0], *rest])
