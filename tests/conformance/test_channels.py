"""protocol.md §3, direct and group channels: opening, listing, members, system messages, blocks."""
import threading
import time

import pytest
from client import Person, snowflake_at
from gateway import names, of_channel


# ---------------------------------------------------------------------- direct
def test_a_direct_channel_is_one_whoever_opens_it(fresh):
    a, b = fresh(), fresh()
    made = a.post("/users/@me/channels", {"recipients": [b.id]})
    channel = made.ok(201)
    assert channel["type"] == "direct" and channel["member_count"] == 2 and channel["last_seq"] == 0 and channel["rev"] == 0
    assert {r["id"] for r in channel["recipients"]} == {a.id, b.id}
    assert "owner_id" not in channel and "name" not in channel
    assert a.post("/users/@me/channels", {"recipients": [b.id]}).ok(200)["id"] == channel["id"]
    assert b.post("/users/@me/channels", {"recipients": [a.id]}).ok(200)["id"] == channel["id"]


def test_both_opening_at_once_get_one_and_the_same(fresh):
    for _ in range(5):
        a, b = fresh(), fresh()
        got = {}
        threads = [threading.Thread(target=lambda x=x, y=y: got.update({x.id: x.post("/users/@me/channels", {"recipients": [y.id]})})) for x, y in ((a, b), (b, a))]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        answers = list(got.values())
        assert sorted(x.status for x in answers) == [200, 201]
        assert answers[0].body["id"] == answers[1].body["id"]


def test_the_other_sees_a_direct_channel_with_its_first_message_only(fresh):
    a, b = fresh(), fresh()
    mine, theirs = a.gateway(), b.gateway()
    channel = a.direct(b)
    assert mine.event("CHANNEL_CREATE")["id"] == channel["id"]
    b.get(f"/channels/{channel['id']}").refused(404, 10003)
    b.get(f"/channels/{channel['id']}/messages").refused(404, 10003)
    assert b.get("/users/@me/channels").ok()["channels"] == []
    second = b.gateway()
    assert second.ready["channels"] == []
    message = a.send(channel, "first")
    for socket in (theirs, second):
        got = of_channel(socket.until(lambda v: v.get("t") == "MESSAGE_CREATE"), channel)
        assert names(got) == ["CHANNEL_CREATE", "MESSAGE_CREATE"]
        assert got[0]["d"]["last_seq"] == 0 and got[0]["d"]["read_state"]["unread"] == 0
        assert got[1]["d"]["id"] == message["id"]
    assert b.get(f"/channels/{channel['id']}").ok()["last_seq"] == 1
    assert b.read_state(channel)["unread"] == 1
    assert "CHANNEL_CREATE" not in names(mine.drain()), "the one who opened it was told once"
    for socket in (mine, theirs, second):
        socket.close()


def test_opening_it_oneself_makes_it_ones_own_at_once(fresh):
    a, b = fresh(), fresh()
    channel = a.direct(b)
    theirs = b.gateway()
    assert b.post("/users/@me/channels", {"recipients": [a.id]}).ok(200)["id"] == channel["id"]
    assert theirs.event("CHANNEL_CREATE")["id"] == channel["id"]
    b.get(f"/channels/{channel['id']}").ok()
    a.send(channel, "first")
    theirs.event("MESSAGE_CREATE", channel_id=channel["id"])
    assert "CHANNEL_CREATE" not in names(theirs.drain())
    theirs.close()


@pytest.mark.parametrize("body", [{"recipients": []}, {}, {"recipients": "x"}, {"recipients": None}, {"recipients": [], "type": "group"}])
def test_nobody_left_is_50035(ada, body):
    ada.post("/users/@me/channels", body).refused(400, 50035, "recipients")


def test_oneself_and_repeats_are_dropped(ada, bob, cy):
    ada.post("/users/@me/channels", {"recipients": [ada.id]}).refused(400, 50035, "recipients")
    direct = ada.direct(bob)
    assert ada.post("/users/@me/channels", {"recipients": [bob.id, ada.id, bob.id]}).ok(200)["id"] == direct["id"]
    group = ada.post("/users/@me/channels", {"recipients": [bob.id, cy.id, bob.id, ada.id]}).ok(201)
    assert group["type"] == "group" and group["member_count"] == 3


