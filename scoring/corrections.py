"""Corrections: what new revisions of results changed for the constructors of leagues, described in sentences."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from leagues.models import League
from races.models import Classification, Race
from races.rules import shown_difference

from .models import PickScoreChange, ScoreChange

Kind = Classification.Kind
# The revisions of a race's results, by (kind, number).
Revisions = dict[tuple[str, int], Classification]


@dataclass(frozen=True)
class Correction:
    """One rescoring of a draft: what changed in the results, and what that changed for each constructor.

    `revisions` are those that it took in, none if only the replacements changed.
    """

    league: League
    at: datetime
    sentences: list[str]
    changes: list[ScoreChange]
    revisions: list[Classification]

    @property
    def recorded_at(self) -> datetime:
        return min([self.at, *(revision.recorded_at for revision in self.revisions)])

    @property
    def before(self) -> str:
        """The last moment before the correction counted, in the format of `?as_of=`."""
        return (self.recorded_at - timedelta(microseconds=1)).astimezone(UTC).isoformat().replace("+00:00", "Z")


def corrections(race: Race, leagues: Collection[League]) -> list[Correction]:
    """Every correction of a race that changed scores in these leagues, the latest first. Three queries."""
    changes = ScoreChange.objects.filter(draft__race=race, draft__league__in=leagues)
    ordered = changes.select_related("constructor__owner", "draft__league").order_by("-changed_at", "draft_id", "-seq")
    ordered = ordered.prefetch_related(
        Prefetch("picks", PickScoreChange.objects.select_related("pick__entry__driver", "pick__slot"))
    )
    revisions: Revisions = {(revision.kind, revision.revision): revision for revision in race.classifications.all()}
    groups = groupby(ordered, key=lambda change: (change.draft_id, change.seq))
    return [_correction(list(group), revisions) for _, group in groups]


def _correction(changes: list[ScoreChange], revisions: Revisions) -> Correction:
    first = changes[0]
    return Correction(
        league=first.draft.league,
        at=first.changed_at,
        sentences=describe_change(first, revisions),
        changes=sorted(changes, key=lambda change: (-change.gain, change.season_rank_after)),
        revisions=_recorded(first, revisions),
    )


def describe_change(change: ScoreChange, revisions: Revisions) -> list[str]:
    """Sentences on what changed in the results."""
    return describe(what_changed(change, revisions))


def what_changed(change: ScoreChange, revisions: Revisions) -> dict[str, Any]:
    """What changed in the results, as plain values that can be stored and described later, in another language."""
    return {
        "recorded": [
            {"kind": revision.kind, "difference": revision.difference} for revision in _recorded(change, revisions)
        ],
        "race_revisions": [change.race_revision_before, change.race_revision_after],
        "sprint_revisions": [change.sprint_revision_before, change.sprint_revision_after],
        "replacements_versions": [change.replacements_version_before, change.replacements_version_after],
    }


def describe(changed: Mapping[str, Any]) -> list[str]:
    """Sentences on what `what_changed` found, in the active language."""
    return list(_sentences(changed))


def _recorded(change: ScoreChange, revisions: Revisions) -> list[Classification]:
    return [revisions[key] for key in _new_revisions(change) if key in revisions]


def _new_revisions(change: ScoreChange) -> list[tuple[str, int]]:
    """The (kind, number) of the revisions that this rescoring took in, the race's before the sprint's."""
    races = range(change.race_revision_before + 1, change.race_revision_after + 1)
    sprints = range(change.sprint_revision_before + 1, change.sprint_revision_after + 1)
    return [*((Kind.RACE.value, number) for number in races), *((Kind.SPRINT.value, number) for number in sprints)]


def _sentences(changed: Mapping[str, Any]) -> Iterator[str]:
    for revision in changed["recorded"]:
        shown = [shown_difference(sentence) for sentence in revision["difference"]]
        for sentence in shown or [_("The result came in.")]:
            yield _("Sprint: %(sentence)s") % {"sentence": sentence} if revision["kind"] == Kind.SPRINT else sentence
    before, after = changed["race_revisions"]
    if after < before:
        yield _("Revision %(after)s counts again, instead of revision %(before)s.") % {"after": after, "before": before}
    before, after = changed["sprint_revisions"]
    if after < before:
        yield _("An earlier revision of the sprint counts again.")
    before, after = changed["replacements_versions"]
    if after != before:
        yield _("The replacements of drivers were changed.")
