"""protocol.md §1: errors, ids, headers, the order of checks, unknown routes and methods, the instance page."""
import re

import pytest

DEFAULTS = {"content": 4000, "nonce": 64, "group_members": 256, "large_channel": 50, "page": 100, "presence_query": 100, "subscribe_channels": 100,
            "subscribe_users": 500, "frame_bytes": 65536, "positions": 500, "catch_up": 300, "catch_up_total": 2000,
            "offline_queue": 1000, "resume_dispatches": 512, "requests_in_flight": 32, "json_depth": 32, "username": [3, 32], "password": [8, 128]}
BAD_IDS = ["0", "abc", "-1", "1.5", "18446744073709551616", "01", "9" * 30, "%20", "1e3"]


def test_the_instance_page_needs_no_token_and_names_every_limit(nobody):
    page = nobody.ask("GET", "/api/v1/instance").ok()
    for name, value in DEFAULTS.items():
        assert page["limits"][name] == value, name
    assert page["registration"] == "open"
    assert "polling" in page["features"]
    assert not set(page["features"]) & {"guilds", "files", "search", "push"}


def test_without_rate_limits_the_instance_says_so(nobody):
    answer = nobody.ask("GET", "/api/v1/instance")
    limits = answer.ok()["limits"]
    assert limits["frames_per_minute"] == 0 and limits["connections_per_user"] == 0
    assert answer.headers["x-ratelimit-limit"] == "1000000"


def test_an_unknown_route_is_401_without_a_token_and_404_with(nobody, ada):
    nobody.ask("GET", "/api/v1/nothing/here").refused(401, 40001)
    ada.get("/nothing/here").refused(404, 0)


def test_an_unknown_path_outside_the_api_is_no_api_error_of_another_kind(nobody):
    assert nobody.ask("DELETE", "/healthz").refused(405, 0)


@pytest.mark.parametrize("path", ["/guilds", "/guilds/1", "/users/@me/guilds", "/invites/abc", "/attachments"])
def test_guilds_and_files_have_no_routes_yet(ada, path):
    ada.get(path).refused(404, 0)
    ada.post(path, {}).refused(404, 0)


def test_another_method_on_a_route_is_405_and_names_those_allowed(ada):
    answer = ada.delete("/instance")
    answer.refused(405, 0)
    assert "GET" in answer.headers["allow"]
    answer = ada.put("/users/@me", {})
    answer.refused(405, 0)
    assert {"GET", "PATCH", "DELETE"} <= set(re.split(r",\s*", answer.headers["allow"]))


@pytest.mark.parametrize("bad", BAD_IDS)
def test_an_id_in_a_path_that_is_no_snowflake_is_an_unknown_thing(ada, bad):
    ada.get(f"/channels/{bad}").refused(404, 10003)
    ada.get(f"/users/{bad}").refused(404, 10013)
    ada.delete(f"/auth/sessions/{bad}").refused(404, 10020)


@pytest.mark.parametrize("bad", ["0x1", "abc", "-1", "18446744073709551616", ""])
def test_an_id_in_a_query_that_is_no_snowflake_is_50035(ada, bob, bad):
    channel = ada.group(bob)
    for name in ("before", "after", "around"):
        ada.get(f"/channels/{channel['id']}/messages?{name}={bad}").refused(400, 50035, name)


def test_an_id_in_a_body_that_is_no_snowflake_is_50035_with_its_path(ada, bob):
    ada.post("/users/@me/channels", {"recipients": [bob.id, "abc"]}).refused(400, 50035, "recipients.1")
    ada.post("/users/@me/channels", {"recipients": [bob.id, int(bob.id)]}).refused(400, 50035, "recipients.1")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b"1", b'"x"', b"null", b"{} {}", b'{"content":"\xff"}', b'{"content":"x",}', b"{'content':'x'}"])
def test_a_body_that_is_no_json_object_is_50035(ada, bob, raw):
    channel = ada.group(bob)
    ada.post(f"/channels/{channel['id']}/messages", raw=raw, headers={"Content-Type": "application/json"}).refused(400, 50035)


def test_a_body_of_another_type_is_415(ada, bob):
    channel = ada.group(bob)
    ada.post(f"/channels/{channel['id']}/messages", raw=b"content=hi", headers={"Content-Type": "application/x-www-form-urlencoded"}).refused(415, 0)
    ada.post(f"/channels/{channel['id']}/messages", raw=b'{"content":"hi"}', headers={"Content-Type": "application/json; charset=utf-8"}).ok(201)


def test_a_body_over_its_limit_is_413(ada, bob, nobody):
    channel = ada.group(bob)
    limit = nobody.ask("GET", "/api/v1/instance").ok()["limits"]["body_bytes"]
    assert limit >= 65536
    over = b'{"content":"hi","x":"' + b"a" * limit + b'"}'
    assert ada.post(f"/channels/{channel['id']}/messages", raw=over, headers={"Content-Type": "application/json"}).refused(413, 0)


def test_json_nested_over_32_deep_is_refused_and_32_is_taken(ada, bob):
    channel = ada.group(bob)
    path = f"/channels/{channel['id']}/messages"

    def nested(depth):  # the object itself is the first level
        return b'{"content":"hi","x":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"

    ada.post(path, raw=nested(32), headers={"Content-Type": "application/json"}).ok(201)
    ada.post(path, raw=nested(33), headers={"Content-Type": "application/json"}).refused(400, 50035)


