"""Access tokens that this server did not make: each is signed with its own key wherever that makes it worse, so that nothing but
the check it is about can refuse it. Over REST it is 401/40001, on the gateway 4004, by polling either; the account is untouched.
src/auth/token_forgery_test.cc has the long table.
"""
import base64
import hashlib
import hmac
import json
import time

import pytest
from client import Http, Person, jwt_part
from server import Server

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

IDENTIFY_TOKEN_MAX = 8192
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ORDER_ED25519 = 2**252 + 27742317777372353535851937790883648493


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else data.encode()).rstrip(b"=").decode()


class Forger:
    """The server's own key, and a token of a person of that server."""

    def __init__(self, algorithm, pem):
        self.algorithm = algorithm
        self.key = self.new_key()
        pem.write_bytes(self.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        pem.chmod(0o600)

    def meet(self, server):
        self.server = server
        self.ada = Person.register(self.server)
        self.header, self.claims = jwt_part(self.ada.token, 0), jwt_part(self.ada.token, 1)
        assert self.header["alg"] == self.algorithm

    def new_key(self):
        return ed25519.Ed25519PrivateKey.generate() if self.algorithm == "EdDSA" else ec.generate_private_key(ec.SECP256R1())

    def sign(self, text, key=None):
        key = key or self.key
        if self.algorithm == "EdDSA":
            return key.sign(text.encode())
        r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + min(s, ORDER_P256 - s).to_bytes(32, "big")

    def text(self, head=None, claims=None, drop=()):
        parts = [{**self.header, **(head or {})}, {**self.claims, **(claims or {})}]
        return ".".join(b64(json.dumps({k: v for k, v in part.items() if k not in drop})) for part in parts)

    def token(self, head=None, claims=None, drop=(), key=None, bend=lambda s: s):
        text = self.text(head, claims, drop)
        return f"{text}.{b64(bend(self.sign(text, key)))}"

    def raw(self, head, claims):
        text = f"{b64(head)}.{b64(claims)}"
        return f"{text}.{b64(self.sign(text))}"

    def mac(self, secret, head=None):
        text = self.text({"alg": "HS256", **(head or {})})
        return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def table(f):
    now = int(time.time())
    head, claims = json.dumps(f.header), json.dumps(f.claims)
    other = f.new_key()
    public = f.key.public_key()
    jwk = next(k for k in Http(f.server).ask("GET", "/.well-known/jwks.json").ok()["keys"] if k["kid"] == f.header["kid"])
    yield from ((f"alg {alg!r}", f.token({"alg": alg})) for alg in ("none", "None", "", "HS256", "RS256", "ES384", "ES256" if f.algorithm == "EdDSA" else "EdDSA", None, 0, [f.algorithm]))
    yield from ((f"alg {alg!r} and no signature", f.text({"alg": alg}) + ".") for alg in ("none", "None", "NONE", "nOnE", "", f.algorithm))
    yield "no alg", f.token(drop=("alg",))
    yield "no signature part", f.text()
    for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
        yield "the public key as secret", f.mac(public.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo))
    yield "the public key as published as secret", f.mac(json.dumps(jwk).encode())
    yield "an empty secret", f.mac(b"")
    yield "another key", f.token(key=other)
    for kid in ("", "unknown", "../../../../dev/null", "/dev/null", "' OR '1'='1", "x' UNION SELECT 'a'--", f.header["kid"] + "\x00", "k" * 1000, None, 1, [f.header["kid"]], {}):
        yield f"kid {str(kid)[:40]!r}", f.token({"kid": kid})
        yield f"kid {str(kid)[:40]!r} with an empty secret", f.mac(b"", {"kid": kid})
    yield "no kid", f.token(drop=("kid",))
    for name, value in (("crit", ["exp"]), ("crit", []), ("b64", False), ("zip", "DEF"), ("jku", "http://127.0.0.1:1/jwks.json"), ("x5u", "http://127.0.0.1:1/key.pem"), ("x5c", ["AAAA"]), ("jwk", jwk)):
        yield f"{name} in the header", f.token({name: value})
        yield f"{name} in the header and another key", f.token({name: value}, key=other)
    yield from ((f"typ {typ!r}", f.token({"typ": typ})) for typ in ("JWT", "AT+JWT", "", None))
    yield "no typ", f.token(drop=("typ",))
    yield "expired", f.token(claims={"iat": now - 900, "exp": now - 1})
    yield "issued in the future", f.token(claims={"iat": now + 300, "exp": now + 600})
    yield "good for too long", f.token(claims={"exp": f.claims["iat"] + 901})
    yield from ((f"exp {exp!r}", f.token(claims={"exp": exp})) for exp in (str(now + 600), now + 600.5, -1, None, True, 2**64, [now + 600]))
    yield from ((f"iat {iat!r}", f.token(claims={"iat": iat})) for iat in (str(now), -1, None, False))
    yield from ((f"iss {iss!r}", f.token(claims={"iss": iss})) for iss in ("somebody else", "", None, [f.claims["iss"]]))
    for name in ("sub", "sid"):
        yield from ((f"{name} {value!r}", f.token(claims={name: value})) for value in ("", "0", "1", "x", None, int(f.claims[name]), "0" + f.claims[name], f.claims[name] + "\x00", [f.claims[name]]))
    yield from ((f"permissions {value!r}", f.token(claims={"permissions": value})) for value in ("user", [], ["admin"], {"user": True}, [["user"]], None))
    yield from ((f"no {name}", f.token(drop=(name,))) for name in f.claims)
    yield from ((f"{name} twice", f.raw(head, claims[:-1] + f',"{name}":"x"}}')) for name in f.claims)
    yield from ((f"header {text!r}", f.raw(text, claims)) for text in ("", "{", "[]", "null", "{}", head + "{}"))
    yield from ((f"claims {text!r}", f.raw(head, text)) for text in ("", "{", "[]", "null", "{}", claims + "{}"))
    good = f.token()
    first, second, third = good.split(".")
    yield from ((f"behind a part: {more!r}", token) for more in ("=", "==", "A", "%3D") for token in (f"{first}{more}.{second}.{third}", f"{first}.{second}{more}.{third}", good + more))
    yield from (("another shape", token) for token in (".", "..", "...", "." + good, good + ".", f"{good}.{third}", f"{first}.{third}", f"{second}.{first}.{third}", f"{first}..{third}", f"{first},{second},{third}"))
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    yield "bits left over", good[:-1] + letters[letters.index(good[-1]) | 1]
    yield "2 KiB and more", f.token(claims={"x": "x" * 2000})
    yield "as long as a header may be", good + "A" * 12000
    yield "a signature of zeros", f.token(bend=lambda s: bytes(64))
    yield "half a signature", f.token(bend=lambda s: s[:32])
    yield "a byte more", f.token(bend=lambda s: s + b"\0")
    yield "halves changed", f.token(bend=lambda s: s[32:] + s[:32])
    if f.algorithm == "EdDSA":
        yield "S above the order", f.token(bend=lambda s: s[:32] + (int.from_bytes(s[32:], "little") + ORDER_ED25519).to_bytes(32, "little"))
    else:
        yield "s of the other sign", f.token(bend=lambda s: s[:32] + (ORDER_P256 - int.from_bytes(s[32:], "big")).to_bytes(32, "big"))
        yield "DER", f.text() + "." + b64(f.key.sign(f.text().encode(), ec.ECDSA(hashes.SHA256())))


