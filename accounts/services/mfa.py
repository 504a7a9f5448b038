"""Multi-factor authentication (MFA): TOTP codes of an authenticator app, and recovery codes. allauth stores both.

allauth counts attempts and used codes in the cache; here they are counted in the database. A cache that is down or was
flushed neither locks users out nor lets a code be used twice.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import RateLimited, Refused
from core.services.rate_limits import consume, refund

from ..models import User
from . import rate_limits


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
