"""`rookery verify` against an installation that runs: what an operator does with it."""
import contextlib
import os
import pathlib
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import server as servers
from client import Person
from proxy import Plan, Proxy
from server import Server

PASSED, BROKEN, INVALID = 0, 1, 2
TIMEOUT_S = 600


def verify(*options, expect=PASSED, temporary=None):
    """What it printed. Small: what is looked at is how it goes about it. `temporary`: a folder for what it writes unasked."""
    environment = {**os.environ, **({"TMPDIR": str(temporary)} if temporary else {})}
    done = subprocess.run([servers.BINARY, "verify", "--seed", "1", "--users", "3", "--channels", "2", "--seconds", "1", *options], capture_output=True,
                          text=True, errors="replace", timeout=TIMEOUT_S, check=False, env=environment)
    assert done.returncode == expect, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_verify_uses_an_installation_that_it_did_not_start():
    with Server() as server:
        said = verify("--url", f"http://127.0.0.1:{server.port}/")
        assert re.search(r"^passed: 1 of 1 rounds valid", said, re.M), said


def test_verify_keeps_to_the_rates_of_the_installation():
    rates = ("--rate-read", "20/1", "--rate-write", "10/1", "--rate-messages", "5/1", "--rate-register", "2/1", "--rate-public", "5/1")
    with Server(*rates, rate_limits="on") as server:
        said = verify("--url", f"http://127.0.0.1:{server.port}")
        assert re.search(r"^passed: 1 of 1 rounds valid", said, re.M), said


@pytest.fixture(name="certificate", scope="module")
def make_certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = str(folder / "certificate.pem"), str(folder / "key.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", certificate], check=True, capture_output=True)
    return certificate, key


def test_verify_trusts_the_authorities_that_it_is_given_and_no_others(certificate):
    certificate, key = certificate
    with Server("--tls-cert", certificate, "--tls-key", key) as server:
        said = verify("--url", f"https://localhost:{server.port}", "--authorities", certificate)
        assert re.search(r"^passed: 1 of 1 rounds valid", said, re.M), said
        said = verify("--url", f"https://localhost:{server.port}", expect=INVALID)
        assert f"https://localhost:{server.port} cannot be reached: " in said


def test_verify_uses_accounts_that_it_is_given_where_registration_is_closed(tmp_path):
    with Server("--registration", "open") as server:
        people = [Person.register(server) for _ in range(3)]
        server.stop()
        with Server("--registration", "closed", data_dir=server.data_dir) as closed:
            accounts = tmp_path / "accounts"
            accounts.write_text("".join(f"{one.username} {one.password}\n" for one in people))
            url = f"http://127.0.0.1:{closed.port}"
            said = verify("--url", url, "--accounts", str(accounts))
            assert re.search(r"^passed: 1 of 1 rounds valid", said, re.M), said
            said = verify("--url", url, expect=INVALID)
            assert f"{url} lets nobody register" in said and "--accounts" in said
            accounts.write_text(f"{people[0].username} not-the-password\n")
            assert f"{people[0].username}: " in verify("--url", url, "--accounts", str(accounts), expect=INVALID)


def test_verify_registers_people_by_an_invite_and_says_when_it_is_not_taken():
    with Server("--registration", "invite") as server:
        root = Person.first_administrator(server)
        url = f"http://127.0.0.1:{server.port}"

        def invite(uses):
            return root.post("/admin/invites", {"uses": uses}).ok(201)["code"]

        good = invite(5)
        said = verify("--url", url, "--invite", good)
        assert re.search(r"^passed: 1 of 1 rounds valid", said, re.M), said
        for spent in (good, "x" * len(good)):
            said = verify("--url", url, "--invite", spent, expect=INVALID)
            assert f"{url} does not take the invite: " in said and "(invite is not valid, or used up)" in said, said
            assert "it must be good for 5 people" in said, said
        said = verify("--url", url, "--invite", invite(3), expect=INVALID)
        assert f"{url} does not take the invite any more, after 3 of 5 people: " in said, said
        said = verify("--url", url, expect=INVALID)
        assert f"{url} lets nobody register without an invite: --invite CODE" in said, said


@contextlib.contextmanager
def other_program():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"<p>hi")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_verify_says_that_a_url_leads_nowhere_or_to_something_else():
    with other_program() as port:
        url = f"http://127.0.0.1:{port}"
        assert f"{url} is no Rookery: " in verify("--url", url, expect=INVALID)
    assert f"{url} cannot be reached: " in verify("--url", url, expect=INVALID)
    assert "a URL is http://HOST:PORT, without a path" in verify("--url", f"{url}/chat", expect=INVALID)


def test_a_run_with_a_finding_keeps_its_history_and_says_how_to_check_it_again(tmp_path):
    with Server() as server, Proxy(server) as proxy:
        # A server whose counts are wrong, as far as verify can tell.
        proxy.default = lambda: Plan(replace_down=(b'"unread":0', b'"unread":9'))
        said = verify("--url", f"http://127.0.0.1:{proxy.port}", expect=BROKEN, temporary=tmp_path)
    history = re.search(r"^history: (.*)$", said, re.M)[1]
    assert list(tmp_path.iterdir()) == [pathlib.Path(history)]
    assert f"\ncheck: rookery verify --check {history}\nseed: 1\nagain: rookery verify --url " in said, said
    findings = re.findall(r"^round 1: G9 .*\n.*\n.*", said, re.M)
    assert findings, said
    again = verify("--check", history, expect=BROKEN, temporary=tmp_path)
    assert re.findall(r"^round 1: G9 .*\n.*\n.*", again, re.M) == findings
    assert list(tmp_path.iterdir()) == [pathlib.Path(history)]


def test_a_run_without_a_finding_leaves_nothing_behind(tmp_path):
    said = verify(temporary=tmp_path)
    assert "history: " not in said
    assert "cannot be reached" in verify("--url", "http://127.0.0.1:1", expect=INVALID, temporary=tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_history_that_cannot_be_written_to_its_end_is_said_to_be_cut_short():
    assert "history: /dev/full (cut short: " in verify("--history", "/dev/full")


def test_a_history_that_was_cut_short_is_incomplete_and_not_passed(tmp_path):
    whole = tmp_path / "whole"
    verify("--history", str(whole))
    assert re.search(r"^passed: 1 of 1 rounds valid", verify("--check", str(whole)), re.M)
    lines = whole.read_bytes().splitlines(keepends=True)
    end = next(i for i, line in enumerate(lines) if b'"mark"' in line and b'"end"' in line)
    for kept in (lines[:0], lines[:1], lines[:end], lines[:end + 1], lines[:-1], [*lines[:end], lines[end][:-9]]):
        part = tmp_path / "part"
        part.write_bytes(b"".join(kept))
        said = verify("--check", str(part), expect=INVALID)
        assert "the history is incomplete: " in said, said