def test_a_name_on_a_direct_channel_and_a_direct_one_with_two_are_50035(ada, bob, cy):
    ada.post("/users/@me/channels", {"recipients": [bob.id], "name": "x"}).refused(400, 50035, "name")
    ada.post("/users/@me/channels", {"recipients": [bob.id, cy.id], "type": "direct"}).refused(400, 50035)
    ada.post("/users/@me/channels", {"recipients": [bob.id], "type": "guild"}).refused(400, 50035, "type")


def test_an_unknown_recipient_is_10013(ada, bob):
    ada.post("/users/@me/channels", {"recipients": ["1"]}).refused(404, 10013)
    ada.post("/users/@me/channels", {"recipients": [bob.id, "1"]}).refused(404, 10013)


def test_a_direct_channel_can_be_neither_left_nor_changed(ada, bob, cy):
    channel = ada.direct(bob)
    ada.delete(f"/channels/{channel['id']}").refused(403, 50013)
    ada.put(f"/channels/{channel['id']}/recipients/{cy.id}").refused(403, 50013)
    ada.delete(f"/channels/{channel['id']}/recipients/{bob.id}").refused(403, 50013)
    ada.delete(f"/channels/{channel['id']}/recipients/{ada.id}").refused(403, 50013)
    ada.patch(f"/channels/{channel['id']}", {"name": "x"}).refused(403, 50013)


# ---------------------------------------------------------------------- groups
def test_a_group_of_two_is_made_with_its_type_and_has_an_owner(ada, bob):
    group = ada.post("/users/@me/channels", {"recipients": [bob.id], "type": "group", "name": "Lunch"}).ok(201)
    assert group["type"] == "group" and group["owner_id"] == ada.id and group["name"] == "Lunch" and group["member_count"] == 2
    assert group["read_state"] == {"channel_id": group["id"], "read_seq": 0, "delivered_seq": 0, "unread": 0, "mention_count": 0}
    assert group["last_seq"] == 0 and group["rev"] == 0 and ada.history(group) == []


def test_two_groups_of_the_same_people_are_two(ada, bob, cy):
    assert ada.group(bob, cy)["id"] != ada.group(bob, cy)["id"]


def test_making_a_group_tells_everybody_in_it(fresh):
    a, b, c = fresh(), fresh(), fresh()
    sockets = [p.gateway() for p in (a, b, c)]
    group = a.group(b, c)
    for socket in sockets:
        made = socket.event("CHANNEL_CREATE")
        assert made["id"] == group["id"] and made["read_state"]["unread"] == 0
        socket.close()


@pytest.mark.parametrize("name, good", [("x", True), ("x" * 100, True), ("ü" * 100, True), ("x" * 101, False), (5, False)])
def test_a_group_name_has_at_most_100_characters(ada, bob, name, good):
    answer = ada.post("/users/@me/channels", {"recipients": [bob.id], "type": "group", "name": name})
    if good:
        assert answer.ok(201)["name"] == name
    else:
        answer.refused(400, 50035, "name")


