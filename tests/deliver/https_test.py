#!/usr/bin/env python3
"""Webhooks over real TLS: what is trusted gets its events, what is not gets none; a server that fails on purpose.

    https_test.py --binary clicklake
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from lake import Lake
from receiver import Receiver


def openssl(*arguments, cwd):
    subprocess.run(['openssl', *arguments], check=True, capture_output=True, cwd=cwd)


class Authority:
    """A certificate authority of its own, in a temporary folder."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.temporary.name)
        openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2',
                '-subj', '/CN=test', cwd=self.path)

    def certificate(self, name, subject_alternative, days='2'):
        (self.path / f'{name}.ext').write_text(f'subjectAltName={subject_alternative}\n')
        openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', f'{name}.key', '-out', f'{name}.csr', '-subj',
                f'/CN={name}', cwd=self.path)
        openssl('x509', '-req', '-in', f'{name}.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-out',
                f'{name}.pem', '-days', days, '-extfile', f'{name}.ext', cwd=self.path)
        return str(self.path / f'{name}.pem'), str(self.path / f'{name}.key')


class HttpsTest(unittest.TestCase):
    binary = None

    @classmethod
    def setUpClass(cls):
        cls.authority = Authority()

    def deliver(self, certificate, ca_file, fault=None, count=5, until='drained', attempts=0):
        with Receiver(fault, certificate=certificate) as receiver:
            lake = Lake(self.binary)
            target = {'id': 'h', 'kind': 'webhook', 'url': f'https://127.0.0.1:{receiver.port}/x',
                      'timeoutMilliseconds': 500,
                      'retryPolicy': {'maximumRetryAttempts': attempts, 'backoffMilliseconds': 1,
                                      'maximumBackoffMilliseconds': 20}}
            if ca_file:
                target['caFile'] = ca_file
            lake.rule('r', [target])
            ids = lake.publish('r', ['h'], range(count))
            report = lake.report(lake.deliver(until))
            return receiver, report, lake, ids

    def test_a_trusted_certificate_gets_the_events(self):
        good = self.authority.certificate('good', 'IP:127.0.0.1')
        receiver, report, _, ids = self.deliver(good, str(self.authority.path / 'ca.pem'))
        self.assertEqual(report['delivered'], 5)
        self.assertEqual(set(receiver.accepted), {f'{i}-h' for i in ids})

    def refused(self, certificate, ca_file):
        receiver, report, lake, _ = self.deliver(certificate, ca_file, count=2)
        self.assertEqual(report['delivered'], 0)
        self.assertEqual(sum(receiver.seen.values()), 0, 'not a byte of an event may leave')
        letters = lake.dead_letters()
        self.assertEqual({letter['code'] for letter in letters}, {'CONNECTION_FAILURE'})
        return letters[0]['message']

    def test_an_unknown_authority_is_refused(self):
        good = self.authority.certificate('unknown', 'IP:127.0.0.1')
        self.assertIn('certificate', self.refused(good, None))

    def test_another_host_is_refused(self):
        other = self.authority.certificate('other', 'DNS:example.com')
        self.refused(other, str(self.authority.path / 'ca.pem'))

    def test_an_expired_certificate_is_refused(self):
        expired = self.authority.certificate('expired', 'IP:127.0.0.1', days='-1')
        self.assertIn('expired', self.refused(expired, str(self.authority.path / 'ca.pem')))

    def test_a_server_that_fails_in_every_way_gets_all_in_the_end(self):
        good = self.authority.certificate('failing', 'IP:127.0.0.1')

        def fault(rng):
            return rng.choices([None, 500, 503, 429, 'reset', 'timeout', 'slow'], [10, 1, 1, 1, 1, 1, 1])[0]
        receiver, report, _, ids = self.deliver(good, str(self.authority.path / 'ca.pem'), fault, count=60, attempts=60)
        self.assertEqual(set(receiver.accepted), {f'{i}-h' for i in ids})
        self.assertEqual(report['dead'], 0)
        self.assertGreater(report['failed'], 5)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary', required=True)
    options, rest = parser.parse_known_args()
    if not shutil.which('openssl'):
        print('openssl is not installed: no certificates to test with')
        sys.exit(77)
    HttpsTest.binary = str(pathlib.Path(options.binary).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
