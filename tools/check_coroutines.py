#!/usr/bin/python3
"""Checks the rules on coroutines that a script can see (CONTRIBUTING.md, "Coroutines").

  - a coroutine lambda captures nothing: its captures die with the lambda, not with the frame
  - no ?: in a statement with co_await, and no braced temporary or capturing lambda after co_await: name it, then move it
  - a coroutine takes no T&& parameter: it is lazy, and the temporary is gone when it starts
  - nothing is detached: a coroutine is awaited or owned by a task group

It reads tokens, not C++: it knows brackets, not types. Usage: check_coroutines.py [FILE...], by default all of src/ and
tests/. Prints `file:line: rule` and exits 1 if there is any.
"""

import pathlib
import re
import sys

TOKEN = re.compile(
    r'(?P<skip>//[^\n]*|/\*.*?\*/|R"(?P<raw>[^\s()\\]{0,16})\(.*?\)(?P=raw)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])+\'|\#[^\n]*)'
    r"|(?P<token>[A-Za-z_]\w*|\[\[|\]\]|&&|::|->|[^\s\w]|\d[\w.']*)",
    re.DOTALL,
)
OPENS = {"(": ")", "[": "]", "{": "}"}
CLOSES = set(OPENS.values())
KEYWORDS = {"co_await", "co_return", "co_yield"}
# A `[` after one of these is an index; after anything else it opens a lambda.
INDEXED = re.compile(r"[A-Za-z_]\w*$|^[)\]]$")
NOT_INDEXED = {"return", "co_return", "co_await", "co_yield", "case", "else", "do", "delete", "new"}


class Source:
    """The tokens of one file with their lines, and for each bracket the index of its partner."""

    def __init__(self, text):
        self.tokens, self.lines = [], []
        for match in TOKEN.finditer(text):
            if match["skip"] is not None:
                if match["skip"].startswith(("//", "/*", "#")):
                    continue
                token = '""'
            else:
                token = match["token"]
            for part in token if token in ("[[", "]]") else (token,):
                self.tokens.append(part)
                self.lines.append(text.count("\n", 0, match.start()) + 1)
        self.partner = {}
        stack = []
        for index, token in enumerate(self.tokens):
            if token in OPENS:
                stack.append(index)
            elif token in CLOSES and stack:
                start = stack.pop()
                self.partner[start], self.partner[index] = index, start

    def lambdas(self):
        """(index of `[`, index of the body's `{`) of each lambda."""
        for index, token in enumerate(self.tokens):
            if token != "[" or index not in self.partner or not self.starts_lambda(index):
                continue
            body = self.body_after(self.partner[index] + 1)
            if body is not None:
                yield index, body

    def starts_lambda(self, index):
        before = self.tokens[index - 1] if index else ""
        after = self.tokens[index + 1] if index + 1 < len(self.tokens) else ""
        if before == "[" or after == "[":  # an attribute
            return False
        return before in NOT_INDEXED or not INDEXED.search(before)

    def body_after(self, index):
        """The `{` of the body that follows a lambda's introducer, past parameters and specifiers; None if there is none."""
        while index < len(self.tokens):
            token = self.tokens[index]
            if token == "{":
                return index if index in self.partner else None
            if token == "(":
                index = self.partner.get(index, len(self.tokens))
            elif token in {";", ",", ")", "]", "}", "="}:
                return None
            index += 1
        return None

    def is_coroutine(self, body, bodies):
        """Whether the body between these braces has a coroutine keyword of its own, not only in a lambda inside it."""
        index, end = body + 1, self.partner[body]
        while index < end:
            if index in bodies:
                index = self.partner[index]
            elif self.tokens[index] in KEYWORDS:
                return True
            index += 1
        return False


def findings(text):
    """(line, rule) for each breach in the text of one C++ file."""
    source = Source(text)
    tokens, partner = source.tokens, source.partner
    lambdas = list(source.lambdas())
    bodies = {body for _, body in lambdas}
    captures = {start for start, _ in lambdas if partner[start] > start + 1}

    for start, body in lambdas:
        if start in captures and source.is_coroutine(body, bodies):
            yield source.lines[start], "a coroutine lambda captures nothing: pass what it needs as arguments"

    for index, token in enumerate(tokens):
        if token == "detached" and tokens[index - 2 : index] == ["asio", "::"]:
            yield source.lines[index], "nothing is detached: await it, or give it to a task group"
        if token == "co_await" and tokens[index - 1] != "operator":
            yield from statement_findings(source, index, bodies, captures)
        if token == "Task" and index + 1 < len(tokens) and tokens[index + 1] == "<":
            yield from parameter_findings(source, index)


def statement_findings(source, index, bodies, captures):
    """The statement of the co_await at index: back to its beginning for ?:, and on to its end for temporaries too."""
    tokens, partner = source.tokens, source.partner
    back = index - 1
    while back >= 0 and tokens[back] not in {";", "{", "}"}:
        if tokens[back] == "?":
            yield source.lines[index], "no ?: in a statement with co_await: use if"
            break
        back -= 1
    position, depth = index + 1, 0
    while position < len(tokens):
        token = tokens[position]
        if token == ";" or (token in CLOSES and depth == 0):
            return
        if token == "?":
            yield source.lines[position], "no ?: in a statement with co_await: use if"
        elif token == "{" and depth == 0 and tokens[position - 1] == ")":
            return  # the body of an if or a loop
        elif token == "{" and position in partner:
            if position not in bodies and partner[position] > position + 1:
                yield source.lines[position], "no braced temporary in a statement with co_await: name it, then move it"
            position = partner[position]
        elif position in captures:
            yield source.lines[position], "no capturing lambda as a temporary in a statement with co_await: name it, then move it"
            position = partner[position]
        elif token in OPENS:
            depth += 1
        elif token in CLOSES:
            depth -= 1
        position += 1


def parameter_findings(source, index):
    """Task<…> name(parameters): none of them is T&&. A template's forwarding reference counts as one too."""
    tokens = source.tokens
    position, angle = index + 1, 0
    while position < len(tokens):
        if tokens[position] == "<":
            angle += 1
        elif tokens[position] == ">":
            angle -= 1
            if angle == 0:
                break
        elif tokens[position] in {";", "{"}:
            return
        position += 1
    position += 1
    named = False
    while position < len(tokens) and (re.match(r"[A-Za-z_]", tokens[position]) or tokens[position] == "::"):
        named = True
        position += 1
    if not named or position >= len(tokens) or tokens[position] != "(":
        return
    end, depth = source.partner.get(position, position), 0
    for at in range(position + 1, end):
        if tokens[at] in OPENS or tokens[at] == "<":
            depth += 1
        elif tokens[at] in CLOSES or tokens[at] == ">":
            depth -= 1
        elif tokens[at] == "&&" and depth == 0:
            yield source.lines[at], "a coroutine takes no T&&: take the value"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    paths = [pathlib.Path(name) for name in sys.argv[1:]]
    if not paths:
        paths = sorted(path for top in ("src", "tests") for path in (root / top).rglob("*") if path.suffix in {".h", ".cc"})
    found = [
        f"{path.relative_to(root) if path.is_relative_to(root) else path}:{line}: {rule}"
        for path in paths
        for line, rule in findings(path.read_text(encoding="utf-8"))
    ]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