@pytest.fixture(scope="module", params=["EdDSA", "ES256"])
def forger(request, tmp_path_factory):
    pem = tmp_path_factory.mktemp("key") / "key.pem"
    one = Forger(request.param, pem)
    with Server("--jwt-key", str(pem)) as server:
        one.meet(server)
        yield one


def test_no_forged_token_is_taken_by_rest(forger):
    http = Http(forger.server)
    http.ask("GET", "/api/v1/users/@me", token=forger.token()).ok()  # the same hand makes good ones
    forged = list(table(forger))
    for name, token in forged:
        answer = http.ask("GET", "/api/v1/users/@me", token=token)
        assert (answer.status, answer.body.get("code")) == (401, 40001), name
    assert len(forged) > 150, "the table is not the whole table"
    http.ask("GET", "/api/v1/users/@me", token=forger.token()).ok()


def close_of(token):
    """A token that is longer than a frame's may be makes the frame a wrong one."""
    return 4002 if len(token) > IDENTIFY_TOKEN_MAX else 4004


def identify_with(token):
    return {"op": 2, "d": {"token": token, "device": {"id": "d", "kind": "web"}}}


def test_no_forged_token_is_taken_by_the_gateway(forger):
    forger.ada.gateway(identify=False).identify(token=forger.token()).close()
    for name, token in table(forger):
        gw = forger.ada.gateway(identify=False)
        gw.send(identify_with(token))
        assert gw.closed() == close_of(token), name


def test_no_forged_token_is_taken_by_polling_neither_by_the_call_nor_within_it(forger):
    http = Http(forger.server)

    def call(by, within):
        return http.ask("POST", "/api/v1/gateway/poll", {"n": 1, "frames": [identify_with(within)], "timeout_ms": 0}, token=by)

    assert "close" not in call(forger.token(), forger.token()).ok()
    for name, token in table(forger):
        answer = call(token, forger.token())
        assert (answer.status, answer.body.get("code")) == (401, 40001), name
        assert call(forger.token(), token).ok()["close"]["code"] == close_of(token), name


def test_a_token_beyond_what_a_header_holds_is_refused_as_a_header(forger):
    answer = Http(forger.server).ask("GET", "/healthz", token="A" * 65536)
    assert answer.status == 431
