"""One person, several devices: logins, sessions on any core, presence over all of them, and cursors that are the person's."""
import base64
import time

import pytest
from client import Person
from gateway import Closed, names, of_channel
from server import Server

KINDS = ["mobile", "web", "desktop"]


@pytest.fixture(scope="module", params=[1, 3], ids=["one core", "three cores"])
def server(request):
    """These tests run on one core and on several."""
    with Server("--cores", str(request.param)) as one:
        yield one


def device(kind):
    return {"id": f"the {kind}", "kind": kind}


def presence(watcher, person):
    return watcher.get(f"/users/{person.id}/presence").ok()


def becomes(watcher, person, seconds=6, **fields):
    """The presence has these fields within 5 s, as the protocol gives it for changes."""
    until = time.monotonic() + seconds
    while True:
        got = presence(watcher, person)
        got["devices"] = sorted(got["devices"])
        if all(got.get(name) == value for name, value in fields.items()):
            return got
        assert time.monotonic() < until, got
        time.sleep(0.05)


def sockets_of(person, count=6):
    """Sessions on any core, every third one by polling."""
    return [person.polling() if i % 3 == 2 else person.gateway() for i in range(count)]


def close_all(sockets):
    for socket in sockets:
        socket.close()


# ---------------------------------------------------------------------- presence
def test_devices_are_the_kinds_of_all_connections_each_once(fresh):
    person, watcher = fresh(), fresh()
    logins = [person, person.again(), person.again()]
    sockets = [login.gateway(device=device(kind)) for login, kind in zip(logins, KINDS)]
    sockets += [person.gateway(device=device("mobile")), person.polling(device=device("web"))]
    becomes(watcher, person, status="online", devices=sorted(KINDS))
    logins[2].post("/auth/logout").ok(204)
    becomes(watcher, person, status="online", devices=["mobile", "web"])
    close_all(sockets)


def test_away_only_while_all_devices_are_away(fresh):
    person, watcher = fresh(), fresh()
    sockets = sockets_of(person, 4)
    for i, socket in enumerate(sockets):
        becomes(watcher, person, status="online")
        socket.op(3, {"status": "away"})
        socket.heartbeat()
    becomes(watcher, person, status="away")
    late = person.again().gateway()
    becomes(watcher, person, status="online")
    late.op(3, {"status": "away"})
    late.heartbeat()
    becomes(watcher, person, status="away")
    sockets[1].op(3, {"status": "online"})
    sockets[1].heartbeat()
    becomes(watcher, person, status="online")
    close_all(sockets)


def test_an_away_device_whose_login_ends_no_longer_counts(fresh):
    person, watcher = fresh(), fresh()
    other = person.again()
    here, there = person.gateway(), other.gateway()
    here.op(3, {"status": "away"})
    here.heartbeat()
    becomes(watcher, person, status="online")
    other.post("/auth/logout").ok(204)
    becomes(watcher, person, status="away")
    assert there.closed() == 4102
    here.close()


