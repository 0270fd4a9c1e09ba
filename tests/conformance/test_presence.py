"""protocol.md §6 and the presence routes of §3."""
import datetime
import time

import pytest
from gateway import names
from server import Server
from client import Person


def presence(asker, of, query=""):
    return asker.get(f"/users/{of.id}/presence{query}").ok()


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def eventually(check, timeout=6):
    """Presence is shown within 5 s of a change."""
    until = time.monotonic() + timeout
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def test_somebody_never_connected_is_offline_without_last_seen(fresh, ada):
    person = fresh()
    assert presence(ada, person) == {"user_id": person.id, "status": "offline", "devices": []}
    assert presence(ada, person, "?format=text")["text"] == "Offline"


def test_a_connection_makes_online_with_its_device(fresh, ada):
    person = fresh()
    with person.gateway(device={"id": "d", "kind": "mobile"}), person.gateway(device={"id": "e", "kind": "desktop"}):
        eventually(lambda: _is({"kinds": set(presence(ada, person)["devices"])}, kinds={"mobile", "desktop"}))
        got = presence(ada, person, "?format=text")
        assert got["status"] == "online" and set(got["devices"]) == {"mobile", "desktop"} and got["text"] == "Online"


def test_away_is_when_all_connections_say_so(fresh, ada):
    person = fresh()
    with person.gateway() as one, person.gateway() as two:
        one.op(3, {"status": "away"})
        one.heartbeat()
        eventually(lambda: _is(presence(ada, person), status="online"))
        two.op(3, {"status": "away"})
        two.heartbeat()
        eventually(lambda: _is(presence(ada, person, "?format=text"), status="away", text="Away"))
        one.op(3, {"status": "online"})
        one.heartbeat()
        eventually(lambda: _is(presence(ada, person), status="online"))


def _is(got, **fields):
    assert {k: got.get(k) for k in fields} == fields, got


def test_away_is_kept_over_a_resume(fresh, ada):
    person = fresh()
    old = person.gateway()
    old.op(3, {"status": "away"})
    old.heartbeat()
    old.drop()
    new = person.gateway(identify=False).resume_of(old)
    new.event("RESUMED")
    assert presence(ada, person)["status"] == "away"
    new.close()


def test_a_closed_socket_is_still_a_sign_of_life_for_a_minute(fresh, ada):
    person = fresh()
    person.gateway().close()
    eventually(lambda: _is(presence(ada, person), status="online"))


def test_logout_of_the_last_login_that_is_connected_is_offline_at_once(fresh, ada):
    person = fresh()
    socket = person.gateway()
    before = time.time()
    person.post("/auth/logout").ok(204)
    eventually(lambda: _is(presence(ada, person), status="offline"), 1)
    got = presence(ada, person, "?format=text")
    assert got["status"] == "offline" and got["devices"] == [] and got["text"] == "Last seen just now"
    assert abs(moment(got["last_seen"]) - before) < 5
    assert socket.closed() == 4102


def test_logout_of_one_of_two_connected_logins_leaves_online(fresh, ada):
    person = fresh()
    other = person.again()
    one, two = person.gateway(device={"id": "d", "kind": "mobile"}), other.gateway(device={"id": "e", "kind": "web"})
    person.post("/auth/logout").ok(204)
    eventually(lambda: _is(presence(ada, other), status="online", devices=["web"]))
    got = presence(ada, other)
    assert got["status"] == "online" and got["devices"] == ["web"]
    one.closed()
    two.close()


def test_those_who_subscribed_are_told_once_for_each_newly_named_and_of_changes(fresh):
    watcher, person, other = fresh(), fresh(), fresh()
    with watcher.gateway() as socket:
        socket.op(67, {"users": [person.id]})
        assert socket.event("PRESENCE_UPDATE")["status"] == "offline"
        socket.op(67, {"users": [person.id, other.id, "1"]})
        assert socket.event("PRESENCE_UPDATE")["user_id"] == other.id
        theirs = person.gateway()
        assert socket.event("PRESENCE_UPDATE", 6, user_id=person.id)["status"] == "online"
        theirs.op(3, {"status": "away"})
        assert socket.event("PRESENCE_UPDATE", 6, user_id=person.id)["status"] == "away"
        person.post("/auth/logout").ok(204)
        gone = socket.event("PRESENCE_UPDATE", 6, user_id=person.id)
        assert gone["status"] == "offline" and gone["last_seen"]
        socket.op(67, {"users": []})
        socket.heartbeat()
        last = other.gateway()
        assert "PRESENCE_UPDATE" not in names(socket.drain(1))
        last.close()


