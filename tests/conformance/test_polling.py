"""protocol.md §5: the gateway by long polling: the same frames, the same sessions."""
import time

import pytest
from client import Person
from gateway import Closed, names, of_channel
from server import Server

IDENTIFY = {"op": 2, "d": {"token": "", "device": {"id": "conformance", "kind": "web"}}}


def identify_frame(token):
    return {"op": 2, "d": {**IDENTIFY["d"], "token": token}}


def resume_frame(gw, s=None):
    return {"op": 6, "d": {"token": gw.token, "session_id": gw.session_id, "s": gw.s if s is None else s}}


def message_frame(i, channel, content="hi", **more):
    return {"op": 64, "i": i, "t": "MESSAGE_SEND", "d": {"channel_id": channel["id"], "content": content, **more}}


def contents(frames):
    return [f["d"]["content"] for f in frames if f.get("t") == "MESSAGE_CREATE"]


# ---------------------------------------------------------------------- calls
def test_the_first_call_is_answered_with_hello_and_ready(ada):
    gw = ada.polling(identify=False)
    got = gw.call(identify_frame(gw.token))
    assert [f.get("t", f["op"]) for f in got["frames"][:2]] == [10, "READY"]
    assert got["session_id"] == got["frames"][1]["d"]["session_id"] and got["n"] == 1
    assert "close" not in got


def test_the_first_call_is_answered_with_ready_even_if_it_would_not_wait(ada):
    gw = ada.polling(identify=False)
    assert "READY" in names(gw.call(identify_frame(gw.token), timeout_ms=0)["frames"])


