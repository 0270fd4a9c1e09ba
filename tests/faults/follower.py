"""A client that follows one channel as protocol.md §4 says a client should: it resumes, or catches up by its positions, or pages REST.

Every event is checked as it comes: messages by `seq` without a hole and without a repeat, changes by `rev`. `view` is what it would
show; `check()` compares that with the history.
"""
import http.client
import json

from client import Person
from gateway import DEADLINE_S, Closed, Gateway
from polling import HOLD_MS, Polling


class Quick(Gateway):
    """Without the check against the API documents, which tests/conformance does: here are very many frames."""

    checked = False

    def raw_frame(self, *arguments, **more):
        try:
            super().raw_frame(*arguments, **more)
        except OSError as broken:
            raise Closed(None, str(broken)) from None

    def hang_up(self):
        self.socket.close()


class QuickPolling(Polling):
    """By long polling, and without that check. A call whose answer was cut is Closed; the next one is the same call again."""

    def __init__(self, server, token):
        super().__init__(server, token, None)
        self._unanswered = None
        self.go_on_at(server)

    def go_on_at(self, server):
        self.http = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_S + HOLD_MS / 1000)

    def ask(self, body, token=True):
        try:
            self.http.request("POST", "/api/v1/gateway/poll", json.dumps(body), {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"})
            answer = self.http.getresponse()
            text = answer.read()
            if answer.getheader("Content-Length") is None:  # a head that is cut ends there
                raise ConnectionError("the head is not whole")
        except (OSError, http.client.HTTPException) as broken:
            self.http.close()
            raise Closed(None, str(broken)) from None
        assert answer.status == 200, text
        return json.loads(text)

    def call(self, *frames, timeout_ms=HOLD_MS):
        self._out += frames
        if self._unanswered is None:
            self._unanswered, self._out = self.body(self._out, timeout_ms), []
        got = self.took(self.ask(self._unanswered))
        self._unanswered = None
        return got

    def hang_up(self):
        self.http.close()


class Follower:
    transport = Quick

    def __init__(self, person: Person, channel, seq=0, rev=0):
        self.person, self.channel = person, channel["id"]
        self.seq, self.rev = seq, rev
        self.view = {}  # id → what is shown of it
        self.order = []  # ids in the order in which they came
        self.socket = None
        self.session = None  # the socket whose session can be resumed
        self.catching_up = False
        self.made_again = 0  # calls of long polling
        self.starts = {"resumed": 0, "identified": 0, "refused": 0, "paged": 0}

    # ------------------------------------------------------------------ connections
    def identify(self, via=None):
        """With its positions. Raises Closed when the connection is cut before READY."""
        self.close()
        self.session = None
        self.catching_up = True
        self.socket = self.transport(via or self.person.server, token=self.person.token)
        self._identify()
        return self

    def _identify(self):
        self.socket.s = 0
        self.socket.identify(positions={self.channel: {"seq": self.seq, "rev": self.rev}})
        self.session = self.socket
        self.starts["identified"] += 1

    def resume(self, via=None):
        """Goes on with the session, or, told that there is none, by positions. Raises Closed when it is cut before either is clear."""
        if self.session is None:
            return self.identify(via)
        self.close()
        old = self.session
        self.socket = self.transport(via or self.person.server, token=self.person.token).resume_of(old)
        while True:
            value = self.socket.frame()
            if value["op"] == 9:
                self.starts["refused"] += 1
                self.session = None
                self.catching_up = True
                self._identify()
                return self
            self.session = self.socket  # its s is what was seen
            self._feed(value)
            if value.get("t") == "RESUMED":
                self.starts["resumed"] += 1
                return self

    def drop(self):
        if self.socket:
            self.socket.drop()
            self.socket = None

    def close(self):
        if self.socket:
            self.socket.hang_up()
            self.socket = None

    # ------------------------------------------------------------------ reading
    def _feed(self, value):
        if value["op"] != 0:
            return
        t, d = value["t"], value["d"]
        if t == "MESSAGE_CREATE" and d["channel_id"] == self.channel:
            assert d["seq"] == self.seq + 1, f"seq {d['seq']} came after {self.seq}"
            self.seq = d["seq"]
            self._show(d)
            self.order.append(d["id"])
        elif "rev" in d and d.get("channel_id") == self.channel and t not in ("SYNCED", "CHANNEL_CREATE"):
            if self.catching_up:
                assert d["rev"] > self.rev, f"rev {d['rev']} came after {self.rev}, when catching up"
            else:
                assert d["rev"] == self.rev + 1, f"rev {d['rev']} came after {self.rev}"
            self.rev = d["rev"]
            if "message" in d:
                self._show(d["message"])
            elif t.startswith("MESSAGE_REACTION"):
                self._reaction(d)
        elif t == "SYNCED" and d["channel_id"] == self.channel:
            self._synced(d)

    def _synced(self, d):
        if not d["recovered"]:
            self.starts["paged"] += 1
            while self.seq < d["seq"]:
                page = self.person.get(f"/channels/{self.channel}/messages?after_seq={self.seq}&limit=100").ok()
                for message in page:
                    if message["seq"] <= d["seq"]:
                        self._feed({"op": 0, "t": "MESSAGE_CREATE", "d": message})
            while self.rev < d["rev"]:
                for change in self.person.get(f"/channels/{self.channel}/changes?after_rev={self.rev}&limit=100").ok():
                    if change["rev"] <= d["rev"] and change["d"]["rev"] > self.rev:
                        self._feed({"op": 0, "t": change["t"], "d": change["d"]})
                    self.rev = max(self.rev, min(change["rev"], d["rev"]))
        assert d["seq"] == self.seq, f"SYNCED at {d['seq']}, and {self.seq} was the last"
        assert d["rev"] >= self.rev
        self.rev = d["rev"]
        self.catching_up = False

    def read_to(self, seq, rev=None, timeout=30):
        """Reads until it has come so far; Closed when the connection ends before. A seq of None: until `rev` alone."""
        while self.catching_up or self.seq < seq or (rev is not None and self.rev < rev):
            self._feed(self.socket.frame(timeout))
        return self

    def read_waiting(self):
        """Reads what is there."""
        try:
            while True:
                self._feed(self.socket.frame(0))
        except TimeoutError:
            pass

    def arrive(self, seq, rev=None):
        """Reads to there, however often the connection ends."""
        while True:
            try:
                return self.read_to(seq, rev)
            except Closed:
                self.go_on()

    def go_on(self):
        self.resume()

    # ------------------------------------------------------------------ what it shows
    def _show(self, message):
        self.view[message["id"]] = shown(message)

    def _reaction(self, d):
        message = self.view.get(d["message_id"])
        if message is None:
            return  # it was there before this client began
        counts = dict(message["reactions"])
        counts[d["emoji"]] = d["count"]
        message["reactions"] = sorted((emoji, count) for emoji, count in counts.items() if count)

    def check(self, history):
        """`history`: the channel's messages in the order of seq, from this client's start on."""
        assert self.order == [m["id"] for m in history], "every message once, in order"
        for message in history:
            assert self.view[message["id"]] == shown(message), "as it is now"


class PollingFollower(Follower):
    """A call that was cut it makes again, every other time; otherwise it resumes."""
    transport = QuickPolling

    def __init__(self, *arguments, again=False, **more):
        super().__init__(*arguments, **more)
        self.again = again

    def go_on(self):
        if not self.again:
            return self.resume()
        self.again = False
        self.made_again += 1
        self.socket.hang_up()
        self.socket.go_on_at(self.person.server)


def shown(message):
    return {"seq": message["seq"], "content": message["content"], "deleted": message["deleted"], "pinned": message["pinned"],
            "reactions": sorted((r["emoji"], r["count"]) for r in message["reactions"])}


def history(person, channel, after=0):
    messages = []
    while page := person.get(f"/channels/{channel['id']}/messages?after_seq={after}&limit=100").ok():
        messages += page
        after = page[-1]["seq"]
    return messages


def head(person, channel):
    now = person.get(f"/channels/{channel['id']}").ok()
    return now["last_seq"], now["rev"]


def pipelined(socket, channel, contents, nonces=None):
    """Sends all, then waits for all replies; the messages."""
    asked = []
    for index, content in enumerate(contents):
        d = {"channel_id": channel["id"], "content": content}
        if nonces:
            d["nonce"] = nonces[index]
        asked.append(socket.request("MESSAGE_SEND", d))
    got = []
    for i in asked:
        reply = socket.reply(i)
        assert "error" not in reply, reply
        got.append(reply["d"]["message"])
    return got
