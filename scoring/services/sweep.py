"""The sweep: whatever a lost message, a crash or a broker that was down left unscored."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from drafts.models import Draft
from leagues.models import SettingsVersion
from races.models import Classification, Race

from ..models import DraftScoring, ScoreSheet
from ..reckoning import Following, Kind, revisions_of
from ..rules import Version, is_behind
from .scoring import score_race


def score_what_is_behind(*, now: datetime) -> int:
    """Score every draft that is behind what counts for it; returns how many."""
    return sum(score_race(race=race, now=now) for race in races_behind(now))


def races_behind(now: datetime) -> list[Race]:
    """Races with results and with a draft that has locked and is behind them. Four queries."""
    races = Race.objects.exclude(state=Race.State.CANCELLED).select_related("season")
    unscored = Draft.objects.filter(race=OuterRef("pk"), state=Draft.State.LOCKED)
    known = Classification.objects.filter(race=OuterRef("pk"), kind=Kind.RACE)
    found = list(races.filter(Exists(unscored), Exists(known)).order_by("race_date"))
    outdated = list(races.filter(pk__in=_outdated_sheets().values("race")).order_by("race_date"))
    return list(dict.fromkeys([*found, *_followed(outdated, now)]))


def _outdated_sheets() -> QuerySet[ScoreSheet]:
    """The sheets that are not of the latest results and moves, and may be in use: leagues that froze stay with them."""
    return ScoreSheet.objects.annotate(race_latest=_latest(Kind.RACE), sprint_latest=_latest(Kind.SPRINT)).filter(
        Q(race_revision__lt=F("race_latest"))
        | Q(sprint_revision__lt=F("sprint_latest"))
        | Q(moves_version__lt=F("race__moves_version"))
    )


def _latest(kind: str) -> Coalesce:
    of_kind = Classification.objects.filter(race=OuterRef("race"), kind=kind).order_by()
    latest = of_kind.values("race").annotate(latest=Max("revision")).values("latest")
    return Coalesce(Subquery(latest), 0, output_field=IntegerField())


def _followed(races: list[Race], now: datetime) -> list[Race]:
    """Those of the races that a league which follows its corrections was scored from outdated sheets of."""
    revisions = revisions_of(races)
    by_pk = {race.pk: race for race in races}
    behind = set()
    for pk, version, followed in _in_use():
        race = by_pk.get(pk)
        if race is None:
            continue
        due = followed.version_due(race, revisions[pk])
        if is_behind(version, due, is_frozen=followed.has_frozen(race, now)):
            behind.add(pk)
    return [race for race in races if race.pk in behind]


def _in_use() -> Iterator[tuple[int, Version, Following]]:
    """Outdated sheets that drafts were scored from: the race, the sheet's version, and what those drafts follow."""
    settings = [f"draft__settings__{name}" for name in ("sprints", "corrections", "freeze_days")]
    versions = [f"sheet__{name}" for name in ("race_revision", "sprint_revision", "moves_version")]
    scored = DraftScoring.objects.filter(sheet__in=_outdated_sheets(), draft__state=Draft.State.SCORED)
    for race, sprints, corrections, freeze_days, *version in scored.values_list(
        "sheet__race", *settings, *versions
    ).distinct():
        followed = SettingsVersion(sprints=sprints, corrections=corrections, freeze_days=freeze_days)
        yield race, Version(*version), Following.of(followed)
