"""Announce scores to the webhooks of leagues, for any number of leagues with the same number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from core.formatting.points import format_points
from drafts.models import Draft
from leagues.services import Fact, announce

from ..models import RaceScore, ScoreChange, SeasonScore
from ..webhook_event_types import RACE_SCORED, RESULT_CORRECTED

# The places of a race and of the standings that are announced.
MOST_PLACES = 5

Places = Mapping[int, list[dict[str, Any]]]


def announce_scores(
    *, leagues: Collection[int], scored: Collection[int], rescored: Collection[int], now: datetime
) -> None:
    """Announce the drafts that were scored for the first time, and what changed in those that were `rescored`."""

    def facts(wanted: Collection[int]) -> list[Fact]:
        return [*_scored_facts(scored, wanted), *_corrected_facts(rescored, wanted)]

    announce(leagues=leagues, facts=facts, now=now)


def _scored_facts(drafts: Collection[int], leagues: Collection[int]) -> list[Fact]:
    found = list(_drafts(drafts, leagues))
    scores = RaceScore.objects.filter(draft__in=found, rank__lte=MOST_PLACES).select_related("constructor")
    top = _places((score.draft_id, score) for score in scores.order_by("rank", "pk"))
    seasons = SeasonScore.objects.filter(league__in=[draft.league_id for draft in found], rank__lte=MOST_PLACES)
    standings = _places(
        (score.league_id, score) for score in seasons.select_related("constructor").order_by("rank", "pk")
    )
    return [
        Fact(
            draft.league_id,
            RACE_SCORED,
            _draft_data(draft) | {"top": top[draft.pk], "standings": standings[draft.league_id]},
        )
        for draft in found
    ]


def _drafts(drafts: Collection[int], leagues: Collection[int]) -> Iterable[Draft]:
    return (
        Draft.objects.filter(pk__in=drafts, league__in=leagues).select_related("race").order_by("pk") if drafts else []
    )


def _places(scores: Iterable[tuple[int, RaceScore | SeasonScore]]) -> Places:
    """The places by draft or league, best first."""
    places: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for owner, score in scores:
        places[owner].append(
            {
                "rank": score.rank,
                "constructor_id": score.constructor_id,
                "constructor": score.constructor.name,
                "points": format_points(score.points),
            }
        )
    return places


def _corrected_facts(drafts: Collection[int], leagues: Collection[int]) -> list[Fact]:
    """One fact for each draft in which the points of a constructor changed."""
    found = {draft.pk: draft for draft in _drafts(drafts, leagues)}
    rows = (
        ScoreChange.objects.filter(draft__in=found, seq=F("draft__last_seq"))
        .select_related("constructor")
        .order_by("pk")
    )
    changes: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for change in rows if found else ():
        changes[change.draft_id].append(_change_data(change))
    return [
        Fact(found[draft].league_id, RESULT_CORRECTED, _draft_data(found[draft]) | {"changes": rows_of_draft})
        for draft, rows_of_draft in changes.items()
    ]


def _change_data(change: ScoreChange) -> dict[str, Any]:
    return {
        "constructor_id": change.constructor_id,
        "constructor": change.constructor.name,
        "points_before": "" if change.points_before is None else format_points(change.points_before),
        "points_after": "" if change.points_after is None else format_points(change.points_after),
        "season_rank_before": change.season_rank_before,
        "season_rank_after": change.season_rank_after,
    }


def _draft_data(draft: Draft) -> dict[str, Any]:
    return {"draft_id": draft.pk, "race_id": draft.race_id, "race": draft.race.name}
