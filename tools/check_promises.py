#!/usr/bin/python3
"""Checks that every test that the README and docs/guarantees.md name beside a promise exists, and so does every test and every file of
the repository that docs/seeds.md names.

A test is named `Suite.Name` (GoogleTest) or `test_name` (pytest); `….Name` repeats the suite before it. Prints one line for each
that is not there, and for each promise without a test, and exits 1 if there is any. Usage: check_promises.py [ROOT].
"""

import pathlib
import re
import sys

PAGES = ["README.md", "docs/guarantees.md"]
REQUIREMENTS = "docs/seeds.md"
PROMISE = re.compile(r"^\| (G\d+) \|")
NAME = re.compile(r"`(?:(?P<suite>\w+|…)\.(?P<name>[A-Z]\w+)|(?P<function>test_\w+))`")
FILE = re.compile(r"(?<![\w/])((?:src|api|web|sdk|tests|tools|examples|docs)/[\w./-]*\w)")
GTEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST|TYPED_TEST_P)\((\w+),\s*(\w+)\)", re.MULTILINE)
PYTEST = re.compile(r"^def (test_\w+)\(", re.MULTILINE)


def existing_tests(root):
    names = set()
    for top in ("src", "tests"):
        for path in (root / top).rglob("*"):
            if path.suffix in {".cc", ".h"}:
                names.update(".".join(match) for match in GTEST.findall(path.read_text(encoding="utf-8")))
            elif path.suffix == ".py":
                names.update(PYTEST.findall(path.read_text(encoding="utf-8")))
    return names


def named_in(line):
    named, suite = [], None
    for match in NAME.finditer(line):
        if match["suite"] and match["suite"] != "…":
            suite = match["suite"]
        named.append(match["function"] or f"{suite}.{match['name']}")
    return named


def strays(text, existing, is_there, name):
    """What a page names that is not there; `is_there` knows files and folders, a decision by its number too."""
    for number, line in enumerate(text.splitlines(), 1):
        for test in named_in(line):
            if test not in existing:
                yield f"{name}:{number}: there is no test {test}"
        for path in FILE.findall(line):
            if not is_there(path):
                yield f"{name}:{number}: there is no {path}"


def findings(readme, existing, name="README.md"):
    promises = 0
    for number, line in enumerate(readme.splitlines(), 1):
        promise = PROMISE.match(line)
        if not promise:
            continue
        promises += 1
        named = named_in(line)
        if not named:
            yield f"{name}:{number}: {promise[1]} names no test"
        for test in named:
            if test not in existing:
                yield f"{name}:{number}: {promise[1]}: there is no test {test}"
    if promises == 0:
        yield f"{name}:1: the table of promises is not there"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    existing = existing_tests(root)
    found = []
    for name in PAGES:
        found += findings((root / name).read_text(encoding="utf-8"), existing, name)
    requirements = (root / REQUIREMENTS).read_text(encoding="utf-8")
    found += strays(requirements, existing, lambda path: any(root.glob(path)) or any(root.glob(path + "-*.md")), REQUIREMENTS)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
