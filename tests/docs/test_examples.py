"""Every example of the documents is run, or is data that is checked, or says why not."""
import json
import os
import pathlib
import sys
import tomllib

import pytest

sys.path.insert(0, os.path.dirname(__file__))
from blocks import DATA, PROSE, ROOT, RUN, blocks_of, pages  # noqa: E402
from compare import same  # noqa: E402
from workbench import Workbench  # noqa: E402
import description  # noqa: E402  (from tests/conformance, which workbench has put on the path)
import subprocess  # noqa: E402

# How many blocks of all pages may say that they cannot run here. One more is a decision to be made here, too.
NOT_RUN_MAX = 16


@pytest.mark.parametrize("page", [page for page in pages() if any(b.language in RUN for b in blocks_of(page))])
def test_what_a_page_shows_is_what_happens(page):
    blocks = blocks_of(page)
    runs = [b for b in blocks if b.language in RUN and not b.not_run]
    if not runs:
        return
    bench = Workbench(own_server=not any("listening on" in b.until for b in runs))
    try:
        printed = None
        for block in blocks:
            if block.output:
                shown = bench.addressed(block.code)
                assert printed is not None, f"{block.where}: there is nothing before it that was run"
                assert same(block.language, shown, printed), f"{block.where}: the page shows\n{shown}\nand what was printed is\n{printed}"
            elif block.language in RUN and not block.not_run:
                text = bench.run(block)
                printed = printed if block.setup else text
    finally:
        bench.close()


@pytest.mark.parametrize("page", pages())
def test_every_block_is_run_or_checked_or_says_why_not(page):
    for block in blocks_of(page):
        known = block.language in RUN | DATA | PROSE
        assert known or block.not_run, f"{block.where}: nothing runs {block.language!r}: say why not"
        if block.language == "json" and not block.output and not block.not_run:
            check_json(block)
        if block.language == "toml" and not block.not_run:
            tomllib.loads(block.code)


def test_few_blocks_are_not_run():
    excused = [f"{block.where}: {block.not_run}" for page in pages() for block in blocks_of(page) if block.not_run]
    assert len(excused) <= NOT_RUN_MAX, "\n".join(excused)


def values_of(text):
    """Several JSON values may stand in one block."""
    decoder, at = json.JSONDecoder(), 0
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        yield value


def check_json(block):
    for value in values_of(block.code):
        if block.schema:
            description.OPENAPI.check(f"#/components/schemas/{block.schema}", value, block.where)
        else:
            assert isinstance(value, dict) and "op" in value, f"{block.where}: say what it is: <!-- schema: NAME -->"
            check_frame(value, block.where)


def check_frame(value, where):
    """A frame has to be one of the described ones."""
    messages = description.ASYNCAPI.components["messages"]
    if value["op"] == 0:
        names = [value["t"]]
    else:
        names = [name for name, message in messages.items() if message["payload"].get("properties", {}).get("op", {}).get("const") == value["op"]]
    assert names and names[0] in messages, f"{where}: no frame has op {value['op']}"
    description.ASYNCAPI.check(f"#/components/messages/{names[0]}/payload", value, where)


def test_the_types_of_examples_in_typescript_fit(tmp_path):
    (tmp_path / "node_modules" / "@rookery").mkdir(parents=True)
    (tmp_path / "node_modules" / "@rookery" / "sdk").symlink_to(ROOT / "sdk" / "typescript")
    (tmp_path / "package.json").write_text('{"type": "module"}\n')
    files = []
    for page in pages():
        for block in blocks_of(page):
            if block.language == "ts" and not block.not_run:
                file = tmp_path / f"{pathlib.Path(page).stem}-{block.line}.ts"
                file.write_text(block.code + "\nexport {};\n")
                files.append(str(file))
    assert files
    found = subprocess.run([ROOT / "node_modules/.bin/tsc", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--lib", "es2023,dom", *files],
                           cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
