#!/usr/bin/env python3
"""The prompt of `clicklake sql` as a person meets it: on a pseudo-terminal, with completion, history and Ctrl-C."""
import os
import pathlib
import pty
import select
import signal
import subprocess
import sys
import tempfile
import termios
import time
import unittest

BINARY = None
PROMPT = 'clicklake> '
SKIPPED = 77


class Terminal:
    """A program on a terminal of its own; `expect` reads until a text is on the screen."""

    def __init__(self, arguments, environment):
        self.screen = ''
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(arguments[0], arguments, environment)

    def edits(self):
        """Whether a line is being edited: keys come one by one then."""
        return not termios.tcgetattr(self.fd)[3] & termios.ICANON

    def wait_until(self, editing, seconds=60):
        end = time.monotonic() + seconds
        while self.edits() != editing:
            if time.monotonic() > end:
                raise AssertionError(f'a line is {"not " if editing else ""}edited; on the screen: {self.screen!r}')
            time.sleep(0.01)

    def press(self, keys):
        os.write(self.fd, keys.encode())

    def type(self, text):
        self.wait_until(editing=True)
        self.press(text)

    def expect(self, text, seconds=60):
        """What came up to and with `text`; that is taken off the screen."""
        end = time.monotonic() + seconds
        while text not in self.screen:
            ready, _, _ = select.select([self.fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                raise AssertionError(f'{text!r} did not come; on the screen: {self.screen!r}')
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                data = b''
            if not data:
                raise AssertionError(f'the program ended before {text!r}; on the screen: {self.screen!r}')
            self.screen += data.decode(errors='replace')
        before, _, self.screen = self.screen.partition(text)
        return before + text

    def leave(self, seconds=60):
        """The exit code, after the rest of the output was read."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, _, _ = select.select([self.fd], [], [], 0.2)
            if ready:
                try:
                    self.screen += os.read(self.fd, 65536).decode(errors='replace')
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
        os.kill(self.pid, signal.SIGKILL)
        raise AssertionError(f'the program did not end; on the screen: {self.screen!r}')


class PromptTest(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.environment = {'PATH': os.environ['PATH'], 'TERM': 'xterm', 'HOME': self.scratch.name, 'LANG': 'C',
                            'XDG_STATE_HOME': str(self.folder / 'state')}
        self.lake = str(self.folder / 'lake')
        subprocess.run([BINARY, 'init', self.lake], check=True, capture_output=True)

    def history(self):
        return self.folder / 'state' / 'clicklake' / 'history'

    def start(self):
        terminal = Terminal([BINARY, 'sql', '--lake', self.lake], self.environment)
        terminal.expect(PROMPT)
        return terminal

    def test_statement_is_answered_and_the_prompt_comes_back(self):
        terminal = self.start()
        terminal.type("SELECT 40 + 2 AS answer, 'grün' AS colour;\n")
        terminal.expect(' answer | colour')
        terminal.expect('42 | grün')
        terminal.expect('(1 row, ')
        terminal.expect(PROMPT)
        terminal.type('.quit\n')
        self.assertEqual(terminal.leave(), 0)

    def test_tab_completes_keywords_tables_and_columns(self):
        terminal = self.start()
        terminal.type("sele\tcount(*) + 41 AS n FROM fact\tWHERE event_ty\t= 'x';\n")
        terminal.expect(' 41')
        terminal.expect('(1 row, ')
        terminal.expect(PROMPT)
        terminal.type('\x04')
        self.assertEqual(terminal.leave(), 0)
        kept = self.history().read_text().replace('\\040', ' ')
        self.assertIn("select count(*) + 41 AS n FROM fact_clicks WHERE event_type = 'x';", kept)

    def test_tab_lists_what_is_possible(self):
        terminal = self.start()
        terminal.type('SELECT event_t\t')
        terminal.expect('event_timestamp')
        terminal.expect('event_type')
        terminal.type('\x03')
        terminal.expect(PROMPT)
        terminal.type('.quit\n')
        self.assertEqual(terminal.leave(), 0)

    def test_statement_goes_on_over_lines(self):
        terminal = self.start()
        terminal.type('SELECT 1 +\n')
        terminal.expect('...> ')
        terminal.type('2 AS three;\n')
        terminal.expect('three')
        terminal.expect(' 3')
        terminal.expect(PROMPT)
        terminal.type('.quit\n')
        self.assertEqual(terminal.leave(), 0)

    def test_interrupt_forgets_the_line(self):
        terminal = self.start()
        terminal.type('SELECT nonsense')
        terminal.expect('nonsense')
        terminal.type('\x03')
        terminal.expect(PROMPT)
        terminal.type("SELECT 'after' || 'wards' AS w;\n")
        terminal.expect(' afterwards')
        terminal.type('.quit\n')
        self.assertEqual(terminal.leave(), 0)

    def test_interrupt_stops_the_running_statement_only(self):
        terminal = self.start()
        terminal.type('SELECT sum(a.i * b.i) FROM range(1000000000) a(i), range(1000000000) b(i);\n')
        terminal.wait_until(editing=False)
        time.sleep(0.5)
        terminal.press('\x03')
        terminal.expect('INTERRUPT Error')
        terminal.expect(PROMPT)
        terminal.type("SELECT 'after' || 'wards' AS w;\n")
        terminal.expect(' afterwards')
        terminal.type('.quit\n')
        self.assertEqual(terminal.leave(), 0)

    def test_history_outlives_the_session(self):
        terminal = self.start()
        terminal.type("SELECT 'of ' || 'before' AS w;\n")
        terminal.expect(' of before')
        terminal.expect(PROMPT)
        terminal.type('.quit\n')
        self.assertEqual(terminal.leave(), 0)
        self.assertEqual(self.history().stat().st_mode & 0o077, 0)
        again = self.start()
        again.type('\x1b[A\x1b[A')
        again.expect("'before'")
        again.type('\n')
        again.expect(' of before')
        again.type('.quit\n')
        self.assertEqual(again.leave(), 0)

    def test_commands_and_errors(self):
        terminal = self.start()
        terminal.type('.schema dim_dates\n')
        terminal.expect('is_weekend')
        terminal.expect(PROMPT)
        terminal.type('.tables\n')
        terminal.expect('dim_users')
        terminal.expect(PROMPT)
        terminal.type('SELECT nothing;\n')
        terminal.expect('Binder Error')
        terminal.expect(PROMPT)
        terminal.type('\x04')
        self.assertEqual(terminal.leave(), 0)


if __name__ == '__main__':
    BINARY = os.path.abspath(sys.argv.pop(1))
    if b'em-inc-search-prev' not in pathlib.Path(BINARY).read_bytes():
        print('built without libedit: the prompt has no editing to test')
        sys.exit(SKIPPED)
    unittest.main()
