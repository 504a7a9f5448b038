"""The leagues of a user for their dashboard: turn, next lock, place and last scores, in three queries."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from constructors.models import Constructor
from constructors.selectors import own_constructors
from drafts.models import Draft
from drafts.selectors import UNLOCKED_STATES, DraftOpening, Turn, counted_opening, turns_of, with_opening_counts
from leagues.models import League
from races.models import Race
from scoring.models import SeasonScore


@dataclass(frozen=True)
class LastScore:
    """What the user scored in the last race that their league drafted for. `gain`: places gained in the season."""

    race: Race
    points: Decimal
    rank: int
    gain: int


@dataclass(frozen=True)
class OwnLeague:
    """A league in a user's list of leagues. `players` counts its members."""

    league: League
    constructor: Constructor
    players: int
    score: SeasonScore | None
    draft: Draft | None
    turn: Turn
    opening: DraftOpening | None
    last: LastScore | None

    def is_unlocked(self, now: datetime) -> bool:
        return self.draft is not None and now < self.draft.locks_at

    @property
    def has_scored(self) -> bool:
        return self.score is not None and self.score.races > 0


@dataclass(frozen=True)
class NextLock:
    """The draft that locks first, and the leagues in which it locks then."""

    draft: Draft
    leagues: list[OwnLeague]


def own_leagues(user: User, now: datetime) -> list[OwnLeague]:
    """The leagues that the user plays in: first those where they can pick, then by lock. Archived ones come last."""
    constructors = list(_with_standing(own_constructors(user)))
    drafts = list(_drafts_to_show(constructors))
    current = {draft.league_id: draft for draft in drafts if draft.state in UNLOCKED_STATES}
    last = {draft.league_id: draft for draft in drafts if draft.state == Draft.State.SCORED}
    turns = turns_of(current.values(), {constructor.pk for constructor in constructors}, now)
    found = [
        _own_league(constructor, current.get(constructor.league_id), last.get(constructor.league_id), turns)
        for constructor in constructors
    ]
    return sorted(found, key=_urgency)


def next_lock(leagues: Iterable[OwnLeague], now: datetime) -> NextLock | None:
    """The next lock of drafts that the user takes part in."""
    ahead = [own for own in leagues if own.is_unlocked(now)]
    first = min((own.draft for own in ahead if own.draft), key=lambda draft: draft.locks_at, default=None)
    if first is None:
        return None
    return NextLock(first, [own for own in ahead if own.draft and own.draft.locks_at == first.locks_at])


def _with_standing(constructors: QuerySet[Constructor]) -> QuerySet[Constructor]:
    """Join the season scores, and annotate the number of players."""
    players = Count("league__memberships", filter=Q(league__memberships__left_at=None))
    joined = constructors.select_related("league__season", "season_score").annotate(players=players)
    return joined.order_by("league__name", "league_id")


def _drafts_to_show(constructors: Collection[Constructor]) -> QuerySet[Draft]:
    """The unlocked drafts of the leagues, and the last scored draft of each, in one query.

    Those of the next race come last. With what decides how a draft opens, and with the constructors' own scores.
    """
    own = FilteredRelation("scores", condition=Q(scores__constructor__in=constructors))
    scored = Draft.objects.filter(
        league=OuterRef("league"), state=Draft.State.SCORED, scores__constructor__in=constructors
    )
    last = scored.order_by("-race__race_date", "-pk").values("pk")[:1]
    shown = Draft.objects.filter(league__in=[constructor.league_id for constructor in constructors]).filter(
        Q(state__in=UNLOCKED_STATES) | Q(pk=Subquery(last))
    )
    scores = {"own_points": F("own__points"), "own_rank": F("own__rank"), "rank_before": F("own__season_rank_before")}
    counted = with_opening_counts(shown.alias(own=own)).annotate(**scores)
    return (
        counted.select_related("race__circuit", "league")
        .defer("ranking", "planned_order")
        .order_by("-race__race_date", "pk")
    )


def _own_league(constructor: Constructor, draft: Draft | None, last: Draft | None, turns: dict[int, Turn]) -> OwnLeague:
    score = getattr(constructor, "season_score", None)
    is_upcoming = draft is not None and draft.state == Draft.State.UPCOMING
    return OwnLeague(
        league=constructor.league,
        constructor=constructor,
        players=constructor.players,  # type: ignore[attr-defined]  # an annotation
        score=score,
        draft=draft,
        turn=turns[draft.pk] if draft else Turn(),
        opening=counted_opening(draft) if is_upcoming else None,
        last=_last_score(last, score) if last else None,
    )


def _last_score(draft: Draft, score: SeasonScore | None) -> LastScore:
    points, rank, before = draft.own_points, draft.own_rank, draft.rank_before  # type: ignore[attr-defined]
    gain = before - score.rank if before and score else 0
    return LastScore(draft.race, points, rank, gain)


def _urgency(own: OwnLeague) -> tuple[bool, bool, bool, str, str]:
    deadline = own.draft and ((own.turn.is_mine and own.draft.turn_ends_at) or own.draft.locks_at)
    is_archived = own.league.archived_at is not None
    return (
        is_archived,
        not own.turn.is_mine,
        not own.turn.can_pick,
        deadline.isoformat() if deadline else "~",
        own.league.name,
    )


def drafts_with_own_turn(user: User, now: datetime) -> list[Draft]:
    """The drafts in which it is the user's turn, the one whose clock runs out first at the front."""
    constructors = {constructor.league_id: constructor.pk for constructor in own_constructors(user)}
    drafts = Draft.objects.filter(league__in=constructors, state=Draft.State.OPEN)
    turns = turns_of(drafts, constructors.values(), now)
    mine = [draft for draft in drafts if turns[draft.pk].is_mine]
    return sorted(mine, key=lambda draft: draft.turn_ends_at or draft.locks_at)
