"""/api/v1/admin: who may, what happens to accounts and their connections, and what is kept."""
import re
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import description
import pytest
from client import PASSWORD, Http, Person, jwt_part, query_of, unique
from server import Server

USERS = "/admin/users"


@pytest.fixture(scope="module")
def place():
    with Server() as one:
        yield one


@pytest.fixture(scope="module")
def root(place):
    return Person.first_administrator(place)


@pytest.fixture
def somebody(place):
    return lambda **more: Person.register(place, **more)


def login(server, name, password=PASSWORD):
    return Http(server).ask("POST", "/api/v1/auth/login", {"login": name, "password": password})


def refresh(person):
    return Http(person.server).ask("POST", "/api/v1/auth/refresh", {"refresh_token": person.session["refresh_token"]})


def newest_entry(root):
    return root.get("/admin/audit?limit=1").ok()[0]


def page_through(root, **query):
    found, before = [], None
    while True:
        page = root.get(USERS + query_of({**query, "before": before})).ok()
        found += page["users"]
        before = page["cursor"]
        if not before:
            return [user["username"] for user in found]


# ---------------------------------------------------------------------- who may
def admin_routes():
    return sorted((method, path.replace("{}", "1")) for method, path in description.routes() if path.startswith("/api/v1/admin/"))


@pytest.mark.parametrize("method, path", admin_routes())
def test_only_administrators_are_let_in(place, root, somebody, method, path):
    person = somebody()
    person.http.ask(method, path).refused(403, 50013)
    person.http.ask(method, path, raw=b"nonsense").refused(403, 50013)
    Http(place).ask(method, path).refused(401, 40001)


def test_what_is_there_looks_to_others_like_what_is_not(root, somebody):
    person = somebody()
    there = person.get(f"{USERS}/{root.id}").refused(403, 50013)
    missing = person.get(f"{USERS}/1").refused(403, 50013)
    assert {**there, "request_id": 0} == {**missing, "request_id": 0}


def test_unknown_users_and_logins_are_404(root):
    for method, path in admin_routes():
        if "/users/1" in path and "/logins/" not in path:
            root.http.ask(method, path).refused(404, 10013)
            root.http.ask(method, path.replace("/1", "/x")).refused(404, 10013)
    root.delete(f"{USERS}/{root.id}/logins/1").refused(404, 10020)
    root.delete(f"{USERS}/{root.id}/logins/x").refused(404, 10020)
    root.delete("/admin/invites/nonsense").refused(404, 10006)


def test_rights_are_at_work_from_the_next_request_on(root, somebody):
    person = somebody()
    root.put(f"{USERS}/{person.id}/admin").ok(204)
    root.put(f"{USERS}/{person.id}/admin").ok(204)
    assert person.get("/admin/health").ok()["version"]
    assert newest_entry(root)["action"] == "admin_granted"
    assert jwt_part(refresh(person).ok()["session"]["access_token"], 1)["permissions"] == ["user", "admin"]
    root.delete(f"{USERS}/{person.id}/admin").ok(204)
    root.delete(f"{USERS}/{person.id}/admin").ok(204)
    person.get("/admin/health").refused(403, 50013)
    assert newest_entry(root)["action"] == "admin_revoked"


# ---------------------------------------------------------------------- the first administrator
def test_the_printed_code_makes_one_first_administrator_whoever_else_may_register():
    with Server("--registration", "closed") as server:
        code = server.setup_code()
        http = Http(server)
        http.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD}).refused(403, 50013)
        http.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, "invite": "x" * len(code)}).refused(403, 50013)

        def come(_):
            return Http(server).ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, "invite": code})

        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(come, range(6)))
        assert sorted(a.status for a in answers) == [201] + [403] * 5
        for answer in answers:
            if answer.status == 403:
                answer.refused(403, 50013, "invite")
        made = next(a for a in answers if a.status == 201).body
        assert jwt_part(made["session"]["access_token"], 1)["permissions"] == ["user", "admin"]
        server.restart(signal.SIGKILL)
        come(0).refused(403, 50013)
        assert not [line for line in server.lines if "/#/setup/" in line]


