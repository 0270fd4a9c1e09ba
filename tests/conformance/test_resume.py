"""protocol.md §4, Resume: nothing lost, nothing twice, and what says so when it cannot be."""
import pytest
from client import quoted
from gateway import Closed, Gateway, names, of_channel
from server import Server
from client import Person


def missed(socket):
    """The frames up to RESUMED."""
    return socket.until(lambda v: v.get("t") == "RESUMED" or v["op"] == 9)


def test_a_resume_replays_every_dispatch_after_s_in_order(ada, bob):
    group = ada.group(bob)
    old = ada.gateway()
    first = bob.send(group, "seen")
    old.message(first["id"])
    old.drop()
    sent = [bob.send(group, str(i)) for i in range(10)]
    bob.put(f"/channels/{group['id']}/messages/{first['id']}/reactions/{quoted('👍')}/@me").ok(204)
    new = ada.gateway(identify=False).resume_of(old)
    got = missed(new)
    assert got[-1]["t"] == "RESUMED" and got[-1]["d"] == {}
    mine = [f for f in of_channel(got, group) if f["t"].startswith("MESSAGE")]
    assert names(mine) == ["MESSAGE_CREATE"] * 10 + ["MESSAGE_REACTION_ADD"]
    assert [f["d"]["id"] for f in mine[:10]] == [m["id"] for m in sent]
    assert [f["s"] for f in got] == list(range(old.s + 1, old.s + 1 + len(got))), "a replayed dispatch keeps its s"
    later = bob.send(group, "later")
    assert new.message(later["id"])["seq"] == 12
    new.close()


def test_a_resume_with_nothing_missed_is_just_resumed(ada):
    old = ada.gateway()
    old.drain(0.2)
    old.drop()
    new = ada.gateway(identify=False).resume_of(old)
    assert names(missed(new)) == ["RESUMED"]
    new.close()


def test_a_resumed_session_can_be_resumed_again_from_the_same_s_until_it_is_acknowledged(ada, bob):
    group = ada.group(bob)
    old = ada.gateway()
    old.drain(0.2)
    start = old.s
    old.drop()
    sent = [bob.send(group, str(i)) for i in range(3)]
    for _ in range(3):
        new = ada.gateway(identify=False).resume_of(old, s=start)
        got = missed(new)
        assert [f["d"]["id"] for f in got if f["t"] == "MESSAGE_CREATE"] == [m["id"] for m in sent]
        new.drop()


