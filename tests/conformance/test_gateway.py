"""protocol.md §4: hello, identify, READY, requests, typing, subscribe, frames that are wrong and how they close."""
import json
import struct
import threading

import pytest
from client import Person
from gateway import BINARY, CLOSE, PING, TEXT, Closed, Gateway, Refused, names, of_channel


def raw(server):
    return Gateway(server)


# ---------------------------------------------------------------------- upgrade
@pytest.mark.parametrize("query", ["?v=2&encoding=json", "?v=1&encoding=etf", "?v=0", "?encoding=xml", "?v="])
def test_another_version_or_encoding_is_400_instead_of_the_upgrade(server, query):
    with pytest.raises(Refused) as refused:
        Gateway(server, query=query)
    assert refused.value.status == 400


def test_a_plain_request_for_the_gateway_is_426(nobody):
    nobody.ask("GET", "/gateway?v=1&encoding=json").refused(426, 0)


def test_any_origin_may_connect(server):
    with Gateway(server, headers=["Origin: https://elsewhere.example"]) as socket:
        assert socket.hello["op"] == 10


# ---------------------------------------------------------------------- hello and READY
def test_hello_comes_first_with_interval_ttl_and_limits(server, nobody):
    with raw(server) as socket:
        d = socket.hello["d"]
    assert d["heartbeat_interval"] == 30000 and d["session_ttl"] == 300
    assert d["limits"] == nobody.ask("GET", "/api/v1/instance").ok()["limits"]


def test_ready_has_the_shape_of_the_protocol(fresh):
    a, b = fresh(), fresh()
    group, direct = a.group(b, name="x"), a.direct(b)
    a.send(group, f"hi {b.mention}")
    with a.gateway() as socket:
        ready = socket.ready
    assert ready["v"] == 1 and ready["user"]["id"] == a.id and ready["guilds"] == [] and ready["more"] is False and ready["epoch"]
    assert [c["id"] for c in ready["channels"]] == [group["id"], direct["id"]]
    assert ready["channels"][0]["last_seq"] == 1 and ready["channels"][0]["read_state"]["read_seq"] == 1
    with b.gateway() as socket:
        assert [c["id"] for c in socket.ready["channels"]] == [group["id"]], "the direct channel has no message yet"
        assert socket.ready["channels"][0]["read_state"] == {"channel_id": group["id"], "read_seq": 0, "delivered_seq": 0, "unread": 1, "mention_count": 1}


def test_ready_has_the_100_last_active_and_says_that_there_are_more(fresh):
    a, b = fresh(), fresh()
    groups = [a.group(b, name=str(i)) for i in range(101)]
    with a.gateway() as socket:
        assert [c["id"] for c in socket.ready["channels"]] == [g["id"] for g in reversed(groups)][:100]
        assert socket.ready["more"] is True


def test_two_connections_have_different_sessions_and_the_same_epoch(ada):
    with ada.gateway() as one, ada.gateway() as two:
        assert one.session_id != two.session_id and one.ready["epoch"] == two.ready["epoch"]


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_a_refused_token_closes_4004(server, token):
    with raw(server) as socket:
        socket.op(2, {"token": token, "device": {"id": "d", "kind": "web"}})
        assert socket.closed() == 4004


def test_a_revoked_token_closes_4004(fresh):
    person = fresh()
    person.post("/auth/logout").ok(204)
    with person.gateway(identify=False) as socket:
        socket.op(2, {"token": person.token, "device": {"id": "d", "kind": "web"}})
        assert socket.closed() == 4004


@pytest.mark.parametrize("d", [None, [], "x", {}, {"token": 5, "device": {"id": "d", "kind": "web"}}, {"token": "T"}, {"token": "T", "device": {"id": "d"}},
                               {"token": "T", "device": {"id": "d", "kind": "fridge"}}, {"token": "T", "device": "web"}, {"token": "T", "device": {"kind": "web"}},
                               {"token": "T", "device": {"id": "d", "kind": "web"}, "positions": []}, {"token": "T", "device": {"id": "d", "kind": "web"}, "positions": {"1": 5}},
                               {"token": "T", "device": {"id": "d", "kind": "web"}, "positions": {"1": {"seq": 1}}},
                               {"token": "T", "device": {"id": "d", "kind": "web"}, "positions": {"1": {"seq": -1, "rev": 0}}},
                               {"token": "T", "device": {"id": "d", "kind": "web"}, "positions": {"x": {"seq": 1, "rev": 0}}}])
def test_an_identify_that_is_not_of_its_shape_closes_4002(ada, d):
    with ada.gateway(identify=False) as socket:
        if isinstance(d, dict) and d.get("token") == "T":
            d = {**d, "token": ada.token}
        socket.op(2, d)
        assert socket.closed() == 4002


