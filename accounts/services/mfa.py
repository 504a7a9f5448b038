"""Multi-factor authentication (MFA): TOTP codes of an authenticator app, and recovery codes. allauth stores both.

allauth counts attempts and used codes in the cache; here they are counted in the database. A cache that is down or was
flushed neither locks users out nor lets a code be used twice.
"""

from datetime import datetime, timedelta
from typing import TypedDict

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.utils import decrypt
from django.core import signing
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.encryption import encrypt_again
from core.errors import Invalid, RateLimited, Refused
from core.querysets import LockableQuerySet
from core.services.rate_limits import consume, refund
from core.transactions import atomic

from ..models import User
from ..selectors import has_mfa
from . import rate_limits

# What allauth stores encrypted, in the `data` of an authenticator.
ENCRYPTED_FIELDS = {"secret", "seed"}
SET_UP_SALT = "accounts.mfa.set_up"
SET_UP_LIFETIME = timedelta(minutes=10)


class MfaCodeRequired(Refused):
    """The password is right, but the MFA code is missing or wrong."""

    code = "code_needed"


def verify_mfa_code(*, user: User, code: str, now: datetime) -> Authenticator:
    """Verify and use up a TOTP or recovery code; returns the authenticator that it belongs to.

    Raises `MfaCodeRequired` for a wrong or used code, `RateLimited` after too many attempts.
    """
    attempts = [rate_limits.code_limit(user)]
    consume(attempts, now=now)
    authenticators: QuerySet[Authenticator] = Authenticator.objects.filter(user=user).order_by("-type")
    for authenticator in authenticators:
        if _matches(authenticator, "".join(code.split()), now):
            refund(attempts)
            return authenticator
    raise MfaCodeRequired(_("This code is wrong or was used before. Wait for the next one."))


def _matches(authenticator: Authenticator, code: str, now: datetime) -> bool:
    # Digits only: allauth ignores dashes and the like, so the same code could be spelled in many ways.
    if not (code.isascii() and code.isdigit()):
        return False
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return RecoveryCodes(authenticator).validate_code(code)
    secret = decrypt(authenticator.data["secret"])
    return validate_totp_code(secret, code) and _is_first_use(authenticator.user_id, code, now)


def _is_first_use(user_id: int, code: str, now: datetime) -> bool:
    try:
        consume([rate_limits.code_reuse_limit(user_id, code)], now=now)
    except RateLimited:
        return False
    return True


class MfaSetUp(TypedDict):
    """A secret for an authenticator app: as text and as an `otpauth` URL, and signed, to send it back with a code."""

    secret: str
    url: str
    token: str


def begin_mfa_set_up(*, user: User) -> MfaSetUp:
    """Make a secret for the user's authenticator app. Raises `Refused` if MFA is on. Nothing is stored."""
    _check_mfa_is_off(user)
    secret = generate_totp_secret()
    token = signing.dumps({"user": user.pk, "secret": secret}, salt=SET_UP_SALT)
    return {"secret": secret, "url": get_adapter().build_totp_url(user, secret), "token": token}


def turn_on_mfa(*, user: User, token: str, code: str, now: datetime) -> None:
    """Turn on MFA with the token of `begin_mfa_set_up` and a code, and create recovery codes.

    Raises `Invalid` for a wrong code, and for a token that is wrong, older than 10 minutes or another user's, `Refused`
    if MFA is on, `RateLimited` after too many attempts.
    """
    secret = _signed_secret(user, token)
    attempts = [rate_limits.code_limit(user)]
    consume(attempts, now=now)
    if not (code.isascii() and code.isdigit() and validate_totp_code(secret, code)):
        sentence = _("This code is wrong. Check that your phone's clock is right, and try the next code.")
        raise Invalid(sentence, field="code", code="wrong_code")
    refund(attempts)
    _activate(user, secret)


def turn_off_mfa(*, user: User) -> None:
    """Delete the user's secret and recovery codes. Raises `Refused` if MFA is off."""
    check_mfa_is_on(user=user)
    Authenticator.objects.filter(user=user).delete()


@atomic
def replace_recovery_codes(*, user: User) -> None:
    """Create new recovery codes; the old ones no longer work. Raises `Refused` if MFA is off."""
    LockableQuerySet(User).locked().get(pk=user.pk)
    check_mfa_is_on(user=user)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)


@atomic
def encrypt_mfa_secrets_again() -> int:
    """Encrypt all secrets and recovery codes with the first of the keys; returns how many rows that were.

    Raises `DecryptionError` if the key of one of them is missing. No row is changed then.
    """
    authenticators: list[Authenticator] = list(LockableQuerySet(Authenticator).locked().order_by("pk"))
    for authenticator in authenticators:
        for name in ENCRYPTED_FIELDS & authenticator.data.keys():
            authenticator.data[name] = encrypt_again(authenticator.data[name])
    Authenticator.objects.bulk_update(authenticators, ["data"], batch_size=500)
    return len(authenticators)


def check_mfa_is_on(*, user: User) -> None:
    if not has_mfa(user):
        raise Refused(_("Two-factor authentication is off."), code="mfa_off")


def _check_mfa_is_off(user: User) -> None:
    if has_mfa(user):
        raise Refused(_("Two-factor authentication is on. Turn it off first."), code="mfa_on")


@atomic
def _activate(user: User, secret: str) -> None:
    LockableQuerySet(User).locked().get(pk=user.pk)
    _check_mfa_is_off(user)
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)


def _signed_secret(user: User, token: str) -> str:
    try:
        signed = signing.loads(token, salt=SET_UP_SALT, max_age=SET_UP_LIFETIME)
    except signing.BadSignature:
        signed = {}
    if signed.get("user") != user.pk:
        raise Invalid(_("This secret is not valid any more. Ask for a new one."), field="token", code="bad_token")
    secret: str = signed["secret"]
    return secret
