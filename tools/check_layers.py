#!/usr/bin/python3
"""Checks who includes whom: the table of docs/architecture.md, "Layers", and that no files include each other in a circle.

Usage: check_layers.py [ROOT]. Prints one line per finding, `file:line: what and which rule`, and exits 1 if there is any.
"""

import pathlib
import re
import sys

# What each module of src/ may include besides itself. Arrows only point down; modules that share a layer do not see each other,
# except that every service may use auth and chat, and chat may use auth. net and drivers know nothing of chat.
BASE = {"base"}
MODEL = BASE | {"model"}
RUNTIME = BASE | {"runtime"}
PORTS = MODEL | RUNTIME | {"net", "drivers", "fold", "ports"}
SERVICES = {"auth", "chat", "guilds", "presence", "notify", "media", "search", "admin"}
ADAPTERS = {"memory", "embedded", "cluster"}

ALLOWED = {
    "base": set(),
    "model": BASE,
    "runtime": MODEL,
    "net": RUNTIME,
    "drivers": RUNTIME,
    "fold": MODEL,
    "ports": MODEL | RUNTIME | {"fold"},
    "client": MODEL | RUNTIME | {"net"},
    "auth": PORTS,
    "chat": PORTS | {"auth"},
    **{service: PORTS | {"auth", "chat"} for service in SERVICES - {"auth", "chat"}},
    "faults": BASE,
    **{adapter: PORTS for adapter in ADAPTERS},
    "embedded": PORTS | {"faults"},  # in test builds only
    "verify": MODEL | RUNTIME | {"net", "client"},
    "bench": PORTS | {"client", "embedded"},
    "gateway": PORTS | SERVICES,
    "api": PORTS | SERVICES,
}
SEES_ALL = {"app", "tests"}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')
SUFFIXES = {".h", ".cc"}


def sources(root):
    """All C++ files under src/ and tests/, by their path as others include them (src/ is the include root)."""
    found = {}
    for top in ("src", "tests"):
        for path in sorted((root / top).rglob("*")):
            if path.suffix in SUFFIXES and path.is_file():
                name = path.relative_to(root / "src" if top == "src" else root).as_posix()
                found[name] = path
    return found


def includes(path):
    """(line number, included path) for each quoted include."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(number, match[1]) for number, line in enumerate(lines, 1) if (match := INCLUDE.match(line))]


def module_of(name):
    """Unit tests and their fixtures stand beside the code but may see everything, like those in tests/."""
    return "tests" if name.endswith(("_test.cc", "_fixture.h", "_fixture.cc")) else name.split("/", 1)[0]


def resolve(target, includer, files):
    """The file an include names: from src/, from the root, or from the includer's own folder; None if it is none of ours."""
    beside = (pathlib.PurePosixPath(includer).parent / target).as_posix()
    return next((name for name in (target, beside) if name in files), None)


def why_not(module, target):
    """The sentence that forbids `module` to include `target`, or None when it may."""
    if module == target or module in SEES_ALL:
        return None
    if module not in ALLOWED:
        return f"{module} is in no layer: add it to docs/architecture.md and tools/check_layers.py"
    if target in ALLOWED[module]:
        return None
    if target in SEES_ALL:
        return f"nobody includes {target}"
    if module in ("net", "drivers"):
        return f"{module} knows nothing of chat: it may include runtime and base only"
    if {module, target} <= SERVICES:
        return f"services see only auth and chat among themselves, and chat only auth; {module} may not include {target}"
    if (module in SERVICES and target in ADAPTERS) or (module in ADAPTERS and target in SERVICES):
        return f"services and adapters both stand on ports and never see each other; {module} may not include {target}"
    return f"{module} may include only {', '.join(sorted(ALLOWED[module])) or 'nothing'}; not {target}"


def layer_findings(graph, files):
    for name, edges in graph.items():
        module = module_of(name)
        for line, target in edges:
            reason = why_not(module, module_of(target))
            if reason:
                yield f"{files[name]}:{line}: includes {target}: {reason}"


def cycles(graph):
    """Each circle of includes once, as the list of its files."""
    unseen, open_, done = 0, 1, 2
    state, found = dict.fromkeys(graph, unseen), []

    def visit(name, trail):
        state[name] = open_
        trail.append(name)
        for _, target in graph[name]:
            if state[target] == open_:
                found.append(trail[trail.index(target):] + [target])
            elif state[target] == unseen:
                visit(target, trail)
        trail.pop()
        state[name] = done

    for name in graph:
        if state[name] == unseen:
            visit(name, [])
    return found


def findings(root):
    files = sources(root)
    graph = {
        name: [(line, found) for line, target in includes(path) if (found := resolve(target, name, files))]
        for name, path in files.items()
    }
    yield from layer_findings(graph, {name: path.relative_to(root) for name, path in files.items()})
    for circle in cycles(graph):
        line = next(number for number, target in graph[circle[0]] if target == circle[1])
        yield f"{files[circle[0]].relative_to(root)}:{line}: a circle of includes: {' -> '.join(circle)}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent.parent).resolve()
    found = list(findings(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
