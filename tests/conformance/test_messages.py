"""protocol.md §2 and §3, Messages: sending, once, history in all directions, edits, deletes, reactions, pins, replies, changes."""
import json
import threading
import time

import pytest
from client import quoted, snowflake_at
from gateway import names, of_channel

THUMB, HEART = "👍", "❤️"


# ---------------------------------------------------------------------- sending
def test_a_message_is_numbered_from_one_and_its_time_is_in_its_id(ada, bob):
    group = ada.group(bob)
    sent = [ada.send(group, str(i)) for i in range(3)]
    assert [m["seq"] for m in sent] == [1, 2, 3]
    ids = [int(m["id"]) for m in sent]
    assert ids == sorted(set(ids))
    for m in sent:
        ms = (int(m["id"]) >> 23) + 1735689600000
        assert m["created_at"] == time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(ms // 1000)) + f".{ms % 1000:03}Z"
    channel = ada.get(f"/channels/{group['id']}").ok()
    assert channel["last_seq"] == 3 and channel["last_message_id"] == sent[-1]["id"] and channel["last_message_at"] == sent[-1]["created_at"]
    assert channel["rev"] == 0, "MESSAGE_CREATE does not move rev"


@pytest.mark.parametrize("content", ["x", " x ", "\n\tx\n", "x" * 4000, "😀" * 4000, "e\u0301 \u00e9", "‮abc", "\u200b", "\x01\x7f", '"\\/\b\f\n\r\t', "<script>", "\ufeffx", "\U0010ffff"])
def test_content_is_stored_as_sent(ada, bob, content):
    group = ada.group(bob)
    assert ada.send(group, content)["content"] == content
    assert bob.history(group)[0]["content"] == content


@pytest.mark.parametrize("content", ["", " ", "\n\t \u3000\u00a0", "x" * 4001, "😀" * 4001, "a\u0000b", None, 5, ["x"], {"x": 1}])
def test_content_that_is_none_is_50035(ada, bob, content):
    group = ada.group(bob)
    ada.post(f"/channels/{group['id']}/messages", {"content": content}).refused(400, 50035, "content")
    assert ada.history(group) == []


@pytest.mark.parametrize("escape", [r"\ud800", r"\udc00", r"a\ud83dz", r"\ude00\ud83d"])
def test_an_unpaired_surrogate_is_50035(ada, bob, escape):
    group = ada.group(bob)
    raw = b'{"content":"' + escape.encode() + b'"}'
    ada.post(f"/channels/{group['id']}/messages", raw=raw, headers={"Content-Type": "application/json"}).refused(400, 50035)
    ada.post(f"/channels/{group['id']}/messages", raw=rb'{"content":"\ud83d\ude00"}', headers={"Content-Type": "application/json"}).ok(201)


def test_a_message_without_content_is_50035(ada, bob):
    ada.post(f"/channels/{ada.group(bob)['id']}/messages", {}).refused(400, 50035, "content")


# ---------------------------------------------------------------------- once
def test_a_repeat_of_a_nonce_is_the_original_message(ada, bob):
    group = ada.group(bob)
    first = ada.send(group, "hi", nonce="n-1")
    assert first["nonce"] == "n-1"
    again = ada.post(f"/channels/{group['id']}/messages", {"content": "hi", "nonce": "n-1"})
    assert again.ok(200)["id"] == first["id"] and again.body["seq"] == 1
    assert again.headers["idempotency-replayed"] == "true"
    assert len(ada.history(group)) == 1


def test_a_first_send_is_not_marked_as_replayed(ada, bob):
    group = ada.group(bob)
    answer = ada.post(f"/channels/{group['id']}/messages", {"content": "hi", "nonce": "n-1"})
    answer.ok(201)
    assert "idempotency-replayed" not in answer.headers


def test_a_replay_shows_the_message_as_it_is_now(ada, bob):
    group = ada.group(bob)
    first = ada.send(group, "hi", nonce="n")
    ada.patch(f"/channels/{group['id']}/messages/{first['id']}", {"content": "edited"}).ok()
    path = f"/channels/{group['id']}/messages"
    assert ada.post(path, {"content": "hi", "nonce": "n"}).ok(200)["content"] == "edited"
    ada.delete(f"{path}/{first['id']}").ok(204)
    assert ada.post(path, {"content": "hi", "nonce": "n"}).ok(200)["deleted"] is True


def test_a_nonce_with_another_body_is_40902(ada, bob):
    group = ada.group(bob)
    first = ada.send(group, "hi", nonce="n")
    path = f"/channels/{group['id']}/messages"
    ada.post(path, {"content": "other", "nonce": "n"}).refused(422, 40902)
    ada.post(path, {"content": "hi", "nonce": "n", "reply_to": first["id"]}).refused(422, 40902)
    ada.post(path, {"content": "hi", "nonce": "n", "allowed_mentions": {"parse": []}}).refused(422, 40902)
    ada.post(path, {"content": "hi", "nonce": "n", "attachments": []}).ok(200)


def test_the_header_is_the_same_as_the_nonce(ada, bob):
    group = ada.group(bob)
    path = f"/channels/{group['id']}/messages"
    first = ada.post(path, {"content": "hi"}, headers={"Idempotency-Key": "k-1"}).ok(201)
    assert first["nonce"] == "k-1"
    assert ada.post(path, {"content": "hi", "nonce": "k-1"}).ok(200)["id"] == first["id"]
    assert ada.post(path, {"content": "hi", "nonce": "k-1"}, headers={"Idempotency-Key": "k-1"}).ok(200)["id"] == first["id"]
    ada.post(path, {"content": "hi", "nonce": "k-1"}, headers={"Idempotency-Key": "k-2"}).refused(400, 50035)
    ada.post(path, {"content": "hi"}, headers={"Idempotency-Key": "k" * 65}).refused(400, 50035)


def test_a_nonce_is_of_its_author_and_channel(ada, bob):
    one, two = ada.group(bob), ada.group(bob)
    ids = {ada.send(one, "hi", nonce="n")["id"], bob.send(one, "hi", nonce="n")["id"], ada.send(two, "hi", nonce="n")["id"]}
    assert len(ids) == 3


def test_a_nonce_is_shared_between_rest_and_gateway(ada, bob):
    group = ada.group(bob)
    first = ada.send(group, "hi", nonce="n")
    with ada.gateway() as socket:
        reply = socket.send_message(group, "hi", nonce="n")
        assert reply["replayed"] is True and reply["message"]["id"] == first["id"]
        assert "replayed" not in socket.send_message(group, "hi", nonce="m")
        i = socket.request("MESSAGE_SEND", {"channel_id": group["id"], "content": "other", "nonce": "n"})
        assert socket.reply(i)["error"]["code"] == 40902
    assert ada.post(f"/channels/{group['id']}/messages", {"content": "hi", "nonce": "m"}).ok(200)


@pytest.mark.parametrize("nonce, good", [("n", True), ("n" * 64, True), ("ä" * 64, True), ("n" * 65, False), ("", False), (5, False)])
def test_a_nonce_has_1_to_64_characters(ada, bob, nonce, good):
    answer = ada.post(f"/channels/{ada.group(bob)['id']}/messages", {"content": "hi", "nonce": nonce})
    if good:
        assert answer.ok(201)["nonce"] == nonce
    else:
        answer.refused(400, 50035, "nonce")


def test_a_send_that_failed_keeps_no_nonce(ada, bob):
    group = ada.group(bob)
    ada.post(f"/channels/{group['id']}/messages", {"content": "", "nonce": "n"}).refused(400, 50035)
    ada.post(f"/channels/{group['id']}/messages", {"content": "x", "nonce": "n", "reply_to": ada.id}).refused(400, 50035)
    ada.send(group, "now right", nonce="n")


def test_twenty_repeats_at_once_make_one_message(ada, bob):
    group = ada.group(bob)
    answers = []

    def send():
        person = type(ada)(ada.server, ada.user, ada.session)
        answers.append(person.post(f"/channels/{group['id']}/messages", {"content": "hi", "nonce": "n"}))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(answers) == 20
    assert {a.status for a in answers} <= {200, 201, 409} and [a.status for a in answers].count(201) == 1
    assert len({a.body["id"] for a in answers if a.status < 300}) == 1
    assert len(ada.history(group)) == 1


# ---------------------------------------------------------------------- history
@pytest.fixture(scope="module")
def long_channel(ada, bob):
    """A channel of 120 messages, oldest first."""
    group = ada.group(bob)
    return group, [ada.send(group, str(i)) for i in range(120)]


def seqs(messages):
    return [m["seq"] for m in messages]


def test_history_is_newest_first_and_fifty(ada, long_channel):
    group, _ = long_channel
    assert seqs(ada.history(group)) == list(range(120, 70, -1))
    assert seqs(ada.history(group, limit=1)) == [120]
    assert seqs(ada.history(group, limit=100)) == list(range(120, 20, -1))


def test_before_gives_the_ones_next_before(ada, long_channel):
    group, sent = long_channel
    assert seqs(ada.history(group, before=sent[59]["id"], limit=5)) == [59, 58, 57, 56, 55]
    assert seqs(ada.history(group, before=sent[2]["id"])) == [2, 1]
    assert ada.history(group, before=sent[0]["id"]) == []


def test_after_gives_the_ones_next_after_newest_first(ada, long_channel):
    group, sent = long_channel
    assert seqs(ada.history(group, after=sent[59]["id"], limit=5)) == [65, 64, 63, 62, 61]
    assert seqs(ada.history(group, after=sent[117]["id"])) == [120, 119]
    assert ada.history(group, after=sent[119]["id"]) == []


@pytest.mark.parametrize("limit, expected", [(1, [60]), (2, [60, 59]), (3, [61, 60, 59]), (4, [61, 60, 59, 58]), (5, [62, 61, 60, 59, 58]), (50, list(range(84, 34, -1)))])
def test_around_gives_it_and_half_of_the_rest_newer(ada, long_channel, limit, expected):
    group, sent = long_channel
    assert seqs(ada.history(group, around=sent[59]["id"], limit=limit)) == expected


def test_around_does_not_make_up_for_a_short_side(ada, long_channel):
    group, sent = long_channel
    assert seqs(ada.history(group, around=sent[119]["id"], limit=5)) == [120, 119, 118]
    assert seqs(ada.history(group, around=sent[0]["id"], limit=5)) == [3, 2, 1]
    assert seqs(ada.history(group, around=sent[1]["id"], limit=5)) == [4, 3, 2, 1]


def test_after_seq_is_ascending_from_a_number(ada, long_channel):
    group, _ = long_channel
    assert seqs(ada.history(group, after_seq=0, limit=3)) == [1, 2, 3]
    assert seqs(ada.history(group, after_seq=60, limit=3)) == [61, 62, 63]
    assert seqs(ada.history(group, after_seq=118)) == [119, 120]
    assert ada.history(group, after_seq=120) == [] == ada.history(group, after_seq=10**9)
    for bad in ("-1", "x", "1.5", ""):
        ada.get(f"/channels/{group['id']}/messages?after_seq={bad}").refused(400, 50035, "after_seq")


def test_the_directions_take_any_snowflake_also_one_made_from_a_time(ada, long_channel):
    group, sent = long_channel
    # Two messages of one millisecond have neighbouring ids: the place is one where a number between the two is free.
    ids = [int(message["id"]) for message in sent]
    at = next(i for i in range(2, 117) if ids[i] > ids[i - 1] + 1)
    between = str(ids[at] - 1)
    assert seqs(ada.history(group, before=between, limit=2)) == [at, at - 1]
    assert seqs(ada.history(group, after=between, limit=2)) == [at + 2, at + 1]
    assert seqs(ada.history(group, around=between, limit=3)) == [at + 2, at + 1, at], "x, or the next newer one"
    early, late = snowflake_at(1735689600001), str(2**63)
    assert ada.history(group, before=early) == []
    assert seqs(ada.history(group, after=early, limit=2)) == [2, 1]
    assert seqs(ada.history(group, before=late, limit=2)) == [120, 119]
    assert ada.history(group, after=late) == []


def test_the_directions_exclude_one_another(ada, long_channel):
    group, sent = long_channel
    x = sent[5]["id"]
    for pair in (f"before={x}&after={x}", f"before={x}&around={x}", f"after={x}&after_seq=1", f"around={x}&after_seq=1"):
        ada.get(f"/channels/{group['id']}/messages?{pair}").refused(400, 50035)


def test_paging_through_all_in_both_directions_meets_every_message_once(ada, long_channel):
    group, _ = long_channel
    got, before = [], None
    while page := ada.history(group, before=before, limit=33):
        got += seqs(page)
        before = page[-1]["id"]
    assert got == list(range(120, 0, -1))
    got, after = [], None
    after = "1"
    while page := ada.history(group, after=after, limit=33):
        got += reversed(seqs(page))
        after = page[0]["id"]
    assert got == list(range(1, 121))


# ---------------------------------------------------------------------- edit
def test_an_edit_is_one_change_and_one_event(ada, bob):
    group = ada.group(bob)
    message = ada.send(group, "one", nonce="n")
    with bob.gateway() as socket:
        edited = ada.patch(f"/channels/{group['id']}/messages/{message['id']}", {"content": "two"}).ok()
        assert edited["content"] == "two" and edited["edited_at"] and edited["seq"] == 1 and edited["id"] == message["id"]
        told = socket.event("MESSAGE_UPDATE")
        assert told["rev"] == 1 and told["message"]["content"] == "two" and told["channel_id"] == group["id"]
    channel = ada.get(f"/channels/{group['id']}").ok()
    assert channel["rev"] == 1 and channel["last_seq"] == 1


def test_only_the_author_edits(ada, bob):
    group = bob.group(ada)
    message = ada.send(group, "mine")
    bob.patch(f"/channels/{group['id']}/messages/{message['id']}", {"content": "yours"}).refused(403, 50013)


def test_an_edit_has_the_same_form_as_a_send(ada, bob):
    group = ada.group(bob)
    message = ada.send(group, "mine")
    for content in ("", "  ", "x" * 4001, "a\u0000", None, 5):
        ada.patch(f"/channels/{group['id']}/messages/{message['id']}", {"content": content}).refused(400, 50035, "content")


def test_the_same_content_again_changes_nothing(ada, bob):
    group = ada.group(bob)
    message = ada.send(group, "same")
    ada.patch(f"/channels/{group['id']}/messages/{message['id']}", {"content": "same"}).ok()
    assert ada.get(f"/channels/{group['id']}").ok()["rev"] == 0


def test_system_messages_take_no_edit(ada, bob, cy):
    group = ada.group(bob)
    ada.put(f"/channels/{group['id']}/recipients/{cy.id}").ok(204)
    message = ada.history(group)[0]
    assert message["author"]["id"] == ada.id
    ada.patch(f"/channels/{group['id']}/messages/{message['id']}", {"content": "x"}).refused(403, 50013)


# ---------------------------------------------------------------------- delete
def mentions_of(person):
    return [m["id"] for m in person.get("/users/@me/mentions").ok()]


def all_that_is_shown_of(person, channel, message):
    """The text of every answer and frame in which somebody could be shown a message of this channel."""
    path = f"/channels/{channel['id']}"
    asked = [person.get(f"{path}/messages{query}") for query in ("", f"/{message['id']}", "?after_seq=0", f"?around={message['id']}")]
    asked += [person.get(path + rest) for rest in ("", "/changes", "/pins", f"/messages/{message['id']}/receipts")]
    asked += [person.get(f"/users/@me/{what}") for what in ("mentions", "channels", "unread")]
    for answer in asked:
        answer.ok()
    with person.gateway(positions={channel["id"]: {"seq": 0, "rev": 0}}) as socket:
        frames = socket.until(lambda v: v.get("t") == "SYNCED" and v["d"]["channel_id"] == channel["id"])
    return [f"{answer.what}: {answer.raw.decode()}" for answer in asked] + [json.dumps([socket.ready, *frames])]


def test_a_deleted_message_stays_in_its_place_without_content(ada, bob):
    group = ada.group(bob)
    secret, other = "the tower leans", "the clock is late"
    message = ada.send(group, f"{other} {bob.mention}")
    path = f"/channels/{group['id']}/messages/{message['id']}"
    ada.patch(path, {"content": f"{secret} {bob.mention}"}).ok()
    bob.put(f"{path}/reactions/{quoted(THUMB)}/@me").ok(204)
    ada.put(f"{path}/pin").ok(204)
    for person in (ada, bob):
        assert any(secret in text for text in all_that_is_shown_of(person, group, message)), "what is looked for can be found"
    assert message["id"] in mentions_of(bob)
    with bob.gateway() as socket:
        ada.delete(path).ok(204)
        told = socket.event("MESSAGE_DELETE")
    assert told["rev"] == 4
    for shown in (told["message"], bob.get(path).ok(), bob.history(group)[0]):
        assert shown["deleted"] and shown["seq"] == 1 and shown["id"] == message["id"] and shown["author"]["id"] == ada.id
    assert bob.get(f"/channels/{group['id']}/pins").ok() == []
    assert message["id"] not in mentions_of(bob)
    for text in (json.dumps(told), *all_that_is_shown_of(ada, group, message), *all_that_is_shown_of(bob, group, message)):
        assert secret not in text and other not in text and bob.mention not in text, text
    ada.delete(path).ok(204)
    assert ada.get(f"/channels/{group['id']}").ok()["rev"] == 4, "deleting what is deleted changes nothing"


def test_a_deleted_message_takes_no_edit_reaction_or_pin(ada, bob):
    group = ada.group(bob)
    message = ada.send(group)
    path = f"/channels/{group['id']}/messages/{message['id']}"
    ada.delete(path).ok(204)
    ada.patch(path, {"content": "x"}).refused(404, 10008)
    ada.put(f"{path}/reactions/{quoted(THUMB)}/@me").refused(404, 10008)
    ada.put(f"{path}/pin").refused(404, 10008)


def test_author_and_owner_delete_and_nobody_else(ada, bob, cy):
    group = ada.group(bob, cy)
    one, two = bob.send(group, "one"), bob.send(group, "two")
    cy.delete(f"/channels/{group['id']}/messages/{one['id']}").refused(403, 50013)
    bob.delete(f"/channels/{group['id']}/messages/{one['id']}").ok(204)
    ada.delete(f"/channels/{group['id']}/messages/{two['id']}").ok(204)
    direct = ada.direct(bob)
    mine = ada.send(direct, "mine")
    bob.delete(f"/channels/{direct['id']}/messages/{mine['id']}").refused(403, 50013)


def test_an_unknown_message_is_10008(ada, bob):
    group, other = ada.group(bob), ada.group(bob)
    elsewhere = ada.send(other)
    for unknown in ("1", elsewhere["id"], "abc", "0"):
        path = f"/channels/{group['id']}/messages/{unknown}"
        ada.get(path).refused(404, 10008)
        ada.patch(path, {"content": "x"}).refused(404, 10008)
        ada.delete(path).refused(404, 10008)
        ada.put(f"{path}/pin").refused(404, 10008)
        ada.put(f"{path}/reactions/{quoted(THUMB)}/@me").refused(404, 10008)
        ada.get(f"{path}/receipts").refused(404, 10008)


# ---------------------------------------------------------------------- reactions
def test_reactions_are_counted_and_told(ada, bob):
    group = ada.group(bob)
    message = ada.send(group)
    path = f"/channels/{group['id']}/messages/{message['id']}"
    with ada.gateway() as socket:
        for person in (ada, bob):
            person.put(f"{path}/reactions/{quoted(THUMB)}/@me").ok(204)
        bob.put(f"{path}/reactions/{quoted(THUMB)}/@me").ok(204)
        bob.put(f"{path}/reactions/{quoted(HEART)}/@me").ok(204)
        bob.delete(f"{path}/reactions/{quoted(THUMB)}/@me").ok(204)
        bob.delete(f"{path}/reactions/{quoted(THUMB)}/@me").ok(204)
        got = of_channel(socket.until(lambda v: v.get("t") == "MESSAGE_REACTION_REMOVE"), group)
    assert [(f["t"], f["d"]["rev"], f["d"]["user_id"], f["d"]["emoji"], f["d"]["count"]) for f in got] == [
        ("MESSAGE_REACTION_ADD", 1, ada.id, THUMB, 1), ("MESSAGE_REACTION_ADD", 2, bob.id, THUMB, 2), ("MESSAGE_REACTION_ADD", 3, bob.id, HEART, 1),
        ("MESSAGE_REACTION_REMOVE", 4, bob.id, THUMB, 1)]
    assert all(f["d"]["message_id"] == message["id"] for f in got)
    for person in (ada, bob):
        shown = {r["emoji"]: (r["count"], r.get("me", False)) for r in person.get(path).ok()["reactions"]}
        assert shown == {THUMB: (1, person is ada), HEART: (1, person is bob)}
        shown = {r["emoji"]: (r["count"], r.get("me", False)) for r in person.history(group)[0]["reactions"]}
        assert shown == {THUMB: (1, person is ada), HEART: (1, person is bob)}
    assert [u["id"] for u in ada.get(f"{path}/reactions/{quoted(HEART)}").ok()] == [bob.id]
    assert ada.get(f"{path}/reactions/{quoted('🎉')}").ok() == []


@pytest.mark.parametrize("emoji", ["👍", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☃️"])
def test_one_emoji_sequence_is_a_reaction(ada, bob, emoji):
    group = ada.group(bob)
    path = f"/channels/{group['id']}/messages/{ada.send(group)['id']}"
    ada.put(f"{path}/reactions/{quoted(emoji)}/@me").ok(204)
    assert [r["emoji"] for r in ada.get(path).ok()["reactions"]] == [emoji]


@pytest.mark.parametrize("emoji", ["x", "👍👍", "thumbsup", "1", "%", ":)", "👍x", " ", "\u200d", "<", "\u00e4"])
def test_what_is_not_one_emoji_is_10014(ada, bob, emoji):
    group = ada.group(bob)
    path = f"/channels/{group['id']}/messages/{ada.send(group)['id']}"
    ada.put(f"{path}/reactions/{quoted(emoji)}/@me").refused(404, 10014)


def test_reactions_of_one_message_have_a_limit(ada, bob, nobody):
    limit = nobody.ask("GET", "/api/v1/instance").ok()["limits"]["reactions_per_message"]
    assert 0 < limit <= 50
    group = ada.group(bob)
    path = f"/channels/{group['id']}/messages/{ada.send(group)['id']}"
    emojis = [chr(0x1F400 + i) for i in range(limit + 1)]
    for emoji in emojis[:limit]:
        ada.put(f"{path}/reactions/{quoted(emoji)}/@me").ok(204)
    ada.put(f"{path}/reactions/{quoted(emojis[limit])}/@me").refused(400, 30010)
    bob.put(f"{path}/reactions/{quoted(emojis[0])}/@me").ok(204)


# ---------------------------------------------------------------------- pins
def test_a_pin_is_a_state_with_a_rev_and_an_event(ada, bob):
    group = ada.group(bob)
    one, two = ada.send(group, "one"), ada.send(group, "two")
    with ada.gateway() as socket:
        bob.put(f"/channels/{group['id']}/messages/{one['id']}/pin").ok(204)
        bob.put(f"/channels/{group['id']}/messages/{one['id']}/pin").ok(204)
        told = socket.event("MESSAGE_UPDATE")
        assert told["rev"] == 1 and told["message"]["pinned"] and "edited_at" not in told["message"]
        ada.put(f"/channels/{group['id']}/messages/{two['id']}/pin").ok(204)
        assert [m["id"] for m in bob.get(f"/channels/{group['id']}/pins").ok()] == [two["id"], one["id"]]
        for _ in range(2):
            ada.delete(f"/channels/{group['id']}/messages/{one['id']}/pin").ok(204)
        assert socket.event("MESSAGE_UPDATE", rev=3)["message"]["pinned"] is False
    assert ada.get(f"/channels/{group['id']}").ok()["rev"] == 3
    assert [m["id"] for m in bob.get(f"/channels/{group['id']}/pins").ok()] == [two["id"]]


def test_pins_have_a_limit(ada, bob, nobody):
    limit = nobody.ask("GET", "/api/v1/instance").ok()["limits"]["pins"]
    assert 0 < limit <= 250
    group = ada.group(bob)
    sent = [ada.send(group, str(i)) for i in range(limit + 1)]
    for message in sent[:limit]:
        ada.put(f"/channels/{group['id']}/messages/{message['id']}/pin").ok(204)
    ada.put(f"/channels/{group['id']}/messages/{sent[limit]['id']}/pin").refused(400, 30003)
    ada.put(f"/channels/{group['id']}/messages/{sent[0]['id']}/pin").ok(204)
    assert len(ada.get(f"/channels/{group['id']}/pins").ok()) == limit


# ---------------------------------------------------------------------- replies
def test_a_reply_names_its_message_and_mentions_nobody_by_itself(ada, bob):
    group = ada.group(bob)
    one = bob.send(group, "question")
    two = ada.send(group, "answer", reply_to=one["id"])
    assert two["reply_to"] == {"id": one["id"], "seq": 1} and two["mentions"] == []
    assert "reply_to" not in one


def test_a_reply_to_what_is_not_there_is_50035(ada, bob):
    group, other = ada.group(bob), ada.group(bob)
    for unknown in ("1", "abc", 5, ada.send(other)["id"]):
        ada.post(f"/channels/{group['id']}/messages", {"content": "x", "reply_to": unknown}).refused(400, 50035, "reply_to")


def test_an_attachment_is_nobodys_while_there_are_none(ada, bob):
    group = ada.group(bob)
    ada.post(f"/channels/{group['id']}/messages", {"content": "x", "attachments": ["1"]}).refused(400, 50035, "attachments.0")
    assert ada.send(group, "x", attachments=[])["attachments"] == []


# ---------------------------------------------------------------------- mentions
def test_mentions_count_for_those_who_see_the_channel_and_never_oneself(fresh):
    a, b, c, stranger = fresh(), fresh(), fresh(), fresh()
    group = a.group(b, c)
    message = a.send(group, f"{a.mention} {b.mention} {b.mention} {stranger.mention} <@1> <@x> <@&1>")
    assert message["mentions"] == [b.id] and message["mention_everyone"] is False
    assert b.read_state(group)["mention_count"] == 1 and c.read_state(group)["mention_count"] == 0 == a.read_state(group)["mention_count"]
    assert [m["id"] for m in b.get("/users/@me/mentions").ok()] == [message["id"]]
    assert c.get("/users/@me/mentions").ok() == []
    b.post(f"/channels/{group['id']}/read", {"seq": 1}).ok(204)
    assert b.read_state(group)["mention_count"] == 0
    assert [m["id"] for m in b.get("/users/@me/mentions").ok()] == [message["id"]], "the list stays"


def test_everyone_counts_for_everybody_else_and_pushes_nothing(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b, c)
    with b.gateway() as socket:
        message = a.send(group, "soup, @everyone")
        assert message["mention_everyone"] is True and message["mentions"] == []
        assert "MENTION_CREATE" not in names(socket.drain())
    assert [p.read_state(group)["mention_count"] for p in (a, b, c)] == [0, 1, 1]
    assert [m["id"] for m in b.get("/users/@me/mentions").ok()] == [message["id"]]
    edited = a.patch(f"/channels/{group['id']}/messages/{message['id']}", {"content": "soup"}).ok()
    assert edited["mention_everyone"] is False and b.read_state(group)["mention_count"] == 0
    assert a.send(group, "@everyone", allowed_mentions={"parse": ["users"]})["mention_everyone"] is False


def test_a_mention_is_pushed_once_besides(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b, c)
    sockets = {p.id: p.gateway() for p in (a, b, c)}
    message = a.send(group, f"you, {b.mention}, and {b.mention}")
    told = sockets[b.id].event("MENTION_CREATE")
    assert told["channel_id"] == group["id"] and told["message"]["id"] == message["id"]
    for socket in sockets.values():
        assert "MENTION_CREATE" not in names(socket.drain())
        socket.close()


def test_an_edit_recomputes_mentions_and_counters_without_a_push(fresh):
    a, b, c = fresh(), fresh(), fresh()
    group = a.group(b, c)
    message = a.send(group, f"hi {b.mention}")
    socket = c.gateway()
    edited = a.patch(f"/channels/{group['id']}/messages/{message['id']}", {"content": f"hi {c.mention}"}).ok()
    assert edited["mentions"] == [c.id]
    assert b.read_state(group)["mention_count"] == 0 and c.read_state(group)["mention_count"] == 1
    assert b.get("/users/@me/mentions").ok() == [] and [m["id"] for m in c.get("/users/@me/mentions").ok()] == [message["id"]]
    assert "MENTION_CREATE" not in names(socket.drain())
    a.delete(f"/channels/{group['id']}/messages/{message['id']}").ok(204)
    assert c.read_state(group)["mention_count"] == 0 and c.read_state(group)["unread"] == 1, "deleting does not lower unread"
    socket.close()


@pytest.mark.parametrize("allowed, both", [({"parse": []}, ""), ({}, ""), ({"parse": ["users"]}, "bc"), ({"parse": ["roles", "everyone"]}, ""), ({"users": ["b"]}, "b"), ({"parse": [], "users": ["c"]}, "c")])
def test_allowed_mentions_narrow_what_is_mentioned(fresh, allowed, both):
    a, b, c = fresh(), fresh(), fresh()
    people = {"b": b.id, "c": c.id}
    group = a.group(b, c)
    asked = {k: [people.get(x, x) for x in v] for k, v in allowed.items()}
    message = a.send(group, f"{b.mention} {c.mention}", allowed_mentions=asked)
    assert set(message["mentions"]) == {people[x] for x in both}


def test_allowed_mentions_of_a_wrong_shape_are_50035(ada, bob):
    group = ada.group(bob)
    for wrong in ({"parse": ["people"]}, {"parse": "users"}, {"users": ["x"]}, [], {"parse": ["users"], "users": [bob.id]}):
        ada.post(f"/channels/{group['id']}/messages", {"content": "x", "allowed_mentions": wrong}).refused(400, 50035)


def test_the_mentions_list_pages_backwards(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    sent = [a.send(group, f"{i} {b.mention}") for i in range(5)]
    first = b.get("/users/@me/mentions?limit=2").ok()
    rest = b.get(f"/users/@me/mentions?before={first[-1]['id']}").ok()
    assert [m["id"] for m in first + rest] == [m["id"] for m in reversed(sent)]
    b.get("/users/@me/mentions?before=x").refused(400, 50035, "before")


# ---------------------------------------------------------------------- changes
def test_changes_are_dense_and_show_messages_as_they_are_now(ada, bob, cy):
    group = ada.group(bob, name="a")
    message = ada.send(group, "one")
    path = f"/channels/{group['id']}/messages/{message['id']}"
    ada.patch(path, {"content": "two"}).ok()
    bob.put(f"{path}/reactions/{quoted(THUMB)}/@me").ok(204)
    ada.put(f"{path}/pin").ok(204)
    ada.put(f"/channels/{group['id']}/recipients/{cy.id}").ok(204)
    ada.patch(f"/channels/{group['id']}", {"name": "b"}).ok()
    ada.delete(f"/channels/{group['id']}/recipients/{cy.id}").ok(204)
    bob.delete(f"{path}/reactions/{quoted(THUMB)}/@me").ok(204)
    ada.patch(path, {"content": "three"}).ok()
    changes = bob.get(f"/channels/{group['id']}/changes?after_rev=0").ok()
    assert [c["rev"] for c in changes] == list(range(1, 9))
    assert [c["t"] for c in changes] == ["MESSAGE_UPDATE", "MESSAGE_REACTION_ADD", "MESSAGE_UPDATE", "CHANNEL_MEMBER_ADD", "CHANNEL_UPDATE", "CHANNEL_MEMBER_REMOVE",
                                         "MESSAGE_REACTION_REMOVE", "MESSAGE_UPDATE"]
    assert all(c["d"]["rev"] == c["rev"] and c["d"]["channel_id"] == group["id"] for c in changes)
    assert changes[0]["d"]["message"]["content"] == "three", "as they now are"
    assert [c["rev"] for c in bob.get(f"/channels/{group['id']}/changes?after_rev=5&limit=2").ok()] == [6, 7]
    assert bob.get(f"/channels/{group['id']}/changes?after_rev=8").ok() == []
    assert [c["rev"] for c in bob.get(f"/channels/{group['id']}/changes").ok()] == list(range(1, 9))
    for bad in ("-1", "x"):
        bob.get(f"/channels/{group['id']}/changes?after_rev={bad}").refused(400, 50035, "after_rev")


def test_changes_show_nothing_of_a_message_that_was_deleted(ada, bob):
    group = ada.group(bob)
    message = ada.send(group, "the secret")
    path = f"/channels/{group['id']}/messages/{message['id']}"
    ada.patch(path, {"content": "the secret again"}).ok()
    ada.delete(path).ok(204)
    answer = bob.get(f"/channels/{group['id']}/changes")
    assert [c["rev"] for c in answer.ok()] == [1, 2] and b"secret" not in answer.raw
    assert answer.body[1]["t"] == "MESSAGE_DELETE"


# ---------------------------------------------------------------------- events
def test_every_session_of_every_member_gets_a_message_in_order(ada, bob):
    group = ada.group(bob)
    sockets = [ada.gateway(), bob.gateway(), bob.gateway()]
    sent = [p.send(group, str(i)) for i, p in enumerate([ada, bob] * 5)]
    for socket in sockets:
        got = [socket.event("MESSAGE_CREATE", channel_id=group["id"]) for _ in sent]
        assert [(m["seq"], m["id"], m["content"]) for m in got] == [(m["seq"], m["id"], m["content"]) for m in sent]
        assert all("me" not in r for m in got for r in m["reactions"])
        socket.close()


def test_what_a_message_event_shows_can_be_read_at_once(ada, bob):
    group = ada.group(bob)
    with bob.gateway() as socket:
        for i in range(20):
            sent = ada.send(group, str(i))
            told = socket.event("MESSAGE_CREATE", id=sent["id"])
            assert bob.history(group, limit=1)[0]["id"] == told["id"]
