"""The API documents as plain objects.

load(name) reads openapi.yaml or asyncapi.yaml with schemas.yaml moved into its components, so that every reference is
inside the one object: what Swagger UI, code generators and the conformance suite want. Needs python3-yaml only.
"""
import pathlib

import yaml

FOLDER = pathlib.Path(__file__).resolve().parent
SHARED = "schemas.yaml#/$defs/"
LOCAL = "#/$defs/"
COMPONENT = "#/components/schemas/"


def load(name):
    """The document `name` ("openapi.yaml") with all that it refers to inside."""
    document = _with_inner_references(_read(name))
    shared = shared_schemas()
    own = document["components"].setdefault("schemas", {})
    twice = own.keys() & shared.keys()
    if twice:
        raise ValueError(f"{name} and schemas.yaml both define {sorted(twice)}")
    own.update({key: schema for key, schema in shared.items() if key in _used(document, shared)})
    return document


def shared_schemas():
    """All schemas of schemas.yaml by name, referring to one another as in a document of `load`."""
    return _with_inner_references(_read("schemas.yaml"))["$defs"]


def _read(name):
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


def _with_inner_references(node):
    if isinstance(node, dict):
        return {key: _inner(value) if key == "$ref" else _with_inner_references(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_inner_references(item) for item in node]
    return node


def _inner(reference):
    for prefix in (SHARED, LOCAL):
        if reference.startswith(prefix):
            return COMPONENT + reference[len(prefix):]
    return reference


def _used(document, shared):
    """The names of the shared schemas that the document reaches, also through one another."""
    used, waiting = set(), [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            name = str(node.get("$ref", "")).removeprefix(COMPONENT)
            if name in shared and name not in used:
                used.add(name)
                waiting.append(shared[name])
    return used
