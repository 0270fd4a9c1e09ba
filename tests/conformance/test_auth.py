"""protocol.md §3, Auth: accounts, logins, tokens, what revokes."""
import time

import pytest
from client import PASSWORD, Http, Person, jwt_part, unique


def register(nobody, **body):
    return nobody.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, **body})


def login(nobody, name, password=PASSWORD, **more):
    return nobody.ask("POST", "/api/v1/auth/login", {"login": name, "password": password, **more})


def refresh(nobody, token):
    return nobody.ask("POST", "/api/v1/auth/refresh", {"refresh_token": token})


# ---------------------------------------------------------------------- register
def test_registering_answers_the_user_and_a_session(nobody):
    name = unique("Ada")
    got = register(nobody, username=name, display_name="Ada Lovelace", email=f"{name}@example.org").ok(201)
    assert got["user"]["username"] == name.lower()
    assert got["user"]["display_name"] == "Ada Lovelace"
    assert got["user"]["email"] == f"{name}@example.org"
    assert got["user"]["bot"] is False
    assert got["session"]["expires_in"] <= 900


def test_the_display_name_is_the_username_when_left_out(nobody):
    name = unique()
    assert register(nobody, username=name).ok(201)["user"]["display_name"] == name


@pytest.mark.parametrize("name", ["ab", "a" * 33, "", "with space", "käse", "a-b-c", "a@b.c", "<@1>", "abc\n", 5, None, ["abc"]])
def test_a_username_outside_its_form_is_50035(nobody, name):
    register(nobody, username=name).refused(400, 50035, "username")


def test_a_username_of_3_and_of_32_characters_is_taken(nobody):
    tail = unique().replace("_", "")
    register(nobody, username=("x" * 32 + tail)[-32:]).ok(201)
    import random
    import string
    for _ in range(20):  # three characters are few: another run may have had them
        answer = register(nobody, username="".join(random.choices(string.ascii_lowercase + "0123456789_.", k=3)))
        if answer.status == 201:
            return
        answer.refused(409, 40003, "username")


@pytest.mark.parametrize("password, good", [("a" * 7, False), ("a" * 8, True), ("a" * 128, True), ("a" * 129, False), ("ä" * 8, True), ("ä" * 128, True), ("ä" * 129, False)])
def test_a_password_has_8_to_128_characters(nobody, password, good):
    name = unique()
    answer = register(nobody, username=name, password=password)
    if good:
        answer.ok(201)
        login(nobody, name, password).ok()
    else:
        answer.refused(400, 50035, "password")


def test_a_refused_registration_names_every_field_at_fault(nobody):
    nobody.ask("POST", "/api/v1/auth/register", {"username": "x", "password": "y"}).refused(400, 50035, "username", "password")
    nobody.ask("POST", "/api/v1/auth/register", {}).refused(400, 50035, "username", "password")


@pytest.mark.parametrize("name, good", [("x", True), ("x" * 64, True), ("😀" * 64, True), ("x" * 65, False), ("", False)])
def test_a_display_name_has_1_to_64_characters(nobody, name, good):
    answer = register(nobody, display_name=name)
    if good:
        assert answer.ok(201)["user"]["display_name"] == name
    else:
        answer.refused(400, 50035, "display_name")


@pytest.mark.parametrize("device, field", [({"id": "d"}, "device.kind"), ({"kind": "web"}, "device.id"), ({"id": "d", "kind": "fridge"}, "device.kind"), ("web", "device")])
def test_a_device_that_is_none_is_50035(nobody, device, field):
    register(nobody, device=device).refused(400, 50035, field)


def test_a_taken_username_is_409_whatever_its_case(nobody, ada):
    register(nobody, username=ada.username).refused(409, 40003, "username")
    register(nobody, username=ada.username.upper()).refused(409, 40003, "username")


def test_an_unverified_email_is_no_login_and_takes_nothing(nobody):
    mail = f"{unique()}@example.org"
    register(nobody, email=mail).ok(201)
    login(nobody, mail).refused(401, 40002)
    register(nobody, email=mail).ok(201)


# ---------------------------------------------------------------------- login
def test_login_folds_the_name_and_makes_a_login_of_its_own(nobody, fresh):
    person = fresh()
    got = login(nobody, person.username.upper()).ok()
    assert got["user"]["id"] == person.id
    assert got["session"]["id"] != person.session["id"]


def test_an_unknown_name_and_a_wrong_password_are_the_same_answer(nobody, ada):
    wrong = login(nobody, ada.username, "not the password").refused(401, 40002)
    unknown = login(nobody, unique("nobody"), "not the password").refused(401, 40002)
    assert {k: v for k, v in wrong.items() if k != "request_id"} == {k: v for k, v in unknown.items() if k != "request_id"}


