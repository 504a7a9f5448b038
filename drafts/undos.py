"""What can be undone around drafts: changes of a wish list, the autodraft switch, and which races a league skips."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import own_constructors
from core.undo import ChangedSince, Params, Undo
from leagues.undos import managed_league
from races.models import Race

from . import rules, services

# -- wish lists --------------------------------------------------------------------------------------------------------


def plain_lists(lists: rules.WishLists) -> list[Any]:
    """The lists as plain values, for the params of `WISHES_CHANGED`."""
    return [[[wish.driver, wish.not_with_first_team] for wish in lists.wishes], list(lists.unwanted)]


def _lists_from_plain(values: Sequence[Any]) -> rules.WishLists:
    wishes, unwanted = values
    return rules.WishLists(tuple(rules.Wish(*wish) for wish in wishes), tuple(unwanted))


def _restore_wishes(user: User, params: Params, now: datetime) -> str:
    before, after = (_lists_from_plain(params[name]) for name in ("before", "after"))
    services.take_back_wish_change(constructor=_own(user, params), by=user, before=before, after=after)
    return _("Your lists are as they were before.")


def _switch_autodraft_back(user: User, params: Params, now: datetime) -> str:
    constructor = _own(user, params)
    if constructor.autodraft != params["after"]:
        raise ChangedSince
    services.set_autodraft(constructor=constructor, by=user, autodraft=params["before"], now=now)
    return _("Saved. Autodraft: %(autodraft)s.") % {"autodraft": constructor.get_autodraft_display()}


def _own(user: User, params: Params) -> Constructor:
    constructor = own_constructors(user).filter(pk=params["constructor"]).first()
    if constructor is None:
        raise ChangedSince
    return constructor


# -- races to skip -----------------------------------------------------------------------------------------------------


def _restore_race(user: User, params: Params, now: datetime) -> str:
    league, race = managed_league(user, params), _race(params)
    services.restore_race(league=league, race=race, by=user, now=now)
    return _("The league drafts for the %(race)s.") % {"race": race.name}


def _skip_race(user: User, params: Params, now: datetime) -> str:
    league, race = managed_league(user, params), _race(params)
    services.skip_race(league=league, race=race, by=user, now=now)
    return _("The league skips the %(race)s.") % {"race": race.name}


def _race(params: Params) -> Race:
    race: Race | None = Race.objects.filter(pk=params["race"]).first()
    if race is None:
        raise ChangedSince
    return race


WISHES_CHANGED = Undo("wishes_changed", _restore_wishes)
AUTODRAFT_SWITCHED = Undo("autodraft_switched", _switch_autodraft_back)
RACE_SKIPPED = Undo("race_skipped", _restore_race)
RACE_RESTORED = Undo("race_restored", _skip_race)

UNDOS = (WISHES_CHANGED, AUTODRAFT_SWITCHED, RACE_SKIPPED, RACE_RESTORED)
