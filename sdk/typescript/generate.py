#!/usr/bin/env python3
"""Writes src/types from the API documents: objects, routes, frames, events, codes.

usage: generate.py [--check]        --check: writes nothing, and fails when what is there differs from the documents

What a schema cannot say in TypeScript (lengths, patterns, if/then) is left out; the server checks it.
"""
import pathlib
import sys
import textwrap

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parents[1] / "api"))
import documents  # noqa: E402  (found by the line above)

TARGET = HERE / "src" / "types"
HEAD = "// Written by generate.py from the documents in api/. Change those, and run `npm run generate`.\n"
SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
RENAMED = {"Error": "ErrorBody"}  # names that JavaScript has for something else
METHODS = ("get", "post", "put", "patch", "delete")
ROUTES_DOC = "Every route of the REST API by method and path, with what it takes and what it answers."


class Writer:
    """Turns schemas into TypeScript, and remembers which names they refer to."""

    def __init__(self):
        self.used = set()

    def name(self, reference):
        name = reference.rsplit("/", 1)[1]
        name = RENAMED.get(name, name)
        self.used.add(name)
        return name

    def type(self, schema, depth=0):
        if "$ref" in schema:
            return self.name(schema["$ref"])
        if "const" in schema:
            return literal(schema["const"])
        if "enum" in schema:
            return " | ".join(literal(value) for value in schema["enum"])
        if is_told_apart(schema):
            return self.told_apart(schema, depth)
        if "oneOf" in schema and all("properties" in one for one in schema["oneOf"]):
            return self.alternatives(schema["oneOf"], depth)
        parts = [self.type(part, depth) for part in schema.get("allOf", ()) if "if" not in part]
        kind = schema.get("type", "object" if "properties" in schema else None)
        if kind == "array":
            parts.append(self.array(schema, depth))
        elif kind == "object" and (not parts or "properties" in schema):
            parts.append(self.object(schema, depth))
        elif isinstance(kind, list):
            parts.append(" | ".join(self.type({**schema, "type": one}, depth) for one in kind))
        elif kind in SCALARS and not parts:
            parts.append(SCALARS[kind])
        return " & ".join(parts) or "unknown"

    def array(self, schema, depth):
        item = self.type(schema.get("items", {}), depth)
        count = schema.get("maxItems")
        if count and count == schema.get("minItems"):
            return f"[{', '.join([item] * count)}]"
        return f"({item})[]" if " " in item and "{" not in item else f"{item}[]"

    def object(self, schema, depth):
        more = schema.get("additionalProperties")
        if not schema.get("properties"):
            if isinstance(more, dict):
                key = self.type(schema.get("propertyNames", {"type": "string"}), depth)
                return f"Record<{key}, {self.type(more, depth)}>"
            return "Record<string, never>" if schema.get("maxProperties") == 0 else "Record<string, unknown>"
        return self.fields(schema, depth)

    def fields(self, schema, depth, absent=()):
        pad = "  " * (depth + 1)
        lines = []
        for key, value in schema["properties"].items():
            lines += [pad + line for line in comment(value.get("description"))]
            mark = "" if key in schema.get("required", ()) else "?"
            lines.append(f"{pad}{quoted(key)}{mark}: {self.type(value, depth + 1)};")
        lines += [f"{pad}{quoted(key)}?: undefined;" for key in absent]
        return "\n".join(["{", *lines, "  " * depth + "}"])

    def alternatives(self, choices, depth):
        """Each one without the fields of the others, so that any field can be asked for and tells them apart."""
        every = [key for one in choices for key in one["properties"]]
        return " | ".join(
            self.fields(one, depth, [key for key in dict.fromkeys(every) if key not in one["properties"]]) for one in choices
        )

    def told_apart(self, schema, depth):
        """`if` one field has these values, `then` other fields are of that type: a union."""
        choices = []
        for rule in schema["allOf"]:
            ((key, test),) = rule["if"]["properties"].items()
            known = {**schema["properties"], key: test, **rule["then"]["properties"]}
            choices.append({**schema, "properties": known})
        return " | ".join(self.fields(one, depth) for one in choices)

    def declaration(self, name, schema):
        name = RENAMED.get(name, name)
        doc = comment(schema.get("description"))
        bases = [part["$ref"] for part in schema.get("allOf", ()) if "$ref" in part]
        plain = not is_told_apart(schema) and "oneOf" not in schema and "enum" not in schema
        if plain and schema.get("type", "object") == "object" and (bases or schema.get("properties")):
            extends = f" extends {', '.join(self.name(base) for base in bases)}" if bases else ""
            body = self.fields(schema, 0) if schema.get("properties") else "{}"
            return "\n".join([*doc, f"export interface {name}{extends} {body}"])
        return "\n".join([*doc, f"export type {name} = {self.type(schema)};"])


