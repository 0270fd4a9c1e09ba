"""Every test that the pages name beside a promise is one that `make test` runs: asked of ctest and pytest, with the commands of the Makefile."""
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_promises  # noqa: E402

TARGETS = ["test-server", "test-protocol", "test-docs"]


def output_of(*command):
    environment = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "PYTEST_ADDOPTS"}
                   and not name.startswith("PYTEST_XDIST")}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def of_ctest(test):
    """Suite.Name of a test of GoogleTest: `Rocks/ChannelLogContract.CursorsOnlyGrow/0` is `ChannelLogContract.CursorsOnlyGrow`."""
    suite, _, name = test.partition(".")
    return f"{suite.rpartition('/')[2]}.{name.partition('/')[0]}"


def run_by_make():
    names = set()
    for line in output_of("make", "-n", *TARGETS).splitlines():
        words = shlex.split(line)
        if words[0] == "ctest":
            listed = json.loads(output_of(*words, "--show-only=json-v1"))["tests"]
            names |= {of_ctest(test["name"]) for test in listed
                      if not any(each == {"name": "DISABLED", "value": True} for each in test.get("properties", []))}
        elif "pytest" in words:
            collected = output_of(*words, "--collect-only", "-q", "-o", "addopts=")
            names |= {line.partition("::")[2].partition("[")[0] for line in collected.splitlines() if "::" in line}
    return names


def test_every_test_that_a_page_names_is_run():
    run = run_by_make()
    pages = [*check_promises.PAGES, check_promises.REQUIREMENTS]
    strays = [check_promises.strays((ROOT / page).read_text(encoding="utf-8"), run, lambda path: True, page) for page in pages]
    assert [finding for found in strays for finding in found] == []
    assert check_promises.existing_tests(ROOT) - run == set(), "what counts for the lint"
