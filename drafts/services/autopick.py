"""Autopick: the driver for an absent player, by wish list, then by the league's default ranking."""

from typing import NamedTuple

from constructors.models import Constructor
from races.models import Entry

from .. import rules
from ..models import Draft, Pick
from ..selectors import free_by_ranking, picked_entries, unwanted_of, wishes_of


class AutopickChoice(NamedTuple):
    """The chosen entry; `source` is the `Pick.Source`: wish list or ranking."""

    entry: Entry
    source: str


def choose_autopick_for(draft: Draft, constructor: Constructor) -> AutopickChoice | None:
    """Return the autopick of a constructor; None if the league makes no autopicks and no wish is free."""
    assert draft.settings is not None, "an open draft has its settings"
    free = {entry.driver_id: entry for entry, _points in free_by_ranking(draft)}
    wishes = wishes_of(constructor)
    has_conditions = any(wish.not_with_first_team for wish in wishes)
    own = picked_entries(draft, constructor) if has_conditions else []
    driver = rules.choose_autopick(
        wishes=wishes,
        do_not_draft=unwanted_of(constructor),
        ranking=[driver for driver, _points in draft.ranking],
        free={pk: entry.team_id for pk, entry in free.items()},
        first_pick_team=own[0].team_id if own else None,
        autopicks=draft.settings.autopicks,
    )
    if driver is None:
        return None
    is_wish = any(wish.driver == driver for wish in wishes)
    return AutopickChoice(free[driver], Pick.Source.WISH if is_wish else Pick.Source.AUTOPICK)
