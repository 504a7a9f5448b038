"""The second factor of signing in: turned on with a first code, asked for after the password, each code used once."""

import base64
import secrets
from datetime import datetime
from time import time

from fantasyf1.kit.errors import Invalid, Refused

from .. import rules
from ..models import SecondFactor, User
from . import limits


class CodeNeeded(Refused):
    """The password is right, and the code of the authenticator app is missing or wrong."""

    code = "code_needed"


def prepare_factor(*, user: User) -> SecondFactor:
    """The user's factor; a new one, not yet in force, where he has none."""
    secret = base64.b32encode(secrets.token_bytes(20)).decode()
    factor, _ = SecondFactor.objects.get_or_create(user=user, defaults={"secret": secret})
    return factor


def turn_on_factor(*, user: User, code: str, now: datetime) -> None:
    """Ask for codes from now on. Raises `Invalid` where the first one is wrong."""
    limits.use_up([limits.password_limit(user)], now=now)
    factor = SecondFactor.objects.filter(user=user, confirmed_at=None).first()
    if factor is None or not _use(factor, code):
        raise Invalid("This code is not right. Look at the clock of your phone, and try the next one.", field="code")
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=now)


def turn_off_factor(*, user: User, password: str, now: datetime) -> None:
    """Ask for codes no longer. Raises `Invalid` for a wrong password."""
    limits.use_up([limits.password_limit(user)], now=now)
    if not user.check_password(password):
        raise Invalid("This is not your password.", field="password", code="wrong_password")
    limits.give_back([limits.password_limit(user)])
    SecondFactor.objects.filter(user=user).delete()


def check_factor(user: User, code: str) -> None:
    """Let somebody with the right password go on. Raises `CodeNeeded` where a code is asked for and this is none."""
    factor = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()
    if factor is None:
        return
    if not code:
        raise CodeNeeded("Enter the code that your authenticator app shows now, and the password once more.")
    if not _use(factor, code):
        raise CodeNeeded("This code is not right, or was used before. Wait for the next one.")


def _use(factor: SecondFactor, code: str) -> bool:
    # Real time and not the site's clock: that is what the app has. Each half minute counts once, for one of many.
    step = rules.step_of(factor.secret, "".join(code.split()), int(time()))
    newer = SecondFactor.objects.filter(pk=factor.pk, used_step__lt=step) if step is not None else None
    return newer is not None and bool(newer.update(used_step=step))
