"""Cached leaderboards and driver rankings: rendered once per version, and never older than what is committed.

Readers look up the version first, then the bytes cached under it (`core.cache.responses`). The version, and whether
the reader may see the league, are cached until the league, the membership or the user changes (`core.cache.tags`).
If both are cached there is no query; without a cache there are two.
"""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef

from accounts.cache_tags import user_tag
from accounts.models import UserOrAnonymous
from core import clock
from core.api.pagination import first_page
from core.cache.responses import RenderedJSON, as_json, get_or_render
from core.cache.safe_cache import read_through
from core.cache.tags import get_or_compute
from leagues.cache_tags import league_tag, membership_tag
from leagues.models import League
from leagues.rules import RuleSet
from leagues.selectors import leagues_visible_to
from races.cache_tags import RESULTS_TAG
from races.models import Classification, Race, Season
from races.selectors import latest_season_with_results, season_for_year

from .models import ScoreVersion
from .season_progress import SeasonProgress, load_season_progress
from .selectors import Row, leaderboard_as_of, race_rows, ranked_drivers, season_rows

# Increase this when the fields of a cached `SeasonProgress` change.
PROGRESS_FORMAT = 2
PROGRESS_SECONDS = 4 * 60 * 60

# -- leagues ---------------------------------------------------------------------------------------------------------


class LeaderboardKey(NamedTuple):
    """Identifies a league's leaderboard of the season, or of one race, in one version of the league's scores."""

    league: int
    race: int | None
    version: int

    @property
    def key(self) -> str:
        return f"leaderboard:{self.league}:{self.race or 'all'}:v{self.version}"


def leaderboard_key_for(user: UserOrAnonymous, league_id: int, race_id: int | None) -> LeaderboardKey | None:
    """The key of the current leaderboard. None if the user cannot see the league, or the race is not in its season."""
    key = f"leaderboard-version:{user.pk or 'anyone'}:{league_id}:{race_id or 'all'}"
    query = partial(_visible_version, user, league_id, race_id)
    version = get_or_compute(key, leaderboard_tags(league_id, user.pk), query)
    return None if version is None else LeaderboardKey(league_id, race_id, version)


def leaderboard_tags(league_id: int, user_id: int | None) -> list[str]:
    """The cache tags of a user's view of a league's leaderboard."""
    user_tags = [user_tag(user_id), membership_tag(league_id, user_id)] if user_id else []
    return [*user_tags, league_tag(league_id)]


def _visible_version(user: UserOrAnonymous, league_id: int, race_id: int | None) -> int | None:
    leagues = leagues_visible_to(user).filter(pk=league_id)
    if race_id:
        leagues = leagues.filter(Exists(Race.objects.filter(pk=race_id, season=OuterRef("season"))))
    versions = leagues.annotate(version=F("score_version__version")).values_list("version", flat=True)
    return next((version or 0 for version in versions), None)


def score_version(league: League) -> int:
    """The version of the league's scores, which every change increments."""
    query = partial(_version, league)
    version: int = get_or_compute(f"version:{league.pk}", [league_tag(league.pk)], query)
    return version


def _version(league: League) -> int:
    return ScoreVersion.objects.filter(league=league).values_list("version", flat=True).first() or 0


def leaderboard_page(find: Callable[[], LeaderboardKey]) -> RenderedJSON:
    """The first page of the leaderboard that `find` returns the key of, as the API responds with it."""
    return get_or_render(find, _render_leaderboard)


def leaderboard_rows(find: Callable[[], LeaderboardKey]) -> list[Row]:
    """All rows of the leaderboard that `find` returns the key of."""
    return _all_rows(leaderboard_page(find), lambda: _rows(find())[0])


def leaderboard(league: League, race: Race | None = None, *, version: int | None = None) -> list[Row]:
    """The league's leaderboard of the season, or of one race: rows of rank, constructor and points, best first.

    Callers check whether the reader may see it. `version` is that of the league's scores, if it was just read.
    """
    race_id, versions = race.pk if race else None, _versions(league, version)
    return leaderboard_rows(lambda: LeaderboardKey(league.pk, race_id, next(versions)))