def test_a_call_is_held_until_something_happens(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    held = gw.hold()
    assert held.waits()
    message = bob.send(group)
    got = gw.took(held.answer().ok())
    assert [f["d"]["id"] for f in got["frames"] if f["t"] == "MESSAGE_CREATE"] == [message["id"]]


def test_when_nothing_happens_the_answer_is_empty(ada):
    gw = ada.polling()
    gw.drain()
    began = time.monotonic()
    got = gw.call(timeout_ms=700)
    assert got["frames"] == [] and "close" not in got
    assert time.monotonic() - began >= 0.6


def test_frames_are_done_in_their_order_and_answered(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    gw.call({"op": 1, "d": None}, *[message_frame(i, group, str(i)) for i in range(1, 41)])
    assert gw.take(lambda v: v["op"] == 11)
    assert [gw.event("MESSAGE_CREATE")["content"] for _ in range(40)] == [str(i) for i in range(1, 41)]
    for i in range(1, 41):
        assert gw.reply(i)["d"]["message"]["seq"] == i, "32 may be unanswered: the rest waits its turn"


def test_sending_reading_typing_and_subscribing(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    one, two = a.polling(), b.polling()
    sent = one.send_message(group, "by polling")["message"]
    assert two.message(sent["id"])["content"] == "by polling"
    two.op(68, {"channel_id": group["id"]})
    two.op(69, {"channel_id": group["id"], "seq": 1})
    two.op(67, {"users": [a.id]})
    two.op(3, {"status": "away"})
    two.call(timeout_ms=0)
    assert one.event("TYPING_START", channel_id=group["id"])["user_id"] == b.id
    assert {"user_id": b.id, "delivered_seq": 1, "read_seq": 1} in one.event("RECEIPT_UPDATE", channel_id=group["id"])["receipts"]
    assert two.event("PRESENCE_UPDATE", user_id=a.id)["status"] == "online"
    assert a.get(f"/users/{b.id}/presence").ok()["status"] == "away"


def test_s_acknowledges(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    author, gw = a.gateway(), b.polling()
    message = a.send(group)
    gw.message(message["id"])
    gw.call(timeout_ms=0)
    told = author.event("RECEIPT_UPDATE", channel_id=group["id"])
    assert {"user_id": b.id, "delivered_seq": 1, "read_seq": 0} in told["receipts"]
    again = b.gateway(identify=False)
    again.op(6, {"token": b.token, "session_id": gw.session_id, "s": 0})
    assert again.frame()["op"] == 9, "what is before it is no longer held"
    again.close()
    author.close()


def test_an_s_that_was_never_sent_closes_4007(ada):
    gw = ada.polling()
    assert gw.ask(gw.body(s=1000)).ok()["close"]["code"] == 4007


# ---------------------------------------------------------------------- calls made again
def test_a_repeated_n_is_answered_with_the_same_frames_and_its_own_are_not_done_again(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    body = gw.body([message_frame(1, group, "once")])
    first = gw.ask(body).ok()
    assert first["frames"], "its message or its reply"
    for _ in range(3):
        assert gw.ask(body).ok() == first
    gw.took(first)
    while not {65, 0} <= {f["op"] for f in gw._in}:
        gw.call()
    assert [m["content"] for m in ada.history(group)] == ["once"]


def test_an_empty_answer_is_empty_again(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    body = gw.body(timeout_ms=0)
    empty = gw.ask(body).ok()
    assert empty["frames"] == []
    message = bob.send(group)
    assert gw.ask({**body, "timeout_ms": 5000}).ok() == empty, "whatever has happened since"
    gw.took(empty)
    assert gw.message(message["id"])["content"] == "hi"


@pytest.mark.parametrize("answered", [True, False], ids=["answered", "cut at once"])
def test_a_call_whose_answer_was_lost_is_made_again(ada, bob, answered):
    """40 calls, each of which sends, and none of whose first answers is read."""
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    got = []
    for i in range(1, 41):
        body = gw.body([message_frame(i, group, str(i))])
        gw.lose(body, answered)
        got += gw.took(gw.ask(body).ok())["frames"]
    while len(contents(got)) < 40 or sum(f["op"] == 65 for f in got) < 40:
        got += gw.call()["frames"]
    assert contents(got) == [str(i) for i in range(1, 41)], "nothing lost, nothing twice, in order"
    assert [f["i"] for f in got if f["op"] == 65] == list(range(1, 41))
    assert [m["content"] for m in reversed(ada.history(group))] == [str(i) for i in range(1, 41)], "no send was done twice"


def test_a_client_that_hangs_up_in_mid_poll_loses_nothing(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    body = gw.body()
    gw.lose(body, answered=False)
    sent = [bob.send(group, str(i)) for i in range(5)]
    got = gw.took(gw.ask(body).ok())["frames"]
    while len(contents(got)) < 5:
        got += gw.call()["frames"]
    assert [f["d"]["id"] for f in got if f["t"] == "MESSAGE_CREATE"] == [m["id"] for m in sent]


def test_the_same_n_again_while_it_is_held_is_answered_alike(ada, bob):
    """Which of the two the client still reads is not known: the first one may have come late."""
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    body = gw.body()
    older = gw.hold(body)
    assert older.waits()
    newer = gw.hold(body)
    assert newer.waits() and older.waits(0)
    message = bob.send(group)
    got = newer.answer().ok()
    assert older.answer().ok() == got
    assert gw.took(got)["frames"][0]["d"]["id"] == message["id"]


def test_a_call_made_too_often_is_refused_the_oldest_first(ada):
    gw = ada.polling()
    gw.drain()
    body = gw.body(timeout_ms=2000)
    held = []
    for _ in range(6):
        held.append(gw.hold(body))
        assert held[-1].waits(0.1)
    assert [h.answer().status for h in held[:2]] == [503, 503]
    assert {str(h.answer().ok()) for h in held[2:]} == {str(held[2].answer().ok())}


def test_a_newer_call_ends_the_older_one_empty(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    older = gw.hold()
    assert older.waits()
    gw.n += 1
    body = gw.body([message_frame(1, group)])
    got = gw.ask(body).ok()
    ended = older.answer().ok()
    assert (ended["n"], ended["frames"]) == (gw.n, []) and "close" not in ended
    assert gw.took(got)["frames"]
    gw.reply(1)


def test_a_call_made_before_the_last_answer_arrived_leaves_that_to_be_asked_again(ada, bob):
    """The answer is on its way, or lost, while the client, who has something to say, makes the next call."""
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    held = gw.hold(body := gw.body())
    assert held.waits()
    message = bob.send(group)
    held.answer()
    newer = gw.ask({**body, "n": body["n"] + 1, "frames": [message_frame(1, group)]}).ok()
    again = gw.ask(body).ok()
    got = again["frames"] + newer["frames"]
    assert [f["d"]["id"] for f in got if f.get("t") == "MESSAGE_CREATE"][:1] == [message["id"]]
    gw.took(again), gw.took(newer)
    gw.reply(1)
    gw.call(timeout_ms=0)
    gw.ask(body).refused(400, 50035, "n")


def test_a_gap_in_n_is_50035_and_changes_nothing(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    gw.call(timeout_ms=0), gw.call(timeout_ms=0)
    at = gw.n
    for n in (at + 2, at - 2, at + 100):
        gw.ask(gw.body([message_frame(1, group)], n=n)).refused(400, 50035, "n")
    assert ada.history(group) == []
    assert gw.call(timeout_ms=0)["frames"] == []
    gw.session_id = None
    gw.ask({"n": 2, "frames": [], "timeout_ms": 0}).refused(400, 50035, "n")


def test_a_deleted_message_is_answered_again_as_deleted(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    held = gw.hold(body := gw.body())
    message = bob.send(group, "the secret")
    assert "the secret" in str(held.answer().ok())
    bob.delete(f"/channels/{group['id']}/messages/{message['id']}").ok(204)
    got = gw.took(gw.ask(body).ok())
    assert "the secret" not in str(got)
    assert [f["d"]["deleted"] for f in got["frames"] if f["t"] == "MESSAGE_CREATE"] == [True]
    assert gw.event("MESSAGE_DELETE", channel_id=group["id"])["message"]["deleted"]


def test_a_message_deleted_between_calls_is_never_shown(ada, bob):
    group = ada.group(bob)
    gw = ada.polling()
    gw.drain()
    message = bob.send(group, "the secret")
    bob.delete(f"/channels/{group['id']}/messages/{message['id']}").ok(204)
    got = gw.drain()
    assert "MESSAGE_DELETE" in names(got) and "the secret" not in str(got)


# ---------------------------------------------------------------------- what is refused
@pytest.mark.parametrize("change, field", [
    ({"n": None}, "n"), ({"n": 0}, "n"), ({"n": "1"}, "n"), ({"n": 1.5}, "n"), ({"frames": None}, "frames"), ({"frames": {}}, "frames"),
    ({"frames": [1]}, "frames.0"), ({"frames": [{"op": 1}, "x"]}, "frames.1"), ({"frames": [{"op": 1}] * 101}, "frames"),
    ({"timeout_ms": None}, "timeout_ms"), ({"timeout_ms": 25001}, "timeout_ms"), ({"timeout_ms": -1}, "timeout_ms"),
    ({"session_id": 7}, "session_id"), ({"session_id": ""}, "session_id"), ({"s": -1}, "s"), ({"s": "x"}, "s")])
def test_a_body_that_is_not_of_its_shape_is_50035(ada, change, field):
    body = {"n": 1, "frames": [], "timeout_ms": 0, **change}
    ada.post("/gateway/poll", {k: v for k, v in body.items() if v is not None}).refused(400, 50035, field)


def test_a_body_is_json_and_bounded(ada):
    ada.ask("POST", "/gateway/poll", raw=b"{", headers={"Content-Type": "application/json"}).refused(400, 50035)
    ada.ask("POST", "/gateway/poll", raw=b"{}", headers={"Content-Type": "text/plain"}).refused(415, 0)
    ada.post("/gateway/poll", {"n": 1, "frames": [], "timeout_ms": 0, "x": "x" * 200_000}).refused(413, 0)


def test_a_token_is_needed(ada, nobody):
    gw = ada.polling()
    nobody.ask("POST", "/api/v1/gateway/poll", gw.body()).refused(401, 40001)
    gw.ask(gw.body(), token="x").refused(401, 40001)
    assert gw.call(timeout_ms=0)["n"] == 2


def test_an_unknown_session_is_op_9(ada, bob):
    gw = ada.polling()
    gw.drain()
    invalid = [{"op": 9, "d": {"resumable": False}}]
    for wrong in ("AAAAAAECAwQFBgcICQoLDA0ODxA", "x", gw.session_id[:-1], "/" * 27):
        got = gw.ask(gw.body(session_id=wrong)).ok()
        assert got == {"session_id": wrong, "n": gw.n + 1, "frames": invalid}
    others = bob.polling(identify=False)
    assert others.ask(gw.body()).ok()["frames"] == invalid, "another user's"
    mine = ada.again().polling(identify=False)
    assert mine.ask(gw.body()).ok()["frames"] == invalid, "another login's"
    socket = ada.gateway()
    assert gw.ask(gw.body(session_id=socket.session_id)).ok()["frames"] == invalid, "a session that is not polled"
    socket.heartbeat()
    socket.close()
    assert gw.call(timeout_ms=0)["frames"] == [], "and the session is as it was"


@pytest.mark.parametrize("frames", [[], [{"op": 1, "d": None}], [{"op": 66, "d": 0}], [{"op": 68, "d": {"channel_id": "1"}}]])
def test_a_first_call_that_does_not_identify_is_4003(ada, frames):
    got = ada.post("/gateway/poll", {"n": 1, "frames": frames, "timeout_ms": 0}).ok()
    assert got["close"]["code"] == 4003 and got["session_id"] == ""


def test_a_refused_token_in_identify_is_4004(ada, bob):
    for token in ("x", bob.token, ada.again().token):
        got = ada.post("/gateway/poll", {"n": 1, "frames": [identify_frame(token)], "timeout_ms": 0}).ok()
        assert got["close"]["code"] == 4004, "of the same login it must be"


@pytest.mark.parametrize("frame, code", [({"op": 99}, 4001), ({"op": 67, "d": 1}, 4002), ({"op": 66, "d": 10_000}, 4007), ({"x": 1}, 4002)])
def test_faults_close_as_they_do_a_socket_and_the_session_can_be_resumed(ada, frame, code):
    gw = ada.polling()
    gw.drain(0.1)
    got = gw.call(frame)
    assert got["close"]["code"] == code and got["close"]["reason"]
    assert gw.ask(gw.body(n=gw.n)).ok()["close"] == got["close"], "again"
    later = gw.ask(gw.body()).ok()
    assert (later["close"], later["frames"]) == (got["close"], []), "and later"
    new = ada.polling(identify=False).resume_of(gw)
    assert new.event("RESUMED") == {}
    assert new.call(timeout_ms=0)["session_id"] == gw.session_id


def test_a_frame_over_64_kib_closes_1009(ada):
    gw = ada.polling()
    assert gw.call({"op": 67, "d": {}, "x": "x" * 65_400})["n"] == 2
    assert gw.call({"op": 67, "d": {}, "x": "x" * 65_600})["close"]["code"] == 1009


def test_frames_nest_as_deep_as_on_a_socket(ada):
    def deep(levels):
        value = {}
        for _ in range(levels - 2):
            value = {"x": value}
        return {"op": 67, "d": {}, "x": value}

    gw = ada.polling()
    assert "close" not in gw.call(deep(32), timeout_ms=0)
    gw.ask(gw.body([deep(33)])).refused(400, 50035)


# ---------------------------------------------------------------------- moving
def test_a_session_moves_from_a_socket_to_polling_and_back(ada, bob):
    group = ada.group(bob)
    socket = ada.gateway()
    socket.drain()
    got = []
    for i in range(6):
        bob.send(group, f"{i} before")
        if i % 2 == 0:
            got += of_channel([socket.take(lambda v: v.get("t") == "MESSAGE_CREATE")], group)
            new = ada.polling(identify=False).resume_of(socket)
            assert socket.closed() == 4103
        else:
            got += of_channel([polling.take(lambda v: v.get("t") == "MESSAGE_CREATE")], group)
            held = polling.hold()
            assert held.waits(0.1)
            new = ada.gateway(identify=False).resume_of(polling)
            assert held.answer().ok()["close"]["code"] == 4103
        new.take(lambda v: v.get("t") == "RESUMED")
        socket, polling = (new, None) if i % 2 else (None, new)
    assert contents(got) == [f"{i} before" for i in range(6)]
    assert socket.session_id and not socket._pending
    socket.close()


def test_who_is_not_calling_hears_of_the_move_when_he_does(ada):
    old = ada.polling()
    new = ada.gateway(identify=False).resume_of(old)
    new.event("RESUMED")
    assert old.ask(old.body()).ok()["close"]["code"] == 4103
    new.heartbeat()
    new.close()


def test_a_resume_by_polling_replays_what_was_missed(ada, bob):
    group = ada.group(bob)
    old = ada.polling()
    old.drain()
    sent = [bob.send(group, str(i)) for i in range(20)]
    new = ada.polling(identify=False).resume_of(old)
    got = new.until(lambda v: v.get("t") == "RESUMED")
    assert [f["d"]["id"] for f in of_channel(got, group) if f["t"] == "MESSAGE_CREATE"] == [m["id"] for m in sent]


def test_a_session_that_cannot_be_resumed_is_op_9_and_the_same_call_may_identify(ada):
    gw = ada.polling(identify=False)
    frame = {"op": 6, "d": {"token": ada.token, "session_id": "AAAAAAECAwQFBgcICQoLDA0ODxA", "s": 1}}
    got = ada.post("/gateway/poll", {"n": 1, "frames": [frame], "timeout_ms": 0}).ok()
    assert [f["op"] for f in got["frames"]] == [10, 9] and "close" not in got and got["session_id"] == ""
    both = gw.call(frame, identify_frame(ada.token))
    assert [f.get("t", f["op"]) for f in both["frames"][:3]] == [10, 9, "READY"] and both["session_id"]


def test_polling_on_every_core_with_moves_and_lost_answers():
    """Calls are accepted on any core; the sessions live where they began."""
    with Server("--cores", "3") as server:
        a, b = Person.register(server), Person.register(server)
        group = a.group(b)
        many = [b.polling() for _ in range(9)]
        got = {gw: [] for gw in many}
        for i in range(12):
            a.send(group, str(i))
            for at, gw in enumerate(many):
                gw.http.close()  # the next call is accepted on another core
                body = gw.body()
                if (i + at) % 4 == 0:
                    gw.lose(body, answered=True)
                if (i + at) % 5 == 0:
                    new = b.polling(identify=False).resume_of(gw)
                    got[new] = got.pop(gw)
                    many[at] = gw = new
                else:
                    gw.took(gw.ask(body).ok())
                got[gw] += gw.drain(0)
        for gw in many:
            while len(contents(got[gw])) < 12:
                gw.call()
                got[gw] += gw.drain(0)
            assert contents(got[gw]) == [str(i) for i in range(12)]


def test_after_a_kill_a_poll_is_op_9_and_positions_catch_up():
    with Server() as server:
        a, b = Person.register(server), Person.register(server)
        group = a.group(b)
        gw = b.polling()
        a.send(group, "before")
        first = gw.event("MESSAGE_CREATE")
        held = gw.hold()
        assert held.waits()
        server.restart(9)
        with pytest.raises(OSError):
            held.answer()
        a.send(group, "after")
        assert [f["op"] for f in gw.ask(gw.body()).ok()["frames"]] == [9]
        new = b.polling(positions={group["id"]: {"seq": first["seq"], "rev": 0}})
        assert new.event("MESSAGE_CREATE")["content"] == "after"
        assert new.event("SYNCED", channel_id=group["id"])["recovered"] is True


# ---------------------------------------------------------------------- ends
def test_a_revocation_ends_the_held_call_with_4102(fresh):
    person = fresh()
    other = person.again()
    gw = other.polling()
    gw.drain()
    held = gw.hold()
    assert held.waits()
    person.delete(f"/auth/sessions/{other.session['id']}").ok(204)
    got = held.answer().ok()
    assert got["close"]["code"] == 4102 and got["frames"] == []
    gw.ask(gw.body()).refused(401, 40001)


def test_an_expired_call_is_made_again_with_a_new_token(fresh):
    """The token of a call may be another of the same login."""
    person = fresh()
    gw = person.polling()
    gw.drain()
    body = gw.body()
    gw.ask(body, token="expired").refused(401, 40001)
    got = gw.http.ask("POST", "/api/v1/auth/refresh", {"refresh_token": person.session["refresh_token"]}, token=False).ok()
    assert gw.ask({**body, "timeout_ms": 0}, token=got["session"]["access_token"]).ok()["frames"] == []


def test_a_drain_answers_held_calls_with_reconnect_and_ends_with_status_0():
    with Server("--drain", "1", "--cores", "2") as server:
        people = [Person.register(server) for _ in range(8)]
        polls = [one.polling() for one in people]
        for gw in polls:
            gw.drain(0)
        held = [gw.hold() for gw in polls]
        assert all(one.waits(0.05) for one in held)
        assert server.stop() == 0
        for one in held:
            assert [f["op"] for f in one.answer().ok()["frames"]] == [7]


def test_a_stop_answers_a_call_that_nobody_told():
    """Without a drain."""
    with Server("--drain", "0") as server:
        gw = Person.register(server).polling()
        gw.drain(0)
        held = gw.hold()
        assert held.waits()
        assert server.stop() == 0
        got = held.answer().ok()
        assert got.get("close", {}).get("code") == 4101 or [f["op"] for f in got["frames"]] == [7]


# ---------------------------------------------------------------------- bounds
def test_an_answer_is_bounded_and_nothing_is_lost(fresh):
    """Catching up with far more than an answer takes."""
    a, b = fresh(), fresh()
    group = a.group(b)
    sent = [a.send(group, str(i) + "x" * 3900)["id"] for i in range(120)]
    gw = b.polling(identify=False)
    got = gw.call({"op": 2, "d": {**IDENTIFY["d"], "token": b.token}})["frames"]
    while "SYNCED" not in names(got):
        more = gw.call()["frames"]
        assert sum(len(str(f)) for f in more) < 128 * 1024 + 8 * 1024, "128 KiB and the frame that passed it"
        got += more
    assert [f["d"]["id"] for f in got if f.get("t") == "MESSAGE_CREATE"] == sent


def test_who_does_not_call_is_a_reader_too_slow(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    gw, other = b.polling(), b.polling()
    author = a.gateway()
    for i in range(300):
        author.request("MESSAGE_SEND", {"channel_id": group["id"], "content": "x" * 4000})
        if i % 30 == 29:
            author.reply(author.requests)
            other.call()
    author.close()
    got = gw.call()
    assert (got["close"]["code"], got["frames"]) == (4100, [])
    assert "close" not in other.call()


def test_polls_are_connections_of_their_user():
    with Server("--limit-connections-per-user", "3", rate_limits="on") as server:
        person = Person.register(server)
        first, socket, third = person.polling(), person.gateway(), person.polling()
        got = person.polling(identify=False).call(identify_frame(person.token))
        assert got["close"]["code"] == 4104 and got["session_id"] == ""
        fourth = person.gateway(identify=False)
        fourth.op(2, {**IDENTIFY["d"], "token": person.token})
        assert fourth.closed() == 4104
        assert "close" not in first.call(timeout_ms=0) and "close" not in third.call(timeout_ms=0)
        socket.close()
        person.polling()


def test_calls_have_a_rate_of_their_own_and_frames_theirs():
    with Server("--rate-poll", "10/60", rate_limits="on") as server:
        person = Person.register(server)
        gw = person.polling()
        answers = [gw.ask(gw.body(n=1, session_id=gw.session_id)) for _ in range(9)]
        assert {a.headers["x-ratelimit-bucket"] for a in answers} == {"poll"}
        assert gw.ask(gw.body()).refused(429, 20016)["retry_after"] > 0
        person.get("/users/@me").ok()
        other = Person.register(server)
        two = other.polling()
        two.call(*[{"op": 67, "d": {}} for _ in range(100)], timeout_ms=0)
        assert two.call(*[{"op": 67, "d": {}} for _ in range(30)], timeout_ms=0)["close"]["code"] == 4008


@pytest.mark.slow
def test_60_s_without_a_call_is_4009_and_a_session_can_be_resumed(fresh):
    person = fresh()
    gw, busy = person.polling(), person.polling()
    gw.drain(0)
    until = time.monotonic() + 64
    while time.monotonic() < until:
        busy.call(timeout_ms=5000)
    assert gw.ask(gw.body()).ok()["close"]["code"] == 4009
    assert "close" not in busy.call(timeout_ms=0), "any call counts"
    assert person.polling(identify=False).resume_of(gw).event("RESUMED") == {}
