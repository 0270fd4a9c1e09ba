"""Rate limits, frame limits, size limits of groups, large channels."""
import math
import time

import pytest
from client import Http, Person
from gateway import names, of_channel
from server import Server


@pytest.fixture(scope="module")
def limited():
    with Server(rate_limits="on") as server:
        yield server


@pytest.fixture(scope="module")
def crowd(server):
    """260 people, registered once, for the tests of large channels."""
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda _: Person.register(server), range(257)))


# ---------------------------------------------------------------------- rate limits
def test_the_instance_tells_the_frame_and_connection_limits(limited):
    limits = Http(limited).ask("GET", "/api/v1/instance").ok()["limits"]
    assert limits["frames_per_minute"] == 120 and limits["connections_per_user"] > 0


def test_a_client_that_ignores_the_headers_is_refused_and_told_when_to_come_back(limited):
    http, refusal = Http(limited), None
    for _ in range(2000):
        answer = http.ask("POST", "/api/v1/auth/login", {"login": "nobody_here", "password": "not a password"})
        if answer.status == 429:
            refusal = answer
            break
    assert refusal, "2000 wrong passwords in a row were let through"
    body = refusal.refused(429, 20016)
    assert refusal.headers["x-ratelimit-remaining"] == "0"
    assert int(refusal.headers["retry-after"]) == math.ceil(body["retry_after"])


def test_remaining_counts_down_within_a_bucket(limited):
    person = _patient_register(limited)
    first = person.get("/users/@me")
    second = person.get("/users/@me")
    assert first.headers["x-ratelimit-bucket"] == second.headers["x-ratelimit-bucket"]
    assert int(second.headers["x-ratelimit-remaining"]) <= int(first.headers["x-ratelimit-remaining"]) or float(first.headers["x-ratelimit-reset-after"]) < 1
    assert abs(float(second.headers["x-ratelimit-reset"]) - time.time() - float(second.headers["x-ratelimit-reset-after"])) < 2


def _patient_register(server):
    for _ in range(20):
        try:
            return Person.register(server)
        except AssertionError as error:
            if "429" not in str(error):
                raise
            time.sleep(1)
    raise AssertionError("registering is refused for 20 s")


def test_a_client_that_obeys_the_headers_never_sees_429(limited):
    person = _patient_register(limited)
    other = _patient_register(limited)
    channel = person.direct(other)
    until = time.monotonic() + 4
    sent = 0
    while time.monotonic() < until:
        answer = person.post(f"/channels/{channel['id']}/messages", {"content": "x"})
        assert answer.status == 201, answer.raw
        sent += 1
        if answer.headers["x-ratelimit-remaining"] == "0":
            time.sleep(min(float(answer.headers["x-ratelimit-reset-after"]), max(until - time.monotonic(), 0)) + 0.001)
            if time.monotonic() >= until:
                break
    assert sent > 4


def test_a_refused_request_is_counted_and_has_the_headers_too(limited):
    answer = Http(limited).ask("GET", "/api/v1/users/@me")
    answer.refused(401, 40001)
    assert answer.headers["x-ratelimit-bucket"]


def test_too_many_frames_close_4008(limited):
    person = _patient_register(limited)
    with person.gateway() as socket:
        for _ in range(200):
            socket.op(1, None)
            socket.ack(0)
        for _ in range(119):
            socket.op(3, {"status": "online"})
        socket.take(lambda v: v["op"] == 11)
        socket.heartbeat()
        for _ in range(5):
            socket.op(3, {"status": "online"})
        assert socket.closed() == 4008


def test_too_many_connections_close_the_new_one_with_4104(limited):
    person = _patient_register(limited)
    limit = Http(limited).ask("GET", "/api/v1/instance").ok()["limits"]["connections_per_user"]
    assert 0 < limit <= 100
    kept = [person.gateway() for _ in range(limit)]
    extra = person.gateway(identify=False)
    extra.op(2, {"token": person.token, "device": {"id": "d", "kind": "web"}})
    assert extra.closed() == 4104
    kept[0].heartbeat()
    for socket in kept:
        socket.close()


