"""Validation of user fields before a service saves them."""

from django.core.exceptions import ValidationError

from core.errors import Invalid

from ..models import User


def check_fields(user: User) -> None:
    """Raise `Invalid` for the first field of the user that fails validation."""
    try:
        user.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=field) from error
