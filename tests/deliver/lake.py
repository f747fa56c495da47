"""A lake with rules and an outbox, for tests of the whole program's deliveries."""
import atexit
import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import time


def match_line(rule, targets, number, accepted_us=None, **event):
    """A match as docs/formats/outbox.md describes it."""
    match = hashlib.md5(f'{rule}\n{number}'.encode()).hexdigest()
    line = {'id': match, 'at': accepted_us or time.time_ns() // 1000, 'rule': rule, 'targets': targets,
            'event': {'n': number, **event}}
    return match, json.dumps(line, separators=(',', ':'))


class Lake:
    def __init__(self, binary):
        self.binary = binary
        folder = tempfile.mkdtemp(prefix='clicklake-deliver-')
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self.path = pathlib.Path(folder) / 'lake'
        self.run('init', str(self.path))
        (self.path / 'rules').mkdir(exist_ok=True)
        self.batches = 0

    def run(self, *arguments, check=True, **more):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(('AWS_', 'CLICKLAKE_'))}
        environment.update(more.pop('environment', {}))
        done = subprocess.run([self.binary, *arguments], capture_output=True, text=True, env=environment,
                              timeout=more.pop('timeout', 120), **more)
        if check and done.returncode != 0:
            raise AssertionError(f'{arguments}: exit {done.returncode}\n{done.stdout}{done.stderr}')
        return done

    def rule(self, name, targets, **more):
        document = {'name': name, 'eventPattern': {'n': [{'exists': True}]}, 'targets': targets, **more}
        (self.path / 'rules' / f'{name}.json').write_text(json.dumps(document))

    def publish(self, rule, targets, numbers, **event):
        """Writes an outbox file of these events; returns the ids of the matches."""
        folder = self.path / 'events' / 'outbox'
        folder.mkdir(parents=True, exist_ok=True)
        ids, lines = [], []
        for number in numbers:
            match, line = match_line(rule, targets, number, **event)
            ids.append(match)
            lines.append(line + '\n')
        self.batches += 1
        name = f'0000-{self.batches:06}.jsonl'
        (folder / f'.{name}.tmp').write_text(''.join(lines))
        os.rename(folder / f'.{name}.tmp', folder / name)
        # As a batch's commit does; its batch is nobody's.
        catalog = sqlite3.connect(self.path / 'catalog.db', timeout=30)
        with catalog:
            catalog.execute('INSERT INTO side_files(batch_no, kind, path, rows, size) VALUES (0, ?, ?, ?, 0)',
                            ('outbox', f'events/outbox/{name}', len(ids)))
        catalog.close()
        return ids

    def deliver(self, until='drained', check=True, fault=None, environment=None, timeout=120):
        more = dict(environment or {})
        if fault:
            more['CLICKLAKE_FAULT'] = fault
        return self.run('deliver', '--lake', str(self.path), '--until', until, '--format', 'json', check=check,
                        environment=more, timeout=timeout)

    def report(self, done):
        return json.loads(done.stderr.strip().splitlines()[-1])

    def dead_letters(self):
        done = self.run('deadletters', 'list', '--lake', str(self.path), '--format', 'json')
        return [json.loads(line) for line in done.stdout.splitlines()]

    def lines(self, name):
        path = self.path / name
        if not path.exists():
            return []
        return [json.loads(line) for line in path.read_text().splitlines()]