def test_unknown_fields_are_ignored_and_never_bound(ada, bob):
    channel = ada.group(bob)
    message = ada.send(channel, "hi", seq=99, id="5", author={"id": bob.id}, deleted=True, pinned=True, type="system", bot=True)
    assert message["seq"] == 1 and message["author"]["id"] == ada.id and not message["deleted"] and not message["pinned"] and message["type"] == "text"
    me = ada.patch("/users/@me", {"bot": True, "id": "5", "username": "root", "permissions": ["admin"]}).ok()
    assert not me["bot"] and me["id"] == ada.id and me["username"] == ada.username


def test_checks_come_in_order_token_thing_permission_body(ada, bob, cy, nobody):
    channel = ada.group(bob)
    message = ada.send(channel, "mine")
    path = f"/channels/{channel['id']}/messages/{message['id']}"
    nobody.ask("PATCH", f"/api/v1{path}", {"content": ""}).refused(401, 40001)
    cy.patch(path, {"content": ""}).refused(404, 10003)
    bob.patch(f"/channels/{channel['id']}/messages/{ada.id}", {"content": ""}).refused(404, 10008)
    bob.patch(path, {"content": ""}).refused(403, 50013)
    bob.patch(path, raw=b"{").refused(403, 50013)
    ada.patch(path, {"content": ""}).refused(400, 50035, "content")


def test_what_one_may_not_see_answers_exactly_as_what_is_not_there(ada, bob, cy):
    channel = ada.group(bob)
    message = ada.send(channel, "secret")
    unknown = str(int(channel["id"]) + 1)
    for method, tail, body in [("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("GET", "/members", None), ("GET", "/messages", None),
                               ("POST", "/messages", {"content": "x"}), ("GET", "/changes", None), ("GET", f"/messages/{message['id']}", None),
                               ("PATCH", f"/messages/{message['id']}", {"content": "x"}), ("DELETE", f"/messages/{message['id']}", None),
                               ("PUT", f"/messages/{message['id']}/pin", None), ("DELETE", f"/messages/{message['id']}/pin", None),
                               ("PUT", f"/messages/{message['id']}/reactions/%F0%9F%91%8D/@me", None), ("GET", f"/messages/{message['id']}/reactions/%F0%9F%91%8D", None),
                               ("DELETE", f"/messages/{message['id']}/reactions/%F0%9F%91%8D/@me", None),
                               ("GET", f"/messages/{message['id']}/receipts", None), ("GET", "/pins", None), ("GET", "/receipts", None),
                               ("POST", "/read", {"seq": 1}), ("POST", "/delivered", {"seq": 1}), ("POST", "/typing", None),
                               ("GET", "/settings", None), ("PUT", "/settings", {"notify": "none"}), ("GET", "/messages/search?q=secret", None),
                               ("PUT", f"/recipients/{cy.id}", None), ("DELETE", f"/recipients/{cy.id}", None)]:
        seen = cy.ask(method, f"/channels/{channel['id']}{tail}", body).refused(404, 10003)
        other = cy.ask(method, f"/channels/{unknown}{tail}", body).refused(404, 10003)
        assert seen["message"] == other["message"] and seen.keys() == other.keys(), (method, tail)


def test_search_is_501_once_token_and_channel_were_checked(ada, bob, cy, nobody):
    channel = ada.group(bob)
    nobody.ask("GET", f"/api/v1/channels/{channel['id']}/messages/search?q=x").refused(401, 40001)
    cy.get(f"/channels/{channel['id']}/messages/search?q=x").refused(404, 10003)
    ada.get(f"/channels/{channel['id']}/messages/search?q=x").refused(501, 0)
    ada.get("/users/@me/messages/search?q=x").refused(501, 0)


@pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "", "1.5", "18446744073709551617"])
def test_a_limit_outside_1_to_100_is_50035(ada, bob, limit):
    channel = ada.group(bob)
    for path in (f"/channels/{channel['id']}/messages", f"/channels/{channel['id']}/changes", "/users/@me/channels", "/users/@me/mentions"):
        ada.get(f"{path}?limit={limit}").refused(400, 50035, "limit")


def test_every_answer_has_a_request_id_of_its_own(ada):
    ids = {ada.get("/users/@me").headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5


def test_cors_allows_any_origin_and_never_credentials(ada, nobody):
    answer = ada.get("/users/@me", headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    preflight = nobody.ask("OPTIONS", "/api/v1/users/@me", headers={"Origin": "https://example.org", "Access-Control-Request-Method": "PATCH",
                                                                     "Access-Control-Request-Headers": "authorization,content-type"})
    preflight.ok(204)
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert "*" in allowed.split(", ") or {"authorization", "content-type"} <= set(re.split(r",\s*", allowed))
    assert "authorization" in allowed, "a wildcard does not cover Authorization"
    assert "access-control-allow-credentials" not in preflight.headers


def test_answers_with_tokens_are_not_to_be_stored(server, fresh, nobody):
    person = fresh()
    answer = nobody.ask("POST", "/api/v1/auth/login", {"login": person.username, "password": person.password})
    assert answer.headers["cache-control"] == "no-store"
    answer = nobody.ask("POST", "/api/v1/auth/refresh", {"refresh_token": person.session["refresh_token"]})
    assert answer.headers["cache-control"] == "no-store"


def test_health_readiness_and_keys_need_no_token(nobody):
    nobody.ask("GET", "/healthz").ok()
    nobody.ask("GET", "/readyz").ok()
    assert nobody.ask("GET", "/.well-known/jwks.json").ok()["keys"]


def test_the_gateway_url_is_of_the_host_that_was_asked(nobody, ada, server):
    for answer in (nobody.ask("GET", "/api/v1/gateway"), ada.get("/gateway")):
        assert answer.ok()["url"] == f"ws://{server.host}:{server.port}/gateway"
