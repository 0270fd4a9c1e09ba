"""protocol.md §4, catching up with positions, and the offline queue."""
import pytest
from client import quoted
from gateway import names, of_channel

THUMB = "👍"


def at(seq, rev=0):
    return {"seq": seq, "rev": rev}


def caught_up(person, positions, **more):
    """The channel's frames by channel id, in the order in which their SYNCED came."""
    socket = person.gateway(positions=positions, **more)
    waiting, order, frames = set(positions), [], []
    while waiting:
        got = socket.until(lambda v: v.get("t") == "SYNCED")
        frames += got
        waiting.discard(got[-1]["d"]["channel_id"])
        order.append(got[-1]["d"]["channel_id"])
    return socket, frames, order


def synced(frames, channel):
    return next(f["d"] for f in of_channel(frames, channel) if f["t"] == "SYNCED")


# ---------------------------------------------------------------------- positions
def test_messages_after_seq_come_ascending_and_then_synced(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    sent = [a.send(group, str(i)) for i in range(10)]
    socket, frames, _ = caught_up(b, {group["id"]: at(4)})
    mine = of_channel(frames, group)
    assert names(mine) == ["MESSAGE_CREATE"] * 6 + ["SYNCED"]
    assert [f["d"]["id"] for f in mine[:-1]] == [m["id"] for m in sent[4:]]
    assert mine[-1]["d"] == {"channel_id": group["id"], "seq": 10, "rev": 0, "recovered": True}
    live = a.send(group, "live")
    assert socket.message(live["id"])["seq"] == 11
    socket.close()


def test_a_position_at_the_head_gets_synced_alone(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group)
    socket, frames, _ = caught_up(b, {group["id"]: at(1)})
    assert names(of_channel(frames, group)) == ["SYNCED"]
    socket.close()


def test_changes_after_rev_come_once_each_as_the_message_now_is(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    one, two, three = (a.send(group, x) for x in ("one", "two", "three"))
    path = f"/channels/{group['id']}/messages/"
    a.patch(path + one["id"], {"content": "one!"}).ok()                               # rev 1
    a.patch(path + two["id"], {"content": "two!"}).ok()                               # rev 2
    a.put(f"{path}{one['id']}/reactions/{quoted(THUMB)}/@me").ok(204)                 # rev 3
    a.delete(path + two["id"]).ok(204)                                                # rev 4
    a.patch(path + one["id"], {"content": "one!!"}).ok()                              # rev 5
    a.put(f"{path}{three['id']}/pin").ok(204)                                         # rev 6
    socket, frames, _ = caught_up(b, {group["id"]: at(3, 1)})
    got = [(f["t"], f["d"].get("rev"), f["d"].get("message", {}).get("content")) for f in of_channel(frames, group)]
    assert got == [("MESSAGE_DELETE", 4, ""), ("MESSAGE_UPDATE", 5, "one!!"), ("MESSAGE_UPDATE", 6, "three"), ("SYNCED", 6, None)]
    one_now = next(f["d"]["message"] for f in frames if f.get("t") == "MESSAGE_UPDATE" and f["d"]["rev"] == 5)
    assert one_now["reactions"] == [{"emoji": THUMB, "count": 1}]
    socket.close()


def test_messages_just_sent_are_not_sent_again_as_changes(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    old, new = a.send(group, "old"), a.send(group, "new")
    path = f"/channels/{group['id']}/messages/"
    a.patch(path + new["id"], {"content": "new!"}).ok()
    a.patch(path + old["id"], {"content": "old!"}).ok()
    a.put(f"{path}{new['id']}/pin").ok(204)
    socket, frames, _ = caught_up(b, {group["id"]: at(1)})
    got = [(f["t"], f["d"].get("content") or f["d"].get("message", {}).get("content")) for f in of_channel(frames, group)]
    assert got == [("MESSAGE_CREATE", "new!"), ("MESSAGE_UPDATE", "old!"), ("SYNCED", None)]
    assert synced(frames, group)["rev"] == 3
    socket.close()


def test_a_reaction_alone_comes_as_message_update(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    one = a.send(group, "one")
    a.put(f"/channels/{group['id']}/messages/{one['id']}/reactions/{quoted(THUMB)}/@me").ok(204)
    socket, frames, _ = caught_up(b, {group["id"]: at(1)})
    assert [(f["t"], f["d"].get("rev")) for f in of_channel(frames, group)] == [("MESSAGE_UPDATE", 1), ("SYNCED", 1)]
    socket.close()


def test_member_and_channel_changes_come_as_themselves(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b, name="x")
    a.put(f"/channels/{group['id']}/recipients/{c.id}").ok(204)       # rev 1, seq 1
    a.patch(f"/channels/{group['id']}", {"name": "y"}).ok()           # rev 2, seq 2
    a.delete(f"/channels/{group['id']}/recipients/{c.id}").ok(204)    # rev 3, seq 3
    socket, frames, _ = caught_up(b, {group["id"]: at(0)})
    got = [(f["t"], f["d"].get("rev")) for f in of_channel(frames, group)]
    assert got == [("MESSAGE_CREATE", None)] * 3 + [("CHANNEL_MEMBER_ADD", 1), ("CHANNEL_UPDATE", 2), ("CHANNEL_MEMBER_REMOVE", 3), ("SYNCED", 3)]
    socket.close()


def test_a_deleted_message_comes_deleted(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    message = a.send(group, "the secret")
    a.delete(f"/channels/{group['id']}/messages/{message['id']}").ok(204)
    socket, frames, _ = caught_up(b, {group["id"]: at(0)})
    assert [f["d"].get("deleted") for f in of_channel(frames, group)] == [True, None] and "secret" not in str(frames)
    socket.close()


def test_channels_come_most_recently_active_first(fresh):
    a, b = fresh(), fresh()
    groups = [a.group(b, name=str(i)) for i in range(4)]
    last = a.send(groups[2])
    for i in (0, 3, 1):
        last = a.send_later(groups[i], last)
    socket, _, order = caught_up(b, {g["id"]: at(0) for g in groups})
    assert order == [groups[i]["id"] for i in (1, 3, 0, 2)]
    socket.close()


def test_a_channel_one_is_not_in_is_gone(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group, foreign = a.group(b), b.group(c)
    a.delete(f"/channels/{group['id']}/recipients/{b.id}").ok(204)
    socket, frames, _ = caught_up(b, {group["id"]: at(0), "1": at(5), foreign["id"]: at(0)})
    assert synced(frames, group) == {"channel_id": group["id"], "gone": True} and synced(frames, "1") == {"channel_id": "1", "gone": True}
    assert synced(frames, foreign)["recovered"] is True
    socket.close()


def test_a_position_beyond_the_head_is_not_recovered(fresh):
    a, b = fresh(), fresh()
    one, two = a.group(b), a.group(b)
    a.send(one)
    a.send(two)
    socket, frames, _ = caught_up(b, {one["id"]: at(2), two["id"]: at(1, 1)})
    for group in (one, two):
        assert synced(frames, group) == {"channel_id": group["id"], "seq": 1, "rev": 0, "recovered": False}
        assert names(of_channel(frames, group)) == ["SYNCED"]
    live = a.send(one, "live")
    assert socket.message(live["id"])["seq"] == 2, "from the head on it is live all the same"
    socket.close()


def test_with_another_epoch_nothing_is_recovered(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group)
    socket, frames, _ = caught_up(b, {group["id"]: at(0)}, epoch="another")
    assert synced(frames, group)["recovered"] is False and names(of_channel(frames, group)) == ["SYNCED"]
    socket.close()


def test_exactly_300_are_sent_and_301_are_not(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    with a.gateway() as sender:
        for i in [sender.request("MESSAGE_SEND", {"channel_id": group["id"], "content": "x"}) for _ in range(301)]:
            sender.reply(i)
    socket, frames, _ = caught_up(b, {group["id"]: at(1)})
    assert names(of_channel(frames, group)) == ["MESSAGE_CREATE"] * 300 + ["SYNCED"] and synced(frames, group)["recovered"] is True
    socket.close()
    socket, frames, _ = caught_up(b, {group["id"]: at(0)})
    assert names(of_channel(frames, group)) == ["SYNCED"]
    assert synced(frames, group) == {"channel_id": group["id"], "seq": 301, "rev": 0, "recovered": False}
    socket.close()
    # a change counts beside the messages
    a.put(f"/channels/{group['id']}/messages/{a.history(group)[0]['id']}/pin").ok(204)
    socket, frames, _ = caught_up(b, {group["id"]: at(1)})
    assert synced(frames, group)["recovered"] is False
    socket.close()


def test_2000_in_one_identify_are_the_most(fresh):
    a, b = fresh(), fresh()
    groups = [a.group(b) for _ in range(8)]
    with a.gateway() as sender:
        for group in groups:
            for i in [sender.request("MESSAGE_SEND", {"channel_id": group["id"], "content": "x"}) for _ in range(300)]:
                sender.reply(i)
    socket, frames, order = caught_up(b, {g["id"]: at(0) for g in groups})
    assert order == [g["id"] for g in reversed(groups)]
    recovered = [synced(frames, g)["recovered"] for g in reversed(groups)]
    assert recovered == [True] * 6 + [False] * 2
    socket.close()


def test_with_positions_channels_not_named_are_neither_caught_up_nor_queued(fresh):
    a, b = fresh(), fresh()
    named, other = a.group(b), a.group(b)
    a.send(named)
    a.send(other)
    socket, frames, _ = caught_up(b, {named["id"]: at(0)})
    rest = socket.drain()
    assert of_channel(frames + rest, other) == []
    live = a.send(other, "live")
    assert socket.message(live["id"])["seq"] == 2
    socket.close()


# ---------------------------------------------------------------------- the offline queue
@pytest.mark.parametrize("positions", [None, {}, "null"])
def test_without_positions_one_is_sent_what_others_wrote_and_then_synced(fresh, positions):
    a, b = fresh(), fresh()
    group = a.group(b)
    sent = [a.send(group, str(i)) for i in range(3)]
    socket = b.gateway(identify=False)
    if positions == "null":
        socket.op(2, {"token": b.token, "device": {"id": "d", "kind": "web"}, "positions": None})
        assert socket.frame()["t"] == "READY"
    else:
        socket.identify(positions=positions)
    got = of_channel(socket.until(lambda v: v.get("t") == "SYNCED"), group)
    assert names(got) == ["MESSAGE_CREATE"] * 3 + ["SYNCED"] and [f["d"]["id"] for f in got[:-1]] == [m["id"] for m in sent]
    assert got[-1]["d"] == {"channel_id": group["id"], "seq": 3, "rev": 0, "recovered": True}
    socket.close()


def test_a_message_leaves_the_queue_when_it_is_acknowledged_not_when_it_is_sent(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    sent = [a.send(group, str(i)) for i in range(3)]
    for _ in range(2):
        socket = b.gateway()
        got = of_channel(socket.until(lambda v: v.get("t") == "SYNCED"), group)
        assert names(got).count("MESSAGE_CREATE") == 3
        socket.drop()
    socket = b.gateway()
    second = socket.take(lambda v: v.get("t") == "MESSAGE_CREATE" and v["d"]["id"] == sent[1]["id"])
    socket.ack(second["s"])
    for _ in range(100):
        if b.read_state(group)["delivered_seq"] == 2:
            break
        socket.drain(0.02)
    assert b.read_state(group)["delivered_seq"] == 2
    socket.drop()
    socket = b.gateway()
    got = of_channel(socket.until(lambda v: v.get("t") == "SYNCED"), group)
    assert [f["d"].get("id") for f in got] == [sent[2]["id"], None]
    socket.ack()
    for _ in range(100):
        if b.read_state(group)["delivered_seq"] == 3:
            break
        socket.drain(0.02)
    socket.drop()
    socket = b.gateway()
    assert of_channel(socket.drain(), group) == []
    socket.close()


def test_the_queue_holds_what_others_wrote(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group, "one")
    b.send(group, "mine")
    a.send(group, "three")
    socket = b.gateway()
    got = of_channel(socket.until(lambda v: v.get("t") == "SYNCED"), group)
    assert [f["d"].get("content") for f in got] == ["three", None], "one's own message takes out what stands before it"
    socket.close()
    socket = a.gateway()
    got = of_channel(socket.drain(), group)
    assert names(got) == [], "a wrote last: nothing is queued"
    socket.close()


def test_queued_channels_come_by_last_activity(fresh):
    a, b = fresh(), fresh()
    groups = [a.group(b, name=str(i)) for i in range(3)]
    last = a.send(groups[1])
    for i in (2, 0):
        last = a.send_later(groups[i], last)
    socket = b.gateway()
    order = []
    while len(order) < 3:
        order.append(socket.event("SYNCED")["channel_id"])
    assert order == [groups[i]["id"] for i in (0, 2, 1)]
    socket.close()


def test_a_channel_that_does_not_fit_whole_into_1000_is_not_sent(fresh):
    a, b = fresh(), fresh()
    big, small = a.group(b), a.group(b)
    with a.gateway() as sender:
        for group, count in ((big, 998), (small, 3)):
            for i in [sender.request("MESSAGE_SEND", {"channel_id": group["id"], "content": "x"}) for _ in range(count)]:
                sender.reply(i)
    socket = b.gateway()
    frames = []
    while names(frames).count("SYNCED") < 2:
        frames += socket.until(lambda v: v.get("t") == "SYNCED")
    assert names(of_channel(frames, small)) == ["MESSAGE_CREATE"] * 3 + ["SYNCED"]
    assert names(of_channel(frames, big)) == ["SYNCED"] and synced(frames, big)["recovered"] is False
    socket.close()


def test_live_events_of_a_queued_channel_wait_for_its_synced(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    for i in range(200):
        a.send(group, str(i))
    socket = b.gateway()
    live = a.send(group, "live")
    got = of_channel(socket.until(lambda v: v.get("t") == "MESSAGE_CREATE" and v["d"]["id"] == live["id"]), group)
    assert [f["d"]["seq"] for f in got if f["t"] == "MESSAGE_CREATE"] == list(range(1, 202)), "each once, in order"
    socket.close()
