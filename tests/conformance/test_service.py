"""What an operator relies on: a stop that sends clients away, metrics, TLS, commands on a stopped server."""
import datetime
import http.client
import ipaddress
import pathlib
import re
import secrets
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from client import PASSWORD, Http, Person, jwt_part
from gateway import Gateway
from server import BINARY, STOP_S, Server

OPERATIONS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def log_line(server, word, timeout=10):
    """The first line of the log with this word, which may still be on its way."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        found = [line for line in server.lines if word in line]
        if found:
            return found[0]
        time.sleep(0.02)
    raise AssertionError(f"no log line with {word}:\n" + "\n".join(server.lines))


def test_a_stop_asks_clients_to_come_back_then_closes_resumably():
    with Server("--drain", "1") as server:
        people = [Person.register(server) for _ in range(3)]
        sockets = [Gateway(server, person.token).identify() for person in people]
        server.process.send_signal(signal.SIGTERM)
        for socket in sockets:
            assert socket.take(lambda frame: frame["op"] == 7)["d"]["after_ms"] >= 0
            assert socket.closed() == 4101
        assert server.process.wait(STOP_S) == 0


def test_a_stop_without_clients_waits_for_nobody():
    with Server("--drain", "60") as server:
        http_client = Http(server)
        http_client.ask("GET", "/api/v1/instance").ok()  # its connection stays open
        assert server.stop() == 0  # within STOP_S, which is less


def test_metrics_are_served_apart_and_are_those_that_the_documents_name():
    with Server("--metrics-listen", "127.0.0.1:0") as server:
        Person.register(server)
        address = re.search(r'metrics="([^"]+)"', log_line(server, "metrics="))[1]
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            text = answer.read().decode()
        assert re.search(r'^rookery_http_requests_total\{status="2xx"\} [1-9]', text, re.M)
        named = set(re.findall(r"`(rookery_[a-z_]+)`", OPERATIONS.read_text()))
        assert named and named <= set(re.findall(r"^# TYPE (\w+)", text, re.M))
        with pytest.raises(urllib.error.HTTPError) as other:
            urllib.request.urlopen(address.replace("/metrics", "/api/v1/instance"), timeout=10)
        assert other.value.code == 404


def certificate(directory):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "rookery test")])
    now = datetime.datetime.utcnow()
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    built = built.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    built = built.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
    chain, private = directory / "chain.pem", directory / "key.pem"
    chain.write_bytes(built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return str(chain), str(private)


def test_tls_is_served_with_the_certificate_that_is_named(tmp_path):
    chain, key = certificate(tmp_path)
    with Server("--tls-cert", chain, "--tls-key", key) as server:
        assert any(line.startswith("listening on https://") for line in server.lines)
        connection = http.client.HTTPSConnection(server.host, server.port, timeout=10, context=ssl.create_default_context(cafile=chain))
        connection.request("GET", "/api/v1/gateway")
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read().decode() == f'{{"url":"wss://{server.host}:{server.port}/gateway"}}'
        connection.close()


def command(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def test_an_administrator_is_made_on_a_stopped_server_only():
    with Server() as server:
        refused = command("admin", "create", "root", "--data-dir", server.data_dir)
        assert refused.returncode == 1 and "another server is using it" in refused.stderr
        server.stop()
        made = command("admin", "create", "root", "--data-dir", server.data_dir)
        assert made.returncode == 0, made.stderr
        password = re.search(r"shown this once\): (\S+)", made.stdout)[1]
        server.lines = []
        server.start()
        body = {"login": "root", "password": password}
        got = Http(server).ask("POST", "/api/v1/auth/login", body).ok()
        assert "admin" in jwt_part(got["session"]["access_token"], 1)["permissions"]


def test_a_reset_password_ends_the_logins_of_the_account():
    with Server() as server:
        ada = Person.register(server)
        server.stop()
        reset = command("admin", "reset-password", ada.username, "--data-dir", server.data_dir)
        assert reset.returncode == 0, reset.stderr
        password = re.search(r"shown this once\): (\S+)", reset.stdout)[1]
        server.lines = []
        server.start()
        fresh = Http(server)
        fresh.ask("GET", "/api/v1/users/@me", token=ada.token).refused(401, 40001)
        fresh.ask("POST", "/api/v1/auth/login", {"login": ada.username, "password": PASSWORD}).refused(401, 40002)
        fresh.ask("POST", "/api/v1/auth/login", {"login": ada.username, "password": password}).ok()


def incompressible():
    """A text as long as a message may be. By bytes it is so near to random that no block with it is stored compressed: it can be looked for in the files."""
    ascii_, beyond = [chr(c) for c in range(1, 128)], [chr(c) for c in range(0x80, 0x800)]
    return "".join(secrets.choice(beyond if i % 3 == 0 else ascii_) for i in range(4000))


def files_with(directory, text):
    """Those below the directory in which some piece of the text stands."""
    data = text.encode()
    pieces = [data[at : at + 32] for at in range(0, len(data) - 32, 32)]
    paths = [path for path in pathlib.Path(directory).rglob("*") if path.is_file()]
    return {path.name for path in paths for read in [path.read_bytes()] if any(piece in read for piece in pieces)}


def test_a_compaction_takes_the_bytes_of_what_was_deleted_from_the_disk():
    with Server() as server:
        ada, bob = Person.register(server), Person.register(server)
        group = ada.group(bob)
        kept, before, deleted = (incompressible() for _ in range(3))
        ada.send(group, kept)
        message = ada.send(group, before)
        path = f"/channels/{group['id']}/messages/{message['id']}"
        ada.patch(path, {"content": deleted}).ok()
        server.stop(signal.SIGKILL)
        for text in (kept, before, deleted):
            assert files_with(server.data_dir, text), "the write-ahead log has it"
        assert command("compact", "--data-dir", server.data_dir).returncode == 0
        for text in (kept, deleted):
            assert files_with(server.data_dir, text), "and so have the tables"
        server.start()
        ada.http.close()
        ada.delete(path).ok(204)
        server.stop()
        assert command("compact", "--data-dir", server.data_dir).returncode == 0
        for text in (before, deleted):
            assert files_with(server.data_dir, text) == set()
        assert files_with(server.data_dir, kept), "what is looked for can be found there"
        server.start()
        assert [m["content"] for m in ada.history(group)] == ["", kept]
