"""The layering check finds each kind of offence in a tree that has only that one."""
import importlib.machinery
import importlib.util
import json
import pathlib
import tempfile
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / 'tools' / 'check-layering'
loader = importlib.machinery.SourceFileLoader('check_layering', str(TOOL))
layering = importlib.util.module_from_spec(importlib.util.spec_from_loader('check_layering', loader))
loader.exec_module(layering)


class LayeringTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)
        self.modules = [
            {'name': 'base', 'band': 0, 'deps': [], 'test_deps': []},
            {'name': 'catalog', 'band': 1, 'deps': ['base'], 'test_deps': []},
        ]
        self.write('base/result.h', '#pragma once\n')
        self.write('catalog/commit.cc', '#include "base/result.h"\n#include "catalog/commit.h"\n#include <string>\n')
        self.write('catalog/commit.h', '')

    def write(self, path, text):
        target = self.root / 'src' / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def complaints(self):
        declared = self.root / 'modules.json'
        declared.write_text(json.dumps(self.modules))
        return layering.check(declared, self.root)[0]

    def assert_only_complaint(self, *fragments):
        complaints = self.complaints()
        self.assertEqual(len(complaints), 1, complaints)
        for fragment in fragments:
            self.assertIn(fragment, complaints[0])

    def test_a_tree_that_keeps_the_rules_has_no_complaint(self):
        self.assertEqual(self.complaints(), [])

    def test_an_undeclared_include_is_named_with_its_file(self):
        self.write('base/clock.cc', '#include "catalog/commit.h"\n')
        self.assert_only_complaint('src/base/clock.cc', 'catalog/commit.h')

    def test_a_declared_dependency_that_nothing_includes_is_named(self):
        self.write('catalog/commit.cc', '')
        self.assert_only_complaint('src/catalog/CMakeLists.txt', 'base')

    def test_a_test_dependency_is_open_to_tests_only(self):
        self.modules.append({'name': 'objstore', 'band': 1, 'deps': [], 'test_deps': ['base']})
        self.write('objstore/local_test.cc', '#include "base/result.h"\n')
        self.assertEqual(self.complaints(), [])
        self.write('objstore/local.cc', '#include "base/result.h"\n')
        self.assert_only_complaint('src/objstore/local.cc')

    def test_an_include_of_a_missing_file_is_named(self):
        self.write('catalog/scan.cc', '#include "base/gone.h"\n')
        self.assert_only_complaint('src/catalog/scan.cc', 'base/gone.h')

    def test_an_include_that_climbs_is_named(self):
        self.write('catalog/scan.cc', '#include "../base/result.h"\n')
        self.assert_only_complaint('src/catalog/scan.cc', 'from the root')

    def test_a_folder_that_no_module_declares_is_named(self):
        self.write('stray/thing.cc', '')
        self.assert_only_complaint('src/stray')

    def test_an_empty_name_is_named(self):
        self.write('catalog/string_util.h', '')
        self.assert_only_complaint('string_util.h')


if __name__ == '__main__':
    unittest.main()