def test_sending_on_the_gateway_counts_with_sending_by_rest(limited):
    person, other = _patient_register(limited), _patient_register(limited)
    channel = person.direct(other)
    sent = person.post(f"/channels/{channel['id']}/messages", {"content": "by REST"})
    limit, left = int(sent.headers["x-ratelimit-limit"]), int(sent.headers["x-ratelimit-remaining"])
    refusals, seqs = [], []
    with person.gateway() as socket:
        for one in range(limit + 10):
            got = socket.reply(socket.request("MESSAGE_SEND", {"channel_id": channel["id"], "content": str(one)}))
            refusals += [got["error"]] if "error" in got else []
            seqs += [got["d"]["message"]["seq"]] if "d" in got else []
    assert len(seqs) >= left and seqs == list(range(2, len(seqs) + 2)), "a refused one has no place"
    assert refusals and all(error["code"] == 20016 and error["retry_after"] > 0 for error in refusals)
    after = person.post(f"/channels/{channel['id']}/messages", {"content": "by REST again"})
    assert int(after.headers["x-ratelimit-remaining"]) <= 1, "the gateway's count here too"
    assert after.status in (201, 429)


@pytest.mark.parametrize("known", [True, False])
def test_logging_in_by_one_name_is_limited_from_whatever_address(known):
    with Server("--trusted-proxies", "127.0.0.1", "--rate-login-name", "4/600", rate_limits="on") as server:
        person = Person.register(server)
        name = person.username if known else "nobody_here"
        statuses, answers = [], []
        for host in range(6):
            spelled = name.upper() if host % 2 else name
            answer = Http(server).ask("POST", "/api/v1/auth/login", {"login": spelled, "password": "not a password"},
                                      headers={"X-Forwarded-For": f"198.51.100.{host + 1}"})
            statuses.append(answer.status)
            answers.append(answer)
        assert statuses == [401] * 4 + [429] * 2
        assert [a.headers["x-ratelimit-bucket"] for a in answers] == ["login-name"] * 6, "the tighter of the two"
        assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["3", "2", "1", "0", "0", "0"]
        body = answers[-1].refused(429, 20016)
        assert int(answers[-1].headers["retry-after"]) == math.ceil(body["retry_after"])
        person.get("/users/@me").ok()
        another = Person.register(server)
        another.again()


def test_a_body_that_is_too_large_counts_for_the_address(limited):
    limits = Http(limited).ask("GET", "/api/v1/instance").ok()["limits"]
    lefts = []
    for _ in range(2):
        answer = Http(limited).ask("POST", "/api/v1/auth/login", raw=b"x" * (limits["body_bytes"] + 1))
        answer.refused(413, 0)
        lefts.append(int(answer.headers["x-ratelimit-remaining"]))
    assert lefts[1] < int(answer.headers["x-ratelimit-limit"])


# ---------------------------------------------------------------------- groups
def test_a_group_has_at_most_256_members(crowd):
    owner = crowd[0]
    owner.post("/users/@me/channels", {"recipients": [p.id for p in crowd[1:257]]}).refused(400, 30004)
    group = owner.post("/users/@me/channels", {"recipients": [p.id for p in crowd[1:256]]}).ok(201)
    assert group["member_count"] == 256
    owner.put(f"/channels/{group['id']}/recipients/{crowd[256].id}").refused(400, 30004)
    assert len(owner.get(f"/channels/{group['id']}/members?limit=1000").ok()) == 256


# ---------------------------------------------------------------------- large channels
@pytest.fixture
def large(crowd):
    return crowd[0].group(*crowd[1:50]), crowd


def test_a_channel_of_49_is_not_large_and_one_of_50_is(crowd):
    group = crowd[0].group(*crowd[1:49])
    with crowd[1].gateway() as socket:
        one = crowd[0].send(group, "to 49")
        socket.message(one["id"])
        crowd[0].get(f"/channels/{group['id']}/receipts").ok()
        crowd[0].put(f"/channels/{group['id']}/recipients/{crowd[49].id}").ok(204)
        crowd[0].get(f"/channels/{group['id']}/receipts").refused(403, 50013)
        two = crowd[0].send(group, "to 50")
        told = socket.event("CHANNEL_UNREAD", channel_id=group["id"], last_seq=two["seq"])
        assert told["last_seq"] == two["seq"]
        assert two["id"] not in [f["d"].get("id") for f in socket.drain() if f.get("t") == "MESSAGE_CREATE"]


