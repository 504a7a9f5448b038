"""Signed links in invitations by e-mail, with which an address gets no more of them, without signing in.

They do not expire: an e-mail that is read a year later must still offer the way out. A link can do nothing else.
"""

from django.core import signing
from django.urls import reverse

SALT = "leagues.stop_invitations"


def path_of(invitation_id: int) -> str:
    return reverse("leagues:stop_invitations", args=[token_of(invitation_id)])


def token_of(invitation_id: int) -> str:
    return signing.dumps(invitation_id, salt=SALT)


def read(token: str) -> int:
    """The id of the invitation of a link. Raises `BadSignature` for a link that the site has not issued."""
    return int(signing.loads(token, salt=SALT))