def is_told_apart(schema):
    rules = schema.get("allOf", ())
    return bool(rules) and all(
        "then" in rule and "else" not in rule and len(rule["if"].get("properties", ())) == 1 and "required" not in rule["if"] for rule in rules
    )


def literal(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def quoted(key):
    return key if key.isidentifier() else f"'{key}'"


def comment(text):
    if not text:
        return []
    # Tables stay lines; what was folded in the document is folded anew.
    lines = [part for line in text.strip().split("\n") for part in (textwrap.wrap(line, 110) or [""])]
    lines = [line.replace("*/", "*\u2060/") for line in lines]
    if len(lines) == 1:
        return [f"/** {lines[0]} */"]
    return ["/**", *(f" * {line}".rstrip() for line in lines), " */"]


def codes(name, schema, doc):
    """A constant and a type of the same name, for an enum with `x-enum-varnames`."""
    names = schema["x-enum-varnames"]
    if len(names) != len(schema["enum"]):
        raise SystemExit(f"{name}: as many x-enum-varnames as values are needed")
    texts = schema.get("x-enum-descriptions", [None] * len(names))
    lines = [*comment(doc), f"export const {name} = {{"]
    for key, value, text in zip(names, schema["enum"], texts):
        lines += ["  " + line for line in comment(text)] + [f"  {key}: {value},"]
    lines += ["} as const;", f"/** One of the values of {{@link {name}:variable}}. */", f"export type {name} = (typeof {name})[keyof typeof {name}];"]
    return "\n".join(lines)


def schemas_file(shared, openapi):
    writer = Writer()
    local = {name: schema for name, schema in openapi["components"]["schemas"].items() if name not in shared}
    parts = [writer.declaration(name, schema) for name, schema in {**shared, **local}.items()]
    error_codes = shared["Error"]["properties"]["code"]
    parts.append(codes("ErrorCode", error_codes, "What the `code` of an error means; `General` stands for everything without a row of its own."))
    return "\n\n".join(parts), set()


def looked_up(document, node):
    while "$ref" in node:
        found = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/")]
        node = found
    return node


def routes_file(openapi):
    writer = Writer()
    lines = [*comment(ROUTES_DOC), "export interface Routes {"]
    unlocked = []
    for path, item in openapi["paths"].items():
        for method in (one for one in METHODS if one in item):
            operation = item[method]
            if "101" in operation["responses"]:
                continue  # no request, but the way to a WebSocket
            key = f"{method.upper()} {path}"
            if not operation.get("security", True) or operation.get("security") == [{}, {"token": []}]:
                unlocked.append(key)
            lines += ["  " + line for line in comment(operation["summary"] + ".")]
            lines += [f"  '{key}': {{", *route_fields(writer, openapi, item, operation), "  };"]
    lines.append("}")
    lines += ["", "/** The routes that need no token. */", "export const unlockedRoutes: ReadonlySet<string> = /* @__PURE__ */ new Set(["]
    lines += [*(f"  '{key}'," for key in unlocked), "]);"]
    return "\n".join(lines), writer.used


def route_fields(writer, openapi, item, operation):
    lines = []
    given = [looked_up(openapi, one) for one in [*item.get("parameters", ()), *operation.get("parameters", ())]]
    for place in ("path", "query", "header"):
        ours = {one["name"]: one for one in given if one["in"] == place}
        if not ours:
            continue
        schema = {
            "required": [name for name, one in ours.items() if one.get("required")],
            "properties": {name: {**one["schema"], "description": one.get("description")} for name, one in ours.items()},
        }
        mark = "" if schema["required"] else "?"
        lines.append(f"    {place}{mark}: {writer.fields(schema, 2)};")
    body = operation.get("requestBody")
    if body:
        body = looked_up(openapi, body)
        mark = "" if body.get("required") else "?"
        content = body["content"].get("application/json")
        lines.append(f"    body{mark}: {writer.type(content['schema'], 2) if content else 'BodyInit'};")
    answers = []
    for status, answer in operation["responses"].items():
        if not str(status).startswith("2"):
            continue
        content = looked_up(openapi, answer).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        answers.append(writer.type(schema, 2) if schema else "Response" if content else "void")
    lines.append(f"    answer: {' | '.join(dict.fromkeys(answers)) or 'never'};")
    return lines


def gateway_file(asyncapi):
    writer = Writer()
    messages = asyncapi["components"]["messages"]
    frames = {name: one for name, one in messages.items() if one["payload"]["properties"]["op"]["const"] != 0}
    events = {name: one for name, one in messages.items() if name not in frames}
    ops = {"Dispatch": 0, **{name: one["payload"]["properties"]["op"]["const"] for name, one in frames.items()}}
    ops = dict(sorted(ops.items(), key=lambda entry: entry[1]))
    lines = ["/** The kinds of frames. */", "export const Op = {", *(f"  {name}: {op}," for name, op in ops.items()), "} as const;"]
    lines += ["", "/** What happens, by name: the dispatches of the gateway and what they carry. */", "export interface Dispatches {"]
    for name, event in events.items():
        lines += ["  " + line for line in comment(event["summary"])]
        lines.append(f"  {name}: {writer.type(event['payload']['properties']['d'], 1)};")
    lines += ["}", "", *(f"{line}" for line in GATEWAY_TYPES)]
    directions = {"ClientFrame": ("fromClient", "What a client sends."), "ServerFrame": ("fromServer", "What a client gets.")}
    for name, (direction, doc) in directions.items():
        ours = [one["$ref"].rsplit("/", 1)[1] for one in asyncapi["operations"][direction]["messages"]]
        choices = [f"{one}Frame" for one in ours if one in frames]
        lines += ["", f"/** {doc} */", f"export type {name} = {' | '.join((['DispatchFrame'] if name == 'ServerFrame' else []) + choices)};"]
    for name, frame in frames.items():
        schema = {key: value for key, value in frame["payload"].items() if key != "oneOf"}
        lines += ["", *comment(frame["summary"]), f"export interface {name}Frame {writer.fields(schema, 0)}"]
    close = asyncapi["components"]["schemas"]["CloseCode"]
    told = {int(row.split("|")[1]) for row in asyncapi["info"]["description"].split("\n") if row.startswith("| ") and row.split("|")[1].strip().isdigit()}
    if told != set(close["enum"]):
        raise SystemExit(f"asyncapi.yaml: the table of close codes and CloseCode differ in {sorted(told ^ set(close['enum']))}")
    lines += ["", codes("CloseCode", close, close["description"])]
    return "\n".join(lines), writer.used


GATEWAY_TYPES = (
    "/** The names of the dispatches. */",
    "export type DispatchName = keyof Dispatches;",
    "",
    "/** One dispatch, with the name and the payload that belong together. */",
    "export type Dispatch = { [T in DispatchName]: { t: T; d: Dispatches[T] } }[DispatchName];",
    "",
    "/** op 0. An event; `s` counts those of this session. */",
    "export type DispatchFrame = { op: 0; s: number } & Dispatch;",
)


def main():
    openapi, asyncapi = documents.load("openapi.yaml"), documents.load("asyncapi.yaml")
    made = {
        "schemas.ts": schemas_file(documents.shared_schemas(), openapi),
        "routes.ts": routes_file(openapi),
        "gateway.ts": gateway_file(asyncapi),
    }
    stale = []
    for name, (text, used) in made.items():
        imports = f"\nimport type {{ {', '.join(sorted(used))} }} from './schemas.ts';\n" if used else ""
        whole = f"{HEAD}{imports}\n{text}\n"
        file = TARGET / name
        if "--check" not in sys.argv[1:]:
            TARGET.mkdir(exist_ok=True)
            file.write_text(whole, encoding="utf-8")
        elif not file.is_file() or file.read_text(encoding="utf-8") != whole:
            stale.append(str(file.relative_to(HERE)))
    if stale:
        raise SystemExit(f"not what the API documents say: {', '.join(stale)}; run `npm run generate -w sdk/typescript` and commit what it writes")


if __name__ == "__main__":
    main()
