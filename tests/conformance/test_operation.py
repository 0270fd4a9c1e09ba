"""Options and operation, as far as the protocol names them: registration, keys, restarts, the process itself."""
import base64
import json
import os
import signal
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from client import PASSWORD, Http, Person, jwt_part, unique
from server import BINARY, Server

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else json.dumps(data).encode()).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


# ---------------------------------------------------------------------- registration
def test_closed_registration_is_50013():
    with Server("--registration", "closed") as server:
        http = Http(server)
        http.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD}).refused(403, 50013)
        assert http.ask("GET", "/api/v1/instance").ok()["registration"] == "closed"


def test_registration_by_invite_without_one_names_the_invite():
    with Server("--registration", "invite") as server:
        http = Http(server)
        http.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD}).refused(403, 50013, "invite")
        http.ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, "invite": "nonsense"}).refused(403, 50013, "invite")


def test_an_invite_lets_in_as_many_as_it_has_uses_though_many_try_at_once():
    with Server("--registration", "invite") as server:
        server.stop()
        made = subprocess.run([BINARY, "admin", "invite", "3", "--data-dir", server.data_dir], capture_output=True, text=True, timeout=30, check=True)
        server.start()
        invite = made.stdout.strip()

        def come(_):
            return Http(server).ask("POST", "/api/v1/auth/register", {"username": unique(), "password": PASSWORD, "invite": invite})

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(come, range(8)))
        assert sorted(a.status for a in answers) == [201] * 3 + [403] * 5
        for answer in answers:
            if answer.status == 403:
                answer.refused(403, 50013, "invite")
        server.restart(9)
        come(0).refused(403, 50013, "invite")


