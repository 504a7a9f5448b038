"""What people may set about themselves."""

from datetime import time

from .. import rules
from ..models import User
from .checks import check_fields


def change_time_zone(*, user: User, time_zone: str) -> None:
    """Write times in another zone from now on. Raises `Invalid` for a zone that does not exist."""
    user.time_zone = time_zone
    check_fields(user)
    user.save(update_fields=["time_zone"])


def set_quiet_hours(*, user: User, begins: time | None, ends: time | None) -> None:
    """Let the user's clocks stand still between these times in his own zone; `None` for both: at no hour.

    Raises `Invalid` where one of them is missing or they lie more than 12 hours apart. A turn that runs keeps its
    deadline; the next one knows of it.
    """
    rules.check_quiet_hours(begins, ends)
    user.quiet_from, user.quiet_until = begins, ends
    user.save(update_fields=["quiet_from", "quiet_until"])


def change_profile(*, user: User, bio: str, discoverable: bool, found_by_name: bool, found_by_email: bool) -> None:
    """Say something about oneself, and who may find it."""
    user.bio = " ".join(bio.split())
    user.discoverable, user.found_by_name, user.found_by_email = discoverable, found_by_name, found_by_email
    check_fields(user)
    user.save(update_fields=["bio", "discoverable", "found_by_name", "found_by_email"])
