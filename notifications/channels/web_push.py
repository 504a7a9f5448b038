"""Web push: encryption for one browser (RFC 8291) and the signature that names this site (VAPID, RFC 8292)."""

import secrets
from base64 import b64decode, urlsafe_b64encode
from datetime import timedelta
from functools import cache
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from core import clock

CURVE = ec.SECP256R1()
# The length of the one record. Push services accept no larger body.
RECORD_BYTES = 4096
AUTH_BYTES = 16
# At most 24 hours. Less, because the clock of the push service may be behind.
VALID_FOR = timedelta(hours=12)


def b64(data: bytes) -> str:
    """Base64 for URLs, without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """Decode base64 for URLs, with or without padding. Raises `ValueError`."""
    bare = text.rstrip("=")
    return b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)


# -- encryption --------------------------------------------------------------------------------------------------------


def check_keys(p256dh: str, auth: str) -> None:
    """Raise `ValueError` unless these are keys of a browser: a point of the curve, and a secret of 16 bytes."""
    _point(unb64(p256dh))
    if len(unb64(auth)) != AUTH_BYTES:
        raise ValueError("The secret must have 16 bytes.")


def encrypt(plaintext: bytes, *, p256dh: str, auth: str) -> bytes:
    """The body of a request with `Content-Encoding: aes128gcm`, which only the browser with these keys can read."""
    return encrypt_with(ec.generate_private_key(CURVE), secrets.token_bytes(16), plaintext, unb64(p256dh), unb64(auth))


def encrypt_with(
    sender: ec.EllipticCurvePrivateKey, salt: bytes, plaintext: bytes, receiver: bytes, auth: bytes
) -> bytes:
    """RFC 8291, 3.4, with the sender's key pair and the salt, which must be new for each message."""
    shared = sender.exchange(ec.ECDH(), _point(receiver))
    public = _bytes(sender.public_key())
    secret = _derive(auth, shared, b"WebPush: info\0" + receiver + public, 32)
    key = _derive(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD_BYTES.to_bytes(4) + len(public).to_bytes() + public
    # The byte 2 ends the last record (RFC 8188, 2).
    return head + AESGCM(key).encrypt(nonce, plaintext + b"\2", None)


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(public: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, public)


def _bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


# -- VAPID -------------------------------------------------------------------------------------------------------------


@cache
def _private_key(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unb64(text)), CURVE)


def public_key() -> str:
    """The site's key, which browsers and apps need to subscribe: 65 bytes in base64 for URLs."""
    return b64(_bytes(_private_key(settings.VAPID_PRIVATE_KEY).public_key()))


def authorization(endpoint: str) -> str:
    """The header `Authorization` of a request to the endpoint."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((clock.system_now() + VALID_FOR).timestamp()),
        "sub": settings.VAPID_SUBJECT,
    }
    token = jwt.encode(claims, _private_key(settings.VAPID_PRIVATE_KEY), algorithm="ES256")
    return f"vapid t={token}, k={public_key()}"
