"""Read environment variables, with a sentence that names the variable if its value is invalid."""

import os
import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvValidationError, ValidationError

BASE_DIR = Path(__file__).resolve().parent.parent.parent
TESTING = bool(os.environ.get("PYTEST_VERSION"))


def _parts(text: str) -> SplitResult:
    """The parts of a URL, all empty if it is invalid."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError if it is not a valid number
    except ValueError:
        return SplitResult("", "", "", "", "")
    return parts


def http_url(text: str) -> None:
    if _parts(text).scheme not in ("http", "https") or not _parts(text).hostname:
        raise ValidationError("it must be a URL such as https://example.org/")


def database_url(text: str) -> None:
    """Raise `ValidationError` for a URL that is neither PostgreSQL nor SQLite with a path."""
    parts = _parts(text)
    if text and parts.scheme not in ("postgres", "postgresql") and not (parts.scheme == "sqlite" and parts.path):
        raise ValidationError("it must be like postgresql://user:password@host:5432/name or sqlite:////path/to/file")


def redis_url(text: str) -> None:
    if text and (_parts(text).scheme not in ("redis", "rediss") or not _parts(text).hostname):
        raise ValidationError("it must be like redis://host:6379")


def positive(number: float) -> None:
    if number <= 0:
        raise ValidationError("it must be greater than zero")


def between_0_and_1(number: float) -> None:
    if not 0 <= number <= 1:
        raise ValidationError("it must be between 0 and 1")


def one_of(*names: str) -> Callable[[str], None]:
    """A validator that accepts these names only."""

    def validate(name: str) -> None:
        if name not in names:
            raise ValidationError(f"it must be {' or '.join(names)}")

    return validate


def origins(texts: list[str]) -> None:
    for text in texts:
        parts = _parts(text)
        if parts.scheme not in ("http", "https") or not parts.hostname or text != f"{parts.scheme}://{parts.netloc}":
            raise ValidationError("it must be origins such as https://app.example.org, without a path")


def origin(text: str) -> None:
    parts = _parts(text)
    if text and (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or text.rstrip("/") != f"{parts.scheme}://{parts.netloc}"
    ):
        raise ValidationError("it must be the address of the site, such as https://f1.example.org, without a path")


def listener(text: str) -> None:
    """Raise `ValidationError` unless the text is empty or a host and a port."""
    parts = _parts(f"//{text}")
    if text and (not parts.hostname or not parts.port or text != parts.netloc):
        raise ValidationError("it must be a host and a port, such as 0.0.0.0:9100")


def networks(texts: list[str]) -> None:
    for text in texts:
        try:
            ip_network(text)
        except ValueError as error:
            raise ValidationError("it must be networks such as 192.168.1.0/24, separated by commas") from error


def not_negative(number: int) -> None:
    if number < 0:
        raise ValidationError("it must be zero or more")


def registration(how: str) -> None:
    if how not in ("open", "invite", "closed"):
        raise ValidationError("it must be open, invite or closed")


# The order of the curve P-256: private keys are smaller (FIPS 186-5, SEC 2).
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def p256_key(text: str) -> None:
    try:
        key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        key = b""
    if text and (len(key) != 32 or not 0 < int.from_bytes(key) < P256_ORDER):
        raise ValidationError("it must be 32 bytes in base64 for URLs, as generators of VAPID keys print them")


def encryption_keys(texts: list[str]) -> None:
    for text in texts:
        try:
            key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except ValueError:
            key = b""
        if len(key) != 32:
            raise ValidationError("each key must be 32 bytes in base64 for URLs")


def age_recipients(texts: list[str]) -> None:
    for text in texts:
        if not re.fullmatch(r"age1[a-z0-9]{58}|ssh-(ed25519|rsa) .+", text):
            raise ValidationError("it must be a public key of age, such as age1..., as age-keygen prints it")


def contact(text: str) -> None:
    if text and not text.startswith(("mailto:", "https://")):
        raise ValidationError("it must be like mailto:admin@example.org or https://f1.example.org")


def log_level(name: str) -> None:
    if name not in ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"):
        raise ValidationError("it must be DEBUG, INFO, WARNING, ERROR or CRITICAL")


env = Env(eager=True)


# A variable with one of these names may be set by NAME_FILE instead: the path of a file with the value.
SECRETS = (
    "ADMIN_PASSWORD", "APPRISE_URLS", "BACKUP_DATABASE_URL", "BACKUP_S3_SECRET_ACCESS_KEY", "BROKER_URL",
    "DATABASE_URL", "EMAIL_URL", "ENCRYPTION_KEYS", "JWT_SIGNING_KEY", "METRICS_TOKEN", "REDIS_URL", "SECRET_KEY",
    "SENTRY_DSN", "VAPID_PRIVATE_KEY",
)  # fmt: skip


def read(kind: str, name: str, *args: Any, **kwargs: Any) -> Any:
    """Read one environment variable. Raises `ImproperlyConfigured` with a sentence that names it if it is invalid."""
    try:
        with _secret_from_file(name):
            return getattr(env, kind)(name, *args, **kwargs)
    except EnvValidationError as error:
        raise ImproperlyConfigured(f"{name} is invalid: {_sentence(error)}") from error


@contextmanager
def _secret_from_file(name: str) -> Iterator[None]:
    """Set a secret whose file is given, for as long as it is read: it must not reach the environment of children."""
    path = os.environ.get(f"{name}_FILE") if name in SECRETS else None
    if not path:
        yield
        return
    if os.environ.get(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Remove one of them.")
    before = os.environ.get(name)
    try:
        os.environ[name] = Path(path).read_text().strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise ImproperlyConfigured(f"{name}_FILE is invalid: {path}: {reason}.") from error
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


MIN_KEY_LENGTH, MIN_KEY_CHARACTERS = 32, 10
# What keys in examples begin with or contain.
SAMPLE_KEYS = re.compile(r"insecure|change.?(me|this)|placeholder|example|secret.?key|your.?key", re.IGNORECASE)


def require_strong_keys(**keys: str) -> None:
    """Raise `ImproperlyConfigured` for keys, given by the name of their variable, that somebody could guess."""
    advice = 'Generate one with: python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
    for name, key in keys.items():
        if len(key) < MIN_KEY_LENGTH or len(set(key)) < MIN_KEY_CHARACTERS:
            reason = f"it must have at least {MIN_KEY_LENGTH} random characters"
            raise ImproperlyConfigured(f"{name} is too weak: {reason}. {advice}")
        if SAMPLE_KEYS.search(key):
            raise ImproperlyConfigured(f"{name} is too weak: it looks like a key from an example. {advice}")
    if len(set(keys.values())) < len(keys):
        raise ImproperlyConfigured(f"{' and '.join(keys)} must not be the same. {advice}")


def _sentence(error: EnvValidationError) -> str:
    messages = error.error_messages
    return " ".join(str(message) for message in (messages if isinstance(messages, list) else messages.values()))
