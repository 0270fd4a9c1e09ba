#!/usr/bin/python3
"""Checks that every test that the README, docs/guarantees.md and docs/verification.md name is one that is built or collected, that each
promise names one, and that every test and every file of the repository that docs/seeds.md names is there.

A test is named `Suite.Name` (GoogleTest) or `test_name` (pytest); `….Name` repeats the suite before it. What counts, without a build: a
TEST in a file that CMakeLists.txt makes a test program of, or in a header of tests/ that such a file includes, and of a TEST_P only what is
instantiated; `def test_…` in tests/*/test_*.py. tests/docs/test_promises.py asks ctest and pytest themselves. Prints one line for each
that is not there, and exits 1 if there is any. Usage: check_promises.py [ROOT].
"""

import pathlib
import re
import sys

PROMISES = ["README.md", "docs/guarantees.md"]
PAGES = [*PROMISES, "docs/verification.md"]
REQUIREMENTS = "docs/seeds.md"
PROMISE = re.compile(r"^\| (G\d+) \|")
NAME = re.compile(r"`(?:(?P<suite>[A-Z]\w+|…)\.(?P<name>[A-Z]\w+)|(?P<function>test_\w+))`")
FILE = re.compile(r"(?<![\w/])((?:src|api|web|sdk|tests|tools|examples|docs)/[\w./-]*\w)")
GTEST = re.compile(r"^(TEST|TEST_F|TEST_P)\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
INSTANCE = re.compile(r"^INSTANTIATE_TEST_SUITE_P\(\s*\w+,\s*(\w+)", re.MULTILINE)
INCLUDE = re.compile(r'^#include "(tests/[^"]+\.h)"', re.MULTILINE)
PYTEST = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
COMMAND = re.compile(r"\b(\w+)\(([^()]*)\)")


def programs(root):
    """The sources of each test program that CMakeLists.txt asks for."""
    lists = re.sub(r"#.*", "", (root / "CMakeLists.txt").read_text(encoding="utf-8"))
    globs = {}
    for command, words in ((match[1], match[2].split()) for match in COMMAND.finditer(lists)):
        if command == "rookery_module":
            yield sorted((root / "src" / words[0]).glob("*_test.cc"))
        elif command == "file" and words[0] == "GLOB":
            globs[f"${{{words[1]}}}"] = [path for word in words[2:] for path in sorted(root.glob(word))]
        elif command == "rookery_test":
            sources = [path for word in words for path in globs.get(word, [root / word] if word.endswith(".cc") else [])]
            yield [path for path in sources if path.exists()]


def tests_of(root, sources):
    """The tests of one program, as Suite.Name."""
    texts, left = {}, list(sources)
    while left:
        path = left.pop()
        if path not in texts and path.exists():
            texts[path] = path.read_text(encoding="utf-8")
            left += [root / name for name in INCLUDE.findall(texts[path])]
    whole = "\n".join(texts.values())
    instances = set(INSTANCE.findall(whole))
    return {f"{suite}.{name}" for kind, suite, name in GTEST.findall(whole) if kind != "TEST_P" or suite in instances}


def existing_tests(root):
    names = set()
    for sources in programs(root):
        names |= tests_of(root, sources)
    for path in root.glob("tests/*/test_*.py"):
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


def untested(text, name):
    """The promises of a table that name no test."""
    promises = [(number, line) for number, line in enumerate(text.splitlines(), 1) if PROMISE.match(line)]
    for number, line in promises:
        if not named_in(line):
            yield f"{name}:{number}: {PROMISE.match(line)[1]} names no test"
    if not promises:
        yield f"{name}:1: the table of promises is not there"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    existing = existing_tests(root)

    def is_there(path):
        return any(root.glob(path)) or any(root.glob(path + "-*.md"))

    found = []
    for name in [*PAGES, REQUIREMENTS]:
        text = (root / name).read_text(encoding="utf-8")
        found += strays(text, existing, is_there, name)
        if name in PROMISES:
            found += untested(text, name)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
