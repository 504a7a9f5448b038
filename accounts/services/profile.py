"""Profile settings: time zone, quiet hours, bio and discoverability."""

from datetime import time

from django.core.exceptions import ValidationError

from core.errors import Invalid

from .. import rules
from ..models import User


def change_time_zone(*, user: User, time_zone: str) -> None:
    """Set the user's time zone. Raises `Invalid` for one that does not exist."""
    user.time_zone = time_zone
    _check_fields(user)
    user.save(update_fields=["time_zone"])


def set_quiet_hours(*, user: User, begins: time | None, ends: time | None) -> None:
    """Stop the user's pick clocks between these times in their own time zone; None for both turns quiet hours off.

    Raises `Invalid` if one of them is missing or they are more than 12 hours apart. A running turn keeps its deadline;
    the new hours apply from the next one.
    """
    rules.check_quiet_hours(begins, ends)
    user.quiet_from, user.quiet_until = begins, ends
    user.save(update_fields=["quiet_from", "quiet_until"])


def change_profile(*, user: User, bio: str, discoverable: bool, found_by_name: bool, found_by_email: bool) -> None:
    """Set the bio, with whitespace collapsed, and how others can find the user."""
    user.bio = " ".join(bio.split())
    user.discoverable, user.found_by_name, user.found_by_email = discoverable, found_by_name, found_by_email
    _check_fields(user)
    user.save(update_fields=["bio", "discoverable", "found_by_name", "found_by_email"])


def _check_fields(user: User) -> None:
    """Raise `Invalid` for the first field of the user that fails validation."""
    try:
        user.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=field) from error
