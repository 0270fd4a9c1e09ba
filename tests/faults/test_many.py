"""G11 and overload: very many at once cost what they may cost, and what is too much is asked to come back instead of bringing the server
down."""
import concurrent.futures
import contextlib
import json
import os
import resource
import signal
import socket
import time
from typing import NamedTuple

from client import PASSWORD, Http, Person
from crowd import Crowd
from follower import Follower, Quick, history, pipelined
from kernel import queues_of, send_queues
from server import Server

MIB = 1 << 20
PATIENCE_S = 120
# Of what was written to a gateway connection and not taken. The server asks for 64 KiB (SO_SNDBUF); Linux doubles that, and counts what it
# needs itself in the double: of data it is less, by how much depends on the sizes of the pieces.
KERNEL_MAX = 2 * 64 << 10


def memory_of(server):
    """Bytes of the process that are no file's."""
    with open(f"/proc/{server.process.pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["RssAnon"].split()[0]) * 1024


def cpu_seconds(server):
    with open(f"/proc/{server.process.pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def eventually(condition, what):
    until = time.monotonic() + PATIENCE_S
    while not (got := condition()):
        assert time.monotonic() < until, what
        time.sleep(0.05)
    return got


def whole_answer(connection):
    """Everything until the server ends it: status, headers, body."""
    connection.settimeout(PATIENCE_S)
    got = b""
    while piece := connection.recv(65536):
        got += piece
    head, body = got.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    return int(lines[0].split(" ")[1]), {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:])}, body


def turned_away(connection):
    """Answered 503, with when to come back."""
    status, headers, body = whole_answer(connection)
    return status == 503 and int(headers["retry-after"]) > 0 and json.loads(body)["code"] == 50300 and json.loads(body)["retry_after"] > 0


def ask(connection):
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")


def connections(server, count):
    return [socket.create_connection((server.host, server.port)) for _ in range(count)]


class Talk(NamedTuple):
    """Ada writes, and Bob's socket hears it."""
    server: Server
    ada: Person
    channel: dict
    live: object

    def goes_on(self):
        message = self.ada.send(self.channel, "on we go")
        assert self.live.message(message["id"])
        self.live.ack()
        self.live._pending.clear()


@contextlib.contextmanager
def talk(*options):
    with Server(*options) as server:
        ada, bob = Person.register(server), Person.register(server)
        channel = ada.group(bob)
        live = bob.live(channel)
        yield Talk(server, ada, channel, live)
        live.close()


# ---------------------------------------------------------------------- readers that stop
def test_a_thousand_readers_that_stop_cost_little_and_the_others_hear_on(rounds):
    with Server() as server:
        author, hearer = Person.register(server), Person.register(server)
        stopped = [Person.register(server) for _ in range(10)]
        channel = author.group(hearer, *stopped)
        crowd = Crowd(server, [stopped[i % 10].token for i in range(1_000)], receive_buffer=4096)
        crowd.enter(PATIENCE_S)
        live = Follower(hearer, channel).identify().read_to(0)
        before = memory_of(server)
        most_memory = most_kernel = 0
        with Quick(server, token=author.token).identify() as sender:
            for number in range(rounds(20, 60)):
                sent = pipelined(sender, channel, ["x" * 4000] * 20)
                sender.ack()
                sender._pending.clear()
                live.arrive(sent[-1]["seq"])
                live.socket.ack()
                most_memory = max(most_memory, memory_of(server) - before)
                most_kernel = max([most_kernel, *send_queues(server)])
            sender.close()
        # A mebibyte behind, every one of them was closed; until then one text stood for all.
        eventually(lambda: len(send_queues(server)) < 10, "they were not closed")
        assert 32 << 10 <= most_kernel <= KERNEL_MAX, f"{most_kernel} bytes of one connection in the kernel"
        assert most_memory <= 1_000 * 256 << 10, f"{most_memory / MIB:.0f} MiB for a thousand"
        live.check(history(author, channel))
        live.close()
        crowd.close()