def test_a_query_answers_in_the_order_asked_each_once_unknown_ones_left_out(fresh, ada):
    people = [fresh() for _ in range(3)]
    with people[1].gateway():
        got = ada.post("/presence/query", {"user_ids": [people[2].id, "1", people[1].id, people[2].id, people[0].id]}).ok()
    assert [p["user_id"] for p in got] == [people[2].id, people[1].id, people[0].id]
    assert [p["status"] for p in got] == ["offline", "online", "offline"]
    got = ada.post("/presence/query?format=text&tz=Europe/Berlin", {"user_ids": [people[1].id]}).ok()
    assert got[0]["text"] == "Online"


@pytest.mark.parametrize("ids, good", [([], False), (["1"], True), ([str(i) for i in range(1, 101)], True), ([str(i) for i in range(1, 102)], False), (["x"], False), ([5], False), ("1", False), (None, False)])
def test_a_query_takes_1_to_100_ids(ada, ids, good):
    answer = ada.post("/presence/query", {"user_ids": ids})
    if good:
        assert answer.ok() == []
    else:
        error = answer.refused(400, 50035)
        assert any(name.startswith("user_ids") for name in error["errors"])


def test_an_unknown_person_has_no_presence(ada):
    ada.get("/users/1/presence").refused(404, 10013)


@pytest.mark.parametrize("tz", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Kiritimati", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_by_its_iana_name_is_taken(ada, bob, tz):
    presence(ada, bob, f"?format=text&tz={tz}")


@pytest.mark.parametrize("tz", ["Nowhere/City", "", "../../etc/passwd", "CEST", "+02:00", "Europe/Berlin%00"])
def test_an_unknown_time_zone_is_50035(ada, bob, tz):
    ada.get(f"/users/{bob.id}/presence?format=text&tz={tz}").refused(400, 50035, "tz")


def test_without_format_there_is_no_text_and_another_format_is_50035(ada, bob):
    assert "text" not in presence(ada, bob)
    ada.get(f"/users/{bob.id}/presence?format=html").refused(400, 50035, "format")


def test_to_the_blocked_one_is_offline_without_last_seen(fresh):
    person, blocked = fresh(), fresh()
    person.put(f"/users/@me/blocks/{blocked.id}").ok(204)
    with person.gateway():
        assert presence(blocked, person) == {"user_id": person.id, "status": "offline", "devices": []}
        assert presence(blocked, person, "?format=text")["text"] == "Offline"
        with blocked.gateway() as socket:
            eventually(lambda: _is(presence(person, blocked), status="online"))
            socket.op(67, {"users": [person.id]})
            told = socket.event("PRESENCE_UPDATE")
            assert told["status"] == "offline" and "last_seen" not in told


def test_shared_visibility_shows_presence_to_those_who_share_a_channel():
    with Server("--presence-visibility", "shared") as server:
        a, b, c = (Person.register(server) for _ in range(3))
        a.group(b)
        with a.gateway():
            eventually(lambda: _is(presence(b, a), status="online"))
            assert presence(c, a) == {"user_id": a.id, "status": "offline", "devices": []}
            got = c.post("/presence/query", {"user_ids": [a.id]}).ok()
            assert [p["status"] for p in got] == ["offline"]
            with c.gateway() as socket:
                socket.op(67, {"users": [a.id]})
                assert not [f for f in socket.drain(1) if f.get("t") == "PRESENCE_UPDATE" and f["d"]["status"] != "offline"]


def test_last_seen_survives_a_restart():
    with Server() as server:
        a, b = Person.register(server), Person.register(server)
        socket = a.gateway()
        a.post("/auth/logout").ok(204)
        socket.closed()
        before = presence(b, a)["last_seen"]
        server.restart()
        b.http.close()
        after = presence(b, a)
        assert after["status"] == "offline" and moment(after["last_seen"]) >= moment(before)
        assert moment(after["last_seen"]) - moment(before) < 1
