"""protocol.md §1: HTTP is strict, so that no proxy and this server read one stream of bytes as different requests.

One table of what could be read in two ways. Each row is a request that would change a display name, written wrongly, and behind
it a good one that would change it too. The row is refused, once, the connection is closed, and the name is what it was: neither was
done. Every row that is short enough comes byte by byte as well.
"""
import json
import socket

import pytest
from test_http import Raw

NAME = "As it was"
FIRST, SECOND = '{"display_name":"First"}', '{"display_name":"Second"}'
BYTE_BY_BYTE_MAX = 3000

LINE = "PATCH /api/v1/users/@me HTTP/1.1\r\n"
FIELDS = "Authorization: Bearer TOKEN\r\nContent-Type: application/json\r\n"
HEAD = LINE + "Host: HOST\r\n" + FIELDS
N = len(FIRST)
LENGTH = f"Content-Length: {N}\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
CHUNKS = f"{N:x}\r\n{FIRST}\r\n0\r\n\r\n"
GOOD = f"{HEAD}Content-Length: {len(SECOND)}\r\n\r\n{SECOND}"


def body(fields):
    return HEAD + fields + "\r\n" + FIRST


def chunked(fields):
    return HEAD + fields + "\r\n" + CHUNKS


def chunks(text):
    return HEAD + CHUNKED + "\r\n" + text


def head(text):
    """A head to be wrong in something; it has a length, and its body."""
    return text + LENGTH + "\r\n" + FIRST


