"""Profile settings: names, avatar, language, appearance, time zone, quiet hours, pick links, bio, who finds a user."""

from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Invalid, Refused
from core.querysets import LockableQuerySet
from core.transactions import atomic
from core.validators import clean_name, clean_text
from core.web.languages import is_language

from .. import rules
from ..models import User
from ..selectors import has_lookalike
from ..signals import user_renamed

MAX_DISPLAY_NAME_LENGTH, MAX_USERNAME_LENGTH, MAX_BIO_LENGTH = 40, 150, 280
USERNAME_TAKEN = gettext_lazy("This user name is taken, or looks like one that is.")
# How exact `last_seen_at` is, so that a user costs one write a day.
LAST_SEEN_INTERVAL = timedelta(days=1)


@atomic
def change_display_name(*, user: User, display_name: str) -> None:
    """Set the name that others see; an empty one means the user name.

    Raises `Invalid` for a name that cannot be displayed or mixes scripts, `Refused` for a name that looks like the user
    name of somebody else or like the name of another member of one of the user's leagues.
    """
    name = _cleaned_display_name(display_name)
    if name and has_lookalike(name, other_than=user):
        sentence = _("“%(name)s” is the user name of another player, or looks like it.")
        raise Refused(sentence % {"name": name}, code="name_taken")
    # On a row of its own, so that the caller's user keeps its name if a league refuses the new one.
    renamed: User = LockableQuerySet(User).locked().get(pk=user.pk)
    renamed.display_name = name
    renamed.save(update_fields=["display_name"])
    user_renamed.send(sender=User, user=renamed)
    user.display_name = name


@atomic
def change_username(*, user: User, username: str) -> None:
    """Set the name with which the user signs in, and which others see unless there is a display name.

    Raises `Invalid` for a name that is not allowed, or taken by somebody whose name looks like it, `Refused` for the
    name of another member of one of the user's leagues.
    """
    name = User.normalize_username(username.strip())
    rules.check_username(name)
    if len(name) > MAX_USERNAME_LENGTH:
        sentence = _("A user name can have at most %(most)s characters.")
        raise Invalid(sentence % {"most": MAX_USERNAME_LENGTH}, field="username")
    renamed: User = LockableQuerySet(User).locked().get(pk=user.pk)
    renamed.username = name
    try:
        # The unique constraints decide: a check would leave a race.
        with transaction.atomic():
            renamed.save(update_fields=["username"])
    except IntegrityError as error:
        raise Invalid(str(USERNAME_TAKEN), field="username", code="taken") from error
    user_renamed.send(sender=User, user=renamed)
    user.username = name


def check_username(*, username: str, user: User) -> None:
    """Raise `Invalid` for a user name that is not allowed or taken, for a form that has no service to save it."""
    rules.check_username(username)
    if has_lookalike(username, other_than=user):
        raise Invalid(str(USERNAME_TAKEN), field="username", code="taken")


def _cleaned_display_name(text: str) -> str:
    if not text.strip():
        return ""
    name = clean_name(text, longest=MAX_DISPLAY_NAME_LENGTH, field="display_name")
    rules.check_display_name(name)
    return name


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


def change_language(*, user: User, language: str) -> None:
    """Set the language of the user's pages, e-mails and notifications; an empty one means that of their browser.

    Raises `Invalid` for a language that the site does not have.
    """
    if language and not is_language(language):
        raise Invalid(_("The site does not have this language."), field="language")
    user.language = language
    user.save(update_fields=["language"])


def change_appearance(*, user: User, theme: str, contrast: str) -> None:
    """Set how the site looks to the user, on every device; empty values leave it to each browser. Raises `Invalid`."""
    user.theme, user.contrast = theme, contrast
    _check_fields(user)
    user.save(update_fields=["theme", "contrast"])


def set_quiet_hours(*, user: User, begins: time | None, ends: time | None) -> None:
    """Stop the user's pick clocks between these times in their own time zone; None for both turns quiet hours off.

    Raises `Invalid` if one of them is missing or they are more than 12 hours apart. A running turn keeps its deadline;
    the new hours apply from the next one.
    """
    rules.check_quiet_hours(begins, ends)
    user.quiet_from, user.quiet_until = begins, ends
    user.save(update_fields=["quiet_from", "quiet_until"])


@atomic
def set_pick_links(*, user: User, is_on: bool) -> None:
    """Let links in messages pick without a sign-in, or not. Switching off revokes all links that have been sent."""
    if user.pick_links and not is_on:
        User.objects.filter(pk=user.pk).update(pick_links_version=F("pick_links_version") + 1)
    user.pick_links = is_on
    user.save(update_fields=["pick_links"])
    user.refresh_from_db(fields=["pick_links_version"])


def change_profile(*, user: User, bio: str, discoverable: bool, found_by_name: bool, found_by_email: bool) -> None:
    """Set the bio, which keeps its lines, and how others can find the user. Raises `Invalid`."""
    user.bio = cleaned_bio(bio)
    user.discoverable, user.found_by_name, user.found_by_email = discoverable, found_by_name, found_by_email
    _check_fields(user)
    user.save(update_fields=["bio", "discoverable", "found_by_name", "found_by_email"])


def change_mark(*, user: User, colour: int | None, badge: str) -> None:
    """Set the colour and the badge of the user's avatar. Raises `Invalid` for one that does not exist."""
    user.mark_colour, user.mark_badge = colour, badge
    _check_fields(user)
    user.save(update_fields=["mark_colour", "mark_badge"])


def cleaned_bio(bio: str) -> str:
    """The bio without superfluous white space. Raises `Invalid`."""
    return clean_text(bio, longest=MAX_BIO_LENGTH, field="bio", keeps_lines=True)


def _check_fields(user: User) -> None:
    """Raise `Invalid` for the first field of the user that fails validation."""
    try:
        user.clean_fields()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise Invalid(" ".join(messages), field=field) from error
