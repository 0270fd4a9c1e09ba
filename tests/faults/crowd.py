"""Very many gateway clients in one thread: each connects, identifies (or resumes) and waits for READY, then stays.

As a client should, one that is cut or asked to come back tries again, a little later each time.
"""
import base64
import heapq
import json
import os
import random
import selectors
import socket
import struct
import time

BACK_OFF_S = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)


class Member:
    def __init__(self, token, index):
        self.token, self.index = token, index
        self.socket = None
        self.bytes = b""
        self.upgraded = False
        self.session_id, self.s = None, 0
        self.inside = False
        self.tries = 0


class Crowd:
    def __init__(self, server, tokens, receive_buffer=None):
        self.server, self._receive_buffer = server, receive_buffer
        self.members = [Member(token, i) for i, token in enumerate(tokens)]
        self._selector = selectors.DefaultSelector()
        self._later = []
        self._luck = random.Random(11)
        self.refused = 0  # answered 503
        self.cut = 0
        self.resumed = 0

    def enter(self, deadline_s):
        """All at once; returns when everybody is inside."""
        until = time.monotonic() + deadline_s
        outside = [m for m in self.members if not m.inside]
        for member in outside:
            self._connect(member)
        left = len(outside)
        while left:
            now = time.monotonic()
            assert now < until, f"{left} of {len(self.members)} are not in after {deadline_s} s; {self.refused} were refused, {self.cut} cut"
            while self._later and self._later[0][0] <= now:
                self._connect(heapq.heappop(self._later)[2])
            for key, events in self._selector.select(0.05):
                left -= self._ready(key.data, events)

    def leave(self):
        """The network is gone for all of them; they could resume."""
        for member in self.members:
            self._drop(member)

    def close(self):
        self.leave()
        self._selector.close()

    # ------------------------------------------------------------------ one of them
    def _connect(self, member):
        member.tries += 1
        own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if self._receive_buffer:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._receive_buffer)
        own.setblocking(False)
        # Very many from one address to one port: spread over loopback's addresses, so that ports suffice.
        own.bind((f"127.0.{1 + member.index // 10_000}.{1 + member.index % 200}", 0))
        own.connect_ex((self.server.host, self.server.port))
        member.socket, member.bytes, member.upgraded, member.inside = own, b"", False, False
        self._selector.register(own, selectors.EVENT_WRITE, member)

    def _drop(self, member):
        if member.socket is None:
            return
        try:
            self._selector.unregister(member.socket)
        except KeyError:
            pass
        member.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        member.socket.close()
        member.socket, member.inside = None, False

    def _again(self, member, at_least=0.0):
        self._drop(member)
        wait = at_least + self._luck.random() * BACK_OFF_S[min(member.tries, len(BACK_OFF_S)) - 1]
        heapq.heappush(self._later, (time.monotonic() + wait, member.index, member))

    def _ready(self, member, events):
        """1 when it has come inside."""
        try:
            if events & selectors.EVENT_WRITE:
                error = member.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if error:
                    raise OSError(error, os.strerror(error))
                member.socket.sendall(self._hello(member))
                self._selector.modify(member.socket, selectors.EVENT_READ, member)
                return 0
            got = member.socket.recv(65536)
            if not got:
                raise ConnectionError("ended")
        except OSError:
            self.cut += 1
            self._again(member)
            return 0
        member.bytes += got
        return self._take(member)

    def _hello(self, member):
        """The handshake and the first frame behind it, as the protocol does not forbid; ready to be read in one go."""
        key = base64.b64encode(os.urandom(16)).decode()
        head = (f"GET /gateway?v=1&encoding=json HTTP/1.1\r\nHost: {self.server.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()
        if member.session_id:
            first = {"op": 6, "d": {"token": member.token, "session_id": member.session_id, "s": member.s}}
        else:
            first = {"op": 2, "d": {"token": member.token, "device": {"id": "crowd", "kind": "web"}}}
        return head + framed(json.dumps(first).encode())

    def _take(self, member):
        if not member.upgraded:
            if b"\r\n\r\n" not in member.bytes:
                return 0
            head, member.bytes = member.bytes.split(b"\r\n\r\n", 1)
            status = int(head.split(b" ", 2)[1])
            if status != 101:
                assert status == 503, head
                fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
                assert int(fields[b"retry-after"]) > 0
                self.refused += 1
                self._again(member, 0.2)
                return 0
            member.upgraded = True
        came = 0
        for opcode, payload in frames_of(member):
            if opcode == 8:
                self.cut += 1
                self._again(member)
                return came
            if opcode != 1:
                continue
            value = json.loads(payload)
            if value["op"] == 9:
                member.session_id, member.s = None, 0
                member.socket.sendall(framed(json.dumps({"op": 2, "d": {"token": member.token, "device": {"id": "crowd", "kind": "web"}}}).encode()))
            elif value["op"] == 0:
                member.s = value["s"]
                if value["t"] in ("READY", "RESUMED"):
                    member.session_id = value["d"].get("session_id", member.session_id)
                    self.resumed += value["t"] == "RESUMED"
                    member.inside, member.tries, came = True, 0, 1
                    self._selector.unregister(member.socket)
        return came


def framed(payload):
    size = len(payload)
    head = struct.pack("!BB", 0x81, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, size)
    return head + b"\0\0\0\0" + payload


def frames_of(member):
    while len(member.bytes) >= 2:
        size, head = member.bytes[1], 2
        if size >= 126:
            head += 2 if size == 126 else 8
            size = int.from_bytes(member.bytes[2:head], "big")
        if len(member.bytes) < head + size:
            return
        opcode, payload = member.bytes[0] & 0x0F, member.bytes[head : head + size]
        member.bytes = member.bytes[head + size :]
        yield opcode, payload
