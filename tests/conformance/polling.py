"""The gateway by long polling, for tests: reads and does what the WebSocket client does, and what no proper client would."""
import json
import select
import socket
import struct
import threading
import time

import description
from gateway import DEADLINE_S, Closed, Gateway

HOLD_MS = 5000


class Polling(Gateway):
    """Frames to send are taken along by the next call; `frame()` calls until there is one. Every frame is checked."""

    def __init__(self, server, token, http):
        """http: a connection for one call at a time (client.Http)."""
        self.server, self.token, self.http = server, token, http
        self.session_id, self.ready, self.hello = None, None, None
        self.n, self.s, self.requests = 0, 0, 0
        self._pending, self._in, self._out, self._over = [], [], [], None

    # ------------------------------------------------------------------ calls
    def body(self, frames=(), timeout_ms=HOLD_MS, n=None, **more):
        """The body of the next call, or of the one named."""
        body = {"n": n or self.n + 1, "frames": list(frames), "timeout_ms": timeout_ms, **more}
        if self.session_id and body["n"] > 1:
            body.setdefault("session_id", self.session_id)
            if n is None:
                body.setdefault("s", self.s)
        return body

    def ask(self, body, token=True):
        """Any call: the answer as it is; what it says is not taken in."""
        answer = self.http.ask("POST", "/api/v1/gateway/poll", body, token=token)
        for value in (answer.body or {}).get("frames", []) if answer.status == 200 else []:
            description.frame(value)
        return answer

    def call(self, *frames, timeout_ms=HOLD_MS):
        """The next call, with the frames that wait and these: takes its frames in, and answers its body."""
        body = self.body([*self._out, *frames], timeout_ms)
        self._out = []
        return self.took(self.ask(body).ok())

    def took(self, got):
        """Takes in what the next call was answered."""
        self.n += 1
        assert got["n"] == self.n
        for value in got["frames"]:
            if value["op"] == 0:
                assert value["s"] == self.s + 1, f"s jumped from {self.s} to {value['s']}: {value}"
                self.s = value["s"]
                if value["t"] == "READY":
                    self.ready, self.session_id = value["d"], value["d"]["session_id"]
            self._in.append(value)
        if "close" in got:
            self._over = Closed(got["close"]["code"], got["close"]["reason"])
        elif got["session_id"]:
            self.session_id = got["session_id"]
        return got

    def hold(self, body=None):
        """A call in the background, on a connection of its own."""
        return Held(self, body or self.body())

    def lose(self, body, answered):
        """A call whose answer nobody reads: the connection is cut at once, or when it was `answered`."""
        data = json.dumps(body).encode()
        lines = ["POST /api/v1/gateway/poll HTTP/1.1", f"Host: {self.server.host}:{self.server.port}", f"Authorization: Bearer {self.token}",
                 "Content-Type: application/json", f"Content-Length: {len(data)}"]
        cut = socket.create_connection((self.server.host, self.server.port), DEADLINE_S)
        cut.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + data)
        if answered:
            readable, _, _ = select.select([cut], [], [], DEADLINE_S)
            assert readable, "the call was not answered"
            cut.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        cut.close()

    # ------------------------------------------------------------------ as on a WebSocket
    def send(self, value):
        self._out.append(value)

    def frame(self, timeout=DEADLINE_S):
        until = time.monotonic() + timeout
        while not self._in:
            if self._over:
                raise self._over
            left = until - time.monotonic()
            if left <= 0:
                raise TimeoutError("nothing came")
            self.call(timeout_ms=int(min(left * 1000 + 1, HOLD_MS)))
        return self._in.pop(0)

    def identify(self, positions=None, device=None, epoch=None, token=None, **more):
        d = {"token": token or self.token, "device": device or {"id": "conformance", "kind": "web"}, **more}
        d |= {name: value for name, value in (("positions", positions), ("epoch", epoch)) if value is not None}
        self.op(2, d)
        self._hello()
        got = self.frame()
        assert got.get("t") == "READY", f"expected READY, got {got}"
        return self

    def resume_of(self, old, s=None, token=None):
        """The first call has brought Hello and what it brings of the rest."""
        super().resume_of(old, s, token)
        self.session_id = None
        self._hello()
        return self

    def _hello(self):
        self.hello = self.frame()
        assert self.hello["op"] == 10, f"the first frame is no Hello: {self.hello}"

    def close(self, code=1000):
        self.http.close()

    drop = close

    def __exit__(self, *_):
        self.close()


class Held:
    def __init__(self, polling, body):
        self._answer, self._error = None, None
        http = type(polling.http)(polling.server, polling.token)

        def run():
            try:
                self._answer = http.ask("POST", "/api/v1/gateway/poll", body)
            except BaseException as error:  # told to whoever waits
                self._error = error
            finally:
                http.close()

        self._thread = threading.Thread(target=run, daemon=True)
        self._thread.start()

    def answer(self, timeout=DEADLINE_S):
        self._thread.join(timeout)
        assert not self._thread.is_alive(), f"the call was not answered within {timeout} s"
        if self._error:
            raise self._error
        return self._answer

    def waits(self, seconds=0.3):
        """It is not answered within these seconds."""
        self._thread.join(seconds)
        return self._thread.is_alive()
