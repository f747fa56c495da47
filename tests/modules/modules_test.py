"""CMake refuses, when it configures, the module graphs that the architecture rules out."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class ModulesTest(unittest.TestCase):
    def configure(self, *modules, order=None):
        """modules: (name, band, deps); returns (exit code, output with line ends as spaces, modules.json or None)."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            shutil.copy(HERE / 'CMakeLists.txt', root)
            for name, band, deps in modules:
                (root / 'src' / name).mkdir(parents=True)
                (root / 'src' / name / 'CMakeLists.txt').write_text(
                    f'clicklake_module(NAME {name} BAND {band} DEPS {" ".join(deps)})\n')
            result = subprocess.run(
                ['cmake', '-S', root, '-B', root / 'build', f'-DCLICKLAKE_CMAKE_DIR={HERE.parents[1] / "cmake"}',
                 '-DORDER=' + ';'.join(order or [name for name, _, _ in modules])],
                capture_output=True, text=True)
            declared = root / 'build' / 'modules.json'
            return (result.returncode, ' '.join((result.stdout + result.stderr).split()),
                    json.loads(declared.read_text()) if declared.exists() else None)

    def assert_refused(self, fragment, *modules, order=None):
        code, output, _ = self.configure(*modules, order=order)
        self.assertNotEqual(code, 0, output)
        self.assertIn(fragment, output)

    def test_a_graph_that_keeps_the_rules_is_written_down(self):
        code, output, declared = self.configure(('base', 0, []), ('model', 0, ['base']), ('ingest', 2, ['base', 'model']))
        self.assertEqual(code, 0, output)
        self.assertEqual(declared[2], {'name': 'ingest', 'band': 2, 'deps': ['base', 'model'], 'test_deps': []})

    def test_a_dependency_declared_later_is_refused(self):
        self.assert_refused('is not declared before it', ('base', 0, ['model']), ('model', 0, []))

    def test_a_dependency_in_a_higher_band_is_refused(self):
        self.assert_refused('higher band 2', ('ingest', 2, []), ('catalog', 1, ['ingest']))

    def test_band_2_modules_may_not_meet(self):
        self.assert_refused('both in band 2', ('ingest', 2, []), ('transform', 2, ['ingest']))

    def test_a_folder_that_is_not_listed_is_refused(self):
        self.assert_refused('not in the list of modules', ('base', 0, []), ('stray', 0, []), order=['base'])

    def test_a_name_that_shadows_a_library_is_refused(self):
        self.assert_refused('kept out of the tree', ('arrow', 1, []))


if __name__ == '__main__':
    unittest.main()
