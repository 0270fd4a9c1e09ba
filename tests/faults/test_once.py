"""G4: one nonce, however often and by whichever way it is said, is one message."""
import http.client
import itertools
import json
import threading

import pytest
from client import Http, Person
from follower import Quick, history
from gateway import Closed
from proxy import Plan, Proxy
from server import Server


def by_rest(at, person, channel, body):
    """Its status and body; None when the connection ended before the answer."""
    connection = http.client.HTTPConnection(at.host, at.port, timeout=20)
    try:
        connection.request("POST", f"/api/v1/channels/{channel['id']}/messages", json.dumps(body),
                           {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    except (ConnectionError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def by_gateway(at, person, channel, body):
    try:
        with Quick(at, token=person.token).identify() as socket:
            reply = socket.reply(socket.request("MESSAGE_SEND", {"channel_id": channel["id"], **body}))
            socket.close()
    except Closed:
        return None
    if "error" in reply:
        return {40901: 409, 40902: 422}[reply["error"]["code"]], reply["error"]
    return (200 if reply["d"].get("replayed") else 201), reply["d"]["message"]


def same_message(answers):
    """The one message of all answers that came; only 40901 may stand beside it."""
    messages = []
    for status, body in (a for a in answers if a):
        if status == 409:
            assert body["code"] == 40901 and body["retry_after"] > 0, body
        else:
            assert status in (200, 201), (status, body)
            messages.append((status, body))
    assert messages, "no try was answered"
    assert len({(m["id"], m["seq"]) for _, m in messages}) == 1, messages
    assert sum(status == 201 for status, _ in messages) <= 1
    return messages[0][1]


def tries(person, server, proxy, channel, body, count):
    """One after another: REST and gateway, every other one through a proxy that lets the request pass and swallows the answer."""
    ways = itertools.cycle([(by_rest, True), (by_gateway, False), (by_rest, False), (by_gateway, True)])
    answers = []
    for way, cut in itertools.islice(ways, count):
        if cut:
            # A gateway's answer is what follows Hello and READY.
            swallow = Plan(cut_down=0) if way is by_rest else Plan(cut_down=gateway_bytes(person, proxy) + 1, reset=True)
            proxy.plans.append(swallow)
        answers.append(way(proxy if cut else server, person, channel, body))
        assert not cut or way is by_gateway or answers[-1] is None, "the answer was swallowed"
    return answers


def gateway_bytes(person, proxy):
    """What the server says on a fresh socket up to READY."""
    measured = Plan()
    proxy.plans.append(measured)
    with Quick(proxy, token=person.token).identify() as socket:
        socket.heartbeat()
        socket.close()
    measured.done.wait(10)
    return measured.down - len(b'\x81\x09{"op":11}') - 4 - len(b"\x88\x02..") + 4


def test_twenty_tries_of_a_nonce_over_cut_connections_and_a_restart_make_one_message():
    with Server() as server, Proxy(server) as proxy:
        author, reader = Person.register(server), Person.register(server)
        channel = author.group(reader)
        body = {"content": "once", "nonce": "the only one"}
        answers = tries(author, server, proxy, channel, body, 10)
        server.restart()
        answers += tries(author, server, proxy, channel, body, 10)
        same_message(answers)
        assert sum(a is None for a in answers) >= 5, "of the cut ones, those by REST at least never hear"
        author.http.close()
        told = history(author, channel)
        assert [(m["seq"], m["content"]) for m in told] == [(1, "once")]
        assert by_rest(server, author, channel, {**body, "content": "twice"})[0] == 422


def test_twenty_tries_of_a_nonce_at_once_half_of_them_cut_make_one_message(fresh, server, proxy, rounds):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    for number in range(rounds(10, 200)):
        body = {"content": f"round {number}", "nonce": f"n{number}"}
        answers, barrier = [None] * 20, threading.Barrier(20)
        proxy.default = lambda: Plan(cut_down=0)

        def one(index):
            barrier.wait()
            way = by_rest if index % 4 < 2 or index % 2 else by_gateway
            answers[index] = way(proxy if index % 2 else server, author, channel, body)

        threads = [threading.Thread(target=one, args=(i,)) for i in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert same_message(answers)["seq"] == number + 1
    assert [m["content"] for m in history(author, channel)] == [f"round {n}" for n in range(rounds(10, 200))]


def test_a_request_that_a_proxy_says_again_makes_one_message(fresh, server, proxy):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    for number in range(5):
        again = Plan(cut_down=0, repeats=3)
        proxy.plans.append(again)
        assert by_rest(proxy, author, channel, {"content": f"{number}", "nonce": f"n{number}"}) is None
        assert again.done.wait(20)
    assert [m["content"] for m in history(author, channel)] == [str(n) for n in range(5)]


@pytest.mark.parametrize("plan", [{"pace_up": (7, 0.001)}, {"pace_down": (50, 0.0005)}, {"delay": 0.01}], ids=["trickled up", "trickled down", "delayed"])
def test_what_comes_slowly_comes_whole(fresh, proxy, plan):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    proxy.default = lambda: Plan(**plan)
    with Quick(proxy, token=reader.token).identify() as socket:
        for i in range(3):
            status, message = by_rest(proxy, author, channel, {"content": "ä€😀" * 30, "nonce": f"r{i}"})
            assert status == 201 and socket.message(message["id"])["content"] == "ä€😀" * 30
        status, message = by_gateway(proxy, author, channel, {"content": "by gateway", "nonce": "g"})
        assert status == 201 and socket.message(message["id"])["seq"] == 4
        socket.close()


def test_a_client_that_half_closes_after_its_request_gets_its_answer(fresh, proxy):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    measured = Plan()
    proxy.plans.append(measured)
    assert by_rest(proxy, author, channel, {"content": "whole", "nonce": "n000"})[0] == 201
    measured.done.wait(10)
    proxy.plans.append(Plan(end_up_after=measured.up))
    got = by_rest(proxy, author, channel, {"content": "whole", "nonce": "n001"})
    assert got and got[0] == 201, got
    proxy.plans.append(Plan(end_up_after=measured.up - 1))
    assert by_rest(proxy, author, channel, {"content": "never", "nonce": "n002"}) is None, "half a request is none"
    assert [m["content"] for m in history(author, channel)].count("whole") == 2
    assert "never" not in [m["content"] for m in history(author, channel)]


def test_a_gateway_socket_that_is_half_closed_either_way_is_resumed_without_loss(fresh, proxy):
    author, reader = fresh(), fresh()
    channel = author.group(reader)
    for plan in (Plan(), Plan(end_up_after=700), Plan(end_down_after=2500)):
        proxy.plans.append(plan)
        socket = Quick(proxy, token=reader.token)
        try:
            socket.identify()
        except Closed:
            socket.socket.close()
            continue  # the half was closed before there was a session
        sent = [author.send(channel, f"{i}") for i in range(12)]
        seen = []
        try:
            while len(seen) < 12:
                value = socket.frame()
                if value.get("t") == "MESSAGE_CREATE":
                    seen.append(value["d"]["id"])
        except Closed:
            resumed = Quick(reader.server, token=reader.token).resume_of(socket)
            while len(seen) < 12:
                value = resumed.frame()
                assert value["op"] == 0, value
                if value["t"] == "MESSAGE_CREATE":
                    seen.append(value["d"]["id"])
            socket.socket.close()
            socket = resumed
        assert seen == [m["id"] for m in sent]
        socket.close()
        reader.post(f"/channels/{channel['id']}/read", {"seq": 10**9}).ok(204)