def test_the_code_is_another_one_after_each_start_and_not_in_the_log():
    with Server() as server:
        first = server.setup_code()
        server.restart()
        assert server.setup_code() != first
        Http(server).ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, "invite": first}).ok(201)
        assert Http(server).ask("GET", "/api/v1/instance").ok()["registration"] == "open"
        assert sum(server.setup_code() in line for line in server.lines) == 1


# ---------------------------------------------------------------------- disabling
def test_a_disabled_account_is_shut_out_at_once_and_comes_back_when_enabled(root, somebody):
    person = somebody()
    second = person.again()
    socket, poll = person.gateway(), second.polling()
    held = poll.hold()
    root.put(f"{USERS}/{person.id}/disabled").ok(204)
    assert (socket.closed(), socket.close_reason) == (4102, "The account was disabled")
    assert held.answer().ok()["close"] == {"code": 4102, "reason": "The account was disabled"}
    person.get("/users/@me").refused(401, 40001)
    second.get("/users/@me").refused(401, 40001)
    refresh(person).refused(401, 40001)
    login(person.server, person.username).refused(403, 50001)
    login(person.server, person.username, "not the password").refused(401, 40002)
    root.put(f"{USERS}/{person.id}/disabled").ok(204)
    seen = root.get(f"{USERS}/{person.id}").ok()
    assert seen["disabled"] is True and seen["logins"] == 0
    assert root.get(f"/users/{person.id}").ok()["username"] == person.username, "to others nothing is different"

    person.server.restart(signal.SIGKILL)
    root.http.close()
    login(person.server, person.username).refused(403, 50001)
    root.delete(f"{USERS}/{person.id}/disabled").ok(204)
    root.delete(f"{USERS}/{person.id}/disabled").ok(204)
    login(person.server, person.username).ok()
    refresh(person).refused(401, 40001)
    acts = [e["action"] for e in root.get("/admin/audit?limit=5").ok() if e.get("target", {}).get("id") == person.id]
    assert acts == ["user_enabled", "user_disabled"], "what changes nothing is not written down"


def test_logins_that_begin_while_an_account_is_disabled_do_not_outlive_it(root, somebody):
    for _ in range(5):
        person = somebody()
        with ThreadPoolExecutor(4) as pool:
            tries = [pool.submit(login, person.server, person.username) for _ in range(3)]
            disabled = pool.submit(Person(root.server, root.user, root.session).put, f"{USERS}/{person.id}/disabled")
            disabled.result().ok(204)
            answers = [one.result() for one in tries]
        for answer in answers:
            if answer.status == 200:
                Http(person.server).ask("GET", "/api/v1/users/@me", token=answer.body["session"]["access_token"]).refused(401, 40001)
            else:
                answer.refused(403, 50001)
        assert root.get(f"{USERS}/{person.id}").ok()["logins"] == 0


# ---------------------------------------------------------------------- the last administrator
def test_the_last_administrator_stays():
    with Server() as server:
        root = Person.first_administrator(server)
        root.delete(f"{USERS}/{root.id}/admin").refused(403, 50013)
        root.put(f"{USERS}/{root.id}/disabled").refused(403, 50013)
        root.delete(f"{USERS}/{root.id}").refused(403, 50013)
        root.delete("/users/@me", {"password": PASSWORD}).refused(403, 50013)
        root.post(f"{USERS}/{root.id}/password").refused(403, 50013)
        assert root.get("/users/@me").ok()["id"] == root.id
        other = Person.register(server)
        root.put(f"{USERS}/{other.id}/admin").ok(204)
        root.put(f"{USERS}/{other.id}/disabled").ok(204)
        root.delete(f"{USERS}/{root.id}/admin").refused(403, 50013)  # who is disabled does not count
        root.delete(f"{USERS}/{other.id}/disabled").ok(204)
        root.delete("/users/@me", {"password": PASSWORD}).ok(204)
        Person(server, *login(server, other.username).ok().values()).delete(f"{USERS}/{other.id}/admin").refused(403, 50013)


