"""Notifications to players of their points in a race, and of how their season ended.

`DraftScoring.notified_at` and `ScoreVersion.season_end_notified_at` mark what is done, like a row of an outbox: scoring
itself writes no notifications, so that it holds its locks no longer than it must.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from core.transactions import atomic
from drafts.models import Draft
from notifications.services import notify_by_query
from races.models import Race, Season
from races.selectors import awaits_results, has_ended

from ..models import DraftScoring, ScoreVersion
from ..notification_kinds import RACE_POINTS, SEASON_SUMMARY
from . import bulk_sql

# Drafts or leagues per transaction. 10,000 leagues with ten players each are 50,000 rows a minute at the least.
BATCH_SIZE = 2_000
# Races that were scored longer ago are no news, such as those of a season that was simulated or imported.
IS_NEWS_FOR = timedelta(days=7)
SEASON_END_IS_NEWS_FOR = timedelta(days=30)


@atomic
def notify_of_scores(*, now: datetime) -> int:
    """Notify the players of at most 2,000 drafts that were scored for the first time. Returns the number of drafts.

    Three statements, however many drafts and players: SELECT of the drafts, INSERT ... SELECT of the notifications,
    UPDATE of the marks. Idempotent: an interrupted run is picked up by the next one.
    """
    unsent = DraftScoring.objects.filter(notified_at=None).order_by("scored_at", "pk")
    locked = unsent.select_for_update(no_key=True, skip_locked=True)
    scored_at = dict(locked.values_list("draft_id", "scored_at")[:BATCH_SIZE])
    if recent := [draft for draft, at in scored_at.items() if at >= now - IS_NEWS_FOR]:
        notify_by_query(message=RACE_POINTS, query=bulk_sql.race_score_news(recent), now=now)
    DraftScoring.objects.filter(draft__in=scored_at).update(notified_at=now)
    return len(scored_at)


@atomic
def notify_of_season_ends(*, now: datetime) -> int:
    """Notify the players of at most 2,000 leagues whose season is over and scored. Returns the number of leagues.

    Three statements for the leagues, as above, and at most four for each season that has leagues to notify.
    """
    unsent = ScoreVersion.objects.filter(season_end_notified_at=None)
    seasons = [season for season in _seasons_of(unsent) if has_ended(season, now) and not awaits_results(season, now)]
    if not seasons:
        return 0
    scored = unsent.filter(~Exists(_drafts_to_score()), league__season__in=seasons).order_by("pk")
    locked = scored.select_for_update(no_key=True, skip_locked=True, of=("self",))
    leagues = list(locked.values_list("league_id", flat=True)[:BATCH_SIZE])
    if leagues:
        query = bulk_sql.season_end_news(leagues, now - SEASON_END_IS_NEWS_FOR)
        notify_by_query(message=SEASON_SUMMARY, query=query, now=now)
        ScoreVersion.objects.filter(league__in=leagues).update(season_end_notified_at=now)
    return len(leagues)


def _seasons_of(versions: QuerySet[ScoreVersion]) -> QuerySet[Season]:
    return Season.objects.filter(leagues__in=versions.values("league")).distinct()


def _drafts_to_score() -> QuerySet[Draft]:
    """The league's drafts of races whose results are in that the catch-up has still to score."""
    is_over = (Race.State.PROVISIONAL, Race.State.FINAL)
    return Draft.objects.filter(league=OuterRef("league"), state=Draft.State.LOCKED, race__state__in=is_over)