def test_readers_that_stop_and_share_nothing_cost_each_their_bound_and_no_more(rounds):
    count = rounds(24, 200)
    text, frame = "\x01" * 10_000, 6 * 10_000  # six bytes each in JSON
    below, above = (MIB - frame) // frame, KERNEL_MAX // frame + 3  # messages to each: nobody is a mebibyte behind; everybody is
    with Server("--slow-reader-deadline", "600", "--limit-content", str(len(text)), "--limit-frame-bytes", "131072") as server:
        author, hearer = Person.register(server), Person.register(server)
        shared = author.group(hearer)
        stopped = [Person.register(server) for _ in range(count)]
        channels = [author.direct(person) for person in stopped]
        crowd = Crowd(server, [person.token for person in stopped], receive_buffer=4096)
        crowd.enter(PATIENCE_S)
        live = Follower(hearer, shared).identify().read_to(0)
        before = memory_of(server)
        with Quick(server, token=author.token).identify() as sender:

            def to_each(messages):
                """What the server then has more than before, and the kernel for every connection."""
                asked = [channel["id"] for _ in range(messages) for channel in channels]
                for at in range(0, len(asked), 6):  # each comes back to who sends it, and he is not to be too slow himself
                    some = [sender.request("MESSAGE_SEND", {"channel_id": one, "content": text}) for one in asked[at : at + 6]]
                    assert not any("error" in sender.reply(i) for i in some)
                    sender.ack()
                    sender._pending.clear()
                queues = send_queues(server)
                live.arrive(pipelined(sender, shared, ["on we go"])[0]["seq"])
                live.socket.ack()
                return memory_of(server) - before, queues

            filled, queues = to_each(below)
            behind = [queues_of(server, member.socket.getsockname()[1])[0] for member in crowd.members]
            assert min(behind) > 32 << 10, "somebody was closed who was less than a mebibyte behind"
            assert max(queues) <= KERNEL_MAX, f"{max(queues)} bytes of one connection in the kernel"
            most, _ = to_each(above)
            # A mebibyte that waits and 256 KiB that a session keeps; and what 500 messages cost otherwise, in tables and in memory not given back yet.
            assert max(filled, most) <= count * 2 * MIB + 32 * MIB, f"{max(filled, most) / MIB:.0f} MiB for {count}"
            eventually(lambda: len(send_queues(server)) < 10, "they were not closed")
            sender.close()
        live.check(history(author, shared))
        live.close()
        crowd.close()


