"""What corrections of results changed in the leagues: who gained and lost what, and by which revisions."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from leagues.models import League
from races.models import Classification, Race

from .models import ScoreChange

Kind = Classification.Kind
# Revisions of a race's results by kind and number.
Revisions = dict[tuple[str, int], Classification]


@dataclass(frozen=True)
class Correction:
    """One time that a draft was scored anew: what had changed in the results, and what that meant for whom."""

    league: League
    at: datetime
    words: list[str]
    changes: list[ScoreChange]
    recorded_at: datetime

    @property
    def before(self) -> str:
        """The last moment before it counted, as `?as_of=` takes it."""
        return (self.recorded_at - timedelta(microseconds=1)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def corrections(race: Race, leagues: Collection[League]) -> list[Correction]:
    """Every correction of a race that changed something in these leagues, the latest first. Two queries."""
    changes = ScoreChange.objects.filter(draft__race=race, draft__league__in=leagues)
    ordered = changes.select_related("constructor__owner", "draft__league").order_by("-changed_at", "draft_id", "-seq")
    revisions: Revisions = {(one.kind, one.revision): one for one in race.classifications.all()}
    groups = groupby(ordered, key=lambda change: (change.draft_id, change.seq))
    return [_correction(list(group), revisions) for _, group in groups]


def _correction(changes: list[ScoreChange], revisions: Revisions) -> Correction:
    first = changes[0]
    new = _new(first, revisions)
    return Correction(
        league=first.draft.league,
        at=first.changed_at,
        words=words_of(first, revisions),
        changes=sorted(changes, key=lambda one: (-one.gain, one.season_rank_after)),
        recorded_at=min([first.changed_at, *(one.recorded_at for one in new)]),
    )


def words_of(change: ScoreChange, revisions: Revisions) -> list[str]:
    """What had changed in the results, in sentences."""
    return list(_words(change, _new(change, revisions)))


def _new(change: ScoreChange, revisions: Revisions) -> list[Classification]:
    return [revisions[key] for key in _new_revisions(change) if key in revisions]


def _new_revisions(change: ScoreChange) -> list[tuple[str, int]]:
    """Which revisions were taken in by it, the race's before the sprint's."""
    races = range(change.race_revision_before + 1, change.race_revision_after + 1)
    sprints = range(change.sprint_revision_before + 1, change.sprint_revision_after + 1)
    return [*((Kind.RACE.value, number) for number in races), *((Kind.SPRINT.value, number) for number in sprints)]


def _words(change: ScoreChange, new: Collection[Classification]) -> Iterator[str]:
    for one in new:
        lead = "Sprint: " if one.kind == Kind.SPRINT else ""
        yield from (f"{lead}{sentence}" for sentence in one.difference or ["The result came in."])
    if change.race_revision_after < change.race_revision_before:
        yield f"Revision {change.race_revision_after} counts again, instead of revision {change.race_revision_before}."
    if change.sprint_revision_after < change.sprint_revision_before:
        yield "The sprint counts by an earlier revision again."
    if change.moves_after != change.moves_before:
        yield "It was settled who drove for whom."
