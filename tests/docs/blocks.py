"""The code blocks of a Markdown page, with what the comment before each says of it.

A block is run as its language says (sh, python, js, ts) and checked when it is data (json, toml). A comment right before a block can say:

    <!-- not run: REASON -->              it cannot run here
    <!-- background until: TEXT -->       it goes on running; the page goes on when it has printed TEXT
    <!-- output -->                       it is what the block before printed; … stands for anything
    <!-- schema: NAME -->                 it is JSON of this schema of api/schemas.yaml (frames of the gateway need no mark)

and a comment `<!-- setup … -->` of several lines is shell code that is run and not shown.
"""
import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = {"sh", "python", "js", "ts"}
DATA = {"json", "toml"}
# Not code: diagrams and the like. The others have to say why they are not run.
PROSE = {"", "text"}
MARKS = re.compile(r"<!-- (?:(?P<not_run>not run: .+?)|background until: (?P<until>.+?)|(?P<output>output)|schema: (?P<schema>\w+)) -->")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\s*$")


@dataclasses.dataclass
class Block:
    page: str
    line: int
    language: str
    code: str
    not_run: str = ""
    until: str = ""
    output: bool = False
    schema: str = ""
    setup: bool = False

    @property
    def where(self):
        return f"{self.page}:{self.line}"


def pages():
    """Every page with examples, as a path from the root."""
    found = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "sdk/typescript/README.md"]
    for folder in ("docs", "examples"):
        found += [path for path in (ROOT / folder).rglob("*.md") if "node_modules" not in path.parts]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def blocks_of(page, text=None):
    """The blocks of a page, in their order. Raises ValueError where a page cannot be read."""
    lines = (text if text is not None else (ROOT / page).read_text(encoding="utf-8")).splitlines()
    blocks, number, marks = [], 0, {}
    while number < len(lines):
        line = lines[number]
        fence = FENCE.match(line)
        if fence:
            end = next((n for n in range(number + 1, len(lines)) if lines[n].strip() == "```"), None)
            if end is None:
                raise ValueError(f"{page}:{number + 1}: a block without an end")
            indent = len(fence["indent"])
            code = "".join(one[indent:] + "\n" for one in lines[number + 1:end])
            blocks.append(Block(page, number + 1, fence["language"], code, **marks))
            marks, number = {}, end + 1
            continue
        if line.lstrip().startswith("```"):
            raise ValueError(f"{page}:{number + 1}: more than a language after ```")
        if line.strip() == "<!-- setup":
            end = next(n for n in range(number + 1, len(lines)) if lines[n].strip() == "-->")
            blocks.append(Block(page, number + 1, "sh", "\n".join(lines[number + 1:end]) + "\n", setup=True))
            number = end + 1
            continue
        found = MARKS.fullmatch(line.strip())
        if found:
            given = {name: value for name, value in found.groupdict().items() if value}
            given = {**given, "output": True} if "output" in given else given
            marks = {**marks, **given}
        elif line.strip():
            if marks:
                raise ValueError(f"{page}:{number + 1}: a mark without a block after it")
        number += 1
    return blocks