def test_answers_that_nobody_reads_are_cut_beyond_their_bound_and_the_others_are_served():
    bound, count = 8 * MIB, 150
    with talk("--unread-bytes-max", str(bound), "--cores", "1", "--http-progress-deadline", "600", "--http-answer-deadline",
              "600") as there:
        channel = there.ada.group(Person.register(there.server))
        for _ in range(100):
            there.ada.send(channel, "\x01" * 4000)  # six bytes each in JSON: 2.4 MB in all
        question = (f"GET /api/v1/channels/{channel['id']}/messages?limit=100 HTTP/1.1\r\nHost: a\r\n"
                    f"Authorization: Bearer {there.ada.token}\r\n\r\n").encode()
        before, most, hogs = memory_of(there.server), 0, []
        for number in range(count):
            hog = socket.socket()
            hog.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            hog.connect((there.server.host, there.server.port))
            hog.settimeout(PATIENCE_S)
            hog.sendall(question)
            assert hog.recv(12) == b"HTTP/1.1 200"
            hogs.append(hog)
            most = max(most, memory_of(there.server) - before)
            if number % 10 == 0:
                there.goes_on()
        # As many as fit are open still; of the others one has their beginning, and then an end.
        eventually(lambda: len([q for q in send_queues(there.server) if q > 4096]) <= bound // (2 * MIB), "they were not cut")
        assert most <= 8 * bound, f"{most / MIB:.0f} MiB for {count} answers of 2.4 MB"
        there.goes_on()
        for hog in hogs:
            hog.close()


# ---------------------------------------------------------------------- everybody at once
def test_very_many_that_come_back_at_once_all_get_in_and_cost_little_each(rounds):
    count = rounds(1_500, 10_000)
    with Server() as server:
        people = [Person.register(server) for _ in range(20)]
        channels = [people[i].group(*[p for p in people if p is not people[i]]) for i in range(3)]
        Crowd(server, [people[0].token]).enter(PATIENCE_S)
        before = memory_of(server)
        crowd = Crowd(server, [people[i % 20].token for i in range(count)])
        crowd.enter(600)
        assert memory_of(server) - before <= count * (32 << 10), f"{(memory_of(server) - before) / count / 1024:.1f} KiB each"

        crowd.leave()
        crowd.enter(600)
        assert crowd.resumed >= count * 0.9, f"{crowd.resumed} of {count} resumed"

        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        crowd.leave()
        server._options[server._options.index("--listen") + 1] = f"{server.host}:{server.port}"
        server.start()
        crowd.enter(600)
        for person in people:
            person.http.close()
        with people[1].gateway() as socket:
            message = people[0].send(channels[0], "all here?")
            assert socket.message(message["id"])
            socket.close()
        crowd.close()


# ---------------------------------------------------------------------- connections
def test_above_the_limit_of_connections_a_new_one_is_answered_503_and_those_there_go_on():
    with talk("--connections-max", "20") as there:
        # With these, one each of ada and bob for REST, and bob's socket: twenty. None of them is closed meanwhile, which would free a place.
        held = connections(there.server, 17)

        def full():
            with connections(there.server, 1)[0] as late:
                ask(late)
                return turned_away(late)

        eventually(full, "the 21st was let in")
        there.goes_on()
        try:
            Quick(there.server, token=there.ada.token)
            raise AssertionError("the gateway let another in")
        except Exception as refused:
            assert getattr(refused, "status", None) == 503, refused
        held.pop().close()
        eventually(lambda: not full(), "a place that is free is not given")
        for connection in held:
            connection.close()


def test_without_descriptors_accepting_waits_without_spinning_and_goes_on_when_there_are_some():
    with talk("--connections-max", "1000") as there:
        server = there.server
        files = len(os.listdir(f"/proc/{server.process.pid}/fd"))
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (files + 10, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        held = connections(server, 60)
        eventually(lambda: any("accepting paused" in line for line in server.lines), "the limit was not met")
        used = cpu_seconds(server)
        time.sleep(2)
        assert cpu_seconds(server) - used < 1, "it spins"
        assert sum("accepting paused" in line for line in server.lines) <= 2, "and it fills the log"
        there.goes_on()
        for connection in held[:55]:
            connection.close()
        ask(held[-1])
        assert whole_answer(held[-1])[0] == 200
        for connection in held[55:]:
            connection.close()


# ---------------------------------------------------------------------- work
def test_a_storm_of_logins_is_answered_or_asked_to_come_back_and_the_others_are_served():
    with talk("--passwords-waiting-max", "8") as there:

        def login(_):
            return Http(there.server).ask("POST", "/api/v1/auth/login", {"login": there.ada.username, "password": PASSWORD})

        with concurrent.futures.ThreadPoolExecutor(64) as storm:
            asked = [storm.submit(login, i) for i in range(300)]
            while not all(a.done() for a in asked):
                there.goes_on()
            answers = [a.result() for a in asked]
        refused = [a for a in answers if a.status != 200]
        assert len(answers) - len(refused) >= 9, "those that found a place were served"
        assert refused, "300 at once fit into a queue of 8"
        for answer in refused:
            answer.refused(503, 50300)
            assert int(answer.headers["retry-after"]) >= 1
        login(0).ok()


def test_more_requests_than_may_be_at_work_are_asked_to_come_back_and_get_in_by_their_nonces():
    with Server("--requests-max", "4", "--cores", "1") as server:
        people = [Person.register(server) for _ in range(6)]
        channel = people[0].group(*people[1:])
        follower = Follower(people[0], channel).identify().read_to(0)
        sockets = [Quick(server, token=p.token).identify() for p in people]
        refused, open_requests = 0, []
        for number, socket_ in enumerate(sockets):
            for i in range(40):
                nonce = f"{number}-{i}"
                socket_.request("MESSAGE_SEND", {"channel_id": channel["id"], "content": nonce, "nonce": nonce})
        for number, socket_ in enumerate(sockets):
            for i in range(1, 41):
                reply = socket_.reply(i)
                if "error" in reply:
                    assert reply["error"]["code"] == 50300 and reply["error"]["retry_after"] > 0, reply
                    refused += 1
                    open_requests.append((socket_, f"{number}-{i - 1}"))
        assert refused, "240 requests at once fit into 4"
        for socket_, nonce in open_requests:
            socket_.send_message(channel, nonce, nonce=nonce)
        follower.read_to(240)
        assert sorted(m["content"] for m in history(people[0], channel)) == sorted(f"{n}-{i}" for n in range(6) for i in range(40))
        follower.close()
        for socket_ in sockets:
            socket_.close()


def test_when_memory_is_short_nothing_new_is_begun_and_what_is_there_goes_on():
    with Server() as probe:
        Person.register(probe)
        idle = memory_of(probe)
    with Server("--memory-max", str(idle + 96 * MIB), "--http-progress-deadline", "600") as server:
        ada, bob = Person.register(server), Person.register(server)
        channel = ada.group(bob)
        live, sender = bob.live(channel), ada.gateway()

        def send_again():
            """On a connection that is open: a new one would be turned away."""
            return ada.post(f"/channels/{channel['id']}/messages", {"content": "again", "nonce": "one"})

        hogs = []
        head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 130000\r\n\r\n"

        def hog():
            """One more that keeps a body of the server's waiting for its last byte."""
            connection = socket.create_connection((server.host, server.port))
            hogs.append(connection)
            with contextlib.suppress(ConnectionError):  # turned away before it had said all
                connection.sendall(head + b" " * 129_999)
            connection.setblocking(False)

        def turned_away_by_now(connection):
            try:
                return connection.recv(12).startswith(b"HTTP/1.1 503")
            except BlockingIOError:
                return False
            except ConnectionError:
                return True

        def short():
            hog()
            return any(turned_away_by_now(one) for one in hogs[-50:]) or len(hogs) > 3_000

        until = time.monotonic() + PATIENCE_S
        while not short():
            assert time.monotonic() < until
        assert len(hogs) <= 3_000, "memory ran on"

        with socket.create_connection((server.host, server.port)) as late:
            ask(late)
            assert turned_away(late)
        send_again().refused(503, 50300)
        ada.get("/users/@me").refused(503, 50300)
        reply = sender.reply(sender.request("MESSAGE_SEND", {"channel_id": channel["id"], "content": "x"}))
        assert reply["error"]["code"] == 50300 and reply["error"]["retry_after"] > 0
        live.heartbeat()
        sender.heartbeat()

        for connection in hogs:
            connection.close()
        sent = eventually(lambda: send_again().status == 201, "memory does not come back")
        assert sent and live.event("MESSAGE_CREATE")["seq"] == 1, "nothing refused was kept"
        for gateway in (live, sender):
            gateway.close()