def test_an_unknown_name_costs_the_same_work_as_a_wrong_password(nobody, ada):
    def best(name):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            login(nobody, name, "not the password").refused(401, 40002)
            times.append(time.perf_counter() - start)
        return min(times)

    known, unknown = best(ada.username), best(unique("nobody"))
    assert unknown > known / 3, f"an unknown name is answered in {unknown:.4f} s, a known one in {known:.4f} s"


def test_login_without_its_fields_is_50035(nobody):
    nobody.ask("POST", "/api/v1/auth/login", {}).refused(400, 50035, "login", "password")


# ---------------------------------------------------------------------- the access token
def test_the_access_token_says_what_the_protocol_says(ada, nobody):
    header, claims = jwt_part(ada.token, 0), jwt_part(ada.token, 1)
    assert header["alg"] in ("EdDSA", "ES256") and header["typ"] == "at+jwt"
    assert claims["sub"] == ada.id and claims["sid"] == ada.session["id"] and claims["iss"]
    assert claims["permissions"] == ["user"]
    assert 0 < claims["exp"] - claims["iat"] <= 900
    key = next(k for k in nobody.ask("GET", "/.well-known/jwks.json").ok()["keys"] if k["kid"] == header["kid"])
    assert key["alg"] == header["alg"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic abc", "Bearer a.b.c", "bearer"])
def test_no_token_or_a_broken_one_is_40001(nobody, header):
    nobody.ask("GET", "/api/v1/users/@me", headers={"Authorization": header} if header else {}).refused(401, 40001)


def test_any_changed_byte_of_a_token_is_40001(ada, nobody):
    head, claims, signature = ada.token.split(".")
    for forged in (f"{head}.{claims}.", f"{head}.{claims}", f"{head}.{claims[:-2]}AA.{signature}", f"{head}.{claims}.{signature[:-4]}AAAA",
                   f"{head}.{claims}.{signature}.", f"{head}.{claims}.{signature}AA", ada.token + "=", f"{claims}.{head}.{signature}"):
        if forged != ada.token:
            nobody.ask("GET", "/api/v1/users/@me", token=forged).refused(401, 40001)


def test_the_scheme_of_the_header_is_any_case(ada, nobody):
    nobody.ask("GET", "/api/v1/users/@me", headers={"Authorization": f"bearer {ada.token}"}).ok()


# ---------------------------------------------------------------------- refresh
def test_refresh_gives_the_same_login_new_tokens(nobody, fresh):
    person = fresh()
    got = refresh(nobody, person.session["refresh_token"]).ok()["session"]
    assert got["id"] == person.session["id"]
    assert got["refresh_token"] != person.session["refresh_token"]
    assert jwt_part(got["access_token"], 1)["sid"] == person.session["id"]
    nobody.ask("GET", "/api/v1/users/@me", token=got["access_token"]).ok()


def test_access_tokens_given_before_a_refresh_stay_good(nobody, fresh):
    person = fresh()
    refresh(nobody, person.session["refresh_token"]).ok()
    person.get("/users/@me").ok()


def test_a_refresh_whose_answer_was_lost_may_be_repeated(nobody, fresh):
    first = fresh().session["refresh_token"]
    once, again = refresh(nobody, first).ok()["session"], refresh(nobody, first).ok()["session"]
    assert once["refresh_token"] == again["refresh_token"]
    nobody.ask("GET", "/api/v1/users/@me", token=again["access_token"]).ok()
    third = refresh(nobody, again["refresh_token"]).ok()["session"]
    assert third["refresh_token"] != again["refresh_token"]


def test_the_token_before_the_last_ends_the_login_once_its_successor_was_used(nobody, fresh):
    person = fresh()
    first = person.session["refresh_token"]
    second = refresh(nobody, first).ok()["session"]["refresh_token"]
    third = refresh(nobody, second).ok()["session"]
    refresh(nobody, first).refused(401, 40001)
    refresh(nobody, third["refresh_token"]).refused(401, 40001)
    nobody.ask("GET", "/api/v1/users/@me", token=third["access_token"]).refused(401, 40001)
    person.get("/users/@me").refused(401, 40001)


def test_a_refresh_token_that_was_never_given_is_40001(nobody, fresh):
    person = fresh()
    refresh(nobody, "nonsense").refused(401, 40001)
    refresh(nobody, person.token).refused(401, 40001)
    refresh(nobody, person.session["refresh_token"][:-1] + ("A" if person.session["refresh_token"][-1] != "A" else "B")).refused(401, 40001)
    nobody.ask("POST", "/api/v1/auth/refresh", {}).refused(400, 50035, "refresh_token")
    person.get("/users/@me").ok()


def test_a_refresh_token_is_no_access_token(nobody, fresh):
    nobody.ask("GET", "/api/v1/users/@me", token=fresh().session["refresh_token"]).refused(401, 40001)


# ---------------------------------------------------------------------- logout and logins
def test_logout_ends_this_login_and_no_other(nobody, fresh):
    person = fresh()
    other = person.again()
    person.post("/auth/logout").ok(204)
    person.get("/users/@me").refused(401, 40001)
    refresh(nobody, person.session["refresh_token"]).refused(401, 40001)
    other.get("/users/@me").ok()


def test_logins_are_listed_with_their_devices_and_without_tokens(fresh):
    person = fresh(device={"id": "d-1", "kind": "mobile", "name": "Telephone"})
    other = person.again()
    listed = {one["id"]: one for one in other.get("/auth/sessions").ok()}
    assert listed.keys() == {person.session["id"], other.session["id"]}
    assert listed[person.session["id"]]["device"] == {"id": "d-1", "kind": "mobile", "name": "Telephone"}
    assert "device" not in listed[other.session["id"]]
    assert listed[other.session["id"]]["current"] and not listed[person.session["id"]]["current"]


def test_a_login_can_be_ended_from_another_and_its_repeat_is_10020(fresh):
    person = fresh()
    other = person.again()
    person.delete(f"/auth/sessions/{other.session['id']}").ok(204)
    other.get("/users/@me").refused(401, 40001)
    person.delete(f"/auth/sessions/{other.session['id']}").refused(404, 10020)


def test_anothers_login_is_unknown(ada, fresh):
    person = fresh()
    ada.delete(f"/auth/sessions/{person.session['id']}").refused(404, 10020)
    person.get("/users/@me").ok()


# ---------------------------------------------------------------------- password
def test_a_changed_password_ends_every_other_login(nobody, fresh):
    person = fresh()
    other = person.again()
    person.post("/auth/password", {"current": PASSWORD, "new": "another good one"}).ok(204)
    person.get("/users/@me").ok()
    other.get("/users/@me").refused(401, 40001)
    refresh(nobody, other.session["refresh_token"]).refused(401, 40001)
    refresh(nobody, person.session["refresh_token"]).ok()
    login(nobody, person.username).refused(401, 40002)
    login(nobody, person.username, "another good one").ok()


def test_a_wrong_current_password_changes_nothing(nobody, fresh):
    person = fresh()
    person.post("/auth/password", {"current": "not this one", "new": "another good one"}).refused(401, 40002)
    person.get("/users/@me").ok()
    login(nobody, person.username).ok()


@pytest.mark.parametrize("new", ["short", "a" * 129, "", 5])
def test_a_new_password_outside_its_limits_is_50035(fresh, ada, new):
    ada.post("/auth/password", {"current": PASSWORD, "new": new}).refused(400, 50035, "new")


# ---------------------------------------------------------------------- sockets of what was revoked
def test_logout_closes_the_sockets_of_that_login_with_4102(fresh):
    person = fresh()
    other = person.again()
    ended, kept = person.gateway(), other.gateway()
    person.post("/auth/logout").ok(204)
    assert ended.closed(5) == 4102
    kept.heartbeat()
    kept.close()


def test_an_ended_login_a_changed_password_and_a_reused_refresh_token_close_with_4102(nobody, fresh):
    person = fresh()
    a, b, c = person.again(), person.again(), person.again()
    sockets = [one.gateway() for one in (a, b, c)]
    person.delete(f"/auth/sessions/{a.session['id']}").ok(204)
    assert sockets[0].closed(5) == 4102
    second = refresh(nobody, b.session["refresh_token"]).ok()["session"]["refresh_token"]
    refresh(nobody, second).ok()
    refresh(nobody, b.session["refresh_token"]).refused(401, 40001)
    assert sockets[1].closed(5) == 4102
    person.post("/auth/password", {"current": PASSWORD, "new": "another good one"}).ok(204)
    assert sockets[2].closed(5) == 4102


def test_a_session_of_a_revoked_login_cannot_be_resumed(fresh):
    person = fresh()
    other = person.again()
    old = other.gateway()
    old.drop()
    other.post("/auth/logout").ok(204)
    new = other.gateway(identify=False)
    new.resume_of(old)
    assert new.closed() == 4004
    new = person.gateway(identify=False)
    new.resume_of(old)
    assert new.frame()["op"] == 9


# ---------------------------------------------------------------------- account deletion
def test_deleting_the_account_needs_the_password(fresh):
    person = fresh()
    person.delete("/users/@me", {"password": "not this one"}).refused(401, 40002)
    person.delete("/users/@me", {}).refused(400, 50035, "password")
    person.get("/users/@me").ok()


def test_a_deleted_account_is_gone_and_its_traces_stay(nobody, fresh):
    ada, gone, cy = fresh(), fresh(), fresh()
    direct, group = gone.direct(ada), gone.group(ada, cy, name="Lunch")
    said, mine, in_group = gone.send(direct, "I was here"), ada.send(direct, "mine"), gone.send(group, "and here")
    socket = gone.gateway()
    watcher = ada.live(direct, group)
    second = gone.again()
    gone.delete("/users/@me", {"password": PASSWORD}).ok(204)
    # logins end
    assert socket.closed(5) == 4102
    gone.get("/users/@me").refused(401, 40001)
    second.get("/users/@me").refused(401, 40001)
    login(nobody, gone.username).refused(401, 40002)
    # the name stays taken, the person is unknown
    register(nobody, username=gone.username).refused(409, 40003, "username")
    ada.get(f"/users/{gone.id}").refused(404, 10013)
    assert gone.id not in [u["id"] for u in ada.get(f"/users?query={gone.username}").ok()]
    # groups are left as by leaving
    removed = watcher.event("CHANNEL_MEMBER_REMOVE", channel_id=group["id"])
    assert removed["user_id"] == gone.id
    handed_over = watcher.event("CHANNEL_UPDATE", channel_id=group["id"])
    assert handed_over["channel"]["owner_id"] in (ada.id, cy.id)
    # (type: the queue of a session without positions brought what was said before)
    assert watcher.event("MESSAGE_CREATE", channel_id=group["id"], type="system")["system"]["kind"] == "member_leave"
    watcher.close()
    assert gone.id not in [m["user"]["id"] for m in ada.get(f"/channels/{group['id']}/members").ok()]
    # messages stay, the author is "deleted"
    for channel, message in ((direct, said), (group, in_group)):
        kept = ada.get(f"/channels/{channel['id']}/messages/{message['id']}").ok()
        assert kept["content"] == message["content"]
        assert kept["author"]["id"] == gone.id and kept["author"]["username"] == "deleted"
    # the direct channel stays readable and takes nothing more
    assert [m["content"] for m in ada.history(direct)] == ["mine", "I was here"]
    ada.post(f"/channels/{direct['id']}/messages", {"content": "still there?"}).refused(403, 50001)
    ada.patch(f"/channels/{direct['id']}/messages/{mine['id']}", {"content": "changed"}).refused(403, 50001)
    ada.put(f"/channels/{direct['id']}/messages/{mine['id']}/reactions/%F0%9F%91%8D/@me").refused(403, 50001)
    ada.put(f"/channels/{direct['id']}/messages/{mine['id']}/pin").refused(403, 50001)
    ada.get(f"/channels/{direct['id']}/messages/{mine['id']}").ok()
    ada.post("/users/@me/channels", {"recipients": [gone.id, cy.id]}).refused(404, 10013)
    ada.put(f"/channels/{group['id']}/recipients/{gone.id}").refused(404, 10013)


# ---------------------------------------------------------------------- users
def test_one_sees_ones_own_email_and_others_do_not(fresh, ada):
    mail = f"{unique()}@example.org"
    person = fresh(email=mail)
    assert person.get("/users/@me").ok()["email"] == mail
    assert "email" not in ada.get(f"/users/{person.id}").ok()


def test_people_are_found_by_a_prefix_of_the_folded_username(fresh, ada):
    prefix = unique("find").lower()
    made = [fresh(username=f"{prefix}.{i:02}") for i in range(22)]
    got = ada.get(f"/users?query={prefix.upper()}").ok()
    assert [u["username"] for u in got] == sorted(m.username for m in made)[:20]
    assert [u["id"] for u in ada.get(f"/users?query={prefix}.07").ok()] == [made[7].id]
    assert ada.get(f"/users?query={prefix}.07x").ok() == []
    ada.get("/users").refused(400, 50035, "query")


def test_a_changed_display_name_is_told_to_those_who_share_a_channel(fresh):
    person, friend, stranger = fresh(), fresh(), fresh()
    person.group(friend)
    sockets = [p.gateway() for p in (person, friend, stranger)]
    assert person.patch("/users/@me", {"display_name": "New Name"}).ok()["display_name"] == "New Name"
    for socket in sockets[:2]:
        assert socket.event("USER_UPDATE")["display_name"] == "New Name"
    assert "USER_UPDATE" not in [f.get("t") for f in sockets[2].drain()]
    person.patch("/users/@me", {"display_name": ""}).refused(400, 50035, "display_name")
    person.patch("/users/@me", {"display_name": "x" * 65}).refused(400, 50035, "display_name")
    assert friend.get(f"/users/{person.id}").ok()["display_name"] == "New Name"
    for socket in sockets:
        socket.close()