def test_two_administrators_who_take_each_others_rights_at_once_leave_one():
    with Server() as server:
        a = Person.first_administrator(server)
        b = Person.register(server)
        for _ in range(4):
            a.put(f"{USERS}/{b.id}/admin").ok(204)
            with ThreadPoolExecutor(2) as pool:
                answers = [pool.submit(one.delete, f"{USERS}/{other.id}/admin") for one, other in ((a, b), (b, a))]
                statuses = sorted(answer.result().status for answer in answers)
            assert statuses == [204, 403]
            still = [one for one in (a, b) if one.get("/admin/health").status == 200]
            assert len(still) == 1
            if still[0] is b:
                a, b = b, a


# ---------------------------------------------------------------------- passwords, e-mails, logins, deletion
def test_a_reset_password_is_told_once_and_ends_every_login(root, somebody):
    person = somebody()
    socket = person.gateway()
    answer = root.post(f"{USERS}/{person.id}/password")
    password = answer.ok()["password"]
    assert answer.headers["cache-control"] == "no-store" and re.fullmatch("[A-Za-z2-9]{20}", password)
    assert socket.closed() == 4102
    person.get("/users/@me").refused(401, 40001)
    login(person.server, person.username).refused(401, 40002)
    login(person.server, person.username, password).ok()
    entry = newest_entry(root)
    assert entry["action"] == "password_reset" and entry["target"]["username"] == person.username
    assert password not in str(root.get("/admin/audit").ok())


def test_a_verified_email_is_a_login(root, somebody):
    mail = f"{unique()}@example.org"
    person, rival, without = somebody(email=mail), somebody(email=mail.upper()), somebody()
    assert root.get(f"{USERS}/{person.id}").ok()["email_verified"] is False
    login(person.server, mail).refused(401, 40002)
    root.put(f"{USERS}/{person.id}/email-verified").ok(204)
    root.put(f"{USERS}/{person.id}/email-verified").ok(204)
    assert login(person.server, mail).ok()["user"]["id"] == person.id
    assert root.get(f"{USERS}/{person.id}").ok()["email_verified"] is True
    root.put(f"{USERS}/{rival.id}/email-verified").refused(409, 40003, "email")
    root.put(f"{USERS}/{without.id}/email-verified").refused(400, 50035, "email")


def test_logins_are_listed_and_ended_one_by_one_or_all(root, somebody):
    person = somebody(device={"id": "d1", "kind": "web", "name": "Kitchen"})
    others = [person.again() for _ in range(2)]
    listed = root.get(f"{USERS}/{person.id}/logins").ok()
    assert [one["id"] for one in listed] == [others[1].session["id"], others[0].session["id"], person.session["id"]]
    assert listed[-1]["device"]["name"] == "Kitchen" and not any(one["current"] for one in listed)
    socket = person.gateway()
    root.delete(f"{USERS}/{person.id}/logins/{person.session['id']}").ok(204)
    assert socket.closed() == 4102
    assert newest_entry(root) | {"number": 0, "at": ""} == {
        "number": 0, "at": "", "action": "login_ended", "actor": {"id": root.id, "username": root.username},
        "target": {"id": person.id, "username": person.username}, "detail": "Kitchen"}
    root.delete(f"{USERS}/{person.id}/logins/{person.session['id']}").refused(404, 10020)
    root.delete(f"{USERS}/{person.id}/logins/{root.session['id']}").refused(404, 10020)
    others[0].get("/users/@me").ok()
    root.delete(f"{USERS}/{person.id}/logins").ok(204)
    root.delete(f"{USERS}/{person.id}/logins").ok(204)
    for other in others:
        other.get("/users/@me").refused(401, 40001)
    assert root.get(f"{USERS}/{person.id}/logins").ok() == []
    login(person.server, person.username).ok()


