"""API tokens: issue pairs of access and refresh tokens, rotate single-use refresh tokens, revoke token families."""

import hashlib
import logging
from datetime import datetime, timedelta
from typing import TypedDict

from django.contrib.sessions.models import Session
from django.db.models import F, Q
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from fantasyf1.kit import stamps
from fantasyf1.kit.transactions import atomic

from ..models import TokenFamily, User
from ..selectors import family_of
from ..stamps import of_user

logger = logging.getLogger(__name__)

# Two tabs of an app that refresh with the same token at once are not a replay. The second still gets no tokens.
GRACE = timedelta(seconds=10)
LIFETIME = RefreshToken.lifetime


class Tokens(TypedDict):
    access: str
    refresh: str


def open_tokens(*, user: User, now: datetime, device: str = "") -> Tokens:
    """Sign an app in: issue the first pair of a new family. `device` is its user agent, cut to 100 characters."""
    refresh = RefreshToken.for_user(user)
    family = TokenFamily.objects.create(
        user=user,
        credentials=user.credentials_digest,
        current=_digest(refresh),
        device=device[:100],
        created_at=now,
        rotated_at=now,
        expires_at=now + LIFETIME,
    )
    return _pair(refresh, family)


def renew_tokens(*, refresh: str, now: datetime) -> Tokens:
    """Exchange a refresh token for the next pair of its family.

    Raises simplejwt's `TokenError` if the token is malformed or expired, if its family is revoked or the account
    inactive, and if it was used before. A second use revokes the whole family, unless it comes within the grace period.
    """
    used = RefreshToken(refresh)  # type: ignore[arg-type]  # the stub accepts only tokens, the code also text
    new = RefreshToken()
    # Rotate first, with one statement, so that no concurrent request can use the token.
    if not _consume(used, new, now):
        raise _replayed(used, now)
    family = family_of(used)
    if family is None or not family.is_good:
        revoke_families(families=Q(pk=used["family"]), reason=TokenFamily.End.CREDENTIALS, now=now)
        raise TokenError("This sign-in is over. Sign in again.")
    new["user_id"] = used["user_id"]
    return _pair(new, family)


@atomic
def revoke_families(*, families: Q, reason: str, now: datetime) -> int:
    """Revoke these token families with all of their tokens; returns how many were active."""
    active = TokenFamily.objects.filter(families, revoked_at=None)
    users = set(active.values_list("user", flat=True))
    revoked = active.update(revoked_at=now, reason=reason)
    stamps.change(*map(of_user, users))
    return revoked


def log_out(*, refresh: str, now: datetime) -> None:
    """Revoke the family of a refresh token, used or not. Raises `TokenError` if the token is malformed or expired."""
    token = RefreshToken(refresh)  # type: ignore[arg-type]  # as above
    revoke_families(families=Q(pk=token.get("family")), reason=TokenFamily.End.LOGOUT, now=now)


@atomic
def log_out_everywhere(*, user: User, now: datetime) -> None:
    """End all of the user's sessions and revoke all of their tokens."""
    User.objects.filter(pk=user.pk).update(credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["credentials_version"])
    revoke_families(families=Q(user=user), reason=TokenFamily.End.EVERYWHERE, now=now)
    end_sessions(user)


def end_sessions(user: User) -> None:
    """Delete the user's sessions, which a change of credentials has already made invalid."""
    Session.objects.filter(browser__user=user).delete()


def forget_old_families(*, now: datetime) -> int:
    """Delete token families whose last token has expired; returns how many."""
    return TokenFamily.objects.filter(expires_at__lt=now).delete()[0]


def _consume(used: RefreshToken, new: RefreshToken, now: datetime) -> bool:
    """Replace the used token by the new one, if it is still the current one of its family."""
    families = TokenFamily.objects.filter(pk=used.get("family"), current=_digest(used), revoked_at=None)
    return bool(families.update(current=_digest(new), previous=F("current"), rotated_at=now, expires_at=now + LIFETIME))


def _replayed(used: RefreshToken, now: datetime) -> TokenError:
    """Revoke the family of a token that was used before, unless that was within the grace period."""
    family = TokenFamily.objects.filter(pk=used.get("family"), revoked_at=None).first()
    if family is None:
        return TokenError("This sign-in is over. Sign in again.")
    if family.previous == _digest(used) and now - family.rotated_at <= GRACE:
        return TokenError("This token was used a moment ago. Go on with the pair that it gave.")
    if revoke_families(families=Q(pk=family.pk), reason=TokenFamily.End.REPLAY, now=now):
        logger.warning("A used token of user %s was sent again: the whole sign-in has ended", family.user_id)
    return TokenError("This token was used before, so its sign-in has ended. Sign in again.")


def _pair(refresh: RefreshToken, family: TokenFamily) -> Tokens:
    refresh["family"] = str(family.pk)
    return {"access": str(refresh.access_token), "refresh": str(refresh)}


def _digest(token: RefreshToken) -> str:
    return hashlib.sha256(str(token["jti"]).encode()).hexdigest()
