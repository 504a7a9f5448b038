"""What people can do with their accounts."""

import re
from datetime import datetime, time

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts import rules
from accounts.models import User
from accounts.selectors import user_named
from fantasyf1.kit.errors import Invalid

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
    _check_password(user, password)
    user.set_password(password)
    _check_fields(user)
    return _save_new(user)


def change_time_zone(*, user: User, time_zone: str) -> None:
    """Write times in another zone from now on. Raises `Invalid` for a zone that does not exist."""
    user.time_zone = time_zone
    _check_fields(user)
    user.save(update_fields=["time_zone"])


def set_quiet_hours(*, user: User, begins: time | None, ends: time | None) -> None:
    """Let the user's clocks stand still between these times in his own zone; `None` for both: at no hour.

    Raises `Invalid` where one of them is missing or they lie more than 12 hours apart. A turn that runs keeps its
    deadline; the next one knows of it.
    """
    rules.check_quiet_hours(begins, ends)
    user.quiet_from, user.quiet_until = begins, ends
    user.save(update_fields=["quiet_from", "quiet_until"])


def _check_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise Invalid("A user name is made of letters, digits and the signs . + - _ only.", field="username")


def _check_email(email: str) -> None:
    if not email:
        raise Invalid("An e-mail address is needed.", field="email")


def _check_password(user: User, password: str) -> None:
    try:
        validate_password(password, user=user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from error


def _check_fields(user: User) -> None:
    try:
        user.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=field) from error


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