# ---------------------------------------------------------------------- tokens
def test_the_published_key_verifies_the_token(server, ada):
    key = next(k for k in Http(server).ask("GET", "/.well-known/jwks.json").ok()["keys"] if k["kid"] == jwt_part(ada.token, 0)["kid"])
    signed, signature = ada.token.rsplit(".", 1)
    if key["alg"] == "EdDSA":
        ed25519.Ed25519PublicKey.from_public_bytes(unb64(key["x"])).verify(unb64(signature), signed.encode())
    else:
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(unb64(key["x"]), "big"), int.from_bytes(unb64(key["y"]), "big"), ec.SECP256R1())
        raw = unb64(signature)
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
        numbers.public_key().verify(encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")), signed.encode(), ec.ECDSA(hashes.SHA256()))


def test_only_a_token_as_the_server_makes_them_is_taken(tmp_path):
    key = ed25519.Ed25519PrivateKey.generate()
    pem = tmp_path / "key.pem"
    pem.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    pem.chmod(0o600)
    with Server("--jwt-key", str(pem)) as server:
        ada = Person.register(server)
        other = Person.register(server)
        header, claims = jwt_part(ada.token, 0), jwt_part(ada.token, 1)
        assert header["alg"] == "EdDSA"
        http = Http(server)

        def token(head=None, body=None, signer=key):
            signed = f"{b64({**header, **(head or {})})}.{b64({**claims, **(body or {})})}"
            return f"{signed}.{b64(signer.sign(signed.encode()))}"

        def refused(forged):
            http.ask("GET", "/api/v1/users/@me", token=forged).refused(401, 40001)

        http.ask("GET", "/api/v1/users/@me", token=token()).ok()
        now = int(time.time())
        refused(token(body={"exp": now - 1}))
        refused(token(body={"exp": str(now + 600)}))
        refused(token(body={"iss": "somebody else"}))
        refused(token(body={"sid": other.session["id"]}))
        refused(token(body={"sub": other.id}))
        refused(token(body={"sid": "1"}))
        refused(token(head={"typ": "JWT"}))
        refused(token(head={"alg": "none"}))
        refused(token(head={"alg": "HS256"}))
        refused(token(head={"alg": "ES256"}))
        refused(token(head={"kid": "another"}))
        refused(token(head={"kid": "../../key"}))
        refused(token(head={"crit": ["exp"]}))
        refused(token(signer=ed25519.Ed25519PrivateKey.generate()))
        unsigned = f"{b64({'alg': 'none', 'typ': 'at+jwt'})}.{b64(claims)}."
        refused(unsigned)
        import hashlib
        import hmac
        public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        confused = f"{b64({**header, 'alg': 'HS256'})}.{b64(claims)}"
        refused(f"{confused}.{b64(hmac.new(public, confused.encode(), hashlib.sha256).digest())}")


# ---------------------------------------------------------------------- restarts
def everything(person, channel):
    return (person.history(channel, limit=100), person.get(f"/channels/{channel['id']}").ok(), person.get(f"/channels/{channel['id']}/changes").ok(),
            person.get(f"/channels/{channel['id']}/receipts").ok(), person.get(f"/channels/{channel['id']}/pins").ok(), person.get("/users/@me/unread").ok(),
            person.get("/users/@me/mentions").ok(), person.get("/users/@me/settings").ok(), person.get("/users/@me/blocks").ok(), person.get("/users/@me/channels").ok())


@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGKILL])
def test_everything_answered_is_there_after_a_restart(sig):
    with Server() as server:
        a, b, c = (Person.register(server) for _ in range(3))
        group = a.group(b, c, name="Lunch")
        sent = [a.send(group, f"{i} {b.mention}", nonce=f"n{i}") for i in range(20)]
        path = f"/channels/{group['id']}/messages/"
        a.patch(path + sent[1]["id"], {"content": "edited"}).ok()
        a.delete(path + sent[2]["id"]).ok(204)
        b.put(f"{path}{sent[3]['id']}/reactions/%F0%9F%91%8D/@me").ok(204)
        b.put(f"{path}{sent[4]['id']}/pin").ok(204)
        b.post(f"/channels/{group['id']}/read", {"seq": 7}).ok(204)
        c.post(f"/channels/{group['id']}/delivered", {"seq": 5}).ok(204)
        b.put(f"/users/@me/blocks/{c.id}").ok(204)
        b.patch("/users/@me/settings", {"read_receipts": False}).ok()
        a.delete(f"/channels/{group['id']}/recipients/{c.id}").ok(204)
        before = [everything(p, group) for p in (a, b)]
        server.restart(sig)
        for person in (a, b, c):
            person.http.close()
        for old, new in zip(before, [everything(p, group) for p in (a, b)]):
            for was, now in zip(old, new):
                assert now == was
        c.get(f"/channels/{group['id']}").refused(404, 10003)
        again = a.post(f"/channels/{group['id']}/messages", {"content": sent[0]["content"], "nonce": "n0"})
        assert again.ok(200)["id"] == sent[0]["id"]
        new = a.send(group, "after")
        assert new["seq"] == before[0][1]["last_seq"] + 1 and int(new["id"]) > max(int(m["id"]) for m in before[0][0])
        refreshed = Http(server).ask("POST", "/api/v1/auth/refresh", {"refresh_token": a.session["refresh_token"]}).ok()
        assert refreshed["session"]["id"] == a.session["id"]


# ---------------------------------------------------------------------- the process
def test_the_data_directory_is_0700_and_taken_once(server):
    assert stat.S_IMODE(os.stat(server.data_dir).st_mode) == 0o700
    second = subprocess.run([BINARY, "--data-dir", server.data_dir, "--listen", "127.0.0.1:0"], capture_output=True, text=True, timeout=30)
    assert second.returncode != 0 and server.data_dir in second.stdout + second.stderr


def test_options_come_from_flag_environment_and_file_in_this_order(tmp_path):
    with Server(environment={"ROOKERY_SESSION_TTL": "77", "ROOKERY_REGISTRATION": "closed"}) as server:
        assert Http(server).ask("GET", "/api/v1/instance").ok()["registration"] == "closed"
    with Server("--registration", "open", environment={"ROOKERY_REGISTRATION": "closed"}) as server:
        assert Http(server).ask("GET", "/api/v1/instance").ok()["registration"] == "open"


def test_an_unknown_option_is_an_error_that_names_the_nearest(tmp_path):
    run = subprocess.run([BINARY, "--data-dri", str(tmp_path)], capture_output=True, text=True, timeout=30)
    assert run.returncode != 0 and "data-dir" in run.stdout + run.stderr


def test_the_first_line_on_stdout_says_where_it_listens(tmp_path):
    process = subprocess.Popen([BINARY, "--data-dir", str(tmp_path / "d"), "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("listening on http://127.0.0.1:") and int(line.rsplit(":", 1)[1]) > 0
    finally:
        process.terminate()
        assert process.wait(30) == 0
