"""Fill the free places of a league with bots, and let bots give their places back to people."""

from datetime import datetime

from constructors.selectors import constructors_in
from constructors.services import create_bot, retire_bot
from core.transactions import atomic
from leagues.models import League

from ..models import IN_PROGRESS_STATES, Draft


@atomic
def balance_bots(*, league: League, now: datetime) -> None:
    """Add or retire bots, so that there are as many as the settings say. The caller has locked the league's row.

    Between drafts only: while a draft is in progress, its bots play on, and only `admit_newcomer` replaces them.
    """
    if Draft.objects.filter(league=league, state__in=IN_PROGRESS_STATES).exists():
        return
    constructors = list(constructors_in(league))
    bots = [constructor for constructor in constructors if constructor.is_bot]
    people = len(constructors) - len(bots)
    wanted = min(_bots_up_to(league), league.capacity) - people if people else 0
    for bot in bots[max(wanted, 0) :]:
        retire_bot(bot=bot, now=now)
    for _ in range(len(bots), wanted):
        create_bot(league=league, now=now)


def _bots_up_to(league: League) -> int:
    """The number of constructors up to which bots fill the league, by its current settings."""
    return league.settings_versions.order_by("-number").values_list("bots_up_to", flat=True).first() or 0
