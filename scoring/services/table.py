"""The season table of a league: written whole from its race scores, with one version for all that caches hold."""

from collections import defaultdict
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from constructors.models import Constructor
from drafts.models import Draft
from leagues.models import League

from .. import rules
from ..models import LeagueTable, RaceScore, SeasonScore


@transaction.atomic
def rank_league(*, league: League) -> None:
    """Rank everybody who plays or has played in the league, and raise the version of its scores."""
    scores = _race_scores(league)
    present = Constructor.objects.filter(league=league, left_at=None).values_list("pk", flat=True)
    table = rules.rank_season(_season_line(pk, scores[pk]) for pk in sorted({*present, *scores}))
    SeasonScore.objects.filter(league=league).exclude(constructor__in=[line.constructor for _, line in table]).delete()
    SeasonScore.objects.bulk_create(
        (_season_score(league, rank, line, len(scores[line.constructor])) for rank, line in table),
        update_conflicts=True,
        unique_fields=["constructor"],
        update_fields=["points", "races", "wins", "best_race", "autopicks", "rank"],
    )
    LeagueTable.objects.get_or_create(league=league)
    LeagueTable.objects.filter(league=league).update(version=F("version") + 1)


def _race_scores(league: League) -> dict[int, list[RaceScore]]:
    """The race scores that count, by constructor: those of void drafts do not."""
    counted = RaceScore.objects.filter(draft__league=league, draft__state=Draft.State.SCORED)
    by_constructor: dict[int, list[RaceScore]] = defaultdict(list)
    for score in counted.order_by("draft__race__race_date"):
        by_constructor[score.constructor_id].append(score)
    return by_constructor


def _season_line(constructor: int, scores: list[RaceScore]) -> rules.SeasonLine:
    return rules.SeasonLine(
        constructor=constructor,
        points=sum((score.points for score in scores), Decimal(0)),
        places=tuple(score.rank for score in scores),
        best_race=max((score.points for score in scores), default=Decimal(0)),
        autopicks=sum(score.autopicks for score in scores),
    )


def _season_score(league: League, rank: int, line: rules.SeasonLine, races: int) -> SeasonScore:
    return SeasonScore(
        league=league,
        constructor_id=line.constructor,
        points=line.points,
        races=races,
        wins=line.places.count(1),
        best_race=line.best_race,
        autopicks=line.autopicks,
        rank=rank,
    )
