"""Write services of constructors: create, rename, retire. Bots are constructors without a player."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import NotAllowed, Refused
from core.transactions import atomic
from core.validators import clean_name
from leagues.models import League, Membership
from leagues.services import check_not_archived

from . import rules
from .models import Constructor
from .selectors import can_play_for, constructors_in, name_in_previous_season
from .signals import constructor_created, constructor_left, constructor_renamed

MAX_NAME_LENGTH = 40


@atomic
def create_constructor(*, membership: Membership, name: str, now: datetime) -> Constructor:
    """Create a new member's constructor.

    The name defaults to last season's in a continued league, else to the user name, with a number appended if it is
    taken.
    """
    constructor = Constructor.objects.create(
        league=membership.league,
        owner=membership.user,
        name=_validated_name(membership.league, name) if name.strip() else _default_name(membership),
        joined_at=now,
    )
    constructor_created.send(sender=Constructor, constructor=constructor, now=now)
    return constructor


@atomic
def rename_constructor(*, constructor: Constructor, by: User, name: str) -> Constructor:
    if not can_play_for(by, constructor):
        raise NotAllowed(_("Only the player can rename a constructor."))
    # Serializes concurrent requests for the same name, and the ranking of the league.
    league = League.objects.locked().get(pk=constructor.league_id)
    check_not_archived(league)
    constructor.name = _validated_name(league, name, exclude=constructor)
    constructor.save(update_fields=["name"])
    constructor_renamed.send(sender=Constructor, constructor=constructor)
    return constructor


@atomic
def retire_constructor(*, membership: Membership, now: datetime) -> None:
    """Retire the constructor of a member who left: it takes no part in future drafts; its history stays."""
    for constructor in constructors_in(membership.league).filter(owner=membership.user):
        constructor.left_at = now
        constructor.save(update_fields=["left_at"])
        constructor_left.send(sender=Constructor, constructor=constructor, now=now)


@atomic
def create_bot(*, league: League, now: datetime) -> Constructor:
    """Add a bot to the league. Its name depends on the league and the names in use, and on nothing else."""
    taken = Constructor.objects.filter(league=league).values_list("name", flat=True)
    name = rules.bot_name(seed=str(league.pk), taken=taken)
    bot: Constructor = Constructor.objects.create(league=league, name=name, is_bot=True, joined_at=now)
    constructor_created.send(sender=Constructor, constructor=bot, now=now)
    return bot


@atomic
def retire_bot(*, bot: Constructor, now: datetime) -> None:
    """Retire a bot that gives its place to a person. Its history stays under its own name."""
    bot.left_at = now
    bot.save(update_fields=["left_at"])
    constructor_left.send(sender=Constructor, constructor=bot, now=now)


def _validated_name(league: League, name: str, *, exclude: Constructor | None = None) -> str:
    name = clean_name(name, longest=MAX_NAME_LENGTH, field="constructor_name")
    if constructors_in(league).filter(name__iexact=name).exclude(pk=exclude.pk if exclude else 0).exists():
        sentence = _("Another constructor in this league is already called “%(name)s”.") % {"name": name}
        raise Refused(sentence, code="name_taken")
    return name


def _default_name(membership: Membership) -> str:
    player = _("Constructor")
    if membership.user is not None:
        player = name_in_previous_season(membership.league, membership.user) or membership.user.get_username()
    taken = {name.lower() for name in constructors_in(membership.league).values_list("name", flat=True)}
    for number in range(1, len(taken) + 2):
        suffix = "" if number == 1 else f" {number}"
        name = f"{player[: MAX_NAME_LENGTH - len(suffix)]}{suffix}"
        if name.lower() not in taken:
            break
    return name
