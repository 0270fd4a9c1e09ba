#!/usr/bin/python3
import re
import unittest

import check_mutants


class CheckMutants(unittest.TestCase):
    def test_the_table_names_every_mutant_of_the_enumeration(self):
        header = check_mutants.SOURCE.with_suffix(".h").read_text(encoding="utf-8")
        listed = check_mutants.names(check_mutants.SOURCE.read_text(encoding="utf-8"))
        enumerated = check_mutants.enumerators(header)
        self.assertEqual(listed, enumerated)
        self.assertIn("no-sync", listed)

    def test_each_is_hunted_and_in_the_table_of_the_documents(self):
        root = check_mutants.SOURCE.parents[2]
        listed = check_mutants.names(check_mutants.SOURCE.read_text(encoding="utf-8"))
        hunted = re.findall(r'^    "([a-z-]+)": \("[a-z ]+", "\w+"\),$', (root / "scripts" / "mutants").read_text(encoding="utf-8"), re.M)
        shown = re.findall(r"^\| `([a-z-]+)` \| [a-z ]+ \| \w", (root / "docs" / "verification.md").read_text(encoding="utf-8"), re.M)
        self.assertEqual(hunted, listed)
        self.assertEqual(shown, listed)

    def test_a_name_is_found_in_a_program(self):
        self.assertEqual(check_mutants.found_in(b"\0ELF no-sync\0", ["no-sync", "no-wal"]), ["no-sync"])


if __name__ == "__main__":
    unittest.main()
