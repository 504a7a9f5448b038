"""Season simulation with bots: drafts, locks, results and scores, event by event, through the usual services."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from constructors.selectors import constructors_in
from core.errors import Refused
from drafts.models import Draft
from drafts.rules import commitment
from drafts.selectors import current_draft, slot_on_the_clock
from drafts.services import lock_draft, open_due_drafts, pick_for_bot
from leagues.models import League
from leagues.services import create_league
from races.models import Race, Season
from races.services import ImplausibleClassification, record_classification
from races.sources.dto import ClassificationDTO

from .scoring import score_race

# Measured from the expected start: an hour and a half of racing, then the stewards' decisions in the evening.
RESULTS_DELAY = timedelta(hours=6)
PICK_INTERVAL = timedelta(minutes=20)


def create_league_with_bots(
    *,
    season: Season,
    name: str,
    player: User,
    constructor_name: str,
    bots: Sequence[str],
    settings: Mapping[str, Any],
    now: datetime,
) -> League:
    """Create a league that `player` manages, with bots of these names in all other places.

    Raises `Invalid` if the grid has too few cars for them.
    """
    places = len(bots) + 1
    league = create_league(
        creator=player,
        season=season,
        name=name,
        constructor_name=constructor_name,
        capacity=places,
        first_draft_start=League.FirstDraftStart.NOW,
        settings={**settings, "bots_up_to": places},
        now=now,
    )
    _rename_bots(league, bots)
    return league


def _rename_bots(league: League, names: Sequence[str]) -> None:
    """Rename the bots. First free their names, which may be among the new ones: names are unique in a league."""
    own = list(constructors_in(league).filter(is_bot=True))
    for bot in own:
        bot.name = f"bot {bot.pk}"
        bot.save(update_fields=["name"])
    for bot, name in zip(own, names, strict=True):
        bot.name = name
        bot.save(update_fields=["name"])


def simulate_season(
    *, league: League, results: Iterable[ClassificationDTO], source: str, seed: str, until: datetime | None = None
) -> Iterator[Draft]:
    """Simulate the league's races in order and yield each draft once it is scored.

    Everyone picks as a bot. A draft whose results are missing or implausible is yielded locked, not scored; the latter
    have a quarantine case. The simulation ends before the first race that has no results and none after it, or at the
    first event after `until`: a draft that opens before `until` and locks after it is left open, without picks.
    """
    by_race: dict[tuple[str, str], list[ClassificationDTO]] = {}
    for dto in results:
        by_race.setdefault((dto.circuit, dto.race_name), []).append(dto)
    while (draft := _next_draft(league, until)) is not None:
        _seed_draws(league, seed)
        open_due_drafts(now=draft.opens_at, league=league)
        if not by_race or (until is not None and draft.locks_at > until):
            return
        _draft_as_bots(draft, seed)
        lock_draft(draft=draft, now=draft.locks_at)
        _record_and_score(draft.race, by_race.pop((draft.race.circuit.ref, draft.race.name), []), source)
        yield Draft.objects.select_related("race").get(pk=draft.pk)


def _next_draft(league: League, until: datetime | None) -> Draft | None:
    draft = current_draft(league)
    # After a race has moved, two drafts can open on the same day.
    if draft is None or draft.state not in (Draft.State.UPCOMING, Draft.State.OPEN):
        return None
    return None if until is not None and draft.opens_at > until else draft


def _seed_draws(league: League, seed: str) -> None:
    """Draw the order of upcoming drafts from the given seed instead of at random."""
    for draft in Draft.objects.filter(league=league, state=Draft.State.UPCOMING).select_related("race"):
        draft.order_seed = draw_seed(seed, draft.race)
        draft.save(update_fields=["order_seed"])


def draw_seed(seed: str, race: Race) -> str:
    """Derive the seed of one draft's draw from the season's seed."""
    return commitment(f"{seed}:{race.round}")


def _draft_as_bots(draft: Draft, seed: str) -> None:
    draft.refresh_from_db()
    pick_at = draft.opens_at
    while (slot := slot_on_the_clock(draft)) is not None:
        pick_at = min(pick_at + PICK_INTERVAL, draft.locks_at - timedelta(seconds=1))
        if not pick_for_bot(draft=draft, slot=slot, seed=seed, now=pick_at):
            raise Refused(
                _("The draft for the %(race)s stopped at pick %(number)s.")
                % {"race": draft.race, "number": slot.number}
            )
        draft.refresh_from_db()


def _record_and_score(race: Race, results: Iterable[ClassificationDTO], source: str) -> None:
    now = race.expected_start + RESULTS_DELAY
    for dto in results:
        # The next race is simulated all the same: the quarantine case says what was wrong.
        with suppress(ImplausibleClassification):
            record_classification(season=race.season, dto=dto, source=source, now=now)
    score_race(race=Race.objects.select_related("season").get(pk=race.pk), now=now)
