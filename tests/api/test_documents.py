"""The API documents by themselves: they parse, refer to nothing that is not there, and their examples fit their schemas.

Run: python3 -m pytest tests/api
"""
import pathlib
import re
import sys

import jsonschema
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "api"))
import documents  # noqa: E402

OPENAPI = documents.load("openapi.yaml")
ASYNCAPI = documents.load("asyncapi.yaml")
METHODS = ("get", "put", "post", "patch", "delete")


def nodes(node, path=""):
    yield path, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from nodes(child, f"{path}/{key}")


def operations():
    for path, item in OPENAPI["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, item, method, item[method]


def resolve(document, reference):
    node = document
    for part in reference.removeprefix("#/").split("/"):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def validator(document, schema):
    whole = dict(schema, components=document["components"], **{"$schema": "https://json-schema.org/draft/2020-12/schema"})
    return jsonschema.Draft202012Validator(whole)


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_reference_leads_somewhere(document):
    for path, node in nodes(document):
        if isinstance(node, dict) and isinstance(node.get("$ref"), str):
            assert node["$ref"].startswith("#/"), f"{path} leaves the document: {node['$ref']}"
            resolve(document, node["$ref"])


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_no_key_is_null_or_broken_by_an_unquoted_comma(document):
    for path, node in nodes(document):
        assert node is not None or "/enum/" in path, f"{path} is null"


@pytest.mark.parametrize("document", [OPENAPI, ASYNCAPI], ids=["openapi", "asyncapi"])
def test_every_schema_is_one_and_its_examples_fit_it(document):
    seen = 0
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for example in schema.get("examples", []):
            validator(document, {"$ref": f"#/components/schemas/{name}"}).validate(example)
            seen += 1
    assert seen > 5


def test_the_example_of_every_request_body_fits_it():
    seen = 0
    for _, _, _, operation in operations():
        for body in operation.get("requestBody", {}).get("content", {}).values():
            examples = [body["example"]] if "example" in body else [e["value"] for e in body.get("examples", {}).values()]
            for example in examples:
                validator(OPENAPI, body["schema"]).validate(example)
                seen += 1
    assert seen > 10


def test_every_path_parameter_is_declared_and_used():
    for path, item, method, operation in operations():
        declared = [resolve(OPENAPI, p["$ref"]) if "$ref" in p else p for p in item.get("parameters", []) + operation.get("parameters", [])]
        names = sorted(p["name"] for p in declared if p["in"] == "path")
        assert names == sorted(re.findall(r"\{(\w+)\}", path)), f"{method} {path}"


def test_every_operation_has_a_name_of_its_own_and_a_summary():
    ids = [operation["operationId"] for _, _, _, operation in operations()]
    assert len(ids) == len(set(ids))
    assert all(operation["summary"] and operation["tags"] for _, _, _, operation in operations())


def test_every_route_with_a_token_says_what_happens_without():
    for path, _, method, operation in operations():
        if "security" not in operation:
            assert "401" in operation["responses"], f"{method} {path}"


def test_every_route_under_the_api_says_that_it_may_be_limited_or_away():
    for path, _, method, operation in operations():
        if path.startswith("/api/v1/"):
            assert {"429", "503"} <= operation["responses"].keys(), f"{method} {path}"


def test_every_successful_answer_under_the_api_names_the_rate_limit_headers():
    for path, _, method, operation in operations():
        for status, response in operation["responses"].items():
            if path.startswith("/api/v1/") and status.startswith("2"):
                limits = {h for h in response["headers"] if h.startswith("X-RateLimit-")}
                assert len(limits) == 5, f"{method} {path} {status}"


def test_every_message_of_the_gateway_belongs_to_one_direction():
    sent = {m["$ref"].rsplit("/", 1)[1] for m in ASYNCAPI["operations"]["fromClient"]["messages"]}
    got = {m["$ref"].rsplit("/", 1)[1] for m in ASYNCAPI["operations"]["fromServer"]["messages"]}
    assert not sent & got
    assert sent | got == ASYNCAPI["components"]["messages"].keys() == ASYNCAPI["channels"]["gateway"]["messages"].keys()


def test_the_example_of_every_gateway_message_fits_it():
    for message in ASYNCAPI["components"]["messages"].values():
        for example in message.get("examples", []):
            validator(ASYNCAPI, message["payload"]).validate(example["payload"])
