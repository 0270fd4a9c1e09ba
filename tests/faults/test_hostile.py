"""Clients that say what is wrong, that never read, never acknowledge, or never stop: each is ended as protocol.md §4 says, and costs the
others nothing."""
import json
import os
import struct
import time

import pytest
from client import Person
from follower import Quick, pipelined
from gateway import BINARY, CLOSE, PING, PONG, TEXT, Closed
from kernel import queues_of
from server import Server


PATIENCE_S = 60


@pytest.fixture(scope="module")
def witnesses(server):
    """Two people, one with a socket: what one says the other hears, whatever happens beside them."""
    speaker, hearer = Person.register(server), Person.register(server)
    channel = speaker.group(hearer)
    socket = hearer.live(channel)

    def hear():
        message = speaker.send(channel, "do you hear me?")
        assert socket.message(message["id"])["content"] == "do you hear me?"
        socket.ack()
        socket._pending.clear()

    yield hear
    socket.close()


@pytest.fixture(scope="module")
def mallory(server):
    return Person.register(server)


def ended(socket):
    """The close code; None when the connection just ended, which a close can get lost in. Something has to come of it in 20 s."""
    return socket.closed(20)


# ---------------------------------------------------------------------- frames
def frame(**members):
    return json.dumps(members).encode()


def nested(depth):
    return b'{"op":1,"d":null,"x":' + b"[" * depth + b"]" * depth + b"}"


HUGE = [-1, 1.5, 2**64, 1e300, "1", True, [], {}]
NO_OBJECT = [None, 1, "x", True, []]
CHANNEL = "499000000000000000"
DEVICE = {"id": "d", "kind": "web"}

# What it says → the code with which it is closed; as somebody who has identified.
UNDECODABLE = [b"", b" ", b"x", b"[]", b"1", b"null", b'"x"', b"{", b'{"op":1', b'{"op":1}}', b'{"op":1,}', b'{"op":1}\x00', b'{"op":01}', b"{'op':1}", b'{"op":+1}',
               b'{"op":NaN}', b'{"op":1,"d":1e}', b"{op:1}", b'{"op":1}{"op":1}', nested(32), nested(5_000), b"[" * 60_000, b'{"op":1,"d":"\\ud800"', b'{"op":1,"d":"\n"}']
SHAPELESS = (
    [frame(d=1)] + [frame(op=op) for op in (None, "1", True, [], {})]
    + [frame(op=1, d=d) for d in HUGE]
    + [frame(op=2), *[frame(op=2, d=d) for d in NO_OBJECT], frame(op=2, d={}), frame(op=2, d={"token": "x"}), frame(op=2, d={"token": 1, "device": DEVICE}),
       frame(op=2, d={"token": "x", "device": {"id": "d", "kind": "toaster"}}), frame(op=2, d={"token": "x", "device": DEVICE, "positions": []}),
       frame(op=2, d={"token": "x", "device": DEVICE, "positions": {"x": {"seq": 1, "rev": 1}}}),
       frame(op=2, d={"token": "x", "device": DEVICE, "positions": {CHANNEL: {"seq": -1, "rev": 0}}}),
       frame(op=2, d={"token": "x", "device": DEVICE, "positions": {str(i): {"seq": 0, "rev": 0} for i in range(1, 502)}}),
       frame(op=2, d={"token": "x" * 9_000, "device": DEVICE})]
    + [frame(op=3), *[frame(op=3, d=d) for d in NO_OBJECT], *[frame(op=3, d={"status": s}) for s in ("offline", "", 1, None, [])]]
    + [frame(op=6), *[frame(op=6, d=d) for d in NO_OBJECT], *[frame(op=6, d={"token": "x", "session_id": "y", "s": s}) for s in (-1, 1.5, "0", None, 2**64)],
       frame(op=6, d={"token": "x", "session_id": 1, "s": 0})]
    + [frame(op=64, t="MESSAGE_SEND", d={})] + [frame(op=64, i=i, t="MESSAGE_SEND", d={}) for i in (0, *HUGE, None)]
    + [frame(op=66), *[frame(op=66, d=d) for d in (None, *HUGE)]]
    + [frame(op=67), *[frame(op=67, d=d) for d in NO_OBJECT], *[frame(op=67, d={name: v}) for name in ("channels", "users") for v in ("x", 1, {}, [1], ["x"], [None], [[]], ["-1"])],
       frame(op=67, d={"channels": [str(i) for i in range(1, 102)]}), frame(op=67, d={"users": [str(i) for i in range(1, 502)]})]
    + [frame(op=op, **({} if d is ... else {"d": d})) for op in (68, 69) for d in (..., *NO_OBJECT, {}, {"channel_id": 1}, {"channel_id": "x"}, {"channel_id": "-1"}, {"channel_id": None})]
    + [frame(op=69, d={"channel_id": CHANNEL, "seq": s}) for s in (*HUGE, None)]
)
UNKNOWN_OPS = [frame(op=op, d=None) for op in (0, 4, 5, 7, 8, 9, 10, 11, 12, 63, 65, 70, 255, 2**31, 2**64, -1, 1.5)] + [b'{"op":1e999999}', b'{"op":' + b"9" * 400 + b"}"]
TEXTS = [(t, 4002) for t in UNDECODABLE + SHAPELESS] + [(t, 4001) for t in UNKNOWN_OPS] + [
    (frame(op=1, d=10**6), 4007), (frame(op=66, d=10**6), 4007), (frame(op=66, d=2**64 - 1), 4007),
    (frame(op=2, d={"token": "x", "device": DEVICE}), 4005), (frame(op=6, d={"token": "x", "session_id": "y", "s": 0}), 4005)]