def leaderboard_of_revision(league: League, revision: Classification, *, version: int | None = None) -> list[Row]:
    """The league's leaderboard of the season as of a revision of results. Cached, because its URL is a permalink."""
    version = score_version(league) if version is None else version
    key = f"leaderboard:{league.pk}:revision:{revision.pk}:v{version}"
    rows: list[Row] = read_through(
        key, lambda: leaderboard_as_of(league, revision.recorded_at), seconds=PROGRESS_SECONDS
    )
    return rows


def season_progress(league: League, *, version: int | None = None) -> SeasonProgress:
    """The course of the league's season. Callers check whether the reader may see it."""
    return _season_progress(league, score_version(league) if version is None else version)


def leaderboard_and_progress(league: League, *, version: int | None = None) -> tuple[list[Row], SeasonProgress]:
    """The league's leaderboard and the course of its season, for which the version is looked up once.

    `version` is that of the league's scores, if it was just read.
    """
    found: list[LeaderboardKey] = []
    versions = _versions(league, version)

    def find() -> LeaderboardKey:
        found.append(LeaderboardKey(league.pk, None, next(versions)))
        return found[-1]

    rows = leaderboard_rows(find)
    return rows, _season_progress(league, found[-1].version)


def _versions(league: League, known: int | None) -> Iterator[int]:
    """The version of the league's scores: first the known one, and each further time the current one."""
    if known is not None:
        yield known
    while True:
        yield score_version(league)


def _season_progress(league: League, version: int) -> SeasonProgress:
    key = f"season_progress:{PROGRESS_FORMAT}:{league.pk}:v{version}"
    progress: SeasonProgress = read_through(key, lambda: load_season_progress(league), seconds=PROGRESS_SECONDS)
    return progress


def _render_leaderboard(key: LeaderboardKey) -> RenderedJSON:
    rows, version = _rows(key)
    return RenderedJSON(key._replace(version=version).key, as_json(first_page(rows)))


def _rows(key: LeaderboardKey) -> tuple[list[Row], int]:
    """The rows and their version, which may be newer than that of the key."""
    league = League(pk=key.league)
    rows = race_rows(league, key.race) if key.race else season_rows(league)
    versions = {row.pop("version") for row in rows}
    return rows, max(versions, default=None) or key.version


# -- drivers ---------------------------------------------------------------------------------------------------------


class RankingKey(NamedTuple):
    """Identifies the driver ranking of a season under a rule set, in one version of the season's results."""

    season: int
    rule_set: RuleSet
    version: int

    @property
    def key(self) -> str:
        return f"driver_rankings:{self.season}:{self.rule_set.key}:v{self.version}"


def ranking_key_for(year: int | None, rule_set: RuleSet) -> RankingKey | None:
    """The key of the current ranking of a year's season, or of the latest season with results. None if unknown."""
    now = clock.now()

    def query() -> list[int] | None:
        season = season_for_year(year) if year else latest_season_with_results(now)
        return None if season is None else [season.pk, season.results_version]

    found = get_or_compute(f"ranking:{year or f'in-{now.year}'}", [RESULTS_TAG], query)
    return None if found is None else RankingKey(found[0], rule_set, found[1])


def ranking_page(find: Callable[[], RankingKey]) -> RenderedJSON:
    """The first page of the ranking that `find` returns the key of, as the API responds with it."""
    return get_or_render(find, _render_ranking)


def ranking_rows(find: Callable[[], RankingKey]) -> list[Row]:
    """All rows of the ranking that `find` returns the key of: rank, id (the F1 API's), code, name and points."""
    return _all_rows(ranking_page(find), lambda: _ranked(find()))


def driver_rankings(season: Season, rule_set: RuleSet) -> list[Row]:
    """All drivers of a season ranked by their points under a rule set, best first."""
    return ranking_rows(lambda: RankingKey(season.pk, rule_set, season.results_version))


def _render_ranking(key: RankingKey) -> RenderedJSON:
    return RenderedJSON(key.key, as_json(first_page(_ranked(key))))


def _ranked(key: RankingKey) -> list[Row]:
    return ranked_drivers(Season(pk=key.season), key.rule_set)


# -- both ------------------------------------------------------------------------------------------------------------


def _all_rows(first: RenderedJSON, query_all: Callable[[], list[Row]]) -> list[Row]:
    """The rows of the first page if there is no other. Longer lists are rare, and queried instead."""
    page = json.loads(first.body)
    rows: list[Row] = page["items"]
    return rows if page["total_pages"] == 1 else query_all()
