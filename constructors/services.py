"""Write services of constructors: create, rename, retire, name a deputy. Bots are constructors without a player."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core.confusables import folded, skeleton
from core.errors import NotAllowed, Refused
from core.transactions import atomic
from core.validators import clean_name
from leagues.models import League, Membership
from leagues.services import check_not_archived, log_activity
from notifications.services import notify

from . import activity_kinds, rules
from .models import Constructor
from .notification_kinds import BECAME_DEPUTY, HAS_DEPUTY, HAS_NO_DEPUTY, NO_LONGER_DEPUTY
from .selectors import (
    can_name_deputy,
    can_play_for,
    constructors_in,
    name_in_previous_season,
    possible_deputies,
)
from .signals import constructor_created, constructor_left, constructor_renamed

MAX_NAME_LENGTH = 40


@atomic
def create_constructor(*, membership: Membership, name: str, now: datetime) -> Constructor:
    """Create a new member's constructor.

    The name defaults to last season's in a continued league, else to the player's, with a number appended if it is
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
        constructor.left_at, constructor.deputy = now, None
        constructor.save(update_fields=["left_at", "deputy"])
        constructor_left.send(sender=Constructor, constructor=constructor, now=now)
    constructors_in(membership.league).filter(deputy=membership.user).update(deputy=None)


@atomic
def name_deputy(*, constructor: Constructor, deputy: User | None, by: User, now: datetime) -> Constructor:
    """Let another player of the league pick for the constructor; None ends it. The player can still pick too.

    Raises `Refused` for the player, a bot, or somebody who is not in the league.
    """
    league = League.objects.locked().get(pk=constructor.league_id)
    constructor = Constructor.objects.select_related("owner", "deputy").get(pk=constructor.pk)
    if not can_name_deputy(by, constructor):
        raise NotAllowed(_("Only the player and the league's managers can name a deputy."))
    check_not_archived(league)
    if constructor.is_bot:
        raise Refused(_("A bot needs no deputy."), code="bot")
    if deputy is not None and not possible_deputies(constructor).filter(pk=deputy.pk).exists():
        raise Refused(_("A deputy is another player of the league."), code="not_a_player")
    before = constructor.deputy
    if deputy == before:
        return constructor
    constructor.deputy = deputy
    constructor.save(update_fields=["deputy"])
    kind = activity_kinds.DEPUTY_ENDED if deputy is None else activity_kinds.DEPUTY_NAMED
    log_activity(league, kind, by=by, member=deputy or before, now=now, constructor=constructor.name)
    notify_deputy_changed(constructor=constructor, before=before, by=by, now=now)
    return constructor


def notify_deputy_changed(*, constructor: Constructor, before: User | None, by: User, now: datetime) -> None:
    """Notify the deputy, the one before, and the player, except the person who did it."""
    params = {
        "league_id": constructor.league_id,
        "league": constructor.league.name,
        "constructor": constructor.name,
        "deputy": constructor.deputy.shown_name if constructor.deputy else "",
    }
    told = (
        (constructor.deputy, BECAME_DEPUTY),
        (before, NO_LONGER_DEPUTY),
        (constructor.owner, HAS_DEPUTY if constructor.deputy else HAS_NO_DEPUTY),
    )
    for user, message in told:
        if user is not None and user != by:
            key = f"deputy:{constructor.pk}:{now.isoformat()}"
            notify(users=[user], message=message, key=key, params=params, now=now)


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
    same = Q(folded_name=folded(name)) | Q(name_skeleton=skeleton(name))
    if constructors_in(league).filter(same).exclude(pk=exclude.pk if exclude else 0).exists():
        sentence = _(
            "Another constructor in this league is already called “%(name)s”, or something that looks like it."
        ) % {"name": name}
        raise Refused(sentence, code="name_taken")
    return name


def _default_name(membership: Membership) -> str:
    player = _("Constructor")
    if membership.user is not None:
        player = name_in_previous_season(membership.league, membership.user) or membership.user.shown_name
    names = constructors_in(membership.league).values_list("name", flat=True)
    taken = rules.keys_of(*names)
    for number in range(1, len(names) + 2):
        suffix = "" if number == 1 else f" {number}"
        name = f"{player[: MAX_NAME_LENGTH - len(suffix)]}{suffix}"
        if not rules.keys_of(name) & taken:
            break
    return name
