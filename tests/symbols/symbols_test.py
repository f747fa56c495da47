"""The symbol check sees each kind of crossing, in programs made to have one."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from check_symbols import check

COMPILER = os.environ.get('CC') or shutil.which('cc') or 'gcc'


class SymbolsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def build(self, name, source, *flags):
        path = self.folder / name
        (self.folder / f'{name}.c').write_text(source)
        subprocess.run([COMPILER, '-o', path, f'{path}.c', *flags], check=True, cwd=self.folder)
        return path

    def assert_complaint(self, complaints, fragment):
        self.assertTrue(any(fragment in c for c in complaints), complaints)

    def test_a_plain_program_has_no_complaint(self):
        program = self.build('plain', '#include <stdio.h>\nint main(void) { fputs("a", stderr); return 0; }')
        self.assertEqual(check(program, static=True), [])

    def test_an_exported_simdjson_symbol_is_seen(self):
        source = 'int simdjson_parse(void) { return 1; }\nint main(void) { return simdjson_parse(); }'
        self.assert_complaint(check(self.build('exports', source, '-rdynamic')), 'exports simdjson_parse')

    def test_a_mangled_name_is_seen_by_its_namespace(self):
        source = 'int _ZN5arrow4freeEv(void) { return 1; }\nint main(void) { return 0; }'
        self.assert_complaint(check(self.build('mangled', source, '-rdynamic')), 'exports arrow::free()')

    def test_an_undefined_hash_symbol_is_seen(self):
        self.build('libother.so', 'unsigned long XXH64(void) { return 1; }', '-shared', '-fPIC')
        program = self.build('borrows', 'unsigned long XXH64(void);\nint main(void) { return (int)XXH64(); }',
                             '-L.', '-l:libother.so')
        complaints = check(program, static=True)
        self.assert_complaint(complaints, 'leaves XXH64')
        self.assert_complaint(complaints, 'needs libother.so')

    def test_a_linked_duckdb_is_seen(self):
        self.build('libduckdb.so', 'int anything(void) { return 1; }', '-shared', '-fPIC', '-Wl,-soname,libduckdb.so')
        program = self.build('links', 'int anything(void);\nint main(void) { return anything(); }', '-L.', '-lduckdb')
        self.assert_complaint(check(program), 'links libduckdb.so')

    def test_a_symbol_that_the_library_looks_up_is_seen(self):
        library = self.build('libopened.so', 'int hook(void);\nint call(void) { return hook(); }', '-shared', '-fPIC')
        program = self.build('offers', 'int hook(void) { return 1; }\nint main(void) { return 0; }', '-rdynamic')
        self.assert_complaint(check(program, library), 'exports hook')


if __name__ == '__main__':
    unittest.main()
