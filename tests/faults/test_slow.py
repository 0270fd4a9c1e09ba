"""Slowloris: whoever takes his time is ended by the deadline of what he does, and the others are served meanwhile. The deadlines are
configured short; what is asserted is that each ends, not when."""
import datetime
import os
import select
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import Person
from follower import Follower, Quick, history
from gateway import PING, TEXT, Closed, Gateway, Refused
from kernel import send_queues
from proxy import Plan, Proxy
from server import Server

PATIENCE_S = 60
EACH = 20  # of each kind at once

LOGIN = "POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
HANDSHAKE = ("GET /gateway?v=1&encoding=json HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n")
# What is said at once, and what is said on and on, a piece at a time.
KINDS = {
    "says nothing": ("", ""),
    "half a request line": ("GET /api", ""),
    "a head without an end": (LOGIN, ""),
    "a head that goes on and on": (LOGIN, "X"),
    "empty lines": ("", "\r\n"),
    "a body that does not come": (LOGIN + "Content-Length: 1000\r\n\r\n", ""),
    "a body byte by byte": (LOGIN + "Content-Length: 100000\r\n\r\n", "x"),
    "a chunked body byte by byte": (LOGIN + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n"),
    "half a handshake": (HANDSHAKE, ""),
    "a handshake that goes on and on": (HANDSHAKE, "Y"),
    "a handshake and then nothing": (HANDSHAKE + "\r\n", ""),
    "a handshake and then half a frame": (HANDSHAKE + "\r\n\x81\xfe", ""),
    "idle after an answer": ("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", ""),
    "empty lines after an answer": ("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n"),
}


@pytest.fixture(scope="module")
def impatient():
    with Server("--http-head-deadline", "1", "--http-progress-deadline", "1", "--http-idle-deadline", "2", "--identify-deadline", "1") as server:
        yield server


def ended(connection):
    """Reads what there is; whether the server has ended it."""
    try:
        while select.select([connection], [], [], 0)[0]:
            if not connection.recv(65536):
                return True
    except OSError:
        return True
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_who_takes_his_time_is_ended_by_its_deadline_and_the_others_are_served(impatient, kind):
    first, on_and_on = (text.encode("latin-1") for text in KINDS[kind])
    ada, bob = Person.register(impatient), Person.register(impatient)
    channel = ada.group(bob)
    with Quick(impatient, token=bob.token).identify() as hearer:
        slow = [socket.create_connection((impatient.host, impatient.port)) for _ in range(EACH)]
        for connection in slow:
            connection.sendall(first)
        until = time.monotonic() + PATIENCE_S
        while slow:
            assert time.monotonic() < until, f"{len(slow)} of {EACH} are open after {PATIENCE_S} s"
            message = ada.send(channel, "meanwhile")
            assert hearer.message(message["id"])
            hearer.ack()
            hearer._pending.clear()
            time.sleep(0.1)
            for connection in [c for c in slow if ended(c)]:
                slow.remove(connection)
                connection.close()
            for connection in slow:
                try:
                    connection.send(on_and_on)
                except OSError:
                    pass
        hearer.close()


BYTE_A_SECOND = (1, 1)


def up_to_ready(proxy, person):
    """How many bytes pass until a socket has identified: of the client, of the server."""
    measured = Plan()
    proxy.plans.append(measured)
    with Quick(proxy, token=person.token).identify():
        pass
    assert measured.done.wait(PATIENCE_S)
    return measured.up, measured.down


def trickled(proxy, person, passed, **how):
    """A socket that has identified; what follows comes as `how` says."""
    proxy.plans.append(Plan(pace_after=passed, **how))
    return Quick(proxy, token=person.token).identify()


def slow_handshake(proxy, person):
    """Ended before it is whole, however it is told of that."""
    proxy.plans.append(Plan(pace_up=BYTE_A_SECOND))
    try:
        Quick(proxy, token=person.token)
    except Refused as refused:
        return refused.status
    except Closed as end:
        return end.code
    return "taken"


def slow_body(proxy, person, channel):
    """A message of which the body trickles; what was answered first."""
    body = b'{"content":"at a byte a second"}'
    head = (f"POST /api/v1/channels/{channel['id']}/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {person.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    proxy.plans.append(Plan(pace_up=BYTE_A_SECOND, pace_after=len(head)))
    with socket.create_connection((proxy.host, proxy.port), PATIENCE_S) as connection:
        connection.sendall(head + body)
        try:
            return connection.recv(12)
        except ConnectionResetError:
            return b""


def slow_ping(socket_):
    """Six bytes."""
    socket_.raw_frame(PING)
    return socket_.take(lambda v: v["op"] == "pong", PATIENCE_S)["op"]


def slow_frame(socket_, server):
    """A heartbeat of thirty bytes, longer than a frame may take here; the code, and what a Resume is answered."""
    socket_.raw_frame(TEXT, b'{"op":1,           "d":0}')
    code = socket_.closed(PATIENCE_S)
    with Quick(server, token=socket_.token).resume_of(socket_) as again:
        return code, again.until(lambda v: v["op"] == 9 or v.get("t") == "RESUMED")[-1].get("t")


def test_a_byte_a_second_works_within_the_deadlines_and_is_ended_by_them_and_the_others_are_served():
    """All at once: a handshake, a body, frames up, and events down."""
    deadlines = ("--http-head-deadline", "4", "--http-progress-deadline", "4", "--frame-deadline", "12")
    with Server(*deadlines) as server, Proxy(server) as proxy, ThreadPoolExecutor() as pool:
        ada, bob, slow = (Person.register(server) for _ in range(3))
        channel, other = ada.group(bob), ada.group(slow)
        up, down = up_to_ready(proxy, slow)
        reader = Follower(slow, other)
        reading = Plan(pace_down=BYTE_A_SECOND, pace_after=down + 100)
        proxy.plans.append(reading)
        reader.identify(proxy)
        pinging, heartbeating = (trickled(proxy, slow, up, pace_up=BYTE_A_SECOND) for _ in range(2))
        ways = [pool.submit(slow_ping, pinging), pool.submit(slow_frame, heartbeating, server)]
        for way, *more in ((slow_handshake,), (slow_body, other)):
            queued = len(proxy.used)
            ways.append(pool.submit(way, proxy, slow, *more))
            while len(proxy.used) == queued:  # it takes the plan that it asked for
                time.sleep(0.01)
        with Quick(server, token=bob.token).identify() as hearer:
            while not all(way.done() for way in ways):
                message = ada.send(channel, "meanwhile")
                assert hearer.message(message["id"])
                hearer.ack()
                hearer._pending.clear()
                ada.send(other, "slowly")
                time.sleep(0.1)
        assert ways[0].result() == "pong"
        assert ways[1].result() == (4009, "RESUMED")
        assert ways[2].result() in (408, None)
        assert ways[3].result() in (b"HTTP/1.1 408", b"")
        told = history(ada, other)
        assert {m["content"] for m in told} == {"slowly"}, "nothing of the body that never came whole"
        reader.read_waiting()
        assert down + 100 < reading.down and reader.seq < len(told), "it came, slowly"
        reader.drop()
        reader.resume().read_to(len(told))
        reader.check(told)
        reader.close()


def test_who_does_not_identify_is_closed_4003_by_the_configured_deadline(impatient):
    with Gateway(impatient) as socket:
        assert socket.closed(PATIENCE_S) == 4003


def test_who_does_not_finish_a_frame_is_closed_4009_by_the_configured_deadline():
    with Server("--frame-deadline", "1") as server:
        ada = Person.register(server)
        with ada.gateway() as slow, ada.gateway() as other:
            slow.socket.sendall(b"\x81\xfe")
            assert slow.closed(PATIENCE_S) == 4009
            other.heartbeat()
            other.close()


def test_who_takes_no_byte_of_a_long_answer_is_ended_and_the_kernel_holds_little_of_it():
    with Server("--http-progress-deadline", "1") as server:
        ada, bob = Person.register(server), Person.register(server)
        channel = ada.group(bob)
        for _ in range(100):
            ada.send(channel, "\x01" * 4000)  # six bytes each in JSON
        slow = []
        for _ in range(EACH):
            connection = socket.socket()
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect((server.host, server.port))
            connection.sendall(f"GET /api/v1/channels/{channel['id']}/messages?limit=100 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ada.token}\r\n\r\n".encode())
            slow.append(connection)
        most, until = 0, time.monotonic() + PATIENCE_S
        while True:
            queues = send_queues(server)
            most = max([most, *queues])
            if most > 4096 and not any(q > 4096 for q in queues):
                break
            assert time.monotonic() < until, f"not ended after {PATIENCE_S} s: {queues}"
            time.sleep(0.05)
        assert most <= 1 << 20, f"{most} bytes of one answer in the kernel"
        for connection in slow:
            connection.close()


def test_who_begins_tls_and_does_not_go_on_is_ended(tmp_path):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.utcnow()
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
                   .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1)).sign(key, hashes.SHA256()))
    (tmp_path / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    os.chmod(tmp_path / "key.pem", 0o600)
    with Server("--tls-cert", str(tmp_path / "cert.pem"), "--tls-key", str(tmp_path / "key.pem"), "--http-head-deadline", "1") as server:
        for first in (b"", b"\x16\x03\x01", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
            with socket.create_connection((server.host, server.port)) as connection:
                connection.sendall(first)
                connection.settimeout(PATIENCE_S)
                try:
                    while connection.recv(4096):
                        pass
                except ConnectionResetError:
                    pass


def test_a_reader_that_stays_behind_is_closed_by_the_configured_deadline_and_can_resume():
    with Server("--slow-reader-deadline", "1") as server:
        author, reader = Person.register(server), Person.register(server)
        channel = author.group(reader)
        slow = Gateway(server, token=reader.token, receive_buffer=4096)
        slow.checked = False
        slow.identify()
        for _ in range(120):  # 256 KiB and what the kernel takes, not a mebibyte
            author.send(channel, "x" * 4000)
        time.sleep(3)  # the configured second, and what sweeping may be late
        with pytest.raises(Closed) as end:
            while slow.s < 122:
                slow.frame()
        assert end.value.code in (4100, None)
        again = Quick(server, token=reader.token).resume_of(slow)
        first = again.frame()
        assert first["op"] in (0, 9)
        again.socket.close()
        slow.socket.close()
