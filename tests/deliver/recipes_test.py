#!/usr/bin/env python3
"""Runs the recipes of docs/events.md, command by command, and compares what they print.

    recipes_test.py --binary clicklake [--write]

The webhook's address becomes that of a receiver on this machine. --write puts what was printed into the page.
"""
import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from receiver import Receiver

PAGE = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'events.md'
BLOCK = re.compile(r'```console\n(.*?)```\n', re.S)


def steps(block):
    """(command, what it prints) of a block; a here-document belongs to its command."""
    found, lines = [], block.splitlines()
    while lines:
        line = lines.pop(0)
        if not line.startswith('$ '):
            found[-1][1].append(line)
            continue
        command = [line[2:]]
        if line.endswith("<<'EOF'"):
            while command[-1] != 'EOF':
                command.append(lines.pop(0))
        found.append(('\n'.join(command), []))
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary', required=True)
    parser.add_argument('--write', action='store_true')
    options = parser.parse_args()
    # A recipe looks at the counts of this hour, from the next one.
    left = 3600 - time.time() % 3600
    if left < 60:
        time.sleep(left + 1)
    page = PAGE.read_text()
    wrong, commands = [], 0
    with tempfile.TemporaryDirectory(prefix='clicklake-recipes-') as folder, Receiver() as receiver:
        binary = pathlib.Path(options.binary).resolve()
        environment = {k: v for k, v in os.environ.items() if not k.startswith(('AWS_', 'CLICKLAKE_'))}
        environment.update(PATH=f'{binary.parent}:{environment["PATH"]}', LC_ALL='C.UTF-8')
        address = f'http://127.0.0.1:{receiver.port}/'

        def run_block(match):
            nonlocal commands
            out = []
            for command, printed in steps(match.group(1)):
                commands += 1
                done = subprocess.run(['bash', '-o', 'pipefail', '-c', command.replace('https://hooks.example.com/', address)],
                                      cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      text=True, timeout=120, stdin=subprocess.DEVNULL)
                if done.stdout.splitlines() != printed:
                    wrong.append(f'$ {command}\n--- the page says\n' + '\n'.join(printed) + f'\n--- printed\n{done.stdout}')
                out.append(f'$ {command}\n{done.stdout}')
            return '```console\n' + ''.join(out) + '```\n'

        written = BLOCK.sub(run_block, page)
        if collections.Counter(re.findall(r'^### \d', page, re.M)).total() < 5 or commands < 20:
            wrong.append(f'only {commands} commands were found')
        # Every delivery of the first recipe came, once, signed with the same id at each attempt.
        purchases = int(re.search(r'delivered (\d+), failed attempts 0', written).group(1))
        if len(receiver.accepted) < purchases or set(receiver.accepted.values()) != {1}:
            wrong.append(f'{purchases} delivered, {len(receiver.accepted)} received')
    if options.write:
        PAGE.write_text(written)
    elif wrong:
        sys.exit('\n\n'.join(wrong))
    print(f'{commands} commands print what the page says')


if __name__ == '__main__':
    main()
