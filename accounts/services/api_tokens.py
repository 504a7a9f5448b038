"""API tokens: issue pairs of access and refresh tokens, rotate single-use refresh tokens, revoke token families."""

import hashlib
import logging
from datetime import datetime, timedelta
from typing import TypedDict

from django.db.models import F, Q
from django.utils.translation import gettext as _
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from core.cache import tags
from core.querysets import delete_in_batches
from core.transactions import atomic

from ..cache_tags import user_tag
from ..models import TokenFamily, User
from ..selectors import active_token_family
from .browser_sessions import delete_sessions
from .profile import record_seen
from .security_notifications import notify_if_new_device, notify_signed_out_everywhere

logger = logging.getLogger(__name__)

# Two tabs of an app that refresh with the same token at once are not a replay. The second still gets no tokens.
REUSE_GRACE = timedelta(seconds=10)
LIFETIME = RefreshToken.lifetime


class Tokens(TypedDict):
    """A pair of tokens. `expires_in` is the lifetime of the access token in seconds."""

    access: str
    refresh: str
    expires_in: int


@atomic
def issue_tokens(*, user: User, now: datetime, device: str = "") -> Tokens:
    """Sign an app in: issue the first pair of a new family. `device` is its user agent, cut to 100 characters."""
    notify_if_new_device(user=user, device=device[:100], now=now)
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
    record_seen(user=user, now=now)
    return _token_pair(refresh, family)


def refresh_tokens(*, refresh: str, now: datetime) -> Tokens:
    """Exchange a refresh token for the next pair of its family.

    Raises simplejwt's `TokenError` if the token is malformed or expired, if its family is revoked or the account
    inactive, and if it was used before. A second use revokes the whole family, unless it comes within the grace period.
    """
    used = _parse(refresh)
    new = RefreshToken()
    # Rotate first, with one statement, so that no concurrent request can use the token.
    if not _rotate(used, new, now):
        raise _replay_error(used, now)
    family = active_token_family(used)
    if family is None or not family.has_current_credentials:
        revoke_families(families=Q(pk=used["family"]), reason=TokenFamily.RevocationReason.CREDENTIALS, now=now)
        raise TokenError(_("This sign-in has ended. Sign in again."))
    new["user_id"] = used["user_id"]
    record_seen(user=family.user, now=now)
    return _token_pair(new, family)


@atomic
def revoke_families(*, families: Q, reason: str, now: datetime) -> int:
    """Revoke these token families with all of their tokens; returns how many were active."""
    active = TokenFamily.objects.filter(families, revoked_at=None)
    users = set(active.values_list("user", flat=True))
    revoked = active.update(revoked_at=now, reason=reason)
    tags.invalidate(*map(user_tag, users))
    return revoked


def revoke_app(*, user: User, pk: str, now: datetime) -> bool:
    """Revoke one of the user's token families; False if the user has no such family."""
    return bool(revoke_families(families=Q(pk=pk, user=user), reason=TokenFamily.RevocationReason.LOGOUT, now=now))


def log_out(*, refresh: str, now: datetime) -> None:
    """Revoke the family of a refresh token, used or not. Raises `TokenError` if the token is malformed or expired."""
    token = _parse(refresh)
    revoke_families(families=Q(pk=token.get("family")), reason=TokenFamily.RevocationReason.LOGOUT, now=now)


@atomic
def log_out_everywhere(*, user: User, now: datetime) -> None:
    """End all of the user's sessions and revoke all of their tokens."""
    User.objects.filter(pk=user.pk).update(credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["credentials_version"])
    revoke_families(families=Q(user=user), reason=TokenFamily.RevocationReason.EVERYWHERE, now=now)
    delete_sessions(user)
    notify_signed_out_everywhere(user=user, now=now)


@atomic
def log_out_elsewhere(*, user: User, family: str, now: datetime) -> None:
    """End all of the user's sessions and revoke all of their tokens but those of this family."""
    others = Q(user=user) & ~Q(pk=family)
    revoke_families(families=others, reason=TokenFamily.RevocationReason.EVERYWHERE, now=now)
    delete_sessions(user)
    notify_signed_out_everywhere(user=user, now=now)


def delete_expired_token_families(*, now: datetime) -> int:
    """Delete token families whose last token has expired; returns how many."""
    return delete_in_batches(TokenFamily.objects.filter(expires_at__lt=now))


def _parse(refresh: str) -> RefreshToken:
    """Raises `TokenError` with a sentence of our own for a token that is malformed, expired or of another kind."""
    try:
        return RefreshToken(refresh)  # type: ignore[arg-type]  # the stub accepts only tokens, the code also text
    except TokenError as error:
        raise TokenError(_("This refresh token is not valid or has expired. Sign in again.")) from error


def _rotate(used: RefreshToken, new: RefreshToken, now: datetime) -> bool:
    """Replace the used token by the new one, if it is still the current one of its family."""
    families = TokenFamily.objects.filter(pk=used.get("family"), current=_digest(used), revoked_at=None)
    return bool(families.update(current=_digest(new), previous=F("current"), rotated_at=now, expires_at=now + LIFETIME))


def _replay_error(used: RefreshToken, now: datetime) -> TokenError:
    """Revoke the family of a token that was used before, unless that was within the grace period."""
    family = TokenFamily.objects.filter(pk=used.get("family"), revoked_at=None).first()
    if family is None:
        return TokenError(_("This sign-in has ended. Sign in again."))
    if family.previous == _digest(used) and now - family.rotated_at <= REUSE_GRACE:
        return TokenError(_("This token was used a moment ago. Use the tokens from that response."))
    if revoke_families(families=Q(pk=family.pk), reason=TokenFamily.RevocationReason.REPLAY, now=now):
        logger.warning("Revoked a token family of user %s: a used refresh token was sent again", family.user_id)
    return TokenError(_("This token was used before, so all its tokens were revoked. Sign in again."))


def _token_pair(refresh: RefreshToken, family: TokenFamily) -> Tokens:
    refresh["family"] = str(family.pk)
    expires_in = int(AccessToken.lifetime.total_seconds())
    return {"access": str(refresh.access_token), "refresh": str(refresh), "expires_in": expires_in}


def _digest(token: RefreshToken) -> str:
    return hashlib.sha256(str(token["jti"]).encode()).hexdigest()
