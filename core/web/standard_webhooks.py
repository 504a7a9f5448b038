"""Signatures of outgoing webhooks by the Standard Webhooks specification (https://www.standardwebhooks.com)."""

import hmac
from base64 import b64decode, b64encode
from datetime import datetime

PREFIX = "whsec_"
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64


def check_secret(secret: str) -> None:
    """Raise `ValueError` unless the secret is `whsec_` and 24 to 64 bytes in base64.

    >>> check_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    >>> check_secret("whsec_c2hvcnQ=")
    Traceback (most recent call last):
    ValueError: The secret must have 24 to 64 bytes.
    """
    if not secret.startswith(PREFIX):
        raise ValueError(f"The secret must begin with {PREFIX}.")
    if not MIN_SECRET_BYTES <= len(_key(secret)) <= MAX_SECRET_BYTES:
        raise ValueError("The secret must have 24 to 64 bytes.")


def signed_headers(*, secret: str, message_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of the request. `message_id` stays the same at each attempt; it must not contain a dot.

    >>> from datetime import UTC
    >>> headers = signed_headers(
    ...     secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ...     message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     body=b'{"test": 2432232314}',
    ...     now=datetime.fromtimestamp(1614265330, tz=UTC),
    ... )
    >>> headers["webhook-signature"]
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    timestamp = str(int(now.timestamp()))
    signed = b".".join([message_id.encode(), timestamp.encode(), body])
    signature = b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()
    return {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": f"v1,{signature}"}


def _key(secret: str) -> bytes:
    return b64decode(secret.removeprefix(PREFIX), validate=True)
