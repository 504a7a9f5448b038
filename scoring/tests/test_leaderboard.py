"""Cached leaderboards: never older than the committed scores, even if the cache is broken or down."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from unittest.mock import Mock

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from accounts.services import delete_account
from core.cache import safe_cache
from core.cache.responses import RenderedJSON, get_or_render, get_rendered, response_key, set_rendered
from leagues.rules import RuleSet
from leagues.services import leave_league
from races.models import Classification
from races.services import load_pack
from races.sources.fixtures import read_pack
from scoring import leaderboards
from scoring.api.serializers import LeaderboardRowSerializer
from scoring.leaderboards import LeaderboardKey, driver_rankings, leaderboard, score_version
from scoring.models import ScoreVersion, SeasonScore
from scoring.services import catch_up_scores, rank_league
from tests.support.cast import OVER_AT
from tests.support.factories import PASSWORD, grid, results_for
from tests.support.stories import filled, joined, opened, scored

DEAD = "redis://127.0.0.1:1/0"


@pytest.fixture
def draft(league, alices, bobs):
    return scored(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2", "driver_3", "driver_4"]))


@pytest.fixture
def dead_cache(settings: Settings):
    options = {"SOCKET_CONNECT_TIMEOUT": 0.2, "SOCKET_TIMEOUT": 0.2}
    settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": DEAD, "OPTIONS": options}}


def name(league, which="all"):
    return f"leaderboard:{league.pk}:{which}:v{score_version(league)}"


def kept_rows(name):
    body = get_rendered(name)
    return json.loads(body)["items"] if body else None


def names(rows):
    return [(row["rank"], row["constructor"], row["points"]) for row in rows]


STANDINGS = [(1, "Bob Motorsport", "6"), (2, "Alice Racing", "4")]


class TestTheCache:
    def test_standings_are_cached_under_the_score_version(self, league, draft):
        rows = leaderboard(league)
        assert kept_rows(name(league)) == rows
        assert names(rows) == STANDINGS

    def test_a_races_standings_are_cached_separately(self, league, draft):
        assert names(leaderboard(league, draft.race)) == STANDINGS
        assert names(kept_rows(name(league, draft.race_id))) == STANDINGS

    def test_a_cache_hit_takes_one_query_for_the_version(self, league, draft, django_assert_num_queries):
        leaderboard(league)
        with django_assert_num_queries(1):
            leaderboard(league)

    @pytest.mark.parametrize("more", [0, 9])
    def test_a_cache_miss_takes_two_queries_for_any_number_of_players(self, league, more, django_assert_num_queries):
        for _ in range(more):
            joined(league)
        with django_assert_num_queries(2):
            assert len(leaderboard(league)) == 2 + more

    def test_cached_standings_are_never_older_than_the_scores(self, league, draft):
        leaderboard(league)
        results_for(draft.race, ["driver_4", "driver_3"])
        catch_up_scores(now=OVER_AT)
        assert {row["points"] for row in leaderboard(league)} == {"5"}

    def test_a_late_write_goes_to_an_outdated_key(self, league, draft):
        old = name(league)
        ScoreVersion.objects.filter(league=league).update(version=99)
        set_rendered(
            RenderedJSON(old, b'{"items": [{"rank": 1, "constructor": "Yesterday", "points": "1"}], "total_pages": 1}')
        )
        assert names(leaderboard(league)) == STANDINGS

    def test_a_league_without_scores_has_version_0(self, league):
        ScoreVersion.objects.filter(league=league).delete()
        assert score_version(league) == 0


class TestABrokenCache:
    def test_the_database_is_read_if_the_cache_is_down(self, league, draft, dead_cache):
        assert names(leaderboard(league)) == STANDINGS
        assert names(leaderboard(league, draft.race)) == STANDINGS

    def test_a_broken_cache_never_serves_outdated_standings(self, league, draft, dead_cache):
        leaderboard(league)
        SeasonScore.objects.filter(constructor__name="Bob Motorsport").update(points=7)
        assert names(leaderboard(league))[0] == (1, "Bob Motorsport", "7")

    @pytest.mark.parametrize("damage", [0, 12, 40])
    def test_an_unreadable_value_is_recomputed(self, damage, league, draft, tmp_path, settings: Settings):
        settings.CACHES = {
            "default": {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": tmp_path}
        }
        leaderboard(league)
        (stored,) = tmp_path.glob("*.djcache")
        stored.write_bytes(stored.read_bytes()[:damage] + b"\x00 not a value")
        assert names(leaderboard(league)) == STANDINGS
        assert names(kept_rows(name(league))) == STANDINGS

    @pytest.mark.postgresql
    def test_an_unreadable_value_in_redis_is_recomputed_too(self, league, draft):
        leaderboard(league)
        safe_cache.redis_client().set(response_key(name(league)), b"\x80 not the bytes that were kept")
        assert names(leaderboard(league)) == STANDINGS
        safe_cache.redis_client().delete(response_key(name(league)))
        safe_cache.redis_client().rpush(response_key(name(league)), "another type")
        assert names(leaderboard(league)) == STANDINGS


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestCachedResponses:
    """With real commits: answers are cached only after those."""

    @pytest.fixture
    def path(self, league, draft):
        return f"/api/v1/leagues/{league.pk}/leaderboard"

    @pytest.mark.parametrize("query", ["", "?race_id={race}"])
    def test_a_cache_hit_takes_no_query_after_authentication(
        self, query, api, bob, path, draft, django_assert_num_queries
    ):
        client, path = api(bob), path + query.format(race=draft.race_id)
        first = client.get(path)
        with django_assert_num_queries(1):
            second = client.get(path)
        assert (first.status_code, second.content) == (200, first.content)

    @pytest.mark.parametrize("query", ["", "?race_id={race}"])
    def test_a_cache_miss_takes_two_queries(self, query, api, bob, path, draft, dead_cache, django_assert_num_queries):
        client, path = api(bob), path + query.format(race=draft.race_id)
        with django_assert_num_queries(1 + 2):
            assert client.get(path).json()["total"] == 2

    def test_all_page_sizes_are_cut_from_the_same_bytes(self, api, bob, path, django_assert_num_queries):
        client = api(bob)
        client.get(path)
        with django_assert_num_queries(1):
            second = client.get(f"{path}?page_size=1&page=2").json()
        assert [row["constructor"] for row in second["items"]] == ["Alice Racing"]

    def test_a_client_with_the_current_etag_gets_304_until_the_standings_change(self, api, bob, league, path):
        client = api(bob)
        tag = client.get(path)["ETag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        rank_league(league=league)
        changed = client.get(path, headers={"If-None-Match": tag})
        assert (changed.status_code, changed["ETag"] != tag) == (200, True)

    def test_concurrent_cache_misses_render_at_most_twice(self, league, draft):
        def slowly(key):
            time.sleep(0.1)
            return leaderboards._render_leaderboard(key)

        rendering, start = Mock(side_effect=slowly), Barrier(16)

        def read(_):
            start.wait(60)
            found = get_or_render(lambda: LeaderboardKey(league.pk, None, score_version(league)), rendering)
            connection.close()
            return found.body

        with ThreadPoolExecutor(16) as threads:
            assert len(set(threads.map(read, range(16)))) == 1
        assert rendering.call_count <= 2

    def test_standings_show_current_user_names(self, league, draft, bob):
        assert {row["player"] for row in leaderboard(league)} == {"alice", "bob"}
        bob.username = "robert"
        bob.save()
        assert {row["player"] for row in leaderboard(league)} == {"alice", "robert"}

    def test_deleted_accounts_are_anonymous_even_in_leagues_they_had_left(self, league, draft, bob):
        leave_league(user=bob, league=league, now=OVER_AT)
        assert {row["player"] for row in leaderboard(league)} == {"alice", "bob"}
        bob.set_password(PASSWORD)
        bob.save(update_fields=["password"])
        delete_account(user=bob, password=PASSWORD, now=OVER_AT)
        assert {row["player"] for row in leaderboard(league)} == {"alice", "former player"}

    def test_a_rolled_back_change_keeps_the_cached_standings(self, league, draft):
        before = leaderboard(league)
        with suppress(InterruptedError), transaction.atomic():
            rank_league(league=league)
            raise InterruptedError
        assert leaderboard(league) == before

    def test_the_rows_match_the_openapi_schema(self, league, draft):
        for rows in (leaderboard(league), leaderboard(league, draft.race)):
            assert [dict(row) for row in LeaderboardRowSerializer(rows, many=True).data] == rows
            assert all(list(row) == list(LeaderboardRowSerializer(row).data) for row in rows)


class TestDriverRankings:
    def test_the_2025_fixtures_give_the_official_standings(self, db):
        season = load_pack(pack=read_pack(2025), now=OVER_AT.replace(year=2026))
        rows = driver_rankings(season, RuleSet("standard_f1", sprints=True))
        assert [(row["rank"], row["id"], row["code"], row["points"]) for row in rows[:3]] == [
            (1, "norris", "NOR", "423"),
            (2, "max_verstappen", "VER", "421"),
            (3, "piastri", "PIA", "410"),
        ]
        assert [row["rank"] for row in rows if row["code"] in ("HUL", "HAD")] == [11, 11]

    def test_rankings_include_a_correction_at_once(self, season, race):
        results_for(race)
        season.refresh_from_db()
        driver_rankings(season, RuleSet())
        results_for(race, ["driver_2"])
        season.refresh_from_db()
        points = {row["id"]: row["points"] for row in driver_rankings(season, RuleSet())}
        assert (points["driver_2"], points["driver_1"]) == ("1", "2")

    def test_rankings_include_a_driver_who_raced_in_the_sprint_only(self, season, race):
        sprint = season.races.get(round=2)
        grid(sprint)
        results_for(sprint, ["driver_20"], kind=Classification.Kind.SPRINT)
        results_for(sprint).results.filter(driver__ref="driver_20").delete()
        season.refresh_from_db()
        rows = driver_rankings(season, RuleSet("standard_f1", sprints=True))
        assert {row["id"]: row["points"] for row in rows}["driver_20"] == "8"
