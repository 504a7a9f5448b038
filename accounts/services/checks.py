"""What has to be right of an account, whoever writes it."""

from collections.abc import Mapping

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from fantasyf1.kit.errors import Invalid

from ..models import User


def check_password(user: User, password: str, *, field: str = "password") -> None:
    """Raise `Invalid` for a password that is too easy to guess."""
    try:
        validate_password(password, user=user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field=field) from error


def check_fields(user: User, names: Mapping[str, str] | None = None) -> None:
    """Raise `Invalid` for the first field of the user that cannot be; `names` says how others call a field."""
    try:
        user.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=(names or {}).get(field, field)) from error
