"""Making an account."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from fantasyf1.kit.errors import Invalid

from ..models import User
from ..selectors import user_named
from .checks import check_fields, check_password

# Django's own rule allows “@”. Not here: a name that looks like somebody's e-mail address could sign in as him.
USERNAME = re.compile(r"[\w.+-]+")


def sign_up(*, username: str, email: str, password: str, time_zone: str = "UTC", now: datetime) -> User:
    """Make an account.

    Raises `Invalid` with a sentence and `field` (username, email, password or time_zone) where something is missing,
    malformed, too easy to guess, or taken by someone else in whatever case.
    """
    user = User(username=User.normalize_username(username.strip()), email=User.objects.normalize_email(email.strip()))
    user.time_zone = time_zone
    user.date_joined = now
    _check_username(user.username)
    _check_email(user.email)
    check_password(user, password)
    user.set_password(password)
    check_fields(user)
    return _save_new(user)


def _check_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise Invalid("A user name is made of letters, digits and the signs . + - _ only.", field="username")


def _check_email(email: str) -> None:
    if not email:
        raise Invalid("An e-mail address is needed.", field="email")


def _save_new(user: User) -> User:
    # The database decides who was first: asking it beforehand would leave a gap.
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        if user_named(user.username):
            raise Invalid("This user name is taken.", field="username", code="taken") from error
        raise Invalid("This e-mail address is already in use.", field="email", code="taken") from error
    return user
