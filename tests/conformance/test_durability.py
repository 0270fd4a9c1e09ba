"""What is acknowledged is kept (G1-G4): a load of writers, the server killed in the middle of it, started again, and read back."""
import http.client
import signal
import threading

from client import Http, Person
from server import Server

WRITERS = 4
ROUNDS = 3
ACKNOWLEDGED_MIN = 40  # a round in which the kill met nothing would prove nothing


def write_until_killed(server, token, channel, label, sent, acknowledged, stop):
    """Sends with nonces, one after another; what was answered is in `acknowledged`, what was begun in `sent`."""
    me = Http(server, token)
    number = 0
    while not stop.is_set():
        number += 1
        nonce = f"{label}-{number}"
        sent.append(nonce)
        try:
            answer = me.ask("POST", f"/api/v1/channels/{channel}/messages", {"content": f"text of {nonce}", "nonce": nonce})
        except (OSError, http.client.HTTPException):
            return
        acknowledged[nonce] = answer.ok(201)


def read_all(me, channel):
    messages, after = [], 0
    while page := me.ask("GET", f"/api/v1/channels/{channel}/messages?after_seq={after}&limit=100").ok():
        messages += page
        after = page[-1]["seq"]
    return messages


def load_and_kill(server, people, channel, label):
    sent, acknowledged, stop = [], {}, threading.Event()
    writers = [threading.Thread(target=write_until_killed, args=(server, person.token, channel, f"{label}{i}", sent, acknowledged, stop))
               for i, person in enumerate(people)]
    for writer in writers:
        writer.start()
    while len(acknowledged) < ACKNOWLEDGED_MIN:
        assert any(writer.is_alive() for writer in writers), "the writers ended before the kill"
        writers[0].join(0.01)
    server.process.send_signal(signal.SIGKILL)
    stop.set()
    for writer in writers:
        writer.join()
    return sent, acknowledged


def test_a_kill_in_mid_send_loses_nothing_and_doubles_nothing():
    with Server() as server:
        people = [Person.register(server) for _ in range(WRITERS)]
        channel = people[0].ask("POST", "/users/@me/channels", {"recipients": [p.id for p in people[1:]]}).ok(201)["id"]
        quiet = [people[0].ask("POST", "/users/@me/channels", {"recipients": [people[1].id], "type": "group"}).ok(201)["id"] for _ in range(12)]
        said = {one: people[0].ask("POST", f"/channels/{one}/messages", {"content": "once"}).ok(201)["id"] for one in quiet}
        kept = {}
        for round_number in range(ROUNDS):
            sent, acknowledged = load_and_kill(server, people, channel, f"r{round_number}w")
            kept.update(acknowledged)
            server.restart(signal.SIGKILL)
            me = Http(server, people[0].token)
            for one, message in said.items():
                assert [m["id"] for m in read_all(me, one)] == [message], "a channel that nobody writes to is there too"

            messages = read_all(me, channel)
            assert [m["seq"] for m in messages] == list(range(1, len(messages) + 1)), "seq is dense from 1"
            ids = [int(m["id"]) for m in messages]
            assert ids == sorted(ids) and len(set(ids)) == len(ids), "ids grow with seq"
            by_nonce = {}
            for message in messages:
                assert by_nonce.setdefault(message["nonce"], message) is message, f"{message['nonce']} is there twice"
            for nonce, message in kept.items():
                assert by_nonce.get(nonce, {}).get("id") == message["id"], f"{nonce} was acknowledged and is not there as it was"

            # What was begun and not answered: said again, it is there once.
            for i, person in enumerate(people):
                mine = Http(server, person.token)
                for nonce in sent:
                    if nonce.startswith(f"r{round_number}w{i}-") and nonce not in acknowledged:
                        again = mine.ask("POST", f"/api/v1/channels/{channel}/messages", {"content": f"text of {nonce}", "nonce": nonce})
                        assert again.status in (200, 201)
                        kept[nonce] = again.body
            assert len(read_all(me, channel)) == len({m["nonce"] for m in read_all(me, channel)})

            # Authors have read what they wrote; the counts of the others follow from it.
            for person in people:
                shown = Http(server, person.token).ask("GET", f"/api/v1/channels/{channel}").ok()
                mine = [m["seq"] for m in read_all(me, channel) if m["author"]["id"] == person.id]
                assert shown["read_state"]["read_seq"] >= max(mine)
                assert shown["read_state"]["unread"] == shown["last_seq"] - shown["read_state"]["read_seq"]
