"""The sweep: whatever a lost message, a crash or a broker that was down left unscored."""

from datetime import datetime

from django.db.models import F, Max, Q

from drafts.models import Draft
from races.models import Classification, Race

from .scoring import score_race


def score_what_is_behind(*, now: datetime) -> int:
    """Score every draft whose race has a revision that it was not scored from; returns how many."""
    return sum(score_race(race=race, now=now) for race in races_behind())


def races_behind() -> list[Race]:
    """Races with results and with a locked or scored draft that is behind them."""
    race_revision = Max("race__classifications__revision", filter=_of_kind(Classification.Kind.RACE))
    sprint_revision = Max("race__classifications__revision", filter=_of_kind(Classification.Kind.SPRINT))
    drafts = (
        Draft.objects.filter(state__in=(Draft.State.LOCKED, Draft.State.SCORED))
        .annotate(race_revision=race_revision, sprint_revision=sprint_revision)
        .filter(race_revision__isnull=False)
        .exclude(
            Q(scoring__race_revision=F("race_revision"))
            & (Q(scoring__sprint_revision=F("sprint_revision")) | Q(sprint_revision=None))
        )
    )
    return list(Race.objects.filter(pk__in=drafts.values("race")).select_related("season").order_by("race_date"))


def _of_kind(kind: Classification.Kind) -> Q:
    return Q(race__classifications__kind=kind)
