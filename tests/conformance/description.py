"""Checks what the server says against the API documents.

`answer(…)` takes an HTTP answer, `frame(…)` a frame of the gateway; both raise AssertionError with the path of what does
not fit. The check is strict: a field that is not described is an error, too.
"""
import functools
import pathlib
import re
import sys

import jsonschema

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "api"))
import documents  # noqa: E402

METHODS = ("get", "put", "post", "patch", "delete")
# Every refusal of these kinds is possible on every route, and has the error's shape.
EVERYWHERE = {"404": {0}, "405": {0}, "413": {0}, "415": {0}, "400": {0}, "426": {0}, "431": {0}, "414": {0}, "501": {0}, "505": {0}}
SERVER_OPS = {10: "Hello", 11: "HeartbeatAck", 9: "InvalidSession", 7: "Reconnect", 65: "Reply"}


def _strict(node, schemas):
    """The schema with `additionalProperties: false` wherever it describes the fields of an object, bases (`x-base`) merged in."""
    if isinstance(node, list):
        return [_strict(item, schemas) for item in node]
    if not isinstance(node, dict):
        return node
    base = _base_of(node, schemas)
    if base is not None:
        merged = {**base, **{key: value for key, value in node.items() if key != "allOf"}}
        merged["properties"] = {**base["properties"], **node.get("properties", {})}
        merged["required"] = base.get("required", []) + node.get("required", [])
        merged.pop("x-base")
        return _strict(merged, schemas)
    out = {key: value if key in ("if", "then", "else", "not", "enum", "const", "examples") else
           {name: _strict(schema, schemas) for name, schema in value.items()} if key == "properties" else _strict(value, schemas)
           for key, value in node.items()}
    if node.get("type") == "object" and "properties" in node and not node.get("x-base"):
        out.setdefault("additionalProperties", False)
    return out


def _base_of(node, schemas):
    parts = node.get("allOf", [])
    if len(parts) == 1 and parts[0].keys() == {"$ref"}:
        target = schemas.get(parts[0]["$ref"].rsplit("/", 1)[1], {})
        return target if target.get("x-base") else None
    return None


class Document:
    def __init__(self, name):
        self.raw = documents.load(name)
        schemas = self.raw["components"]["schemas"]
        self.components = {
            "schemas": {name: _strict(schema, schemas) for name, schema in schemas.items()},
            "messages": {name: _strict(message, schemas) for name, message in self.raw["components"].get("messages", {}).items()},
        }
        self._whole = {"components": self.components}
        self._resolver = jsonschema.RefResolver("", self._whole)

    @functools.lru_cache(maxsize=None)
    def _validator(self, pointer):
        return jsonschema.Draft202012Validator({"$ref": pointer}, resolver=self._resolver)

    def check(self, pointer, value, what):
        _raise_first(self._validator(pointer), value, what)

    def check_inline(self, schema, value, what):
        strict = _strict(schema, self.raw["components"]["schemas"])
        _raise_first(jsonschema.Draft202012Validator(strict, resolver=self._resolver), value, what)


def _raise_first(validator, value, what):
    errors = list(validator.iter_errors(value))
    if errors:
        error = jsonschema.exceptions.best_match(iter(errors))
        where = "/".join(str(part) for part in error.absolute_path)
        raise AssertionError(f"{what}: at /{where}: {error.message}")


OPENAPI = Document("openapi.yaml")
ASYNCAPI = Document("asyncapi.yaml")
ERROR = "#/components/schemas/Error"


def _template(path):
    return re.compile("".join("[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", path)))


ROUTES = sorted(((path, _template(path), item) for path, item in OPENAPI.raw["paths"].items()), key=lambda route: route[0].count("{"))


def routes():
    """All that is described, as {("GET", "/api/v1/channels/{}"), …}."""
    return {(method.upper(), re.sub(r"\{\w+\}", "{}", path)) for path, _, item in ROUTES for method in METHODS if method in item}


def _operation(method, path):
    for _, pattern, item in ROUTES:
        if pattern.fullmatch(path) and method.lower() in item:
            return item[method.lower()]
    return None


def _resolved(response):
    return OPENAPI.raw["components"]["responses"][response["$ref"].rsplit("/", 1)[1]] if "$ref" in response else response


def answer(method, path, status, headers, body, has_body):
    """headers: lower-case names. body: the parsed JSON, or None where has_body is false."""
    what = f"{method} {path} -> {status}"
    assert headers.get("x-content-type-options") == "nosniff", f"{what}: no X-Content-Type-Options: nosniff"
    bare = path.split("?")[0]
    if bare.startswith("/api/v1/") and method != "OPTIONS":
        assert headers.get("x-request-id"), f"{what}: no X-Request-Id"
        _rate_headers(headers, what)
    if status == 204:
        assert not has_body, f"{what}: 204 has a body"
    if status >= 400:
        OPENAPI.check(ERROR, body, what)
        assert body.get("request_id") == headers.get("x-request-id"), f"{what}: request_id differs from the header"
        waits = status in (429, 503) or body["code"] == 40901
        assert ("retry_after" in body) == waits, f"{what}: retry_after on the wrong answer, or missing: {body}"
        if status in (429, 503):
            assert int(headers["retry-after"]) >= body["retry_after"] > int(headers["retry-after"]) - 1.000001, what
    operation = _operation(method, bare)
    if operation is None:
        return
    described = operation["responses"].get(str(status))
    if described is None:
        codes = EVERYWHERE.get(str(status))
        assert codes is not None and body["code"] in codes, f"{what}: not described: {body}"
        return
    response = _resolved(described)
    if status >= 400:
        allowed = set(response.get("x-codes", [])) | EVERYWHERE.get(str(status), set())
        assert body["code"] in allowed, f"{what}: code {body['code']} is not described, {sorted(allowed)} are"
        return
    for name, header in response.get("headers", {}).items():
        header = OPENAPI.raw["components"]["headers"][header["$ref"].rsplit("/", 1)[1]] if "$ref" in header else header
        assert not header.get("required") or name.lower() in headers, f"{what}: no {name}"
        if "const" in header["schema"]:
            assert headers[name.lower()] == header["schema"]["const"], f"{what}: {name}: {headers[name.lower()]}"
    content = response.get("content")
    assert (content is not None) == has_body, f"{what}: a body is {'missing' if content else 'not described'}"
    if content:
        OPENAPI.check_inline(content["application/json"]["schema"], body, what)


def _rate_headers(headers, what):
    for name in ("limit", "remaining", "reset", "reset-after", "bucket"):
        assert headers.get(f"x-ratelimit-{name}"), f"{what}: no X-RateLimit-{name}"
    assert int(headers["x-ratelimit-limit"]) >= int(headers["x-ratelimit-remaining"]) >= 0, what
    assert "." in headers["x-ratelimit-reset"] and float(headers["x-ratelimit-reset"]) > 1_700_000_000, f"{what}: X-RateLimit-Reset: epoch seconds, decimals"
    assert "." in headers["x-ratelimit-reset-after"] and float(headers["x-ratelimit-reset-after"]) >= 0, f"{what}: X-RateLimit-Reset-After: seconds, decimals"


def frame(value):
    """A frame of the server."""
    op = value.get("op")
    name = value.get("t") if op == 0 else SERVER_OPS.get(op)
    assert name in ASYNCAPI.raw["components"]["messages"], f"a frame that is not described: {value}"
    pointer = f"#/components/messages/{name}/payload"
    ASYNCAPI.check(pointer, value, f"frame {name}")