def test_the_s_of_a_resume_acknowledges(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    author, old = a.gateway(), b.gateway()
    message = a.send(group)
    old.message(message["id"])
    old.drop()
    new = b.gateway(identify=False).resume_of(old)
    missed(new)
    told = author.event("RECEIPT_UPDATE", channel_id=group["id"])
    assert {"user_id": b.id, "delivered_seq": 1, "read_seq": 0} in told["receipts"]
    new.drop()
    again = b.gateway(identify=False).resume_of(old, s=0)
    assert missed(again)[-1]["op"] == 9, "what is before it is no longer held"
    author.close()
    again.close()


def test_a_deleted_message_is_replayed_as_deleted(ada, bob):
    group = ada.group(bob)
    old = ada.gateway()
    old.drain(0.2)
    old.drop()
    message = bob.send(group, f"the secret {ada.mention}")
    bob.delete(f"/channels/{group['id']}/messages/{message['id']}").ok(204)
    new = ada.gateway(identify=False).resume_of(old)
    got = of_channel(missed(new), group)
    assert "MESSAGE_CREATE" in names(got) and "MESSAGE_DELETE" in names(got)
    assert "secret" not in str(got)
    assert [f["d"]["deleted"] for f in got if f["t"] == "MESSAGE_CREATE"] == [True]
    new.close()


@pytest.mark.parametrize("code", [1000, 1001])
def test_closing_with_1000_or_1001_ends_the_session(ada, code):
    old = ada.gateway()
    old.close(code)
    new = ada.gateway(identify=False).resume_of(old)
    assert new.frame() == {"op": 9, "d": {"resumable": False}}
    new.s = 0
    new.identify()
    new.close()


@pytest.mark.parametrize("code", [1002, 1011, 3000, 4000, 4999])
def test_any_other_close_keeps_the_session(ada, code):
    old = ada.gateway()
    old.drain(0.1)
    old.close(code)
    new = ada.gateway(identify=False).resume_of(old)
    assert names(missed(new))[-1] == "RESUMED"
    new.close()


@pytest.mark.parametrize("wrong, code", [(lambda s: s.ack(s.s + 100), 4007), (lambda s: s.op(99), 4001), (lambda s: s.send(b"x"), 4002), (lambda s: s.op(2, {"token": s.token, "device": {"id": "d", "kind": "web"}}), 4005)])
def test_a_session_can_be_resumed_after_an_error_close(ada, wrong, code):
    old = ada.gateway()
    old.drain(0.1)
    wrong(old)
    assert old.closed() == code
    new = ada.gateway(identify=False).resume_of(old)
    assert names(missed(new))[-1] == "RESUMED"
    new.close()


def test_an_unknown_session_is_op_9_and_the_socket_can_identify(ada):
    with ada.gateway(identify=False) as socket:
        socket.op(6, {"token": ada.token, "session_id": "nothing-that-was-ever-given-out", "s": 0})
        assert socket.frame() == {"op": 9, "d": {"resumable": False}}
        socket.identify()


def test_anothers_session_is_op_9(ada, bob):
    old = ada.gateway()
    old.drop()
    with bob.gateway(identify=False) as socket:
        socket.op(6, {"token": bob.token, "session_id": old.session_id, "s": old.s})
        assert socket.frame()["op"] == 9
    other_login = ada.again()
    with other_login.gateway(identify=False) as socket:
        socket.op(6, {"token": other_login.token, "session_id": old.session_id, "s": old.s})
        assert socket.frame()["op"] == 9


def test_s_beyond_what_was_sent_closes_4007(ada):
    old = ada.gateway()
    old.drop()
    with ada.gateway(identify=False) as socket:
        socket.op(6, {"token": ada.token, "session_id": old.session_id, "s": 10**6})
        assert socket.closed() == 4007


def test_a_refused_token_leaves_the_session_as_it_is(ada):
    old = ada.gateway()
    old.drain(0.1)
    old.drop()
    with ada.gateway(identify=False) as socket:
        socket.op(6, {"token": "x.y.z", "session_id": old.session_id, "s": old.s})
        assert socket.closed() == 4004
    new = ada.gateway(identify=False).resume_of(old)
    assert names(missed(new))[-1] == "RESUMED"
    new.close()


@pytest.mark.parametrize("d", [None, {}, {"token": "T", "session_id": 5, "s": 0}, {"token": "T", "session_id": "x"}, {"token": "T", "session_id": "x", "s": -1}, {"token": "T", "session_id": "x", "s": "0"}])
def test_a_resume_that_is_not_of_its_shape_closes_4002(ada, d):
    with ada.gateway(identify=False) as socket:
        socket.op(6, {**d, "token": ada.token} if d else d)
        assert socket.closed() == 4002


def test_a_socket_still_open_for_the_session_is_closed_with_4103(ada, bob):
    group = ada.group(bob)
    old = ada.gateway()
    old.drain(0.1)
    new = ada.gateway(identify=False).resume_of(old)
    assert names(missed(new))[-1] == "RESUMED"
    assert old.closed() == 4103
    message = bob.send(group)
    new.message(message["id"])
    new.close()


def test_a_session_keeps_512_unacknowledged_dispatches_and_no_more(ada, bob):
    group = ada.group(bob)
    for count, resumable in ((500, True), (530, False)):
        old = ada.gateway()
        old.drain(0.2)
        old.ack()
        old.heartbeat()
        start = old.s
        old.drop()
        with bob.gateway() as sender:
            for i in [sender.request("MESSAGE_SEND", {"channel_id": group["id"], "content": "x"}) for _ in range(count)]:
                sender.reply(i)
        new = ada.gateway(identify=False).resume_of(old, s=start)
        if resumable:
            got = missed(new)
            assert names(got).count("MESSAGE_CREATE") == count and names(got)[-1] == "RESUMED"
            new.ack()
            new.heartbeat()
        else:
            assert new.frame() == {"op": 9, "d": {"resumable": False}}
        new.close()
        ada.post(f"/channels/{group['id']}/delivered", {"seq": 10**9}).ok(204)


def test_a_session_keeps_256_kib_of_unacknowledged_dispatches_and_no_more(ada, bob):
    group = ada.group(bob)
    old = ada.gateway()
    old.drain(0.2)
    old.drop()
    for _ in range(80):
        bob.send(group, "x" * 4000)
    new = ada.gateway(identify=False).resume_of(old)
    assert new.frame() == {"op": 9, "d": {"resumable": False}}
    new.close()
    ada.post(f"/channels/{group['id']}/delivered", {"seq": 10**9}).ok(204)


def test_a_session_ends_session_ttl_after_its_last_frame():
    import time
    with Server("--session-ttl", "2") as server:
        ada = Person.register(server)
        kept, lost = ada.gateway(), ada.gateway()
        assert kept.hello["d"]["session_ttl"] == 2
        kept.drop()
        new = ada.gateway(identify=False).resume_of(kept)
        assert names(missed(new))[-1] == "RESUMED"
        lost.drop()
        time.sleep(4)  # the protocol's own time, and as much again
        late = ada.gateway(identify=False).resume_of(lost)
        assert late.frame()["op"] == 9
        new.heartbeat()
        late.close()
        new.close()


def test_after_a_restart_a_resume_is_op_9_and_positions_catch_up():
    with Server() as server:
        ada, bob = Person.register(server), Person.register(server)
        group = ada.group(bob)
        old = ada.gateway()
        message = bob.send(group, "before")
        old.message(message["id"])
        epoch = old.ready["epoch"]
        server.stop()
        server.start()
        for person in (ada, bob):
            person.http.close()
        missed_one = bob.send(group, "after")
        with ada.gateway(identify=False) as new:
            new.resume_of(old)
            assert new.frame() == {"op": 9, "d": {"resumable": False}}
            new.s = 0
            new.identify(positions={group["id"]: {"seq": 1, "rev": 0}}, epoch=epoch)
            assert new.ready["epoch"] == epoch
            got = of_channel(new.until(lambda v: v.get("t") == "SYNCED"), group)
            assert [(f["t"], f["d"].get("id")) for f in got] == [("MESSAGE_CREATE", missed_one["id"]), ("SYNCED", None)]


def test_a_drain_sends_reconnect_and_closes_4101_and_ends_with_status_0():
    with Server("--drain", "2") as server:
        ada = Person.register(server)
        socket = ada.gateway()
        server.process.terminate()
        told = socket.take(lambda v: v["op"] == 7)
        assert told["d"]["after_ms"] >= 0
        assert socket.closed() == 4101
        assert server.stop() == 0


def test_a_socket_that_lost_its_session_is_sent_nothing_of_what_is_deleted_then(ada, bob):
    group = ada.group(bob)
    slow = Gateway(bob.server, token=bob.token, receive_buffer=4096)
    slow.identify(positions={group["id"]: {"seq": 0, "rev": 0}})
    slow.event("SYNCED", channel_id=group["id"])
    with ada.gateway(positions={group["id"]: {"seq": 0, "rev": 0}}) as witness:
        sent = [ada.send(group, "x" * 3990 + f" {i}") for i in range(50)]  # more than the kernel takes of a reader that stopped
        secret = ada.send(group, "the secret")
        witness.message(secret["id"])
    last = slow.s + len(sent) + 1
    with Gateway(bob.server, token=bob.token) as second:
        second.resume_of(slow, s=last)
        second.event("RESUMED")
        ada.delete(f"/channels/{group['id']}/messages/{secret['id']}").ok(204)
        seen = []
        with pytest.raises(Closed) as end:
            while True:
                seen.append(slow.frame())
        assert end.value.code == 4103
        assert len(seen) < len(sent), "nothing was left unsent: the test shows nothing"
        assert "the secret" not in [frame["d"].get("content") for frame in seen]