def test_500_positions_are_taken_and_501_close_4002(ada):
    for count, good in ((500, True), (501, False)):
        positions = {str(10**15 + i): {"seq": 0, "rev": 0} for i in range(count)}
        with ada.gateway(identify=False) as socket:
            if good:
                socket.identify(positions=positions)
                gone = [socket.event("SYNCED") for _ in range(count)]
                assert all(g["gone"] for g in gone)
            else:
                socket.op(2, {"token": ada.token, "device": {"id": "d", "kind": "web"}, "positions": positions})
                assert socket.closed() == 4002


def test_identifying_twice_closes_4005(ada):
    with ada.gateway() as socket:
        socket.op(2, {"token": ada.token, "device": {"id": "d", "kind": "web"}})
        assert socket.closed() == 4005
    with ada.gateway() as socket:
        socket.op(6, {"token": ada.token, "session_id": socket.session_id, "s": 0})
        assert socket.closed() == 4005


@pytest.mark.parametrize("frame", [{"op": 3, "d": {"status": "away"}}, {"op": 64, "i": 1, "t": "MESSAGE_SEND", "d": {}}, {"op": 66, "d": 0}, {"op": 67, "d": {}},
                                   {"op": 68, "d": {"channel_id": "1"}}, {"op": 69, "d": {"channel_id": "1", "seq": 1}}])
def test_before_identify_only_1_2_and_6_are_taken(server, frame):
    with raw(server) as socket:
        socket.op(1, None)
        assert socket.frame() == {"op": 11}
        socket.send(frame)
        assert socket.closed() == 4003


# ---------------------------------------------------------------------- heartbeats and acks
def test_a_heartbeat_is_answered(ada):
    with ada.gateway() as socket:
        for d in (None, 0, 1):
            socket.op(1, d)
            assert socket.take(lambda v: v["op"] == 11) == {"op": 11}


def test_an_ack_below_the_last_is_ignored_and_one_never_sent_closes_4007(ada):
    with ada.gateway() as socket:
        socket.ack(1)
        socket.ack(0)
        socket.heartbeat()
        socket.ack(socket.s + 1)
        assert socket.closed() == 4007
    with ada.gateway() as socket:
        socket.op(1, socket.s + 1)
        assert socket.closed() == 4007


# ---------------------------------------------------------------------- frames that are wrong
@pytest.mark.parametrize("text", [b"", b"x", b"[]", b"1", b"null", b'"x"', b"{", b'{"op":1,"d":null} x', b'{"op":"1"}', b"{}", b'{"d":1}', b'{"op":null}'])
def test_what_is_not_decodable_closes_4002(ada, text):
    with ada.gateway() as socket:
        socket.send(text)
        assert socket.closed() == 4002


def test_a_binary_message_closes_4002(ada):
    with ada.gateway() as socket:
        socket.raw_frame(BINARY, b'{"op":1,"d":null}')
        assert socket.closed() == 4002


@pytest.mark.parametrize("op", [-1, 1.5, 0, 4, 5, 7, 8, 9, 10, 11, 12, 63, 65, 70, 1000, 2**40])
def test_an_unknown_op_closes_4001(ada, op):
    with ada.gateway() as socket:
        socket.op(op, None)
        assert socket.closed() == 4001


@pytest.mark.parametrize("frame", [{"op": 1, "d": "x"}, {"op": 1, "d": -1}, {"op": 1, "d": 1.5}, {"op": 3, "d": {"status": "offline"}}, {"op": 3, "d": None}, {"op": 3, "d": "away"},
                                   {"op": 66, "d": None}, {"op": 66, "d": "1"}, {"op": 66, "d": -1}, {"op": 66}, {"op": 67, "d": []}, {"op": 67, "d": {"channels": "x"}},
                                   {"op": 67, "d": {"channels": [5]}}, {"op": 67, "d": {"users": {}}}, {"op": 67}, {"op": 68, "d": {}}, {"op": 68, "d": {"channel_id": 5}},
                                   {"op": 69, "d": {"channel_id": "1"}}, {"op": 69, "d": {"channel_id": "1", "seq": "1"}}, {"op": 69, "d": {"seq": 1}},
                                   {"op": 64, "t": "MESSAGE_SEND", "d": {}}, {"op": 64, "i": 0, "t": "MESSAGE_SEND", "d": {}}, {"op": 64, "i": -1, "t": "MESSAGE_SEND", "d": {}},
                                   {"op": 64, "i": "1", "t": "MESSAGE_SEND", "d": {}}, {"op": 64, "i": 1.5, "t": "MESSAGE_SEND", "d": {}}, {"op": 64, "i": None, "t": "MESSAGE_SEND", "d": {}}])
def test_a_d_that_is_not_of_its_ops_shape_closes_4002(ada, frame):
    with ada.gateway() as socket:
        socket.send(frame)
        assert socket.closed() == 4002


