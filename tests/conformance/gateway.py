"""A WebSocket client for tests: plain, synchronous, and able to send what no proper client would.

Every frame of the server is checked against the API documents, and every dispatch's `s` must be one more than the last.
"""
import base64
import json
import os
import select
import socket
import struct
import time

import description

DEADLINE_S = 10
QUIET_S = 0.4
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Closed(Exception):
    """The server has closed the socket. code is None where it said none (the connection just ended)."""

    def __init__(self, code, reason=""):
        super().__init__(f"closed with {code} {reason!r}")
        self.code, self.reason = code, reason


class Refused(Exception):
    """The upgrade was answered with something else."""

    def __init__(self, status, head, body):
        super().__init__(f"the upgrade was answered {status}: {body[:200]!r}")
        self.status, self.head, self.body = status, head, body


class Gateway:
    checked = True  # against the API documents; a test of very many frames may do without

    def __init__(self, server, token=None, query="?v=1&encoding=json", headers=(), receive_buffer=None):
        self.server, self.token = server, token
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(DEADLINE_S)
        self.socket.connect((server.host, server.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._bytes = b""
        self._pending = []  # dispatches and replies that were received and not taken yet
        self.s = 0
        self.session_id = None
        self.ready = None
        self.requests = 0
        self._upgrade(query, headers)
        self.hello = self.frame()
        assert self.hello["op"] == 10, f"the first frame is no Hello: {self.hello}"

    def _upgrade(self, query, headers):
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET /gateway{query} HTTP/1.1", f"Host: {self.server.host}:{self.server.port}", "Upgrade: websocket", "Connection: Upgrade",
                 f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", *headers]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        while b"\r\n\r\n" not in self._bytes:
            self._more(DEADLINE_S)
        head, self._bytes = self._bytes.split(b"\r\n\r\n", 1)
        head = head.decode("latin-1")
        status = int(head.split(" ", 2)[1])
        if status != 101:
            raise Refused(status, head, self._bytes)

    # ------------------------------------------------------------------ bytes
    def _more(self, timeout):
        poll = select.poll()  # select() knows the first 1,024 descriptors only
        poll.register(self.socket, select.POLLIN)
        if not poll.poll(max(timeout, 0) * 1000):
            raise TimeoutError("nothing came")
        try:
            got = self.socket.recv(262144)
        except (ConnectionResetError, BrokenPipeError):
            got = b""
        if not got:
            raise Closed(None, "end of stream")
        self._bytes += got

    def raw_frame(self, opcode, payload=b"", fin=True, rsv=0, mask=True):
        first = (0x80 if fin else 0) | rsv << 4 | opcode
        size = len(payload)
        flag = 0x80 if mask else 0
        if size < 126:
            head = struct.pack("!BB", first, flag | size)
        elif size < 65536:
            head = struct.pack("!BBH", first, flag | 126, size)
        else:
            head = struct.pack("!BBQ", first, flag | 127, size)
        if mask:
            key = os.urandom(4)
            repeated = (key * (size // 4 + 1))[:size]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")).to_bytes(size, "big") if size else b""
            head += key
        self.socket.sendall(head + payload)

    def _need(self, count, until):
        while len(self._bytes) < count:
            self._more(until - time.monotonic())

    def _whole_frame(self, until):
        """One frame of the server. Nothing is taken before it is whole, so that a time-out loses nothing."""
        self._need(2, until)
        first, size = self._bytes[0], self._bytes[1]
        assert not size & 0x80, "a frame of the server is masked"
        assert first & 0xF0 == 0x80, f"the server sent a fragment or a reserved bit: {first:#x}"
        head = 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            head += wide
            self._need(head, until)
            size = int.from_bytes(self._bytes[2:head], "big")
        self._need(head + size, until)
        payload, self._bytes = self._bytes[head : head + size], self._bytes[head + size :]
        return first & 0x0F, payload

    # ------------------------------------------------------------------ frames
    def send(self, value):
        text = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
        self.raw_frame(TEXT, text)

    def op(self, op, d=None):
        self.send({"op": op, "d": d})

    def frame(self, timeout=DEADLINE_S):
        """The next frame of the server, checked. Closed when there is none any more."""
        until = time.monotonic() + timeout
        while True:
            opcode, payload = self._whole_frame(until)
            if opcode == PING:
                self.raw_frame(PONG, payload)
            elif opcode == CLOSE:
                code = struct.unpack("!H", payload[:2])[0] if payload else None
                raise Closed(code, payload[2:].decode())
            elif opcode == TEXT:
                value = json.loads(payload)
                if self.checked:
                    description.frame(value)
                if value["op"] == 0:
                    assert value["s"] == self.s + 1, f"s jumped from {self.s} to {value['s']}: {value}"
                    self.s = value["s"]
                return value
            else:
                assert opcode == PONG, f"unexpected frame: {opcode} {payload[:100]!r}"
                return {"op": "pong", "d": payload}

    # ------------------------------------------------------------------ beginning
    def identify(self, positions=None, device=None, epoch=None, token=None, **more):
        """Identifies and takes READY."""
        d = {"token": token or self.token, "device": device or {"id": "conformance", "kind": "web"}, **more}
        if positions is not None:
            d["positions"] = positions
        if epoch is not None:
            d["epoch"] = epoch
        self.op(2, d)
        got = self.frame()
        assert got.get("t") == "READY", f"expected READY, got {got}"
        self.ready, self.session_id = got["d"], got["d"]["session_id"]
        return self

    def resume_of(self, old, s=None, token=None):
        """Goes on with the session of another socket."""
        self.s = old.s if s is None else s
        self.session_id, self.ready = old.session_id, old.ready
        self.op(6, {"token": token or self.token, "session_id": old.session_id, "s": self.s})
        return self

    # ------------------------------------------------------------------ reading
    def take(self, wanted, timeout=DEADLINE_S):
        """The first frame, received already or to come, for which wanted(frame) is true. Others stay where they are."""
        for index, value in enumerate(self._pending):
            if wanted(value):
                return self._pending.pop(index)
        until = time.monotonic() + timeout
        while True:
            try:
                value = self.frame(until - time.monotonic())
            except TimeoutError:
                raise AssertionError(f"what was expected did not come within {timeout} s; came: {[brief(v) for v in self._pending]}") from None
            if wanted(value):
                return value
            self._pending.append(value)

    def event(self, t, timeout=DEADLINE_S, **fields):
        """`d` of the first dispatch named t whose body has these fields."""
        return self.take(lambda v: v.get("t") == t and all(v["d"].get(k) == x for k, x in fields.items()), timeout)["d"]

    def message(self, message_id, timeout=DEADLINE_S):
        return self.event("MESSAGE_CREATE", timeout, id=message_id)

    def reply(self, i, timeout=DEADLINE_S):
        return self.take(lambda v: v["op"] == 65 and v["i"] == i, timeout)

    def drain(self, quiet=QUIET_S):
        """All frames received and not taken, and those that come until nothing comes for `quiet` seconds."""
        while True:
            try:
                self._pending.append(self.frame(quiet))
            except TimeoutError:
                taken, self._pending = self._pending, []
                return taken

    def until(self, wanted, timeout=DEADLINE_S):
        """All frames up to and with the first for which wanted(frame) is true, in order."""
        taken, until = [], time.monotonic() + timeout
        while True:
            if self._pending:
                value = self._pending.pop(0)
            else:
                try:
                    value = self.frame(until - time.monotonic())
                except TimeoutError:
                    raise AssertionError(f"what was expected did not come within {timeout} s; came: {[brief(v) for v in taken]}") from None
            taken.append(value)
            if wanted(value):
                return taken

    def closed(self, timeout=DEADLINE_S):
        """The code with which the server closes; frames before it are dropped."""
        until = time.monotonic() + timeout
        while True:
            try:
                self.frame(until - time.monotonic())
            except Closed as end:
                self.close_reason = end.reason
                return end.code
            except TimeoutError:
                raise AssertionError(f"the server did not close within {timeout} s") from None

    # ------------------------------------------------------------------ doing
    def request(self, t, d):
        self.requests += 1
        self.send({"op": 64, "i": self.requests, "t": t, "d": d})
        return self.requests

    def send_message(self, channel, content="hi", **more):
        """MESSAGE_SEND; the reply's `d`."""
        channel = channel["id"] if isinstance(channel, dict) else channel
        got = self.reply(self.request("MESSAGE_SEND", {"channel_id": channel, "content": content, **more}))
        assert "error" not in got, got
        return got["d"]

    def ack(self, s=None):
        self.op(66, self.s if s is None else s)

    def heartbeat(self):
        """A round trip: all that was sent before has been taken in."""
        self.op(1, self.s or None)
        self.take(lambda v: v["op"] == 11)

    def close(self, code=1000):
        """A proper close; the session ends with 1000 and 1001, and is kept after others."""
        try:
            self.raw_frame(CLOSE, struct.pack("!H", code))
            self.closed(2)
        except (OSError, AssertionError, Closed):
            pass
        self.socket.close()

    def drop(self):
        """The network is gone: no close frame."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def brief(value):
    d = value.get("d") if isinstance(value, dict) else None
    inner = {k: d[k] for k in ("id", "channel_id", "seq", "rev", "user_id") if isinstance(d, dict) and k in d}
    return (value.get("t") or value.get("op"), inner)


def names(frames):
    """The names of the dispatches among frames."""
    return [f["t"] for f in frames if f["op"] == 0]


def of_channel(frames, channel):
    channel = channel["id"] if isinstance(channel, dict) else channel
    return [f for f in frames if f["op"] == 0 and (f["d"].get("channel_id") == channel or (f["t"] == "CHANNEL_CREATE" and f["d"]["id"] == channel))]
