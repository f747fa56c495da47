#!/usr/bin/env python3
"""Runs *.test files, SQL with the rows it must return, against the program.

    run_sql_tests.py --binary build/clicklake FILE...

A file is a list of blocks, each a directive with its lines, blocks parted by blank lines; `#` begins a comment line. Each
file has a folder of its own, {dir} in every line, and the working directory of every command.

    clicklake ARGUMENTS               runs the program; it must succeed
    fails CODE ARGUMENTS              runs the program; it must exit with CODE; the lines below `----` must be in its
                                      standard error
    output ARGUMENTS                  runs the program; the lines below `----` must be its standard output
    stdin NAME ARGUMENTS              as `clicklake`, with the file NAME as standard input
    file NAME                         writes the lines below it, up to the next blank line, to NAME
    remove GLOB                       removes files, at least one
    lake NAME                         the lake of the statements that follow
    needs PATH                        leaves the rest of the file out where PATH (relative to the repository) is missing
    statement                         runs the SQL below; it must succeed
    error                             runs the SQL above `----`; it must fail, the lines below must be in its message
    query [sort]                      runs the SQL above `----`; its last result must be the rows below, columns joined by
                                      `|`, NULL as NULL; with `sort` in any order
    contains                          as query, but each line below must only be found somewhere in the rows
    same                              runs the two queries parted by `====`; their rows must be the same

Statements of one block share a session; blocks do not.
"""
import argparse
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77


class Failure(Exception):
    """What a block found, for its author."""


class Block:
    def __init__(self, number, directive, lines):
        self.number = number
        self.directive = directive
        self.lines = lines

    def parts(self, mark='----'):
        """The lines before and after the mark."""
        if mark not in self.lines:
            raise Failure(f'there is no {mark} line')
        at = self.lines.index(mark)
        return self.lines[:at], self.lines[at + 1:]


def read_blocks(path):
    blocks, current = [], None
    for number, line in enumerate(path.read_text().split('\n'), 1):
        if line.startswith('#'):
            continue
        if not line.strip():
            current = None
        elif current is None:
            current = Block(number, line, [])
            blocks.append(current)
        else:
            current.lines.append(line)
    return blocks


def cell(value):
    if value is None:
        return 'NULL'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(',', ':'))


class Number(str):
    """A JSON number as it was written: floats would lose digits."""


def last_result(text):
    """The rows of the last of several JSON documents."""
    decoder = json.JSONDecoder(parse_float=Number, parse_int=Number)
    at, document = 0, None
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
    if document is None:
        raise Failure('the statements gave no result')
    return ['|'.join(cell(value) for value in row) for row in document['rows']]


