#!/usr/bin/python3
import unittest

import check_promises

EXISTING = {"Log.KeepsAll", "Log.KeepsOrder", "test_kept"}


class CheckPromises(unittest.TestCase):
    def findings(self, *lines):
        return list(check_promises.findings("\n".join(lines), EXISTING))

    def test_tests_that_exist_are_fine_also_with_the_suite_left_out(self):
        self.assertEqual(self.findings("| G1 | **Kept.** | `Log.KeepsAll`, `….KeepsOrder`, `test_kept` |"), [])

    def test_a_test_that_does_not_exist_is_named_with_its_line(self):
        found = self.findings("", "| G1 | **Kept.** | `Log.KeepsAll`, `….Sings`, `test_lost` |")
        self.assertEqual(len(found), 2)
        self.assertIn("README.md:2: G1: there is no test Log.Sings", found[0])

    def test_a_promise_without_a_test_is_found(self):
        self.assertIn("names no test", self.findings("| G1 | **Kept.** | |")[0])

    def test_a_test_or_a_file_that_a_page_names_and_is_not_there_is_found(self):
        text = "| 1 | Logs | `src/log.cc`, docs/guide.md, `Log.KeepsAll` |\n| 2 | Songs | `src/song.cc`, `Log.Sings`, `web/` |"
        found = list(check_promises.strays(text, EXISTING, {"src/log.cc", "docs/guide.md"}.__contains__, "page.md"))
        self.assertEqual(found, ["page.md:2: there is no test Log.Sings", "page.md:2: there is no src/song.cc"])

    def test_a_readme_without_the_table_is_found(self):
        self.assertEqual(len(self.findings("# Rookery")), 1)


if __name__ == "__main__":
    unittest.main()
