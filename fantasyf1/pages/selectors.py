"""Reads of leagues with their drafts and scores."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, FilteredRelation, Q

from accounts.models import UserOrAnonymous
from drafts.models import Draft, Pick
from drafts.selectors import CURRENT_FIRST_ORDERING, withdrawn_driver_of
from leagues.models import League
from leagues.selectors import can_transfer_management, leagues_visible_to, reason_not_to_continue
from races.models import Classification, Entry

# Numbers with more digits do not fit into the columns of the database.
MAX_DIGITS = 9


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


def revision_of_scored_race(league: League, race: str, kind: str, number: str) -> Classification | None:
    """A revision of results of a race that the league has scored, by the texts of a URL; None if there is none."""
    if not (race.isdecimal() and number.isdecimal() and len(race) < MAX_DIGITS and len(number) < MAX_DIGITS):
        return None
    found = Classification.objects.filter(
        race=int(race), race__drafts__league=league, race__drafts__state=Draft.State.SCORED, kind=kind
    )
    return found.filter(revision=int(number)).select_related("race").first()


@dataclass(frozen=True)
class HeldDriver:
    """A driver whom a constructor has picked: the latest entry, how often, and the points of these picks."""

    entry: Entry
    picks: int
    points: Decimal


def held_drivers(picks: Iterable[Pick]) -> list[HeldDriver]:
    """The drivers of these picks, which are the latest first, by their points."""
    by_driver: dict[int, list[Pick]] = {}
    for pick in picks:
        by_driver.setdefault(pick.entry.driver_id, []).append(pick)
    drivers = [HeldDriver(held[0].entry, len(held), _points_of(held)) for held in by_driver.values()]
    return sorted(drivers, key=lambda driver: (-driver.points, -driver.picks))


def _points_of(picks: Iterable[Pick]) -> Decimal:
    return sum((pick.score.points for pick in picks if hasattr(pick, "score")), Decimal(0))


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