# ---------------------------------------------------------------------- messages
def test_every_device_gets_every_message_once_and_in_one_order(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    mine, theirs = sockets_of(a), sockets_of(b)
    for i in range(20):
        (mine, theirs)[i % 2][i % 6].request("MESSAGE_SEND", {"channel_id": group["id"], "content": str(i)})
        if i % 6 == 2 or i % 6 == 5:
            (mine, theirs)[i % 2][i % 6].call(timeout_ms=0)
    wanted = None
    for socket in mine + theirs:
        got = [socket.event("MESSAGE_CREATE", channel_id=group["id"])["id"] for _ in range(20)]
        assert "MESSAGE_CREATE" not in names(socket.drain(0.05))
        wanted = wanted or got
        assert got == wanted
    assert [m["id"] for m in reversed(a.history(group))] == wanted
    close_all(mine + theirs)


def test_what_any_device_acknowledged_is_delivered_and_leaves_the_queue_of_all(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    author, first, second = a.gateway(), b.gateway(), b.polling()
    sent = [a.send(group, str(i)) for i in range(4)]
    first.message(sent[1]["id"])
    first.ack()
    delivered(author, group, 2)
    assert [m["content"] for m in queued(b, group)] == ["2", "3"]
    second.message(sent[2]["id"])
    second.call(timeout_ms=0)
    delivered(author, group, 3)
    close_all([author, first, second])


def delivered(author, channel, seq):
    """Waits until the author was told that so much is delivered, or more."""
    while author.event("RECEIPT_UPDATE", channel_id=channel["id"])["receipts"][0]["delivered_seq"] < seq:
        pass


def queued(person, channel):
    """What the offline queue holds for a device that begins now."""
    socket = person.gateway()
    got = of_channel(socket.until(lambda v: v.get("t") == "SYNCED" and v["d"]["channel_id"] == channel["id"]), channel)
    socket.close()
    return [f["d"] for f in got if f["t"] == "MESSAGE_CREATE"]


# ---------------------------------------------------------------------- reading
def test_what_one_device_read_the_others_are_told_and_it_is_not(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group), a.send(group)
    devices = sockets_of(b)
    for socket in devices:
        socket.event("SYNCED", channel_id=group["id"])
    for seq, reader in ((1, devices[0]), (2, devices[2])):
        reader.op(69, {"channel_id": group["id"], "seq": seq})
        reader.heartbeat()
        for socket in devices:
            if socket is not reader:
                state = socket.event("READ_UPDATE", channel_id=group["id"])
                assert (state["read_seq"], state["unread"]) == (seq, 2 - seq)
        assert "READ_UPDATE" not in names(reader.drain(0.3))
    close_all(devices)


def test_what_was_read_by_rest_all_devices_are_told(fresh):
    a, b = fresh(), fresh()
    group = a.group(b)
    a.send(group)
    devices = sockets_of(b, 3)
    b.post(f"/channels/{group['id']}/read", {"seq": 1}).ok(204)
    for socket in devices:
        assert socket.event("READ_UPDATE", channel_id=group["id"])["read_seq"] == 1
    close_all(devices)


# ---------------------------------------------------------------------- sessions
def core_of(socket):
    """On which core its session lives; that of a new session is the one that took the socket."""
    return int.from_bytes(base64.urlsafe_b64decode(socket.session_id + "==")[2:4], "big")


class CoreScout:
    """Connections go to the cores in turn: one before and one after tell where the one between them went."""

    def __init__(self, person, cores):
        self._person, self._cores = person, cores
        self._last = self._look()

    def _look(self):
        with self._person.gateway() as socket:
            return core_of(socket)

    def went(self):
        """The core of the one connection that was opened since this was asked last."""
        before, self._last = self._last, self._look()
        assert self._last == (before + 2) % self._cores, "one connection, and no other"
        return (before + 1) % self._cores


def test_a_session_is_resumed_from_whichever_core_took_the_socket(request, fresh):
    cores = request.node.callspec.params["server"]
    a, b, passer_by = fresh(), fresh(), fresh()
    group = a.group(b)
    devices = sockets_of(b, 9)
    sent, ways = [], set()
    for round_ in range(3):
        for socket in devices:
            socket.drain(0)
            socket.drop()
        sent += [a.send(group, f"{round_} {i}")["id"] for i in range(5)]
        scout = CoreScout(passer_by, cores)  # one connection more a round: nobody comes to the same core again
        fresh_ones = []
        for i, old in enumerate(devices):
            fresh_ones.append((b.polling if (i + round_) % 2 else b.gateway)(identify=False).resume_of(old))
            ways.add((core_of(old), scout.went()))
        for socket in fresh_ones:
            got = socket.until(lambda v: v.get("t") == "RESUMED")
            assert [f["d"]["id"] for f in of_channel(got, group) if f["t"] == "MESSAGE_CREATE"] == sent[-5:]
        devices = fresh_ones
        live = a.send(group, "live")["id"]
        sent.append(live)
        for socket in devices:
            socket.message(live)
    assert ways == {(home, door) for home in range(cores) for door in range(cores)}, "from every core to every core"
    close_all(devices)


def test_one_login_with_several_sessions_ends_with_all_of_them(fresh):
    person = fresh()
    other = person.again()
    ended, kept = sockets_of(other), sockets_of(person)
    person.delete(f"/auth/sessions/{other.session['id']}").ok(204)
    for i, socket in enumerate(ended):
        if i % 3 == 2:
            socket.ask(socket.body()).refused(401, 40001)
        else:
            assert socket.closed() == 4102
    for socket in kept:
        socket.heartbeat()
    close_all(kept)


def test_a_new_password_ends_every_login_but_the_one_that_set_it(fresh):
    person = fresh()
    others = [person.again() for _ in range(3)]
    ended, kept = [one.gateway() for one in others], sockets_of(person, 3)
    person.post("/auth/password", {"current": person.password, "new": "another horse battery"}).ok(204)
    assert [socket.closed() for socket in ended] == [4102] * 3
    for socket in kept:
        socket.heartbeat()
    close_all(kept)


@pytest.mark.parametrize("cores", [1, 3])
def test_connections_are_counted_over_all_logins_and_cores_and_a_resume_is_none_more(cores):
    with Server("--cores", str(cores), "--limit-connections-per-user", "4", rate_limits="on") as server:
        person = Person.register(server)
        logins = [person, person.again()]
        kept = [logins[i % 2].polling() if i == 3 else logins[i % 2].gateway() for i in range(4)]
        for login in logins:
            assert refused(login) == 4104
        kept[0].drop()
        resumed = logins[0].gateway(identify=False).resume_of(kept[0])
        resumed.event("RESUMED")
        assert refused(person) == 4104, "in the place of the older one"
        kept[1].close()
        kept[1] = eventually_in(logins[1])
        assert refused(person) == 4104
        for socket in [resumed, *kept[1:]]:
            socket.heartbeat()


def refused(person):
    extra = person.gateway(identify=False)
    extra.op(2, {"token": person.token, "device": device("web")})
    return extra.closed()


def eventually_in(person):
    """A closed connection makes room; the other end hears of it a little earlier than its counter."""
    for _ in range(50):
        extra = person.gateway(identify=False)
        extra.op(2, {"token": person.token, "device": device("web")})
        got = extra.until(lambda v: v.get("t") == "READY") if room(extra) else None
        if got:
            extra.session_id = got[-1]["d"]["session_id"]
            return extra
        time.sleep(0.05)
    raise AssertionError("no room was made")


def room(socket):
    try:
        value = socket.frame()
    except Closed as end:
        assert end.code == 4104
        return False
    socket._pending.insert(0, value)
    return True
