#!/usr/bin/python3
"""Checks that a program holds none of the mutants of src/base/mutant.cc, or, with --present, all of them.

Usage: check_mutants.py [--present] PROGRAM. The second way shows that the first can fail.
"""

import pathlib
import re
import sys

SOURCE = pathlib.Path(__file__).resolve().parents[1] / "src" / "base" / "mutant.cc"
# What only a test build reads from its environment. (ROOKERY_TEST_DISK stands in every program: verify says it to the server that it starts.)
VARIABLES = ["ROOKERY_MUTANT"]


def names(source):
    """What the mutants are called: the strings of the table."""
    return re.findall(r'std::pair\("([a-z-]+)", Mutant::k\w+\)', source)


def enumerators(header):
    """The same names, from the enumeration: kNoSync is no-sync."""
    body = re.search(r"enum class Mutant[^{]*\{(.*?)\};", header, re.S)[1]
    words = [word for word in re.findall(r"^\s*k(\w+),", body, re.M) if word != "None"]
    return [re.sub(r"(?<!^)([A-Z])", r"-\1", word).lower() for word in words]


def found_in(program, words):
    return [word for word in words if word.encode() in program]


def main(arguments):
    present = arguments[:1] == ["--present"]
    path = pathlib.Path(arguments[-1])
    mutants = names(SOURCE.read_text(encoding="utf-8"))
    if not mutants:
        print(f"{SOURCE}: no table of mutants", file=sys.stderr)
        return 1
    program = path.read_bytes()
    if present:
        missing = [name for name in mutants if name.encode() not in program]
        for name in missing:
            print(f"{path}: is no test build: there is no mutant {name}", file=sys.stderr)
        return 1 if missing else 0
    found = found_in(program, mutants + VARIABLES)
    for word in found:
        print(f"{path}: holds {word}, which only a test build may", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