def test_adding_tells_all_and_writes_a_system_message_behind_it(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b)
    a.send(group, "before")
    owner, member, added = a.live(group), b.live(group), c.gateway()
    b.put(f"/channels/{group['id']}/recipients/{c.id}").ok(204)
    for socket in (owner, member):
        got = of_channel(socket.until(lambda v: v.get("t") == "MESSAGE_CREATE"), group)
        assert names(got) == ["CHANNEL_MEMBER_ADD", "MESSAGE_CREATE"]
        assert got[0]["d"]["rev"] == 1 and got[0]["d"]["user"]["id"] == c.id
        said = got[1]["d"]
        assert said["type"] == "system" and said["system"] == {"kind": "member_add", "user_id": c.id} and said["seq"] == 2
        assert said["author"]["id"] == b.id, "its author is who acted"
    made = added.event("CHANNEL_CREATE")
    assert made["id"] == group["id"] and made["last_seq"] == 2 and made["rev"] == 1 and made["member_count"] == 3
    assert made["read_state"]["unread"] == 0 and made["read_state"]["read_seq"] == 2 == made["read_state"]["delivered_seq"]
    assert [m["seq"] for m in c.history(group)] == [2, 1], "who is added sees all history"
    assert a.read_state(group)["unread"] == 1, "system messages count as unread"
    assert b.read_state(group)["unread"] == 0, "one's own do not"
    assert "MESSAGE_CREATE" not in names(of_channel(added.drain(), group)), "the added one starts behind the system message"
    for socket in (owner, member, added):
        socket.close()


def test_adding_again_is_204_and_changes_nothing(ada, bob, cy):
    group = ada.group(bob)
    for _ in range(2):
        ada.put(f"/channels/{group['id']}/recipients/{cy.id}").ok(204)
    after = ada.get(f"/channels/{group['id']}").ok()
    assert after["rev"] == 1 and after["last_seq"] == 1
    ada.put(f"/channels/{group['id']}/recipients/{ada.id}").ok(204)
    assert ada.get(f"/channels/{group['id']}").ok()["rev"] == 1
    ada.put(f"/channels/{group['id']}/recipients/1").refused(404, 10013)


def test_only_the_owner_removes(ada, bob, cy):
    group = ada.group(bob, cy)
    bob.delete(f"/channels/{group['id']}/recipients/{cy.id}").refused(403, 50013)
    bob.delete(f"/channels/{group['id']}/recipients/{ada.id}").refused(403, 50013)
    ada.delete(f"/channels/{group['id']}/recipients/{cy.id}").ok(204)
    ada.delete(f"/channels/{group['id']}/recipients/{cy.id}").ok(204)
    ada.delete(f"/channels/{group['id']}/recipients/1").refused(404, 10013)
    after = ada.get(f"/channels/{group['id']}").ok()
    assert after["rev"] == 1 and after["last_seq"] == 1 and after["member_count"] == 2
    assert ada.history(group)[0]["system"] == {"kind": "member_remove", "user_id": cy.id}


def test_the_removed_one_gets_the_change_as_his_last_event_and_nothing_later(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b, c)
    removed, left = b.gateway(), c.gateway()
    a.delete(f"/channels/{group['id']}/recipients/{b.id}").ok(204)
    b.get(f"/channels/{group['id']}").refused(404, 10003)
    b.get(f"/channels/{group['id']}/messages").refused(404, 10003)
    b.post(f"/channels/{group['id']}/messages", {"content": "x"}).refused(404, 10003)
    a.send(group, "without b")
    c.delete(f"/channels/{group['id']}").ok(204)
    c.delete(f"/channels/{group['id']}").refused(404, 10003)
    a.send(group, "alone")
    got = of_channel(removed.drain(), group)
    assert names(got) == ["CHANNEL_MEMBER_REMOVE"] and got[0]["d"]["user_id"] == b.id
    got = of_channel(left.drain(), group)
    assert names(got) == ["CHANNEL_MEMBER_REMOVE", "MESSAGE_CREATE", "MESSAGE_CREATE", "CHANNEL_MEMBER_REMOVE"]
    assert got[-1]["d"]["user_id"] == c.id
    assert group["id"] not in [x["id"] for x in b.get("/users/@me/channels").ok()["channels"]]
    assert [m.get("system", {}).get("kind") for m in reversed(a.history(group))] == ["member_remove", None, "member_leave", None]
    for socket in (removed, left):
        socket.close()


