"""Reads of leagues with their drafts and scores."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, FilteredRelation, Q

from accounts.models import User, UserOrAnonymous
from constructors.models import Constructor
from constructors.selectors import constructors_of
from drafts.models import Draft
from drafts.selectors import (
    CURRENT_FIRST_ORDERING,
    DraftOpening,
    Turn,
    current_drafts,
    openings,
    turns_of,
    withdrawn_driver_of,
)
from leagues.models import League
from leagues.selectors import can_transfer_management, leagues_of, leagues_visible_to, reason_not_to_continue
from scoring.models import SeasonScore


@dataclass(frozen=True)
class OwnLeague:
    """A league in a user's list of leagues."""

    league: League
    constructor: Constructor
    score: SeasonScore | None
    draft: Draft | None
    turn: Turn
    opening: DraftOpening | None


def own_leagues(user: User, now: datetime) -> list[OwnLeague]:
    """The leagues that the user plays in, with their rank and current draft, in a fixed number of queries.

    Archived leagues come last.
    """
    leagues = sorted(leagues_of(user), key=lambda league: league.archived_at is not None)
    constructors = {constructor.league_id: constructor for constructor in constructors_of(user)}
    season_scores = SeasonScore.objects.filter(constructor__in=constructors.values())
    scores = {score.constructor_id: score for score in season_scores}
    drafts = current_drafts(leagues)
    turns = turns_of(drafts.values(), {own.pk for own in constructors.values()}, now)
    opening = openings(drafts.values())
    return [
        OwnLeague(
            league,
            own,
            scores.get(own.pk),
            draft,
            turns[draft.pk] if draft else Turn(),
            opening.get(draft.pk) if draft else None,
        )
        for league in leagues
        if (own := constructors.get(league.pk)) is not None
        for draft in [drafts.get(league.pk)]
    ]


def drafts_with_own_turn(user: User, now: datetime) -> list[Draft]:
    """The drafts in which it is the user's turn, the one whose clock runs out first at the front."""
    constructors = {constructor.league_id: constructor.pk for constructor in constructors_of(user)}
    drafts = Draft.objects.filter(league__in=constructors, state=Draft.State.OPEN)
    turns = turns_of(drafts, constructors.values(), now)
    mine = [draft for draft in drafts if turns[draft.pk].is_mine]
    return sorted(mine, key=lambda draft: draft.turn_ends_at or draft.locks_at)


@dataclass(frozen=True)
class DraftSummary:
    """A draft in a list. `winners` are the names of the constructors that scored most in its race, `points` how many.

    `driver_out` names a driver held by the reader who is out, while the draft is under way.
    """

    draft: Draft
    winners: list[str]
    points: Decimal | None
    driver_out: str = ""


def draft_summaries(league: League, own: int | None = None) -> list[DraftSummary]:
    """Every draft of the league with its winners, the current draft first. One query.

    `own` is the id of the reader's constructor, used for `driver_out`.
    """
    rows = (
        Draft.objects.filter(league=league)
        .select_related("race__circuit", "settings")
        .defer("ranking", "planned_order", "settings__custom_points")
        .alias(won=FilteredRelation("scores", condition=Q(scores__rank=1)))
        .order_by(*CURRENT_FIRST_ORDERING, "won__constructor__name")
        .annotate(winner=F("won__constructor__name"), points=F("won__points"), driver_out=withdrawn_driver_of(own))
    )
    lines: dict[int, DraftSummary] = {}
    for row in rows:
        winner, points = row.winner, row.points  # type: ignore[attr-defined]  # annotations are lost in the manager's type
        out = row.driver_out or ""  # type: ignore[attr-defined]
        line = lines.setdefault(row.pk, DraftSummary(row, [], points, out))
        line.winners.extend([winner] if winner else [])
    return list(lines.values())


def current_and_past(lines: list[DraftSummary]) -> tuple[Draft | None, list[DraftSummary]]:
    """The league's current draft, and the other drafts that have opened, the latest first."""
    current = next((line.draft for line in lines if line.draft.state != Draft.State.VOID), None)
    return current, [line for line in lines if line.draft != current and line.draft.opened_at]


@dataclass(frozen=True)
class SeasonLinks:
    """The league's seasons before and after this one, if the reader may see them, and whether they may continue it."""

    previous: League | None
    following: League | None
    can_continue: bool


def season_links(league: League, user: UserOrAnonymous, now: datetime) -> SeasonLinks:
    seasons = list(leagues_visible_to(user).filter(_is_next_to(league)).select_related("season"))
    return SeasonLinks(
        previous=next((season for season in seasons if season.pk == league.predecessor_id), None),
        following=next((season for season in seasons if season.predecessor_id == league.pk), None),
        can_continue=can_transfer_management(user, league) and reason_not_to_continue(league, now) is None,
    )


def _is_next_to(league: League) -> Q:
    return Q(pk=league.predecessor_id) | Q(predecessor=league)
