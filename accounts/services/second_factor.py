"""The second factor of signing in: a code of an authenticator app, or one of the list on paper. allauth keeps both.

What allauth counts in the cache, uses and tries of codes, is counted in the database here: a cache that is down or was
emptied neither keeps people out nor lets a code be used twice.
"""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import validate_totp_code
from allauth.mfa.utils import decrypt
from django.db.models import QuerySet

from fantasyf1.kit.errors import Refused, TooMany

from ..models import User
from . import limits


class CodeNeeded(Refused):
    """The password is right, and the code of the authenticator app is missing or wrong."""

    code = "code_needed"


def use_code(*, user: User, code: str, now: datetime) -> Authenticator:
    """Use up a code of the user's; returns what it is of.

    Raises `CodeNeeded` where it is none of his, or not any more, `TooMany` where he has tried too often.
    """
    guesses = [limits.code_limit(user)]
    limits.use_up(guesses, now=now)
    mine: QuerySet[Authenticator] = Authenticator.objects.filter(user=user).order_by("-type")
    for one in mine:
        if _is_of(one, "".join(code.split()), now):
            limits.give_back(guesses)
            return one
    raise CodeNeeded("This code is not right, or was used before. Wait for the next one.")


def _is_of(authenticator: Authenticator, code: str, now: datetime) -> bool:
    # Digits alone: allauth overlooks dashes and the like, with which one code could be written in many ways.
    if not (code.isascii() and code.isdigit()):
        return False
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return RecoveryCodes(authenticator).validate_code(code)
    secret = decrypt(authenticator.data["secret"])
    return validate_totp_code(secret, code) and _is_first_use(authenticator.user_id, code, now)


def _is_first_use(user_id: int, code: str, now: datetime) -> bool:
    try:
        limits.use_up([limits.use_of_code(user_id, code)], now=now)
    except TooMany:
        return False
    return True