class Runner:
    def __init__(self, binary, folder):
        self.binary = binary
        self.folder = folder
        self.lake = None

    def run(self, arguments, stdin=None):
        environment = {key: value for key, value in os.environ.items() if not key.startswith('CLICKLAKE')}
        # Another zone than UTC: no answer may depend on it.
        environment['TZ'] = 'Asia/Kolkata'
        return subprocess.run([self.binary, *arguments], cwd=self.folder, env=environment, stdin=stdin or subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)

    def must_succeed(self, arguments, stdin=None):
        result = self.run(arguments, stdin)
        if result.returncode != 0:
            raise Failure(f'{shlex.join(arguments)} exited with {result.returncode}\n{result.stderr.strip()}')
        return result.stdout

    def sql(self, lines):
        lake = ['--lake', self.lake] if self.lake else []
        return ['sql', *lake, '--format', 'json', '\n'.join(lines)]

    def rows(self, lines):
        return last_result(self.must_succeed(self.sql(lines)))

    def block(self, block):
        """Runs one block; returns False where the rest of the file is left out."""
        word, _, rest = block.directive.partition(' ')
        expand = lambda text: text.replace('{dir}', str(self.folder)).replace('{root}', str(ROOT))
        block.lines = [expand(line) for line in block.lines]
        arguments = shlex.split(expand(rest))
        if word == 'clicklake':
            self.must_succeed(arguments)
        elif word == 'stdin':
            with open(self.folder / arguments[0]) as stdin:
                self.must_succeed(arguments[1:], stdin)
        elif word == 'fails':
            _, expected = block.parts()
            result = self.run(arguments[1:])
            if result.returncode != int(arguments[0]):
                raise Failure(f'exited with {result.returncode}, not {arguments[0]}\n{result.stderr.strip()}')
            self.find(expected, result.stderr)
        elif word == 'output':
            _, expected = block.parts()
            self.compare(expected, self.must_succeed(arguments).rstrip('\n').split('\n'))
        elif word == 'file':
            path = self.folder / arguments[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('\n'.join(block.lines) + '\n')
        elif word == 'remove':
            paths = list(self.folder.glob(arguments[0]))
            if not paths:
                raise Failure('there is no such file')
            for path in paths:
                path.unlink()
        elif word == 'lake':
            self.lake = arguments[0]
        elif word == 'needs':
            path = ROOT / arguments[0]
            if not path.exists():
                print(f'  rest left out: {path} is not there')
                return False
        elif word == 'statement':
            self.must_succeed(self.sql(block.lines))
        elif word == 'error':
            statement, expected = block.parts()
            result = self.run(self.sql(statement))
            if result.returncode == 0:
                raise Failure(f'the statement succeeded\n{result.stdout.strip()[:500]}')
            self.find(expected, result.stderr)
        elif word == 'query':
            statement, expected = block.parts()
            rows = self.rows(statement)
            if arguments == ['sort']:
                rows, expected = sorted(rows), sorted(expected)
            elif arguments:
                raise Failure(f'query {rest}: only `sort` may follow')
            self.compare(expected, rows)
        elif word == 'contains':
            statement, expected = block.parts()
            self.find(expected, '\n'.join(self.rows(statement)))
        elif word == 'same':
            one, other = block.parts('====')
            self.compare(self.rows(other), self.rows(one))
        else:
            raise Failure(f'there is no directive {word}')
        return True

    @staticmethod
    def compare(expected, rows):
        if expected == rows:
            return
        shown = [f'expected {len(expected)} lines, got {len(rows)}']
        for i in range(max(len(expected), len(rows))):
            left = expected[i] if i < len(expected) else '(nothing)'
            right = rows[i] if i < len(rows) else '(nothing)'
            if left != right:
                shown += [f'  line {i + 1} expected: {left}', f'  line {i + 1} got:      {right}']
            if len(shown) > 20:
                break
        raise Failure('\n'.join(shown))

    @staticmethod
    def find(expected, text):
        if not expected:
            raise Failure('nothing is expected below ----')
        for line in expected:
            if line not in text:
                raise Failure(f'expected to find: {line}\nin: {text.strip()[:2000]}')


def run_file(binary, path):
    """Returns how many blocks failed, or None where the file was left out from its start."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=path.stem + '-'))
    runner = Runner(binary, folder)
    failed = ran = 0
    try:
        for block in read_blocks(path):
            try:
                if not runner.block(block):
                    return None if ran == 0 else failed
            except (Failure, subprocess.TimeoutExpired, json.JSONDecodeError) as error:
                failed += 1
                print(f'{path}:{block.number}: {block.directive}\n  ' + str(error).replace('\n', '\n  '))
                # Without its lake every other block would fail as well.
                if block.directive.partition(' ')[0] in ('clicklake', 'stdin', 'file'):
                    break
            ran += 1
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f'{path.name}: {ran} blocks, {failed} failed')
    return failed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--binary', required=True)
    parser.add_argument('files', nargs='+', type=pathlib.Path)
    arguments = parser.parse_args()
    results = [run_file(os.path.abspath(arguments.binary), path) for path in arguments.files]
    if all(result is None for result in results):
        sys.exit(SKIPPED)
    sys.exit(any(results))


if __name__ == '__main__':
    main()