def test_in_large_channels_the_subscribed_get_messages_and_the_others_channel_unread(large):
    group, crowd = large
    with crowd[1].gateway() as subscribed, crowd[2].gateway() as other:
        subscribed.op(67, {"channels": [group["id"]]})
        assert subscribed.event("SYNCED") == {"channel_id": group["id"], "seq": 0, "rev": 0, "recovered": True}
        sent = [crowd[0].send(group, str(i)) for i in range(5)]
        assert [subscribed.event("MESSAGE_CREATE", channel_id=group["id"])["id"] for _ in sent] == [m["id"] for m in sent]
        other.event("CHANNEL_UNREAD", channel_id=group["id"], last_seq=5)
        rest = of_channel(other.drain(), group)
        assert "MESSAGE_CREATE" not in names(rest)
        assert "CHANNEL_UNREAD" not in names(subscribed.drain())
        crowd[0].patch(f"/channels/{group['id']}/messages/{sent[0]['id']}", {"content": "edited"}).ok()
        assert subscribed.event("MESSAGE_UPDATE")["rev"] == 1
        assert "MESSAGE_UPDATE" not in names(other.drain())
        crowd[0].patch(f"/channels/{group['id']}", {"topic": "all see this"}).ok()
        for socket in (subscribed, other):
            assert socket.event("CHANNEL_UPDATE")["channel"]["topic"] == "all see this"


def test_channel_unread_comes_at_most_every_500_ms(large):
    group, crowd = large
    with crowd[1].gateway() as socket:
        start = time.monotonic()
        last = 0
        while time.monotonic() - start < 2:
            last = crowd[0].send(group, "x")["seq"]
        told = socket.until(lambda v: v.get("t") == "CHANNEL_UNREAD" and v["d"]["last_seq"] == last)
        assert names(told).count("CHANNEL_UNREAD") <= 2 / 0.5 + 2


def test_a_mention_is_pushed_in_a_large_channel_too(large):
    group, crowd = large
    with crowd[1].gateway() as socket:
        message = crowd[0].send(group, f"hi {crowd[1].mention}")
        assert socket.event("MENTION_CREATE")["message"]["id"] == message["id"]


def test_in_large_channels_acks_do_not_move_delivered(large):
    group, crowd = large
    with crowd[1].gateway() as socket:
        socket.op(67, {"channels": [group["id"]]})
        socket.event("SYNCED")
        message = crowd[0].send(group)
        socket.message(message["id"])
        socket.ack()
        socket.heartbeat()
    assert crowd[1].read_state(group)["delivered_seq"] == 0
    crowd[1].post(f"/channels/{group['id']}/read", {"seq": 1}).ok(204)
    assert crowd[1].read_state(group)["delivered_seq"] == 1


def test_large_channels_are_not_in_the_offline_queue(large):
    group, crowd = large
    crowd[0].send(group)
    with crowd[3].gateway() as socket:
        assert "MESSAGE_CREATE" not in names(of_channel(socket.drain(), group))


def test_removal_from_a_large_channel_reaches_who_has_not_subscribed(large):
    group, crowd = large
    with crowd[1].gateway() as removed:
        crowd[0].delete(f"/channels/{group['id']}/recipients/{crowd[1].id}").ok(204)
        assert removed.event("CHANNEL_MEMBER_REMOVE", channel_id=group["id"])["user_id"] == crowd[1].id


# ---------------------------------------------------------------------- slow readers
def test_a_reader_a_mebibyte_behind_is_closed_and_the_others_are_not(ada, bob, fresh):
    group = ada.group(bob)
    slow, good = bob.gateway(), ada.gateway()
    content = "x" * 4000
    for _ in range(600):
        ada.send(group, content)
        good.event("MESSAGE_CREATE", channel_id=group["id"])
        good.ack()
    assert slow.closed(15) in (4100, None), "the close may not get through"
    good.heartbeat()
    good.close()
    bob.post(f"/channels/{group['id']}/read", {"seq": 10**9}).ok(204)
