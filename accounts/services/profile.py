"""Profile settings: names, time zone, quiet hours, bio and discoverability. Also when a user was last seen."""

from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Invalid, Refused
from core.querysets import LockableQuerySet
from core.transactions import atomic
from core.validators import clean_name

from .. import rules
from ..models import User
from ..selectors import user_named
from ..signals import user_renamed

MAX_DISPLAY_NAME_LENGTH, MAX_USERNAME_LENGTH = 40, 150
# How exact `last_seen_at` is, so that a user costs one write a day.
LAST_SEEN_INTERVAL = timedelta(days=1)


@atomic
def change_display_name(*, user: User, display_name: str) -> None:
    """Set the name that others see; an empty one means the user name.

    Raises `Invalid` for a name that cannot be displayed, `Refused` for the user name of somebody else or the name of
    another member of one of the user's leagues.
    """
    name = _cleaned_display_name(display_name)
    owner = user_named(name) if name else None
    if owner is not None and owner.pk != user.pk:
        raise Refused(_("“%(name)s” is the user name of another player.") % {"name": name}, code="name_taken")
    # On a row of its own, so that the caller's user keeps its name if a league refuses the new one.
    renamed: User = LockableQuerySet(User).locked().get(pk=user.pk)
    renamed.display_name = name
    renamed.save(update_fields=["display_name"])
    user_renamed.send(sender=User, user=renamed)
    user.display_name = name


@atomic
def change_username(*, user: User, username: str) -> None:
    """Set the name with which the user signs in, and which others see unless there is a display name.

    Raises `Invalid` for a name that is not allowed or taken, `Refused` for the name of another member of one of the
    user's leagues.
    """
    name = User.normalize_username(username.strip())
    rules.check_username(name)
    if len(name) > MAX_USERNAME_LENGTH:
        sentence = _("A user name can have at most %(most)s characters.")
        raise Invalid(sentence % {"most": MAX_USERNAME_LENGTH}, field="username")
    renamed: User = LockableQuerySet(User).locked().get(pk=user.pk)
    renamed.username = name
    try:
        # The unique constraint decides: a check would leave a race.
        with transaction.atomic():
            renamed.save(update_fields=["username"])
    except IntegrityError as error:
        raise Invalid(_("This user name is taken."), field="username", code="taken") from error
    user_renamed.send(sender=User, user=renamed)
    user.username = name


def _cleaned_display_name(text: str) -> str:
    return clean_name(text, longest=MAX_DISPLAY_NAME_LENGTH, field="display_name") if text.strip() else ""


def record_seen(*, user: User, now: datetime) -> None:
    """Record that the user uses the site, once a day."""
    if user.last_seen_at is None or now - user.last_seen_at >= LAST_SEEN_INTERVAL:
        User.objects.filter(pk=user.pk).update(last_seen_at=now)
        user.last_seen_at = now


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
