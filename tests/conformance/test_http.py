"""protocol.md §1: HTTP is strict. Raw sockets, because no HTTP library sends what is wrong. What is refused is in test_smuggling.py."""
import json
import socket

import pytest
from server import Server

DEADLINE_S = 10


class Raw:
    def __init__(self, server):
        self.server = server
        self.socket = socket.create_connection((server.host, server.port), timeout=DEADLINE_S)
        self.bytes = b""

    def send(self, text):
        self.socket.sendall(text.replace("HOST", f"{self.server.host}:{self.server.port}").encode("latin-1") if isinstance(text, str) else text)

    def answer(self):
        """(status, headers, body) of the next answer."""
        while b"\r\n\r\n" not in self.bytes:
            self._more()
        head, self.bytes = self.bytes.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
        size = int(headers.get("content-length", "0"))
        while len(self.bytes) < size:
            self._more()
        body, self.bytes = self.bytes[:size], self.bytes[size:]
        return int(lines[0].split(" ")[1]), headers, body

    def _more(self):
        got = self.socket.recv(65536)
        assert got, f"the connection ended early, after {self.bytes[:200]!r}"
        self.bytes += got

    def ended(self):
        """Whether the server closes the connection, and sends nothing more."""
        try:
            return self.bytes == b"" and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()


def get(target="/healthz", more=""):
    return f"GET {target} HTTP/1.1\r\nHost: HOST\r\n{more}\r\n"


BODY = '{"login":"x","password":"y"}'
LOGIN = "POST /api/v1/auth/login HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"


def test_several_requests_on_one_connection_are_answered_in_order(server):
    with Raw(server) as raw:
        raw.send(get() * 3 + get("/api/v1/instance"))
        answers = [raw.answer() for _ in range(4)]
        assert [a[0] for a in answers] == [200] * 4 and "limits" in json.loads(answers[3][2])


def test_a_request_byte_by_byte_is_a_request(server):
    with Raw(server) as raw:
        raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in (LOGIN + f"Content-Length: {len(BODY)}\r\n\r\n" + BODY).replace("HOST", "h"):
            raw.send(byte)
        assert raw.answer()[0] == 401


def test_chunks_are_taken(server):
    with Raw(server) as raw:
        chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in (BODY[:5], BODY[5:])) + "0\r\n\r\n"
        raw.send(LOGIN + "Transfer-Encoding: chunked\r\n\r\n" + chunks + get())
        assert raw.answer()[0] == 401
        assert raw.answer()[0] == 200, "the next request begins where the last ended"


def test_a_head_without_end_is_refused(server):
    with Raw(server) as raw:
        try:
            raw.send("GET /healthz HTTP/1.1\r\nHost: HOST\r\n")
            for i in range(2000):
                raw.send(f"X-{i}: {'a' * 100}\r\n")
        except OSError:
            pass  # refused while it was being sent
        try:
            status, _, _ = raw.answer()
            assert status in (400, 431)
        except (AssertionError, ConnectionResetError):
            pass  # the refusal can be lost when more was on its way


def test_a_target_without_end_is_refused(server):
    with Raw(server) as raw:
        raw.send("GET /" + "a" * 16000 + " HTTP/1.1\r\nHost: HOST\r\n\r\n")
        assert raw.answer()[0] in (400, 404, 414, 431)


def test_connection_close_is_obeyed_and_http_1_0_closes(server):
    for text in (get(more="Connection: close\r\n"), "GET /healthz HTTP/1.0\r\nHost: HOST\r\n\r\n"):
        with Raw(server) as raw:
            raw.send(text)
            assert raw.answer()[0] == 200
            assert raw.ended()


def test_a_large_announced_body_is_refused_before_it_is_sent(server):
    with Raw(server) as raw:
        raw.send(LOGIN + "Content-Length: 1000000000\r\n\r\n")
        status, _, body = raw.answer()
        assert status == 413 and json.loads(body)["code"] == 0


def test_expect_100_continue_is_answered(server):
    with Raw(server) as raw:
        raw.send(LOGIN + f"Content-Length: {len(BODY)}\r\nExpect: 100-continue\r\n\r\n")
        status, _, _ = raw.answer()
        assert status in (100, 401)
        if status == 100:
            raw.send(BODY)
            assert raw.answer()[0] == 401


def test_head_is_get_without_its_body(server):
    with Raw(server) as raw:
        raw.send("HEAD /api/v1/instance HTTP/1.1\r\nHost: HOST\r\n\r\n")
        while b"\r\n\r\n" not in raw.bytes:
            raw._more()
        head, rest = raw.bytes.split(b"\r\n\r\n", 1)
        assert b" 200 " in head.split(b"\r\n")[0] and int([l for l in head.lower().split(b"\r\n") if l.startswith(b"content-length")][0].split(b":")[1]) > 0
        raw.bytes = rest
        raw.send(get())
        assert raw.answer()[0] == 200, "no body came between"


def test_percent_encoding_in_a_path_is_decoded_once(server, ada):
    ada.get("/users/%40me").ok()
    ada.get("/users/%2540me").refused(404, 10013)
    ada.get(f"/users/{ada.id}%2Fpresence").refused(404, 10013)


@pytest.mark.parametrize("upgrade", ["Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n",
                                     "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n", "Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n",
                                     "Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 8\r\n"])
def test_an_upgrade_that_is_not_rfc_6455_is_refused(server, upgrade):
    with Raw(server) as raw:
        raw.send(get("/gateway?v=1&encoding=json", upgrade))
        assert raw.answer()[0] in (400, 426)


def test_the_page_and_its_documents_come_with_a_strict_policy(tmp_path):
    (tmp_path / "docs" / "api").mkdir(parents=True)
    for page in ("index.html", "docs/index.html", "docs/concepts.html", "docs/api/index.html"):
        (tmp_path / page).write_text("<!doctype html><title>index.html</title>")
    with Server("--web-dir", str(tmp_path)) as own:
        for path, styles in (("/", "style-src 'self';"), ("/docs/", "style-src 'self';"), ("/docs/concepts.html", "style-src 'self';"),
                             ("/docs/api/", "style-src 'self' 'unsafe-inline';")):
            with Raw(own) as raw:
                raw.send(get(path))
                status, headers, body = raw.answer()
            policy = headers["content-security-policy"]
            assert status == 200 and b"index.html" in body and headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in policy and "script-src 'self';" in policy and styles in policy, (path, policy)


def test_a_folder_of_documents_is_asked_with_its_slash_and_an_unknown_page_is_404(tmp_path):
    (tmp_path / "docs" / "api").mkdir(parents=True)
    for page in ("index.html", "docs/index.html", "docs/404.html", "docs/api/index.html"):
        (tmp_path / page).write_text(f"<!doctype html><title>{page}</title>")
    with Server("--web-dir", str(tmp_path)) as own:
        for path, status, location, title in (("/docs", 308, "/docs/", b""), ("/docs/api", 308, "/docs/api/", b""), ("/docs/", 200, None, b"docs/index.html"),
                                              ("/docs/nothing", 404, None, b"docs/404.html"), ("/docs/api/nothing.html", 404, None, b"docs/404.html"),
                                              ("/documents", 200, None, b"<title>index.html")):
            with Raw(own) as raw:
                raw.send(get(path))
                got, headers, body = raw.answer()
            assert (got, headers.get("location")) == (status, location) and title in body, path
