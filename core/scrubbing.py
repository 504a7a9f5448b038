"""What must not reach a log or Sentry, as one list: secrets, and e-mail addresses of users.

`is_secret_name` knows them by the name of a field, a header or a variable, `scrub_text` by what they look like or by
what stands in front of them. Both are used by the formatters (`core.log_format`) and by Sentry (`fantasyf1.settings`).
"""

import re
from typing import Any

REMOVED = "[removed]"
# Parts of names, in lower case and with underscores.
SECRET_NAMES = (
    "password", "passwd", "passphrase", "secret", "token", "authorization", "cookie", "session", "csrf", "credential",
    "api_key", "apikey", "private_key", "signing_key", "encryption_key", "idempotency_key", "dsn", "email", "e_mail",
    "recovery_code", "otp",
)  # fmt: skip
# Whole names, which are harmless as a part of others.
SECRET_WHOLE_NAMES = ("key", "code", "invitation", "watch", "signature", "auth", "p256dh")
# Paths of pages and of the API that are followed by a secret. tests/test_scrubbing.py finds those that are missing.
SECRET_PATHS = (
    "accounts/reset", "accounts/confirm", "accounts/undo-email", "accounts/news/unsubscribe", "invitations/stop",
    "invitations", "pick-links", "pick", "calendar", "watch", "join", "practice/race",
)  # fmt: skip

_parts = "|".join(name.replace("_", "[_-]") for name in SECRET_NAMES)
# From the beginning of a word: at every letter of it, the search would take as long as the word again.
_names = rf"(?<![\w-])(?:[\w-]*?(?:{_parts})[\w-]*|(?:{'|'.join(SECRET_WHOLE_NAMES)}))"
# Without any of these there is nothing to look for.
_SIGNS = re.compile(r"[@=:/]|eyJ|Bearer|Basic", re.IGNORECASE)
# The first group of each is kept.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # user and password, or the key of a DSN, in a URL
        r"(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@\"'<>]+(?=@)",
        # JSON Web Tokens
        r"()\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?",
        r"(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}",
        # ids are numbers, and secrets are not
        rf"(/(?:{'|'.join(SECRET_PATHS)})/)(?!\d+(?![\w-]))[^/\s?#\"'<>,;)\]]+",
        # Discord and Slack
        r"(\bhttps?://[^\s/]+/(?:api/webhooks|services)/)[^\s\"'<>]+",
        # name=value, name: value, and both in quotes
        rf"({_names}[\"']?\s*[=:]\s*[\"']?)(?!\[removed\])[^\s\"'&,;}})\]]+",
        # the details of a violated constraint in PostgreSQL
        rf"(\([^()]*(?:{_parts})[^()]*\)=\()[^()]*",
        r"()(?<![\w.+'-])[\w.+'-]+@[\w.-]+\.[a-z]{2,}",
    )
)


def is_secret_name(name: str) -> bool:
    """Whether the value of a field, header or variable with this name is a secret.

    >>> [is_secret_name(name) for name in ("new_password", "X-CSRFToken", "Idempotency-Key", "HTTP_COOKIE", "code")]
    [True, True, True, True, True]
    >>> [is_secret_name(name) for name in ("status_code", "user_id", "request_id", "route", "cache_key")]
    [False, False, False, False, False]
    """
    plain = name.lower().replace("-", "_")
    return plain in SECRET_WHOLE_NAMES or any(part in plain for part in SECRET_NAMES)


def scrub_text(text: str) -> str:
    """The text without secrets.

    >>> scrub_text("redis://:hush@cache:6379 refused bob@example.org")
    'redis://[removed]@cache:6379 refused [removed]'
    >>> scrub_text("Not Found: /pick/Zm9vYmFy/change/?code=12345&page=2")
    'Not Found: /pick/[removed]/change/?code=[removed]&page=2'
    """
    if not _SIGNS.search(text):
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\1{REMOVED}", text)
    return text


def scrub(value: Any) -> Any:
    """A copy of a value, with everything that it contains, without secrets."""
    if isinstance(value, str):
        return scrub_text(value)
    if isinstance(value, dict):
        return {
            key: REMOVED if isinstance(key, str) and item and is_secret_name(key) else scrub(item)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    return value
