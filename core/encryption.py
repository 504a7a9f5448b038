"""Encryption of secrets in the database, with keys that are kept outside of it (`settings.ENCRYPTION_KEYS`).

The first key encrypts, and all of them decrypt, so that a key can be replaced: put a new one first, encrypt everything
again, and then remove the old one.
"""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class DecryptionError(Exception):
    """None of the keys has encrypted this text."""


def encrypt(text: str) -> str:
    """Encrypt the text with the first key: a Fernet token, in ASCII and with an authentication code."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(encrypted: str) -> str:
    """The text of a token. Raises `DecryptionError`."""
    try:
        return _fernet().decrypt(encrypted).decode()
    except InvalidToken as error:
        raise DecryptionError from error


def encrypt_again(encrypted: str) -> str:
    """The same text, encrypted with the first key. Raises `DecryptionError`."""
    return encrypt(decrypt(encrypted))


def _fernet() -> MultiFernet:
    # Secrets in the data folder are base64 without padding.
    return MultiFernet([Fernet(key.rstrip("=") + "=") for key in settings.ENCRYPTION_KEYS])