def test_lists_over_their_limit_close_4002_and_full_ones_do_not(ada):
    for name, limit in (("channels", 100), ("users", 500)):
        ids = [str(10**15 + i) for i in range(limit + 1)]
        with ada.gateway() as socket:
            socket.op(67, {name: ids[:limit]})
            socket.heartbeat()
            socket.op(67, {name: ids})
            assert socket.closed() == 4002


def test_nesting_over_32_closes_4002(ada):
    with ada.gateway() as socket:
        socket.send(b'{"op":1,"d":null,"x":' + b"[" * 31 + b"]" * 31 + b"}")
        socket.take(lambda v: v["op"] == 11)
        socket.send(b'{"op":1,"d":null,"x":' + b"[" * 32 + b"]" * 32 + b"}")
        assert socket.closed() == 4002


def test_invalid_utf8_closes_1007(ada):
    for bad in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82"):
        with ada.gateway() as socket:
            socket.raw_frame(TEXT, b'{"op":1,"d":null,"x":"' + bad + b'"}')
            assert socket.closed() == 1007


def test_64_kib_are_taken_and_one_more_closes_1009(ada):
    def padded(size):
        head, tail = b'{"op":1,"d":null,"x":"', b'"}'
        return head + b"a" * (size - len(head) - len(tail)) + tail

    with ada.gateway() as socket:
        socket.send(padded(65536))
        socket.take(lambda v: v["op"] == 11)
        socket.send(padded(65537))
        assert socket.closed() == 1009
    with ada.gateway() as socket:  # in fragments, too
        socket.raw_frame(TEXT, b"a" * 65536, fin=False)
        socket.raw_frame(0, b"a", fin=False)
        assert socket.closed() == 1009


def test_a_message_in_fragments_with_a_ping_between_is_taken(ada):
    with ada.gateway() as socket:
        socket.raw_frame(TEXT, b'{"op":1,', fin=False)
        socket.raw_frame(PING, b"p")
        assert socket.frame() == {"op": "pong", "d": b"p"}
        socket.raw_frame(0, b'"d":null}')
        socket.take(lambda v: v["op"] == 11)


@pytest.mark.parametrize("frame", [dict(opcode=TEXT, payload=b"{}", mask=False), dict(opcode=TEXT, payload=b"{}", rsv=4), dict(opcode=3, payload=b""), dict(opcode=11, payload=b""),
                                   dict(opcode=PING, payload=b"a" * 126), dict(opcode=PING, payload=b"", fin=False), dict(opcode=0, payload=b"{}"), dict(opcode=CLOSE, payload=b"\x03")])
def test_frames_against_rfc_6455_close_1002(ada, frame):
    with ada.gateway() as socket:
        socket.raw_frame(**frame)
        assert socket.closed() == 1002


def test_a_proper_close_is_answered_with_its_code(ada):
    with ada.gateway() as socket:
        socket.raw_frame(CLOSE, struct.pack("!H", 1000))
        assert socket.closed() == 1000


# ---------------------------------------------------------------------- requests
def test_message_send_replies_with_the_message_and_dispatches_it_to_oneself(ada, bob):
    group = ada.group(bob)
    with ada.gateway() as socket:
        reply = socket.send_message(group, "hi", nonce="c-1")
        assert reply["message"]["seq"] == 1 and reply["message"]["nonce"] == "c-1" and reply["message"]["content"] == "hi"
        told = socket.message(reply["message"]["id"])
        assert told == {k: v for k, v in reply["message"].items()}
        assert bob.history(group)[0]["id"] == told["id"]


@pytest.mark.parametrize("t, d, code", [("MESSAGE_EDIT", {}, 50035), (None, {}, 50035), ("MESSAGE_SEND", None, 50035), ("MESSAGE_SEND", [], 50035), ("MESSAGE_SEND", {}, 50035),
                                        ("MESSAGE_SEND", {"channel_id": "x", "content": "hi"}, 50035), ("MESSAGE_SEND", {"channel_id": "1", "content": "hi"}, 10003),
                                        ("MESSAGE_SEND", {"channel_id": 5, "content": "hi"}, 50035)])
def test_a_bad_request_is_an_error_reply_and_never_a_close(ada, t, d, code):
    with ada.gateway() as socket:
        assert socket.reply(socket.request(t, d))["error"]["code"] == code
        socket.heartbeat()


def test_the_body_of_a_request_is_checked_as_rests(ada, bob):
    group = ada.group(bob)
    with ada.gateway() as socket:
        for wrong in ({"content": ""}, {"content": "x" * 4001}, {"content": "x", "nonce": ""}, {"content": "x", "reply_to": "abc"}):
            error = socket.reply(socket.request("MESSAGE_SEND", {"channel_id": group["id"], **wrong}))["error"]
            assert error["code"] == 50035 and error["errors"].keys() == {list(wrong)[-1]}