def test_the_owner_leaving_hands_over_to_the_longest_member(fresh):
    a, b, c, d = fresh(), fresh(), fresh(), fresh()
    group = a.group(d, name="x")
    a.put(f"/channels/{group['id']}/recipients/{b.id}").ok(204)
    a.put(f"/channels/{group['id']}/recipients/{c.id}").ok(204)
    socket = b.live(group)
    a.delete(f"/channels/{group['id']}/recipients/{a.id}").ok(204)
    got = of_channel(socket.until(lambda v: v.get("t") == "MESSAGE_CREATE"), group)
    assert names(got) == ["CHANNEL_MEMBER_REMOVE", "CHANNEL_UPDATE", "MESSAGE_CREATE"]
    assert got[0]["d"]["rev"] == 3 and got[1]["d"]["rev"] == 4
    assert got[1]["d"]["channel"]["owner_id"] == d.id, "d was there from the start"
    assert got[2]["d"]["system"] == {"kind": "member_leave", "user_id": a.id}
    socket.close()


def test_of_equally_long_members_the_lowest_id_inherits(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(c, b)
    a.delete(f"/channels/{group['id']}").ok(204)
    assert b.get(f"/channels/{group['id']}").ok()["owner_id"] == min((b.id, c.id), key=int)


def test_the_last_one_leaving_ends_the_group(ada, bob):
    group = ada.group(bob)
    bob.delete(f"/channels/{group['id']}").ok(204)
    ada.send(group, "alone")
    ada.delete(f"/channels/{group['id']}").ok(204)
    ada.get(f"/channels/{group['id']}").refused(404, 10003)
    ada.delete(f"/channels/{group['id']}").refused(404, 10003)


def test_who_is_added_again_begins_at_the_head(ada, bob, cy):
    group = ada.group(bob, cy)
    ada.send(group, "one")
    bob.post(f"/channels/{group['id']}/read", {"seq": 1}).ok(204)
    bob.delete(f"/channels/{group['id']}").ok(204)
    for text in ("two", "three"):
        ada.send(group, text)
    ada.put(f"/channels/{group['id']}/recipients/{bob.id}").ok(204)
    state = bob.read_state(group)
    assert state["unread"] == 0 and state["read_seq"] == bob.get(f"/channels/{group['id']}").ok()["last_seq"]


def test_renaming_is_a_change_and_a_system_message(fresh):
    a, b = fresh(), fresh()
    group = a.group(b, name="Old")
    socket = a.gateway()
    changed = b.patch(f"/channels/{group['id']}", {"name": "New", "topic": "Things"}).ok()
    assert changed["name"] == "New" and changed["topic"] == "Things"
    got = of_channel(socket.until(lambda v: v.get("t") == "MESSAGE_CREATE"), group)
    assert names(got)[-2:] == ["CHANNEL_UPDATE", "MESSAGE_CREATE"]
    assert got[-1]["d"]["system"] == {"kind": "rename", "name": "New"} and got[-1]["d"]["author"]["id"] == b.id
    assert got[-2]["d"]["channel"]["name"] == "New"
    before = a.get(f"/channels/{group['id']}").ok()
    b.patch(f"/channels/{group['id']}", {"name": "New"}).ok()
    b.patch(f"/channels/{group['id']}", {}).ok()
    after = a.get(f"/channels/{group['id']}").ok()
    assert (before["rev"], before["last_seq"]) == (after["rev"], after["last_seq"]), "what changes nothing has no rev"
    a.patch(f"/channels/{group['id']}", {"topic": "Other things"}).ok()
    last = a.get(f"/channels/{group['id']}").ok()
    assert last["rev"] == after["rev"] + 1 and last["last_seq"] == after["last_seq"], "a topic writes no system message"
    a.patch(f"/channels/{group['id']}", {"name": "x" * 101}).refused(400, 50035, "name")
    a.patch(f"/channels/{group['id']}", {"topic": "x" * 1025}).refused(400, 50035, "topic")
    socket.close()


def test_members_are_listed_by_user_id_in_pages(server, fresh):
    people = [fresh() for _ in range(5)]
    group = people[0].group(*people[1:])
    ids = sorted((p.id for p in people), key=int)
    everybody = people[0].get(f"/channels/{group['id']}/members").ok()
    assert [m["user"]["id"] for m in everybody] == ids and all(m["roles"] == [] for m in everybody)
    first = people[0].get(f"/channels/{group['id']}/members?limit=2").ok()
    rest = people[0].get(f"/channels/{group['id']}/members?limit=1000&after={first[-1]['user']['id']}").ok()
    assert [m["user"]["id"] for m in first + rest] == ids
    for bad in ("0", "1001", "x"):
        people[0].get(f"/channels/{group['id']}/members?limit={bad}").refused(400, 50035, "limit")
    people[0].get(f"/channels/{group['id']}/members?after=x").refused(400, 50035, "after")


# ---------------------------------------------------------------------- the list
def test_channels_are_listed_by_last_activity_in_pages(fresh):
    a, b = fresh(), fresh()
    groups = []
    for i in range(5):
        groups.append(a.group(b, name=str(i)))
        time.sleep(0.002)  # activity counts in milliseconds: each has its own
    newer = a.send(groups[1], "newer")
    a.send_later(groups[3], newer, "newest")
    expected = [groups[i]["id"] for i in (3, 1, 4, 2, 0)]
    assert [c["id"] for c in a.get("/users/@me/channels").ok()["channels"]] == expected
    got, before = [], None
    for size in (2, 2, 1):
        page = a.get(f"/users/@me/channels?limit=2{'&before=' + before if before else ''}").ok()
        assert len(page["channels"]) == size
        got += [c["id"] for c in page["channels"]]
        before = page["cursor"]
    assert got == expected and before is None
    a.get("/users/@me/channels?before=nonsense").refused(400, 50035, "before")


def test_a_full_last_page_has_no_cursor(fresh):
    a, b = fresh(), fresh()
    for i in range(2):
        a.group(b, name=str(i))
    assert a.get("/users/@me/channels?limit=2").ok()["cursor"] is None


# ---------------------------------------------------------------------- blocks
def test_a_block_closes_the_direct_channel_both_ways_and_tells_nothing(fresh):
    a, b, c = fresh(), fresh(), fresh()
    channel, group = a.direct(b), a.group(b, c)
    a.send(channel, "before")
    socket = b.live(channel, group)
    a.put(f"/users/@me/blocks/{b.id}").ok(204)
    a.put(f"/users/@me/blocks/{b.id}").ok(204)
    assert [u["id"] for u in a.get("/users/@me/blocks").ok()] == [b.id]
    assert b.get("/users/@me/blocks").ok() == []
    assert names(socket.drain()) == []
    for one, other in ((a, b), (b, a)):
        one.post(f"/channels/{channel['id']}/messages", {"content": "x"}).refused(403, 50007)
        assert one.post("/users/@me/channels", {"recipients": [other.id]}).ok(200)["id"] == channel["id"]
        assert [m["content"] for m in one.history(channel)] == ["before"]
        one.send(group, "groups in common go on")
    i = socket.request("MESSAGE_SEND", {"channel_id": channel["id"], "content": "x"})
    assert socket.reply(i)["error"]["code"] == 50007
    other = b.group(c)
    b.put(f"/channels/{other['id']}/recipients/{a.id}").refused(403, 50007)
    b.post("/users/@me/channels", {"recipients": [a.id, c.id]}).refused(403, 50007)
    a.delete(f"/users/@me/blocks/{b.id}").ok(204)
    a.delete(f"/users/@me/blocks/{b.id}").ok(204)
    b.send(channel, "again")
    socket.close()


def test_a_new_direct_channel_with_a_block_either_way_is_50007(fresh):
    a, b = fresh(), fresh()
    a.put(f"/users/@me/blocks/{b.id}").ok(204)
    a.post("/users/@me/channels", {"recipients": [b.id]}).refused(403, 50007)
    b.post("/users/@me/channels", {"recipients": [a.id]}).refused(403, 50007)


def test_one_blocks_neither_oneself_nor_nobody(ada):
    ada.put("/users/@me/blocks/1").refused(404, 10013)
    ada.put(f"/users/@me/blocks/{ada.id}").refused(400, 50035)
