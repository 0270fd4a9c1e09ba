#!/usr/bin/python3
import pathlib
import tempfile
import unittest

import check_promises

EXISTING = {"Log.KeepsAll", "Log.KeepsOrder", "test_kept"}


class CheckPromises(unittest.TestCase):
    def strays(self, *lines, there=()):
        return list(check_promises.strays("\n".join(lines), EXISTING, set(there).__contains__, "page.md"))

    def existing(self, files):
        """The tests that a tree with these files has."""
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check_promises.existing_tests(root)

    def test_tests_that_exist_are_fine_also_with_the_suite_left_out(self):
        self.assertEqual(self.strays("| G1 | **Kept.** | `Log.KeepsAll`, `….KeepsOrder`, `test_kept` |"), [])

    def test_a_test_that_does_not_exist_is_named_with_its_line(self):
        found = self.strays("", "| G1 | **Kept.** | `Log.KeepsAll`, `….Sings`, `test_lost` |")
        self.assertEqual(found, ["page.md:2: there is no test Log.Sings", "page.md:2: there is no test test_lost"])

    def test_a_test_that_a_paragraph_names_must_exist_as_well(self):
        self.assertEqual(self.strays("That is shown by `Log.Sings`."), ["page.md:1: there is no test Log.Sings"])

    def test_a_promise_without_a_test_is_found(self):
        self.assertEqual(list(check_promises.untested("\n| G1 | **Kept.** | |", "page.md")), ["page.md:2: G1 names no test"])

    def test_a_test_or_a_file_that_a_page_names_and_is_not_there_is_found(self):
        found = self.strays("| 1 | Logs | `src/log.cc`, docs/guide.md, `Log.KeepsAll` |", "| 2 | Songs | `src/song.cc`, `Log.Sings`, `web/` |",
                            there=["src/log.cc", "docs/guide.md"])
        self.assertEqual(found, ["page.md:2: there is no test Log.Sings", "page.md:2: there is no src/song.cc"])

    def test_a_page_without_the_table_is_found(self):
        self.assertEqual(len(list(check_promises.untested("# Rookery", "README.md"))), 1)

    def test_only_what_is_built_counts(self):
        found = self.existing({
            "CMakeLists.txt": "rookery_module(log NEEDS base)\n# rookery_module(song)\nfile(GLOB wire CONFIGURE_DEPENDS tests/wire/*.cc)\n"
                              "rookery_test(wire_test SOURCES ${wire})\nrookery_test(disk_test\n  LIBS log SOURCES tests/disk/disk_test.cc TIMEOUT 5)\n",
            "src/log/log_test.cc": "TEST(Log, KeepsAll) {\n//TEST(Log, WasTakenOut) {\n  // TEST_F(Log, IsAComment)\n",
            "src/log/log.cc": "TEST(Log, IsInNoTest) {\n",
            "src/song/song_test.cc": "TEST(Song, IsSung) {\n",
            "tests/wire/frames.cc": "TEST_F(Frames, AreRead) {\n",
            "tests/disk/disk_test.cc": "TEST(\n    Disk, Fails) {\n",
            "tests/disk/other_test.cc": "TEST(Disk, IsNotListed) {\n"})
        self.assertEqual(found, {"Log.KeepsAll", "Frames.AreRead", "Disk.Fails"})

    def test_a_contract_counts_where_a_program_includes_and_instantiates_it(self):
        contract = '#pragma once\n#include "tests/contract/more.h"\nTEST_P(LogContract, Keeps) {\n'
        more = "TEST_P(MoreContract, Keeps) {\n"
        tree = {"CMakeLists.txt": "rookery_module(log)\n", "tests/contract/log_contract.h": contract, "tests/contract/more.h": more}
        include = '#include "tests/contract/log_contract.h"\n'
        self.assertEqual(self.existing({**tree, "src/log/log_test.cc": include}), set())
        self.assertEqual(self.existing({**tree, "src/log/log_test.cc": "INSTANTIATE_TEST_SUITE_P(Rocks, LogContract, values);\n"}), set())
        both = include + "INSTANTIATE_TEST_SUITE_P(Rocks, LogContract,\n  values);\n"
        self.assertEqual(self.existing({**tree, "src/log/log_test.cc": both}), {"LogContract.Keeps"})

    def test_of_python_only_what_pytest_collects_counts(self):
        found = self.existing({
            "CMakeLists.txt": "",
            "tests/faults/test_cuts.py": "def test_cut(server):\ndef helper():\n    def test_within():\n#def test_taken_out():\nasync def test_awaits():\n",
            "tests/faults/cuts.py": "def test_elsewhere():\n"})
        self.assertEqual(found, {"test_cut", "test_awaits"})


if __name__ == "__main__":
    unittest.main()