def test_requests_of_one_socket_to_one_channel_are_numbered_in_their_order(ada, bob):
    group = ada.group(bob)
    with ada.gateway() as socket:
        ids = [socket.request("MESSAGE_SEND", {"channel_id": group["id"], "content": str(n)}) for n in range(200)]
        replies = [socket.reply(i) for i in ids]
        assert [r["d"]["message"]["seq"] for r in replies] == list(range(1, 201)), "nothing is refused, nothing overtakes in a channel"
        got = [socket.event("MESSAGE_CREATE", channel_id=group["id"]) for _ in ids]
        assert [m["content"] for m in got] == [str(n) for n in range(200)]


def test_the_number_of_a_request_is_the_clients_own(ada, bob):
    group = ada.group(bob)
    with ada.gateway() as socket:
        for i in (7, 1, 7, 2**31, 2**53 - 1):
            socket.send({"op": 64, "i": i, "t": "MESSAGE_SEND", "d": {"channel_id": group["id"], "content": "x"}})
            assert "d" in socket.reply(i)


# ---------------------------------------------------------------------- typing
def test_typing_is_told_to_the_others(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group, other = a.group(b), b.group(c)
    mine, theirs, stranger = a.gateway(), b.live(group, other), c.gateway()
    mine.op(68, {"channel_id": group["id"]})
    told = theirs.event("TYPING_START")
    assert told["channel_id"] == group["id"] and told["user_id"] == a.id
    c.post(f"/channels/{other['id']}/typing").ok(204)
    assert theirs.event("TYPING_START")["user_id"] == c.id
    c_socket_says_nothing = stranger.op(68, {"channel_id": group["id"]})
    assert c_socket_says_nothing is None
    assert "TYPING_START" not in names(mine.drain()) and "TYPING_START" not in names(theirs.drain()), "ignored from who may not see it; never to oneself"
    for socket in (mine, theirs, stranger):
        socket.close()


# ---------------------------------------------------------------------- subscribe
def test_subscribing_answers_with_where_each_channel_stands(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group, foreign = a.group(b), b.group(c)
    a.send(group)
    with a.gateway() as socket:
        socket.op(67, {"channels": [group["id"], foreign["id"], "1"]})
        assert socket.event("SYNCED") == {"channel_id": group["id"], "seq": 1, "rev": 0, "recovered": True}
        socket.op(67, {"channels": [group["id"]]})
        assert "SYNCED" not in names(socket.drain()), "only for those newly named"
        socket.op(67, {"users": []})
        socket.op(67, {"channels": [group["id"]]})
        assert "SYNCED" not in names(socket.drain()), "a list left out stays as it is"
        socket.op(67, {"channels": []})
        socket.op(67, {"channels": [group["id"]]})
        assert socket.event("SYNCED")["channel_id"] == group["id"]


def test_reading_and_typing_in_what_one_may_not_see_are_ignored(fresh):
    a, b, c = fresh(), fresh(), fresh()
    foreign = b.group(c)
    with a.gateway() as socket:
        for frame in ({"op": 68, "d": {"channel_id": foreign["id"]}}, {"op": 69, "d": {"channel_id": foreign["id"], "seq": 1}}, {"op": 69, "d": {"channel_id": "1", "seq": 1}}):
            socket.send(frame)
        socket.heartbeat()


# ---------------------------------------------------------------------- live after READY, under load
def test_after_ready_one_gets_everything_above_it_once(ada, bob):
    """READY while somebody sends at full rate: what follows is what is above READY's last_seq, dense."""
    group = ada.group(bob)
    stop = threading.Event()
    sent = []

    def write():
        person = Person(ada.server, ada.user, ada.session)
        while not stop.is_set():
            sent.append(person.send(group, str(len(sent)))["seq"])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        sockets = [bob.gateway(positions={group["id"]: {"seq": 0, "rev": 0}}) if i % 2 else ada.gateway() for i in range(6)]
    finally:
        stop.set()
        writer.join()
    last = len(sent)
    for i, socket in enumerate(sockets):
        state = next((c for c in socket.ready["channels"] if c["id"] == group["id"]), None)
        start = 0 if i % 2 else state["last_seq"]
        if start < last:
            got = [f["d"]["seq"] for f in of_channel(socket.until(lambda v: v.get("t") == "MESSAGE_CREATE" and v["d"]["channel_id"] == group["id"] and v["d"]["seq"] == last), group) if f["t"] == "MESSAGE_CREATE"]
            recovered = last <= 300
            assert got == list(range(got[0], last + 1)) and (got[0] == start + 1 or not recovered)
        assert not [f for f in of_channel(socket.drain(0.1), group) if f["t"] == "MESSAGE_CREATE"]
        socket.close()