TABLE = {
    # Both ways to say how long a body is, and one way said twice.
    "length, then chunked": chunked(LENGTH + CHUNKED),
    "chunked, then length": chunked(CHUNKED + LENGTH),
    "length 0 and chunked": chunked("Content-Length: 0\r\n" + CHUNKED),
    "chunked and length 0": chunked(CHUNKED + "Content-Length: 0\r\n"),
    "a wrong length and chunked": chunked("Content-Length: 5\r\n" + CHUNKED),
    "the same length twice": body(LENGTH + LENGTH),
    "two lengths, the first right": body(LENGTH + "Content-Length: 5\r\n"),
    "two lengths, the second right": body("Content-Length: 0\r\n" + LENGTH),
    "two lengths in other letters": body(LENGTH + f"content-LENGTH: {N}\r\n"),
    "the same length twice in one field": body(f"Content-Length: {N}, {N}\r\n"),
    "two lengths in one field": body(f"Content-Length: {N},5\r\n"),
    # Lengths that are none.
    "a negative length": body(f"Content-Length: -{N}\r\n"),
    "a length with a plus": body(f"Content-Length: +{N}\r\n"),
    "a hexadecimal length": body("Content-Length: 0x18\r\n"),
    "a hexadecimal length without its mark": body("Content-Length: 1a\r\n"),
    "a length with a fraction": body(f"Content-Length: {N}.0\r\n"),
    "a length with an exponent": body("Content-Length: 2e1\r\n"),
    "a length with a space within": body("Content-Length: 2 4\r\n"),
    "a length with an underscore": body("Content-Length: 2_4\r\n"),
    "a length in quotes": body(f'Content-Length: "{N}"\r\n'),
    "a length behind a vertical tab": body(f"Content-Length: \x0b{N}\r\n"),
    "a length before NUL": body(f"Content-Length: {N}\0\r\n"),
    "no number as length": body("Content-Length: \r\n"),
    "a word as length": body("Content-Length: all\r\n"),
    "a length above 64 bits": body(f"Content-Length: {2**64 + N}\r\n"),
    "a length of many zeros": body("Content-Length: " + "0" * 30 + f"{N}\r\n"),
    # Codings that are not plainly `chunked`.
    "identity": body("Transfer-Encoding: identity\r\n"),
    "identity and a length": body("Transfer-Encoding: identity\r\n" + LENGTH),
    "chunked, identity": chunked("Transfer-Encoding: chunked, identity\r\n"),
    "identity, chunked": chunked("Transfer-Encoding: identity, chunked\r\n"),
    "gzip": chunked("Transfer-Encoding: gzip\r\n"),
    "gzip, chunked": chunked("Transfer-Encoding: gzip, chunked\r\n"),
    "chunked, chunked": chunked("Transfer-Encoding: chunked, chunked\r\n"),
    "chunked in two fields": chunked(CHUNKED + CHUNKED),
    "chunked, then identity in a second field": chunked(CHUNKED + "Transfer-Encoding: identity\r\n"),
    "identity, then chunked in a second field": chunked("Transfer-Encoding: identity\r\n" + CHUNKED),
    "xchunked": chunked("Transfer-Encoding: xchunked\r\n"),
    "chunkedx": chunked("Transfer-Encoding: chunkedx\r\n"),
    "chunked with a parameter": chunked("Transfer-Encoding: chunked;q=1\r\n"),
    "chunked in quotes": chunked('Transfer-Encoding: "chunked"\r\n'),
    "chunked behind a comma": chunked("Transfer-Encoding: ,chunked\r\n"),
    "chunked before a comma": chunked("Transfer-Encoding: chunked,\r\n"),
    "chunked behind a vertical tab": chunked("Transfer-Encoding: \x0bchunked\r\n"),
    "chunked behind a form feed": chunked("Transfer-Encoding: \x0cchunked\r\n"),
    "chunked behind a no-break space": chunked("Transfer-Encoding: \xa0chunked\r\n"),
    "chunked before NUL": chunked("Transfer-Encoding: chunked\0\r\n"),
    "no coding": chunked("Transfer-Encoding: \r\n"),
    "chunked in a folded line": chunked("Transfer-Encoding:\r\n chunked\r\n"),
    "chunked behind a space before the colon": chunked("Transfer-Encoding : chunked\r\n"),
    "chunked behind a tab before the colon": chunked("Transfer-Encoding\t: chunked\r\n"),
    "chunked behind a folded line": chunked("X: y\r\n Transfer-Encoding: chunked\r\n"),
    "chunked behind a bare LF": chunked("X: y\nTransfer-Encoding: chunked\r\n"),
    "chunked behind a bare CR": chunked("X: y\rTransfer-Encoding: chunked\r\n"),
    "chunked in HTTP/1.0": chunked(CHUNKED).replace("HTTP/1.1", "HTTP/1.0"),
    "an announced trailer": chunked(CHUNKED + "Trailer: X\r\n"),
    # Chunks that are not plain.
    "a chunk extension": chunks(f"{N:x};a=b\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk extension without a name": chunks(f"{N:x};\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk extension with a bare LF": chunks(f"{N:x};\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk extension behind a space": chunks(f"{N:x} ;a\r\n{FIRST}\r\n0\r\n\r\n"),
    "an extension of the last chunk": chunks(f"{N:x}\r\n{FIRST}\r\n0;a\r\n\r\n"),
    "a trailer": chunks(f"{N:x}\r\n{FIRST}\r\n0\r\nX: y\r\n\r\n"),
    "a chunk size that is negative": chunks(f"-{N:x}\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size with a plus": chunks(f"+{N:x}\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size with 0x": chunks(f"0x{N:x}\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size with an underscore": chunks(f"1_8\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size that is no number": chunks(f"xyz\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size above 64 bits": chunks(f"1{N:016x}\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size of many zeros": chunks("0" * 40 + f"{N:x}\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size of 63 bits": (413, chunks(f"7fffffffffffffff\r\n{FIRST}\r\n0\r\n\r\n")),
    "a chunk size of 64 bits": (413, chunks(f"ffffffffffffffff\r\n{FIRST}\r\n0\r\n\r\n")),
    "no chunk size": chunks(f"\r\n{FIRST}\r\n0\r\n\r\n"),
    "a space before a chunk size": chunks(f" {N:x}\r\n{FIRST}\r\n0\r\n\r\n"),
    "a space behind a chunk size": chunks(f"{N:x} \r\n{FIRST}\r\n0\r\n\r\n"),
    "a tab behind a chunk size": chunks(f"{N:x}\t\r\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size with a bare LF": chunks(f"{N:x}\n{FIRST}\r\n0\r\n\r\n"),
    "a chunk size with a bare CR": chunks(f"{N:x}\r{FIRST}\r\n0\r\n\r\n"),
    "a chunk that ends with a bare LF": chunks(f"{N:x}\r\n{FIRST}\n0\r\n\r\n"),
    "a chunk without its end": chunks(f"{N:x}\r\n{FIRST}0\r\n\r\n"),
    "a chunk longer than its size": chunks(f"{N:x}\r\n{FIRST} \r\n0\r\n\r\n"),
    "a chunk shorter than its size": chunks(f"{N + 1:x}\r\n{FIRST}\r\n0\r\n\r\n"),
    "a last chunk with bare LFs": chunks(f"{N:x}\r\n{FIRST}\r\n0\n\n"),
    "a last chunk with a bare LF behind it": chunks(f"{N:x}\r\n{FIRST}\r\n0\r\n\n"),
    # Fields.
    "a folded field": head(HEAD + "X: 1\r\n folded\r\n"),
    "a field folded by a tab": head(HEAD + "X: 1\r\n\tfolded\r\n"),
    "a first field that is folded": head(LINE + " Host: HOST\r\n" + FIELDS),
    "a line of a space": head(HEAD + " \r\n"),
    "a space before a colon": head(HEAD + "X : 1\r\n"),
    "a tab before a colon": head(HEAD + "X\t: 1\r\n"),
    "a length behind a space before the colon": HEAD + f"Content-Length : {N}\r\n\r\n{FIRST}",
    "a field without a colon": head(HEAD + "X\r\n"),
    "a field without a name": head(HEAD + ": 1\r\n"),
    "a name that is no token": head(HEAD + "X(Y): 1\r\n"),
    "a name with NUL": head(HEAD + "X\0Y: 1\r\n"),
    "a name beyond ASCII": head(HEAD + "\xe4: 1\r\n"),
    "a value with NUL": head(HEAD + "X: a\0b\r\n"),
    "a value with a bare CR": head(HEAD + "X: a\rb\r\n"),
    "a value with DEL": head(HEAD + "X: a\x7fb\r\n"),
    "a value with an escape": head(HEAD + "X: a\x1bb\r\n"),
    "a bare LF behind the request line": head(LINE.replace("\r", "") + "Host: HOST\r\n" + FIELDS),
    "a bare LF behind a field": head(LINE + "Host: HOST\n" + FIELDS),
    "a bare LF between two fields": head(HEAD + "X: 1\nY: 2\r\n"),
    "a bare LF at the end of the head": HEAD + LENGTH + "\n" + FIRST,
    "bare LFs alone": (HEAD + LENGTH + "\r\n" + FIRST).replace("\r", ""),
    "bare CRs alone": (HEAD + LENGTH + "\r\n" + FIRST).replace("\n", ""),
    "CR CR LF behind a field": head(HEAD + "X: 1\r\r\n"),
    "a CR before the empty line": HEAD + LENGTH + "\r\r\n" + FIRST,
    # Hosts.
    "no host": head(LINE + FIELDS),
    "a host twice": head(HEAD + "Host: HOST\r\n"),
    "two hosts": head(HEAD + "Host: other.example\r\n"),
    "two hosts in other letters": head(HEAD + "hOST: other.example\r\n"),
    "two hosts in one field": head(LINE + "Host: HOST, other.example\r\n" + FIELDS),
    "a host with a space": head(LINE + "Host: HOST other.example\r\n" + FIELDS),
    "a host with a path": head(LINE + "Host: HOST/admin\r\n" + FIELDS),
    "a host with a user": head(LINE + "Host: someone@HOST\r\n" + FIELDS),
    "a host behind a space before the colon": head(LINE + "Host : HOST\r\n" + FIELDS),
    "a URL of another host": head(HEAD.replace(" /api", " http://other.example/api")),
    "a URL of another port": head(HEAD.replace(" /api", " http://127.0.0.1:1/api")),
    "a URL with a user": head(HEAD.replace(" /api", " http://someone@HOST/api")),
    "a URL without a host": head(HEAD.replace(" /api", " http:///api")),
    "a URL of another scheme": head(HEAD.replace(" /api", " ftp://HOST/api")),
    # Request lines.
    "two spaces before the target": head(HEAD.replace(" /api", "  /api")),
    "two spaces behind the target": head(HEAD.replace("@me HTTP", "@me  HTTP")),
    "a tab before the target": head(HEAD.replace(" /api", "\t/api")),
    "a space within the target": head(HEAD.replace("@me", "@ me")),
    "a space behind the version": head(HEAD.replace("1.1\r\n", "1.1 \r\n", 1)),
    "a space before the method": head(" " + HEAD),
    "a word behind the version": head(HEAD.replace("1.1\r\n", "1.1 x\r\n", 1)),
    "a target that is no path": head(HEAD.replace(" /api", " api")),
    "a target with a fragment": head(HEAD.replace("@me", "@me#x")),
    "a target beyond ASCII": head(HEAD.replace("@me", "\xe4")),
    "a target with NUL": head(HEAD.replace("@me", "@me\0")),
    "a target of another form": head(HEAD.replace("/api/v1/users/@me", "HOST")),
    "an asterisk": head(HEAD.replace("/api/v1/users/@me", "*")),
    "CONNECT": head(HEAD.replace("PATCH /api/v1/users/@me", "CONNECT HOST")),
    "a method that is no token": head(HEAD.replace("PATCH", "PA{}TCH")),
    "no method": head(HEAD.replace("PATCH ", "")),
    "two empty lines before": "\r\n\r\n" + head(HEAD),
    "an empty line of a bare LF before": "\n" + head(HEAD),
    # Other protocols.
    "HTTP/0.9": "GET /healthz\r\n\r\n",
    "HTTP/0.9 with its name": (505, head(HEAD.replace("HTTP/1.1", "HTTP/0.9"))),
    "HTTP/1.2": (505, head(HEAD.replace("HTTP/1.1", "HTTP/1.2"))),
    "HTTP/1.10": head(HEAD.replace("HTTP/1.1", "HTTP/1.10")),
    "HTTP/1": head(HEAD.replace("HTTP/1.1", "HTTP/1")),
    "HTTP/2.0": (505, head(HEAD.replace("HTTP/1.1", "HTTP/2.0"))),
    "HTTP/3": head(HEAD.replace("HTTP/1.1", "HTTP/3")),
    "http/1.1": head(HEAD.replace("HTTP/1.1", "http/1.1")),
    "another protocol": head(HEAD.replace("HTTP/1.1", "ICAP/1.0")),
    "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    # Limits.
    "a large announced body": (413, HEAD + "Content-Length: 999999999999999999\r\n\r\n"),
    "an expectation that is none": (417, body(LENGTH + "Expect: 200-ok\r\n")),
    "a large body that is only announced": (413, HEAD + "Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n"),
    "a long target": (414, head(HEAD.replace("@me", "a" * 9000))),
    "a large field": (431, head(HEAD + "X: " + "a" * 17000 + "\r\n")),
    "many fields": (431, head(HEAD + "X: y\r\n" * 100)),
}


def sent(raw, row, token):
    """The row's bytes, and behind them the good request."""
    text = (row + GOOD).replace("TOKEN", token).replace("HOST", f"{raw.server.host}:{raw.server.port}")
    return text.encode("latin-1")


def one_answer(raw):
    """The only answer, and the end of the connection behind it."""
    status, headers, text = raw.answer()
    assert headers["connection"] == "close" and headers["x-content-type-options"] == "nosniff"
    assert json.loads(text)["code"] == 0
    assert raw.ended(), f"something came behind the refusal: {raw.bytes[:200]!r}"
    return status


@pytest.fixture
def person(people):
    people[0].patch("/users/@me", {"display_name": NAME}).ok()
    return people[0]


@pytest.mark.parametrize("name", TABLE)
def test_what_could_be_read_in_two_ways_is_refused_and_nothing_of_it_is_done(server, person, name):
    status, row = TABLE[name] if isinstance(TABLE[name], tuple) else (400, TABLE[name])
    with Raw(server) as raw:
        raw.socket.sendall(sent(raw, row, person.token))
        assert one_answer(raw) == status
    if len(row) <= BYTE_BY_BYTE_MAX:
        with Raw(server) as raw:
            raw.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            try:
                for byte in sent(raw, row, person.token):
                    raw.socket.sendall(bytes([byte]))
            except OSError:
                pass  # refused while it was being sent, and then closed
            assert one_answer(raw) == status
    assert person.get("/users/@me").ok()["display_name"] == NAME


def test_the_table_is_wrong_in_what_it_names_and_in_nothing_else(server, person):
    """The same request with nothing wrong in it is done, as is the one behind it: a row is not refused for something else."""
    for row in (body(LENGTH), chunked(CHUNKED), chunked("Transfer-Encoding:\t Chunked \r\n"), body("content-length:" + f"  {N} \r\n"), head(HEAD.replace(" /api", " http://HOST/api")),
                head("\r\n" + HEAD), body("Content-Length: " + "0" * 10 + f"{N}\r\n")):
        with Raw(server) as raw:
            raw.socket.sendall(sent(raw, row, person.token))
            names = [json.loads(raw.answer()[2])["display_name"] for _ in range(2)]
        assert names == ["First", "Second"], row
    person.patch("/users/@me", {"display_name": NAME}).ok()


def test_http_1_0_keeps_its_connection_only_when_asked_to(server):
    for more, kept in (("", False), ("Connection: keep-alive\r\n", True), ("Connection: close\r\n", False), ("Connection: keep-alive, close\r\n", False)):
        with Raw(server) as raw:
            raw.send(f"GET /healthz HTTP/1.0\r\nHost: HOST\r\n{more}\r\n" * 2)
            status, headers, _ = raw.answer()
            assert status == 200 and headers["connection"] == ("keep-alive" if kept else "close")
            if kept:
                assert raw.answer()[0] == 200
            else:
                assert raw.ended(), "the second request is not read"


def test_requests_behind_one_that_closes_are_not_done(server, person):
    with Raw(server) as raw:
        raw.socket.sendall(sent(raw, "GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n", person.token))
        assert raw.answer()[0] == 200
        assert raw.ended()
    assert person.get("/users/@me").ok()["display_name"] == NAME


def test_a_body_that_was_refused_is_not_read_as_a_request(server, person):
    """A client that expects 100-continue, is refused, and sends its body all the same."""
    with Raw(server) as raw:
        raw.socket.sendall(sent(raw, HEAD + "Content-Length: 1000000000\r\nExpect: 100-continue\r\n\r\n", person.token))
        assert one_answer(raw) == 413
    assert person.get("/users/@me").ok()["display_name"] == NAME


def test_a_body_is_not_read_as_a_request(server, person):
    with Raw(server) as raw:
        smuggled = sent(raw, "", person.token).decode("latin-1")
        login = f"POST /api/v1/auth/login HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\nContent-Length: {len(smuggled)}\r\n\r\n"
        raw.send(login + smuggled + "GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n")
        assert raw.answer()[0] == 400
        assert raw.answer()[0] == 200, "the next request begins behind the body"
    assert person.get("/users/@me").ok()["display_name"] == NAME
