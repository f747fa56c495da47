#!/usr/bin/env python3
"""The driver of *.test files fails where it must: wrong rows, a missing error, an unknown directive, a failing command."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

DRIVER = pathlib.Path(__file__).with_name('run_sql_tests.py')
BINARY = None


def verdict(text):
    """Exit code and output of the driver over a file of `text`, in a lake of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / 'case.test'
        path.write_text('clicklake init lake\n\nlake lake\n\n' + text)
        result = subprocess.run([sys.executable, DRIVER, '--binary', BINARY, path], capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr


class DriverTest(unittest.TestCase):
    def check(self, text, code, *found):
        returned, output = verdict(text)
        self.assertEqual(returned, code, output)
        for part in found:
            self.assertIn(part, output)

    def test_right_rows_pass(self):
        self.check("query\nSELECT 1 AS a, NULL AS b, 'x' AS c, 1.50 AS d\n----\n1|NULL|x|1.50\n", 0, '3 blocks, 0 failed')

    def test_wrong_rows_fail_with_the_line(self):
        self.check('query\nSELECT i FROM range(3) t(i) ORDER BY i\n----\n0\n7\n2\n', 1, 'line 2 expected: 7', 'line 2 got:      1')

    def test_missing_and_extra_rows_fail(self):
        self.check('query\nSELECT 1\n----\n1\n1\n', 1, 'expected 2 lines, got 1')
        self.check('query\nSELECT 1 UNION ALL SELECT 1\n----\n1\n', 1, 'expected 1 lines, got 2')

    def test_order_counts_unless_sorted(self):
        query = 'SELECT i FROM range(2) t(i) ORDER BY i DESC\n----\n0\n1\n'
        self.check('query\n' + query, 1)
        self.check('query sort\n' + query, 0)

    def test_statement_that_succeeds_is_no_error(self):
        self.check('error\nSELECT 1\n----\nanything\n', 1, 'the statement succeeded')

    def test_error_with_another_message_fails(self):
        self.check('error\nSELECT nothing\n----\nanother message\n', 1, 'expected to find: another message')

    def test_failing_statement_fails(self):
        self.check('statement\nSELECT nothing\n', 1, 'exited with')

    def test_different_rows_are_not_the_same(self):
        self.check('same\nSELECT 1\n====\nSELECT 2\n', 1, 'line 1')

    def test_wrong_exit_code_fails(self):
        self.check('fails 3 sql --lake lake "SELECT nothing"\n----\nnothing\n', 1, 'not 3')

    def test_unknown_directive_fails(self):
        self.check('kwery\nSELECT 1\n----\n1\n', 1, 'no directive kwery')

    def test_missing_data_leaves_the_rest_out(self):
        self.check('needs no/such/place\n\nquery\nSELECT 1\n----\n2\n', 0, 'rest left out')


if __name__ == '__main__':
    BINARY = sys.argv.pop(1)
    unittest.main()