LOOSE = {b'{"op":1e999999}', b'{"op":' + b"9" * 400 + b"}", frame(op=2**64, d=None)}  # no number that JSON's readers agree on: 4001 or 4002

NO_NUMBER = {4001, 4002}


def test_every_frame_that_is_wrong_closes_with_the_code_of_its_kind_and_the_others_hear_on(server, mallory, witnesses):
    wrong = []
    for text, code in TEXTS:
        with Quick(server, token=mallory.token).identify() as socket:
            socket.raw_frame(TEXT, text)
            got = ended(socket)
        if got != code and not (text in LOOSE and got in NO_NUMBER):
            wrong.append((text[:120], code, got))
    assert not wrong, wrong
    witnesses()


# What it does on the wire → the code.
def fragments(*pieces):
    def send(socket):
        for opcode, payload, fin in pieces:
            socket.raw_frame(opcode, payload, fin=fin)
    return send


def raw(data):
    return lambda socket: socket.socket.sendall(data)


MASK = b"\x01\x02\x03\x04"
WIRE = [
    ("binary", lambda s: s.raw_frame(BINARY, b"{}"), 4002),
    ("binary in fragments", fragments((BINARY, b"{", False), (0, b"}", True)), 4002),
    ("unmasked", lambda s: s.raw_frame(TEXT, b"{}", mask=False), 1002),
    *[(f"reserved bit {bit}", lambda s, b=bit: s.raw_frame(TEXT, b'{"op":1}', rsv=b), 1002) for bit in (1, 2, 4, 7)],
    *[(f"reserved opcode {o}", lambda s, o=o: s.raw_frame(o, b""), 1002) for o in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)],
    ("a continuation of nothing", fragments((0, b"{}", True)), 1002),
    ("a message within a message", fragments((TEXT, b"{", False), (TEXT, b"}", True)), 1002),
    *[(f"a fragmented control frame {o}", lambda s, o=o: s.raw_frame(o, b"", fin=False), 1002) for o in (CLOSE, PING, PONG)],
    *[(f"a control frame of 126 bytes {o}", lambda s, o=o: s.raw_frame(o, b"x" * 126), 1002) for o in (CLOSE, PING, PONG)],
    ("a close of one byte", lambda s: s.raw_frame(CLOSE, b"\x03"), 1002),
    *[(f"a close with {code}", lambda s, c=code: s.raw_frame(CLOSE, struct.pack("!H", c)), 1002) for code in (0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65535)],
    ("a close whose reason is no text", lambda s: s.raw_frame(CLOSE, b"\x03\xe8\xff"), 1007),
    *[(f"no UTF-8: {bad!r}", lambda s, b=bad: s.raw_frame(TEXT, b'{"op":1,"x":"' + b + b'"}'), 1007)
      for bad in (b"\xff", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\xc3", b"\xf0\x9f\x98")],
    ("no UTF-8 over two fragments", fragments((TEXT, b'{"op":1,"x":"\xc3', False), (0, b'\x28"}', True)), 1007),
    ("too large", lambda s: s.raw_frame(TEXT, b'{"op":1,"x":"' + b"x" * 65536 + b'"}'), 1009),
    ("too large in fragments", fragments((TEXT, b'{"op":1,"x":"', False), *[(0, b"x" * 16384, False)] * 4), 1009),
    ("too large, announced only", raw(b"\x81\xff" + (2**40).to_bytes(8, "big") + MASK), 1009),
    ("a length with its first bit set", raw(b"\x81\xff" + (2**63).to_bytes(8, "big") + MASK), {1002, 1009}),
    ("nothing that is a frame", raw(os.urandom(4096) + b"\x83" * 64), {1002, 1007, 1009, 4002, None}),
    ("HTTP on an open socket", raw(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 1002),
]


@pytest.mark.parametrize("identified", [False, True], ids=["before Identify", "after it"])
def test_every_breach_of_the_framing_closes_with_its_code_and_the_others_hear_on(server, mallory, witnesses, identified):
    wrong = []
    for name, act, code in WIRE:
        with Quick(server, token=mallory.token) as socket:
            if identified:
                socket.identify()
            act(socket)
            got = ended(socket)
        if got not in (code if isinstance(code, set) else {code}):
            wrong.append((name, code, got))
    assert not wrong, wrong
    witnesses()


def test_a_frame_in_pieces_of_one_byte_with_pings_between_is_a_frame(server, mallory):
    text = b'{"op":1,"d":null,"x":"' + "ä€😀".encode() + b'"}'
    with Quick(server, token=mallory.token).identify() as socket:
        for index in range(len(text)):
            socket.raw_frame(0 if index else TEXT, text[index : index + 1], fin=index == len(text) - 1)
            if index % 5 == 0:
                socket.raw_frame(PING, b"p%d" % index)
        socket.take(lambda v: v["op"] == 11)
        pongs = [v["d"] for v in socket.drain(0) if v["op"] == "pong"]
        assert pongs == [b"p%d" % i for i in range(0, len(text), 5)]
        socket.close()


def test_a_request_whose_body_is_wrong_is_refused_by_a_reply_and_never_closes(server, mallory, witnesses):
    wrong_d = [None, 1, "x", [], {}, {"channel_id": CHANNEL}, {"channel_id": 1, "content": "x"}, {"channel_id": CHANNEL, "content": 1},
               {"channel_id": CHANNEL, "content": ""}, {"channel_id": CHANNEL, "content": "x" * 4001}, {"channel_id": CHANNEL, "content": "x", "nonce": "n" * 65}]
    with Quick(server, token=mallory.token).identify() as socket:
        for i, (t, d) in enumerate([("MESSAGE_SEND", d) for d in wrong_d] + [(t, {}) for t in ("", "X", None, 1, [], {})], 1):
            socket.send({"op": 64, "i": i, "t": t, "d": d})
            assert socket.reply(i)["error"]["code"] in (50035, 10003)
        for i in (1, 2**63, 2**64 - 1):
            socket.send({"op": 64, "i": i, "t": "X", "d": {}})
            assert socket.reply(i)["error"]["code"] == 50035
        socket.close()
    witnesses()


# ---------------------------------------------------------------------- clients that go on and on
def masked(text, opcode=TEXT):
    size = len(text)
    head = struct.pack("!BB", 0x80 | opcode, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
    return head + b"\0\0\0\0" + text


NEVER_READ = {
    "requests": lambda channel: masked(frame(op=64, i=1, t="MESSAGE_SEND", d={"channel_id": channel["id"], "content": "y" * 1000})),
    "refused requests": lambda channel: masked(frame(op=64, i=1, t="X", d={})),
    "heartbeats": lambda channel: masked(frame(op=1, d=None)),
    "pings": lambda channel: masked(b"p", PING),
    "subscribes": lambda channel: masked(frame(op=67, d={"channels": [], "users": []})) + masked(frame(op=67, d={"channels": [channel["id"]]})),
}


@pytest.mark.parametrize("what", NEVER_READ)
def test_who_says_much_and_reads_nothing_is_ended_or_held_up_and_costs_no_more_than_its_budget(server, witnesses, what):
    mallory, other = Person.register(server), Person.register(server)
    channel = mallory.group(other)
    socket = Quick(server, token=mallory.token, receive_buffer=4096).identify(positions={channel["id"]: {"seq": 0, "rev": 0}})
    before = memory_of(server)
    piece = NEVER_READ[what](channel) * 50
    socket.socket.settimeout(3)
    port = socket.socket.getsockname()[1]
    most, sent, end, until = 0, 0, "open", time.monotonic() + PATIENCE_S
    try:
        while sent < 16 << 20 or what != "subscribes":  # those have no answer, and nothing piles up
            assert time.monotonic() < until, f"{sent} bytes were taken, and nothing was read"
            socket.socket.sendall(piece)
            sent += len(piece)
            if sent % (len(piece) * 20) == 0:
                most = max(most, *queues_of(server, port))
    except TimeoutError:
        end = "held up"
    except OSError:
        end = "ended"
    most = max(most, *queues_of(server, port))
    assert most <= 256 << 10, f"{most} bytes in the kernel"
    assert memory_of(server) - before < 32 << 20
    witnesses()
    socket.socket.close()
    other.post(f"/channels/{channel['id']}/read", {"seq": 10**9}).ok(204)


def memory_of(server):
    """Bytes of the process that are no file's."""
    with open(f"/proc/{server.process.pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return int(fields["RssAnon"].split()[0]) * 1024


def test_who_never_acknowledges_gets_everything_live_and_costs_no_more_than_512_dispatches(server, fresh, rounds):
    author, silent = fresh(), fresh()
    channel = author.group(silent)
    socket = Quick(server, token=silent.token).identify()
    old_s = socket.s
    total = rounds(3_000, 50_000)
    with Quick(server, token=author.token).identify() as sender:
        for start in range(0, total, 30):
            pipelined(sender, channel, [f"{i}" for i in range(start, start + 30)])
            sender.ack()
            sender._pending.clear()
            for i in range(start, start + 30):
                assert socket.event("MESSAGE_CREATE")["content"] == f"{i}"
            socket._pending.clear()
        sender.close()
    socket.drop()
    with Quick(server, token=silent.token).resume_of(socket, s=old_s) as again:
        assert again.frame()["op"] == 9, "what it never acknowledged is no longer held"
    silent.post(f"/channels/{channel['id']}/read", {"seq": 10**9}).ok(204)


def test_who_subscribes_and_unsubscribes_at_full_rate_stands_where_he_last_said(server, fresh, witnesses, rounds):
    owner, fickle = fresh(), fresh()
    members = [fresh() for _ in range(49)]
    channel = owner.group(fickle, *members)
    with Quick(server, token=fickle.token).identify() as socket:
        for _ in range(rounds(4, 100)):
            for _ in range(500):
                socket.op(67, {"channels": [channel["id"]], "users": [owner.id]})
                socket.op(67, {"channels": [], "users": []})
            socket.heartbeat()  # each was answered: he reads, or he would be too slow a reader
            socket.ack()
            socket._pending.clear()
        owner.send(channel, "to nobody who looks")
        witnesses()
        assert not [v for v in socket.drain(0.2) if v.get("t") == "MESSAGE_CREATE"]
        socket.op(67, {"channels": [channel["id"]]})
        synced = socket.event("SYNCED", channel_id=channel["id"])
        assert synced["seq"] == 1 and synced["recovered"]
        message = owner.send(channel, "to who looks")
        assert socket.message(message["id"])["seq"] == 2
        socket.close()


def test_120_frames_in_a_minute_are_taken_and_the_next_closes_4008_whatever_they_are():
    with Server(rate_limits="on") as server:
        ada, bob = Person.register(server), Person.register(server)
        channel = ada.group(bob)
        other = bob.live(channel)
        for kind in (lambda s, i: s.op(67, {"channels": [], "users": []}), lambda s, i: s.op(68, {"channel_id": channel["id"]}),
                     lambda s, i: s.send({"op": 64, "i": i + 1, "t": "X", "d": {}}), lambda s, i: s.op(69, {"channel_id": channel["id"], "seq": 0})):
            with Quick(server, token=ada.token).identify() as socket:
                for i in range(119):
                    kind(socket, i)
                socket.heartbeat()
                for i in range(119, 122):
                    kind(socket, i)
                assert ended(socket) == 4008
        message = ada.send(channel, "still here")
        assert other.message(message["id"])["content"] == "still here"
        other.close()
