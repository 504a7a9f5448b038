"""A strict push service on this machine, and browsers that subscribe with it.

It refuses what a real one refuses: a request without a valid signature of the site (VAPID, RFC 8292) or headers of
RFC 8030. The browsers decrypt what arrives (RFC 8291). Nothing here uses the code under test.
"""

import hmac
import json
import re
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    assert re.fullmatch(r"[\w-]+", text), "base64 for URLs without padding"
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def hkdf(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869, for at most 32 bytes."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\1", "sha256")[:length]


def decrypt(body: bytes, private: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """RFC 8291 and RFC 8188, for one record."""
    salt, size, length = body[:16], int.from_bytes(body[16:20]), body[20]
    sender, record = body[21 : 21 + length], body[21 + length :]
    assert (length, len(record) <= size) == (65, True)
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender))
    secret = hkdf(auth, shared, b"WebPush: info\0" + point(private.public_key()) + sender, 32)
    key, nonce = (
        hkdf(salt, secret, b"Content-Encoding: %b\0" % name, n) for name, n in ((b"aes128gcm", 16), (b"nonce", 12))
    )
    padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\0")
    assert padded[-1] == 2, "it is the last record"
    return padded[:-1]


@dataclass
class PushedTo:
    """A browser with its keys, and the messages that have arrived."""

    endpoint: str
    # The key of the site that may push to it.
    site_key: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    messages: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def keys(self) -> dict[str, str]:
        """The keys as the browser tells them to the site."""
        return {"p256dh": encode(point(self.private.public_key())), "auth": encode(self.auth)}


class PushService:
    """The service. `answer` is the status of the next responses, once they are found valid.

    With the answer 0 it does not respond. `headers` are added to each response, and `refusals` say what was invalid.
    """

    def __init__(self) -> None:
        self.answer = 201
        self.headers: dict[str, str] = {}
        self.browsers: dict[str, PushedTo] = {}
        self.refusals: list[str] = []
        self.requests = 0
        self.stopped = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_port}"

    def browser(self, site_key: str) -> PushedTo:
        """A browser that has subscribed with this service for messages of the site with this key."""
        path = f"/push/{secrets.token_urlsafe(12)}"
        self.browsers[path] = PushedTo(self.origin + path, site_key)
        return self.browsers[path]

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        """Check a request and deliver its message; returns the status."""
        self.requests += 1
        browser = self.browsers.get(path)
        if browser is None:
            return 404
        try:
            self._check(headers, body)
            self._check_signature(headers["Authorization"], browser)
            message = json.loads(decrypt(body, browser.private, browser.auth))
        except Exception as error:  # noqa: BLE001 - the test sees it
            self.refusals.append(repr(error))
            return 400
        if 200 <= self.answer < 300:
            browser.messages.append(message)
            browser.headers.append(headers)
        return self.answer

    def _check(self, headers: Mapping[str, str], body: bytes) -> None:
        assert len(body) <= 4096
        assert headers["Content-Encoding"] == "aes128gcm"
        assert re.fullmatch(r"\d+", headers["TTL"])
        assert headers["Urgency"] in ("very-low", "low", "normal", "high")
        assert re.fullmatch(r"[\w-]{1,32}", headers["Topic"])

    def _check_signature(self, authorization: str, browser: PushedTo) -> None:
        found = re.fullmatch(r"vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)", authorization)
        assert found, authorization
        head, claims, signature, key = found.groups()
        assert key == browser.site_key, "only the site that the browser has subscribed to may push"
        public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode(key))
        numbers = (int.from_bytes(part) for part in (decode(signature)[:32], decode(signature)[32:]))
        public.verify(encode_dss_signature(*numbers), f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        assert json.loads(decode(head))["alg"] == "ES256"
        self._check_claims(json.loads(decode(claims)))

    def _check_claims(self, claims: dict[str, Any]) -> None:
        assert claims["aud"] == self.origin
        now = datetime.now(UTC)
        assert now < datetime.fromtimestamp(claims["exp"], UTC) <= now + timedelta(hours=24)
        assert re.match(r"mailto:\S+@\S+|https://\S+", claims["sub"])

    def _handler(service) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = service.receive(self.path, dict(self.headers), body)
                if not status:
                    service.stopped.wait(60)
                    return
                self.send_response(status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Handler