def test_a_deleted_account_is_gone_as_when_its_owner_deletes_it(root, somebody):
    person, friend = somebody(), somebody()
    group = friend.group(person)
    message = person.send(group, "still here")
    root.delete(f"{USERS}/{person.id}").ok(204)
    root.delete(f"{USERS}/{person.id}").refused(404, 10013)
    root.get(f"{USERS}/{person.id}").refused(404, 10013)
    person.get("/users/@me").refused(401, 40001)
    login(person.server, person.username).refused(401, 40002)
    Http(person.server).ask("POST", "/api/v1/auth/register", {"username": person.username, "password": PASSWORD}).refused(409, 40003)
    now = friend.get(f"/channels/{group['id']}/messages/{message['id']}").ok()
    assert now["content"] == "still here" and now["author"]["username"] == "deleted"
    assert friend.get(f"/channels/{group['id']}").ok()["member_count"] == 1
    assert person.username not in page_through(root, query=person.username)
    assert newest_entry(root)["target"]["username"] == person.username


# ---------------------------------------------------------------------- looking for people
def test_accounts_are_paged_newest_first_and_found_by_both_names():
    with Server() as server:
        root = Person.first_administrator(server)
        made = [Person.register(server, username=f"page{i:02}", display_name=f"Number {i}") for i in range(12)]
        Person.register(server, username="zoe", display_name="Zoë Ärztin page")
        newest = ["zoe", *(p.username for p in reversed(made)), "root"]
        assert page_through(root, limit=5) == newest
        assert page_through(root, limit=1) == newest
        assert page_through(root, query="PAGE0", limit=3) == [f"page{i:02}" for i in range(10)]
        assert page_through(root, query="page") == [*(p.username for p in made), "zoe"], "usernames first"
        assert page_through(root, query="number 1") == ["page11", "page10", "page01"]
        assert page_through(root, query="äRZT") == ["zoe"]
        assert page_through(root, query="nobody at all") == []
        root.put(f"{USERS}/{made[3].id}/disabled").ok(204)
        root.put(f"{USERS}/{made[5].id}/disabled").ok(204)
        root.put(f"{USERS}/{made[5].id}/admin").ok(204)
        assert page_through(root, disabled="true", limit=1) == ["page05", "page03"]
        assert page_through(root, admin="true") == ["page05", "root"]
        assert page_through(root, admin="true", disabled="false") == ["root"]
        assert page_through(root, admin="false", disabled="true") == ["page03"]
        assert page_through(root, query="page", disabled="true") == ["page03", "page05"]
        server.restart(signal.SIGKILL)
        root.http.close()
        assert page_through(root, disabled="true") == ["page05", "page03"]
        seen = root.get(f"{USERS}/{made[0].id}").ok()
        assert seen["logins"] == 1 and seen["channels"] == 0 and "last_seen" not in seen


def test_an_account_shows_what_it_has(root, somebody):
    person, friend = somebody(display_name="Ada Lovelace"), somebody()
    person.group(friend)
    gateway = person.gateway()
    gateway.close()

    def seen():
        return root.get(f"{USERS}/{person.id}").ok()

    until(lambda: "last_seen" in seen())
    now = seen()
    assert now["display_name"] == "Ada Lovelace" and now["channels"] == 1 and now["admin"] is False


