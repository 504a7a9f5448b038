"""Signed links that turn off e-mail without signing in, for the footer and the headers of e-mails (RFC 8058).

They do not expire: an e-mail that is read a year later must still offer the way out. A link can do nothing else.
"""

from collections.abc import Sequence
from typing import Any

from django.core import signing
from django.urls import reverse

SALT = "notifications.unsubscribe"


def path_of(user: Any, kinds: Sequence[str]) -> str:
    """The path of the link for this user and these kinds."""
    return reverse("notifications:unsubscribe", args=[token_of(user, kinds)])


def token_of(user: Any, kinds: Sequence[str]) -> str:
    return signing.dumps([user.pk, *kinds], salt=SALT)


def read(token: str) -> tuple[int, list[str]]:
    """The user id and the kinds of a link. Raises `BadSignature` for a link that the site has not issued."""
    user_id, *kinds = signing.loads(token, salt=SALT)
    return user_id, kinds
