"""Reads of accounts: users, token families, sessions, MFA, and the export of a user's data."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from rest_framework_simplejwt.tokens import Token

from accounts.models import AccountInvitation, BrowserSession, EmailChange, TokenFamily, User, UserOrAnonymous
from accounts.signals import export_requested
from core.confusables import folded, skeleton
from notifications import selectors as notification_selectors


def users_named(name: str) -> QuerySet[User]:
    """The user with that name, in any case. More than one only if they are older than the rule that prevents it."""
    return User.objects.filter(Q(username_key=folded(name)) | Q(username=User.normalize_username(name)))


def user_named(name: str) -> User | None:
    """The user with that name, in any case, rather the one who writes it exactly so."""
    exact = User.normalize_username(name)
    return min(users_named(name), key=lambda user: user.username != exact, default=None)


def has_lookalike(name: str, *, other_than: User) -> bool:
    """Does a user other than this one, who may be unsaved, have this user name, or one that looks like it?"""
    same = User.objects.filter(Q(username_key=folded(name)) | Q(username_skeleton=skeleton(name)))
    return same.exclude(pk=other_than.pk).exists()


def user_with_email(address: str) -> User | None:
    """The user who has confirmed that e-mail address, case-insensitive."""
    return User.objects.filter(emailaddress__email=address.lower(), emailaddress__verified=True).first()


def active_token_family(token: Token) -> TokenFamily | None:
    """The family of a token, with its user, in one query; None if it is revoked or the user inactive."""
    return TokenFamily.objects.active().select_related("user").filter(pk=token.get("family")).first()


def active_users(ids: Collection[int]) -> dict[int, User]:
    """The active users among these ids, by id, with only the fields that decide whether a session is still valid."""
    return {user.pk: user for user in User.objects.filter(pk__in=ids, is_active=True).only(*User.CREDENTIAL_FIELDS)}


def active_token_families(ids: Collection[str]) -> set[str]:
    """The ids, out of these, of the token families that are still valid."""
    families = TokenFamily.objects.active().filter(pk__in=ids).select_related("user")
    return {
        str(family.pk)
        for family in families.only("credentials", *(f"user__{name}" for name in User.CREDENTIAL_FIELDS))
        if family.has_current_credentials
    }


def browser_sessions_of(user: User) -> QuerySet[BrowserSession]:
    """The browsers in which the user is signed in, latest sign-in first."""
    return BrowserSession.objects.filter(user=user, session__expire_date__gt=Now())


def app_sign_ins_of(user: User, now: datetime) -> QuerySet[TokenFamily]:
    """The apps in which the user is signed in, last refreshed first."""
    return TokenFamily.objects.filter(
        user=user, revoked_at=None, credentials=user.credentials_digest, expires_at__gt=now
    )


def new_email_of(user: User) -> EmailAddress | None:
    """The address that the user has given and not confirmed yet."""
    address: EmailAddress | None = EmailAddress.objects.get_new(user)
    return address


def search_users(user: User, *, name: str = "", email: str = "") -> QuerySet[User]:
    """Other users with exactly this name or confirmed address, who allow others to find them by it."""
    found = User.objects.none()
    if name:
        found = users_named(name).filter(found_by_name=True)
    elif email:
        # These addresses are in lower case, which SQLite cannot compute for all letters.
        confirmed = EmailAddress.objects.filter(email=email.lower(), verified=True)
        found = User.objects.filter(pk__in=confirmed.values("user"), found_by_email=True)
    return found.filter(is_active=True, discoverable=True).exclude(pk=user.pk).order_by("pk")


def users_visible_to(user: User) -> QuerySet[User]:
    """Users whose profile the user may see: their own, and those of discoverable users."""
    return User.objects.filter(Q(pk=user.pk) | Q(discoverable=True), is_active=True)


EXPORTED_FIELDS = (
    "username",
    "display_name",
    "email",
    "date_joined",
    "last_login",
    "last_seen_at",
    "is_superuser",
    "language",
    "theme",
    "contrast",
    "time_zone",
    "quiet_from",
    "quiet_until",
    "bio",
    "mark_colour",
    "mark_badge",
    "discoverable",
    "found_by_name",
    "found_by_email",
    "pick_links",
)


def exported_data(user: User) -> dict[str, Any]:
    """Everything stored about a user, by accounts and other apps, in the parts that docs/own-data.md describes.

    The number of queries does not depend on the amount of data. Nothing in it reveals what other users do not show.
    """
    parts = {
        "account": {name: getattr(user, name) for name in EXPORTED_FIELDS},
        **_exported_sign_ins(user),
        **_exported_emails(user),
    }
    for _, part in export_requested.send(sender=User, user=user):
        parts |= cast("dict[str, Any]", part)
    return parts


def _exported_sign_ins(user: User) -> dict[str, Any]:
    families = TokenFamily.objects.filter(user=user).order_by("created_at")
    factors = Authenticator.objects.filter(user=user).order_by("created_at")
    return {
        "second_factors": list(factors.values("type", "created_at", "last_used_at")),
        "browsers": list(BrowserSession.objects.filter(user=user).values("device", "signed_in_at")),
        "apps": list(families.values("device", "created_at", "rotated_at", "revoked_at")),
    }


def _exported_emails(user: User) -> dict[str, Any]:
    invitations = AccountInvitation.objects.filter(invited_by=user)
    return {
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified")),
        "email_changes": list(EmailChange.objects.filter(user=user).values("old_email", "changed_at", "undone_at")),
        **notification_selectors.exported_data(user),
        # The recipients' addresses are left out: they are other people's data.
        "invitations_to_the_site": list(invitations.values("created_at", "expires_at", "used_at")),
    }


def can_confirm_email() -> bool:
    """Do addresses become confirmed on this site? Where no e-mail is sent, only those do that an administrator sets."""
    return settings.CONFIRM_EMAIL or settings.HAS_MAIL_SERVER


def can_get_email(user: User) -> bool:
    """Can the site reach the user by e-mail, so that they can reset their password themselves?"""
    return settings.HAS_MAIL_SERVER and bool(user.email)


def has_mfa(user: User) -> bool:
    """Does the user have to enter a code to sign in?"""
    return bool(is_mfa_enabled(user, [Authenticator.Type.TOTP]))


def unused_recovery_codes(user: User) -> list[str]:
    """The recovery codes that the user has left; none without MFA."""
    stored = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return RecoveryCodes(stored).get_unused_codes() if stored else []


def lacks_required_mfa(user: UserOrAnonymous) -> bool:
    """Is the user an administrator who must set up MFA before using the admin?"""
    if not settings.ADMINISTRATORS_NEED_CODES or not isinstance(user, User):
        return False
    return user.is_superuser and not has_mfa(user)
