"""A person who uses the server over HTTP. Every answer is checked against the API documents before a test sees it."""
import base64
import http.client
import itertools
import json
import os
import time
import urllib.parse

import description
from gateway import Gateway
from polling import Polling

PASSWORD = "correct horse battery"
TIMEOUT_S = 20
_numbers = itertools.count(1)


def unique(word="u"):
    """A username that no other test, and no other process, has."""
    return f"{word}_{os.getpid():x}_{next(_numbers):x}"


def snowflake_at(ms):
    """The id that is made from a Unix time in milliseconds."""
    return str((ms - 1735689600000) << 23)


class Answer:
    def __init__(self, what, status, headers, raw):
        self.what, self.status, self.headers, self.raw = what, status, headers, raw
        self.body = json.loads(raw) if raw and "json" in headers.get("content-type", "") else None

    def ok(self, status=200):
        assert self.status == status, f"{self.what}: expected {status}, got {self.status} {self.raw[:300]!r}"
        return self.body

    def refused(self, status, code, *fields):
        """An error with this status and code; `fields` must be named in its `errors`."""
        got = (self.status, self.body and self.body.get("code"))
        assert got == (status, code), f"{self.what}: expected {status}/{code}, got {self.status} {self.raw[:300]!r}"
        for field in fields:
            assert field in self.body.get("errors", {}), f"{self.what}: errors do not name {field}: {self.body}"
        return self.body


class Http:
    """One kept connection; made anew when the server has closed it."""

    def __init__(self, server, token=None):
        self.server, self.token, self._connection = server, token, None

    def ask(self, method, path, body=None, headers=None, raw=None, token=True):
        what = f"{method} {path}"
        sent = {"Host": f"{self.server.host}:{self.server.port}", **(headers or {})}
        if token is True and self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        elif isinstance(token, str):
            sent["Authorization"] = f"Bearer {token}"
        data = raw
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode()
            sent.setdefault("Content-Type", "application/json")
        if data is None and method in ("POST", "PUT", "PATCH"):
            data = b""
        status, got, text = self._exchange(method, path, data, sent)
        answer = Answer(what, status, got, text)
        if status != 101 and not path.startswith("/docs"):
            assert answer.body is not None or not text, f"{what} -> {status}: not JSON: {text[:200]!r}"
            description.answer(method, path, status, got, answer.body, bool(text))
        return answer

    def _exchange(self, method, path, data, headers):
        for attempt in (1, 2):
            fresh = self._connection is None
            if fresh:
                self._connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=TIMEOUT_S)
            try:
                self._connection.request(method, path, data, headers)
                response = self._connection.getresponse()
                text = response.read()
            except (ConnectionError, http.client.RemoteDisconnected, BrokenPipeError):
                self.close()
                if fresh or attempt == 2:
                    raise
                continue
            got = {}
            for name, value in response.getheaders():
                got[name.lower()] = value if name.lower() not in got else got[name.lower()] + ", " + value
            if response.will_close:
                self.close()
            return response.status, got, text

    def close(self):
        if self._connection:
            self._connection.close()
        self._connection = None


class Person:
    """An account with one login. Paths are under /api/v1."""

    def __init__(self, server, user, session, password=PASSWORD):
        self.server, self.user, self.session, self.password = server, user, session, password
        self.http = Http(server, session["access_token"])

    id = property(lambda self: self.user["id"])
    username = property(lambda self: self.user["username"])
    token = property(lambda self: self.session["access_token"])
    mention = property(lambda self: f"<@{self.id}>")

    @classmethod
    def register(cls, server, username=None, **more):
        body = {"username": username or unique(), "password": PASSWORD, **more}
        got = Http(server).ask("POST", "/api/v1/auth/register", body).ok(201)
        return cls(server, got["user"], got["session"], body["password"])

    @classmethod
    def first_administrator(cls, server, username="root"):
        """Whoever follows the link that a new server prints."""
        return cls.register(server, username=username, invite=server.setup_code())

    def again(self, **more):
        """The same person, logged in once more."""
        got = Http(self.server).ask("POST", "/api/v1/auth/login", {"login": self.username, "password": self.password, **more}).ok(200)
        return Person(self.server, got["user"], got["session"], self.password)

    def ask(self, method, path, body=None, **more):
        return self.http.ask(method, "/api/v1" + path, body, **more)

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, body, **more)

    def put(self, path, body=None, **more):
        return self.ask("PUT", path, body, **more)

    def patch(self, path, body=None, **more):
        return self.ask("PATCH", path, body, **more)

    def delete(self, path, body=None, **more):
        return self.ask("DELETE", path, body, **more)

    # ---- what most tests need
    def direct(self, other):
        answer = self.post("/users/@me/channels", {"recipients": [other.id]})
        assert answer.status in (200, 201), answer.raw
        return answer.body

    def group(self, *others, **more):
        return self.post("/users/@me/channels", {"recipients": [o.id for o in others], "type": "group", **more}).ok(201)

    def send(self, channel, content="hi", **more):
        return self.post(f"/channels/{channel_id(channel)}/messages", {"content": content, **more}).ok(201)

    def send_later(self, channel, earlier, content="hi"):
        """Sends in a later millisecond than `earlier`, a message: times tell them apart, positions of two channels do not."""
        while time.time_ns() // 1_000_000 <= (int(earlier["id"]) >> 23) + 1735689600000:
            time.sleep(0.0005)
        return self.send(channel, content)

    def history(self, channel, **query):
        return self.get(f"/channels/{channel_id(channel)}/messages" + query_of(query)).ok()

    def read_state(self, channel):
        wanted = channel_id(channel)
        before = None
        while True:
            page = self.get("/users/@me/channels" + query_of({"limit": 100, "before": before})).ok()
            for one in page["channels"]:
                if one["id"] == wanted:
                    return one["read_state"]
            before = page["cursor"]
            assert before, f"channel {wanted} is not in the list"

    def live(self, *channels, **more):
        """A socket that stands at the heads of these channels: nothing is queued, what comes next is new."""
        positions = {}
        for channel in channels:
            now = self.get(f"/channels/{channel_id(channel)}").ok()
            positions[now["id"]] = {"seq": now["last_seq"], "rev": now["rev"]}
        gw = self.gateway(positions=positions, **more)
        for one in positions:
            assert gw.event("SYNCED", channel_id=one)["recovered"] is True
        return gw

    def gateway(self, identify=True, **more):
        """A socket of this person; with READY taken, unless identify is False."""
        gw = Gateway(self.server, token=self.token)
        if identify:
            gw.identify(**more)
        return gw


    def polling(self, identify=True, **more):
        """The gateway by long polling; with READY taken, unless identify is False."""
        gw = Polling(self.server, self.token, Http(self.server, self.token))
        if identify:
            gw.identify(**more)
        return gw


def channel_id(channel):
    return channel["id"] if isinstance(channel, dict) else channel


def query_of(query):
    given = {name: value for name, value in query.items() if value is not None}
    return "?" + urllib.parse.urlencode(given) if given else ""


def quoted(emoji):
    return urllib.parse.quote(emoji, safe="")


def jwt_part(token, index):
    part = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