def until(condition):
    """Waits for what the server does in its own time."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


@pytest.mark.parametrize("query, field", [({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"before": "nonsense"}, "before"), ({"before": ""}, "before"),
                                          ({"disabled": "yes"}, "disabled"), ({"admin": ""}, "admin"), ({"query": "x" * 65}, "query"), ({"query": "a\0b"}, "query")])
def test_a_bad_query_is_50035(root, query, field):
    root.get(USERS + query_of(query)).refused(400, 50035)


@pytest.mark.parametrize("before", ["x", "-1", "", "1.5"])
def test_a_bad_page_of_the_audit_log_is_50035(root, before):
    root.get("/admin/audit" + query_of({"before": before})).refused(400, 50035, "before")


# ---------------------------------------------------------------------- registration and invites
def test_registration_changes_on_the_running_server_and_stays_over_restarts():
    with Server() as server:
        root = Person.first_administrator(server)
        http = Http(server)
        assert root.get("/admin/registration").ok() == {"mode": "open", "fixed": False}
        assert root.patch("/admin/registration", {"mode": "invite"}).ok() == {"mode": "invite", "fixed": False}
        http.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD}).refused(403, 50013, "invite")
        assert http.ask("GET", "/api/v1/instance").ok()["registration"] == "invite"
        assert newest_entry(root)["detail"] == "invite"
        server.restart(signal.SIGKILL)
        root.http.close()
        assert http.ask("GET", "/api/v1/instance").ok()["registration"] == "invite"
        root.patch("/admin/registration", {"mode": "closed"}).ok()
        http.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD}).refused(403, 50013)
        root.patch("/admin/registration", {"mode": "maybe"}).refused(400, 50035, "mode")
        root.patch("/admin/registration", {}).refused(400, 50035, "mode")
        root.patch("/admin/registration", {"mode": "open"}).ok()
        Person.register(server)


def test_the_option_counts_more_than_what_administrators_said(tmp_path):
    with Server(data_dir=str(tmp_path / "data")) as server:
        root = Person.first_administrator(server)
        root.patch("/admin/registration", {"mode": "closed"}).ok()
    with Server("--registration", "open", data_dir=str(tmp_path / "data")) as server:
        root = Person(server, *login(server, "root").ok().values())
        assert root.get("/admin/registration").ok() == {"mode": "open", "fixed": True}
        root.patch("/admin/registration", {"mode": "closed"}).refused(403, 50013)
        Person.register(server)
    with Server(data_dir=str(tmp_path / "data")) as server:
        assert Http(server).ask("GET", "/api/v1/instance").ok()["registration"] == "closed"


def test_invites_are_made_used_listed_and_revoked_on_the_running_server():
    with Server("--registration", "invite") as server:
        root = Person.first_administrator(server)
        invite = root.post("/admin/invites", {"uses": 2, "max_age": 3600, "note": "New colleagues"}).ok(201)
        assert invite["uses"] == invite["uses_left"] == 2 and invite["note"] == "New colleagues" and "expires_at" in invite
        Person.register(server, invite=invite["code"])
        assert root.get("/admin/invites").ok() == [{**invite, "uses_left": 1}]
        plain = root.post("/admin/invites", {}).ok(201)
        assert plain["uses"] == 1 and "note" not in plain
        ever = root.post("/admin/invites", {"max_age": 0}).ok(201)
        assert "expires_at" not in ever
        server.restart(signal.SIGKILL)
        root.http.close()
        assert {one["code"] for one in root.get("/admin/invites").ok()} == {invite["code"], plain["code"], ever["code"]}
        Person.register(server, invite=invite["code"])
        assert invite["code"] not in [one["code"] for one in root.get("/admin/invites").ok()], "used up"
        root.delete(f"/admin/invites/{plain['code']}").ok(204)
        root.delete(f"/admin/invites/{plain['code']}").refused(404, 10006)
        Http(server).ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, "invite": plain["code"]}).refused(403, 50013, "invite")
        acts = [entry["action"] for entry in root.get("/admin/audit").ok()]
        assert acts == ["invite_revoked", "invite_created", "invite_created", "invite_created", "admin_created"]


def test_an_expired_invite_is_neither_listed_nor_good():
    with Server("--registration", "invite") as server:
        root = Person.first_administrator(server)
        invite = root.post("/admin/invites", {"max_age": 1}).ok(201)
        until(lambda: root.get("/admin/invites").ok() == [])
        Http(server).ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, "invite": invite["code"]}).refused(403, 50013, "invite")


@pytest.mark.parametrize("body, field", [({"uses": 0}, "uses"), ({"uses": 1_000_001}, "uses"), ({"uses": "many"}, "uses"), ({"max_age": -1}, "max_age"),
                                         ({"max_age": 3_153_600_001}, "max_age"), ({"note": "x" * 201}, "note"), ({"note": 5}, "note")])
def test_a_bad_invite_is_50035(root, body, field):
    root.post("/admin/invites", body).refused(400, 50035, field)


def test_a_thousand_invites_are_the_limit():
    with Server() as server:
        root = Person.first_administrator(server)
        with ThreadPoolExecutor(8) as pool:
            def make(_):
                return Person(server, root.user, root.session).post("/admin/invites", {}).status
            assert set(pool.map(make, range(1000))) == {201}
        root.post("/admin/invites", {}).refused(400, 30016)
        root.delete(f"/admin/invites/{root.get('/admin/invites').ok()[0]['code']}").ok(204)
        root.post("/admin/invites", {}).ok(201)


# ---------------------------------------------------------------------- how the server does
def test_health_and_storage_tell_what_is_there(root, somebody):
    person, friend = somebody(), somebody()
    gateway = person.gateway()
    direct = person.direct(friend)
    for i in range(3):
        person.send(direct, f"{i}")
    health = root.get("/admin/health").ok()
    assert health["connections"] >= 2 and health["connections"] <= health["connections_max"]
    assert health["gateway_connections"] >= 1 and health["sessions"] >= 1
    assert health["writable"] is True and health["memory_short"] is False
    assert health["commits"]["count"] > 0 and 0 < health["commits"]["p50_ms"] <= health["commits"]["p95_ms"] <= health["commits"]["p99_ms"]
    assert 0 < health["memory_bytes"] < health["memory_bytes_max"]
    storage = root.get("/admin/storage").ok()
    assert [family["name"] for family in storage["families"]] == ["history", "log", "recent", "state"]
    assert storage["users"]["count"] >= 3 and storage["users"]["exact"] is True
    assert storage["messages"]["count"] >= 3 and storage["channels"]["count"] >= 1
    assert storage["log_bytes"] > 0 and 0 < storage["disk_free_bytes"] < storage["disk_bytes"]
    gateway.close()


def test_the_configuration_shows_what_is_in_force():
    with Server("--session-ttl", "77") as server:
        root = Person.first_administrator(server)
        options = {one["name"]: one for one in root.get("/admin/config").ok()}
        assert options["session-ttl"]["value"] == "77" and options["session-ttl"]["default"] == "300" and options["session-ttl"]["changed"] is True
        assert options["identify-deadline"]["changed"] is False
        assert options["registration"]["value"].startswith("open, until")


# ---------------------------------------------------------------------- the audit log
def test_the_audit_log_is_paged_and_stays_over_a_kill():
    with Server() as server:
        root = Person.first_administrator(server)
        person = Person.register(server)
        for _ in range(3):
            root.put(f"{USERS}/{person.id}/disabled").ok(204)
            root.delete(f"{USERS}/{person.id}/disabled").ok(204)
        everything = root.get("/admin/audit").ok()
        assert [e["action"] for e in everything] == ["user_enabled", "user_disabled"] * 3 + ["admin_created"]
        assert "actor" not in everything[-1] and everything[-1]["target"]["username"] == "root"
        numbers = [e["number"] for e in everything]
        assert numbers == sorted(numbers, reverse=True)
        assert root.get(f"/admin/audit?limit=2&before={numbers[1]}").ok() == everything[2:4]
        assert root.get(f"/admin/audit?before={numbers[-1]}").ok() == []
        server.restart(signal.SIGKILL)
        root.http.close()
        assert root.get("/admin/audit").ok() == everything
