"""protocol.md §2 and §3: cursors, unread, receipts, settings."""
import pytest
from gateway import names, of_channel


def cursors(person, channel, user):
    got = person.get(f"/channels/{channel['id']}/receipts").ok()[user.id]
    return got["delivered_seq"], got["read_seq"]


def own(person, channel):
    state = person.read_state(channel)
    return state["delivered_seq"], state["read_seq"], state["unread"]


# ---------------------------------------------------------------------- cursors
def test_ones_own_message_moves_ones_own_cursors(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    assert own(a, group) == (0, 0, 0)
    for i in range(3):
        a.send(group)
    assert own(a, group) == (3, 3, 0)
    assert own(b, group) == (0, 0, 3)
    b.send(group)
    assert own(b, group) == (4, 4, 0) and own(a, group) == (3, 3, 1)


def test_reading_raises_delivered_too_and_both_only_grow(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    for i in range(5):
        a.send(group)
    b.post(f"/channels/{group['id']}/delivered", {"seq": 2}).ok(204)
    assert own(b, group) == (2, 0, 5)
    b.post(f"/channels/{group['id']}/read", {"seq": 3}).ok(204)
    assert own(b, group) == (3, 3, 2)
    for kind in ("read", "delivered"):
        b.post(f"/channels/{group['id']}/{kind}", {"seq": 1}).ok(204)
    assert own(b, group) == (3, 3, 2)
    b.post(f"/channels/{group['id']}/delivered", {"seq": 4}).ok(204)
    assert own(b, group) == (4, 3, 2)
    b.post(f"/channels/{group['id']}/read", {"seq": 10**12}).ok(204)
    assert own(b, group) == (5, 5, 0), "beyond the head counts as the head"
    assert b.read_state(group)["last_read_at"]


def test_last_read_at_is_when_read_seq_last_grew(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group)
    assert "last_read_at" not in b.read_state(group)
    b.post(f"/channels/{group['id']}/delivered", {"seq": 1}).ok(204)
    assert "last_read_at" not in b.read_state(group)
    b.post(f"/channels/{group['id']}/read", {"seq": 1}).ok(204)
    first = b.read_state(group)["last_read_at"]
    b.post(f"/channels/{group['id']}/read", {"seq": 1}).ok(204)
    assert b.read_state(group)["last_read_at"] == first


def test_reading_history_confirms_nothing(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group)
    b.history(group)
    assert own(b, group) == (0, 0, 1)


@pytest.mark.parametrize("body", [{}, {"seq": -1}, {"seq": "1"}, {"seq": 1.5}, {"seq": None}, {"seq": True}])
def test_a_cursor_that_is_no_number_is_50035(ada, bob, body):
    group = ada.group(bob)
    for kind in ("read", "delivered"):
        ada.post(f"/channels/{group['id']}/{kind}", body).refused(400, 50035, "seq")


def test_unread_lists_only_channels_with_something_unread(fresh):
    a, b = fresh(), fresh()
    one, two, _ = a.group(b), a.group(b), a.group(b)
    a.send(one)
    a.send(one)
    a.send(two, f"hi {b.mention}")
    got = {s["channel_id"]: (s["unread"], s["mention_count"]) for s in b.get("/users/@me/unread").ok()}
    assert got == {one["id"]: (2, 0), two["id"]: (1, 1)}
    b.post(f"/channels/{one['id']}/read", {"seq": 2}).ok(204)
    assert [s["channel_id"] for s in b.get("/users/@me/unread").ok()] == [two["id"]]
    assert a.get("/users/@me/unread").ok() == []


# ---------------------------------------------------------------------- receipts
def test_receipts_show_each_members_cursors(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b, c)
    for i in range(3):
        a.send(group)
    b.post(f"/channels/{group['id']}/read", {"seq": 2}).ok(204)
    c.post(f"/channels/{group['id']}/delivered", {"seq": 1}).ok(204)
    got = c.get(f"/channels/{group['id']}/receipts").ok()
    assert got == {a.id: {"delivered_seq": 3, "read_seq": 3}, b.id: {"delivered_seq": 2, "read_seq": 2}, c.id: {"delivered_seq": 1, "read_seq": 0}}
    second = a.history(group)[1]
    assert a.get(f"/channels/{group['id']}/messages/{second['id']}/receipts").ok() == {b.id: {"delivered": True, "read": True}, c.id: {"delivered": False, "read": False}}
    first = a.history(group)[2]
    assert a.get(f"/channels/{group['id']}/messages/{first['id']}/receipts").ok() == {b.id: {"delivered": True, "read": True}, c.id: {"delivered": True, "read": False}}


def test_message_receipts_are_of_present_members_but_the_author(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b, c)
    message = b.send(group)
    a.delete(f"/channels/{group['id']}/recipients/{c.id}").ok(204)
    assert a.get(f"/channels/{group['id']}/messages/{message['id']}/receipts").ok().keys() == {a.id}


def test_reading_tells_the_author_and_ones_own_other_sessions(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group)
    author, reader, other = a.gateway(), b.gateway(), b.gateway()
    reader.event("SYNCED"), other.event("SYNCED")
    reader.op(69, {"channel_id": group["id"], "seq": 1})
    told = author.event("RECEIPT_UPDATE", channel_id=group["id"])
    assert {"user_id": b.id, "delivered_seq": 1, "read_seq": 1} in told["receipts"]
    state = other.event("READ_UPDATE", channel_id=group["id"])
    assert state["read_seq"] == 1 and state["unread"] == 0
    assert "READ_UPDATE" not in names(reader.drain())
    assert own(b, group) == (1, 1, 0)
    for socket in (author, reader, other):
        socket.close()


def test_an_ack_is_the_delivery_confirmation(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    author, reader = a.gateway(), b.gateway()
    message = a.send(group)
    reader.message(message["id"])
    reader.ack()
    told = author.event("RECEIPT_UPDATE", channel_id=group["id"])
    assert {"user_id": b.id, "delivered_seq": 1, "read_seq": 0} in told["receipts"]
    assert cursors(a, group, b) == (1, 0)
    for socket in (author, reader):
        socket.close()


def test_a_heartbeat_acknowledges_in_the_same_way(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    author, reader = a.gateway(), b.gateway()
    message = a.send(group)
    reader.message(message["id"])
    reader.heartbeat()
    told = author.event("RECEIPT_UPDATE", channel_id=group["id"])
    assert {"user_id": b.id, "delivered_seq": 1, "read_seq": 0} in told["receipts"]
    for socket in (author, reader):
        socket.close()


def test_what_is_sent_and_not_acknowledged_is_not_delivered(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    reader = b.gateway()
    first, second = a.send(group), a.send(group)
    reader.message(first["id"])
    s = reader.s
    reader.message(second["id"])
    reader.ack(s)
    author = a.gateway()
    for _ in range(50):
        if cursors(a, group, b)[0] >= 1:
            break
        author.drain(0.05)
    assert cursors(a, group, b) == (1, 0), "only the dispatches up to the acknowledged one"
    for socket in (author, reader):
        socket.close()


def test_reading_over_the_gateway_beyond_the_head_counts_as_the_head(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group)
    author, reader = a.gateway(), b.gateway()
    reader.op(69, {"channel_id": group["id"], "seq": 1000})
    assert {"user_id": b.id, "delivered_seq": 1, "read_seq": 1} in author.event("RECEIPT_UPDATE", channel_id=group["id"])["receipts"]
    for socket in (author, reader):
        socket.close()


# ---------------------------------------------------------------------- settings
def test_read_receipts_switched_off_freeze_what_others_see(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    for i in range(4):
        a.send(group)
    assert b.get("/users/@me/settings").ok() == {"read_receipts": True}
    b.post(f"/channels/{group['id']}/read", {"seq": 1}).ok(204)
    assert b.patch("/users/@me/settings", {"read_receipts": False}).ok() == {"read_receipts": False}
    assert b.patch("/users/@me/settings", {}).ok() == {"read_receipts": False}
    author = a.gateway()
    b.post(f"/channels/{group['id']}/read", {"seq": 3}).ok(204)
    assert own(b, group) == (3, 3, 1), "one's own is the true one"
    assert cursors(a, group, b) == (3, 1), "delivery goes on, reading stands still"
    third = a.history(group)[1]
    assert a.get(f"/channels/{group['id']}/messages/{third['id']}/receipts").ok()[b.id] == {"delivered": True, "read": False}
    told = [r for f in of_channel(author.drain(), group) if f["t"] == "RECEIPT_UPDATE" for r in f["d"]["receipts"] if r["user_id"] == b.id]
    assert all(r["read_seq"] == 1 for r in told)
    b.patch("/users/@me/settings", {"read_receipts": True}).ok()
    assert cursors(a, group, b) == (3, 1), "the true one from the next read"
    b.post(f"/channels/{group['id']}/read", {"seq": 4}).ok(204)
    assert cursors(a, group, b) == (4, 4)
    b.patch("/users/@me/settings", {"read_receipts": "no"}).refused(400, 50035, "read_receipts")
    author.close()


@pytest.mark.parametrize("body, field", [({"notify": "all"}, None), ({"notify": "mentions"}, None), ({"notify": "none", "muted_until": "2030-01-01T00:00:00.000Z"}, None),
                                         ({"notify": "some"}, "notify"), ({}, "notify"), ({"notify": "all", "muted_until": "tomorrow"}, "muted_until"), ({"notify": "all", "muted_until": 5}, "muted_until")])
def test_channel_settings(ada, bob, body, field):
    path = f"/channels/{ada.group(bob)['id']}/settings"
    answer = ada.put(path, body)
    if field:
        answer.refused(400, 50035, field)
        assert ada.get(path).ok() == {"notify": "all"}
    else:
        answer.ok(204)
        assert ada.get(path).ok() == body
        assert bob.get(path).ok() == {"notify": "all"}
