"""Catch-up: scores what a lost message, a crash or a broker outage left unscored."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from drafts.models import Draft
from leagues.rules import Effect, settings_affecting
from races.models import Classification, Race

from ..inputs import Kind, revisions_by_race
from ..models import DraftScoring, ScoreSheet
from ..rules import CorrectionPolicy, InputVersion, needs_scoring
from .scoring import score_race


def catch_up_scores(*, now: datetime) -> int:
    """Score every draft whose scores are outdated; returns how many."""
    return sum(score_race(race=race, now=now) for race in outdated_races(now))


def outdated_races(now: datetime) -> list[Race]:
    """Races with results that have a locked draft whose scores are missing or outdated. Four queries."""
    races = Race.objects.exclude(state=Race.State.CANCELLED).select_related("season")
    unscored = Draft.objects.filter(race=OuterRef("pk"), state=Draft.State.LOCKED)
    known = Classification.objects.filter(race=OuterRef("pk"), kind=Kind.RACE)
    found = list(races.filter(Exists(unscored), Exists(known)).order_by("race_date"))
    outdated = list(races.filter(pk__in=_outdated_sheets().values("race")).order_by("race_date"))
    return list(dict.fromkeys([*found, *_with_outdated_drafts(outdated, now)]))


def _outdated_sheets() -> QuerySet[ScoreSheet]:
    """Sheets that are not from the latest results and replacements. Frozen leagues keep using theirs."""
    return ScoreSheet.objects.annotate(race_latest=_latest(Kind.RACE), sprint_latest=_latest(Kind.SPRINT)).filter(
        Q(race_revision__lt=F("race_latest"))
        | Q(sprint_revision__lt=F("sprint_latest"))
        | Q(replacements_version__lt=F("race__replacements_version"))
    )


def _latest(kind: str) -> Coalesce:
    of_kind = Classification.objects.filter(race=OuterRef("race"), kind=kind).order_by()
    latest = of_kind.values("race").annotate(latest=Max("revision")).values("latest")
    return Coalesce(Subquery(latest), 0, output_field=IntegerField())


def _with_outdated_drafts(races: list[Race], now: datetime) -> list[Race]:
    """The races in which a draft that still follows corrections was scored from an outdated sheet."""
    revisions = revisions_by_race(races)
    by_pk = {race.pk: race for race in races}
    outdated = set()
    for pk, version, policy in _outdated_sheets_in_use():
        race = by_pk.get(pk)
        if race is None:
            continue
        due = policy.due_version(race.expected_start, revisions[pk], race.replacements_version)
        if needs_scoring(version, due, is_frozen=policy.has_frozen(race.expected_start, now)):
            outdated.add(pk)
    return [race for race in races if race.pk in outdated]


def _outdated_sheets_in_use() -> Iterator[tuple[int, InputVersion, CorrectionPolicy]]:
    """Outdated sheets that drafts were scored from: (race id, version of the sheet, correction policy)."""
    settings = {name: F(f"draft__settings__{name}") for name in settings_affecting(Effect.REVISION)}
    versions = [f"sheet__{name}" for name in ("race_revision", "sprint_revision", "replacements_version")]
    scored = DraftScoring.objects.filter(sheet__in=_outdated_sheets(), draft__state=Draft.State.SCORED)
    for row in scored.values("sheet__race", *versions, **settings).distinct():
        version = InputVersion(*(row[name] for name in versions))
        yield row["sheet__race"], version, CorrectionPolicy.from_settings(row)
