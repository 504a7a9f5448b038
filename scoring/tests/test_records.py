"""Records of a league over two seasons, with every number computed by hand: as values, on pages and in the API."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from constructors.models import Constructor
from drafts.services import schedule_drafts
from leagues.models import League
from leagues.services import continue_league, join_league
from races.models import Race, Season
from scoring.charts import (
    best_weeks_chart,
    champions_chart,
    race_places_chart,
    season_averages_chart,
    win_strips,
)
from scoring.models import RaceScore
from scoring.records import Records, records_of
from scoring.services import score_race
from tests.support.factories import STARTS_AT, SeasonFactory, UserFactory, grid, results_for, weekend
from tests.support.stories import filled, joined, opened, scored

pytestmark = pytest.mark.django_db

WINTER = STARTS_AT + timedelta(days=2)
NEXT_START = datetime(2026, 3, 15, 4, tzinfo=UTC)
NEXT_WINTER = NEXT_START + timedelta(days=2)
BY_NUMBER = [f"driver_{number}" for number in range(1, 23)]


@pytest.fixture
def season() -> Season:
    """2025 with a single race."""
    season = SeasonFactory.create(year=2025)
    grid(weekend(season, 1))
    return season


@pytest.fixture
def first(league, alices, bobs) -> League:
    """2025: Alice has drivers 1 and 11 (10 points), Bob 10 and 12 (18), Dora 8 and 13 (15). They finish by number."""
    doras = joined(league, UserFactory.create(username="dora"))
    scored(filled(opened(league, [alices, bobs, doras]), ["driver_1", "driver_10", "driver_8"]), BY_NUMBER)
    return League.objects.select_related("season").get(pk=league.pk)


@pytest.fixture
def second(first, alice, bob, charlie) -> League:
    """2026 without Dora: Alice has drivers 10 and 12 (18 points), Bob 9 and 8 (17), Charlie 11 and 13 (16)."""
    league = continue_league(league=first, by=alice, now=WINTER)
    for user in (bob, charlie):
        join_league(user=user, league=league, now=WINTER)
    race = weekend(league.season, 1, NEXT_START)
    grid(race)
    schedule_drafts(now=WINTER)
    scored(filled(opened(league), ["driver_10", "driver_9", "driver_11"]), BY_NUMBER)
    return League.objects.select_related("season").get(pk=league.pk)


@pytest.fixture
def records(second, alice) -> Records:
    return records_of(second, alice, NEXT_WINTER)


def of(records: Records, username: str):
    return next(player for player in records.people if player.name == username)


def held(holders) -> list[tuple[str, int, int]]:
    return [(holder.player.name, holder.league.season.year, int(holder.points)) for holder in holders]


class TestRecords:
    def test_each_season_has_its_champion_and_standings(self, records):
        seasons = [
            (
                season.year,
                [champion.constructor.player for champion in season.champions],
                [(score.constructor.player, score.points) for score in season.standings],
            )
            for season in records.seasons
        ]
        assert seasons == [
            (2026, ["alice"], [("alice", 18), ("bob", 17), ("charlie", 16)]),
            (2025, ["bob"], [("bob", 18), ("dora", 15), ("alice", 10)]),
        ]

    def test_a_running_season_has_no_champion(self, second, alice):
        weekend(second.season, 2, NEXT_START)
        newest = records_of(second, alice, NEXT_WINTER).seasons[0]
        assert (newest.is_over, newest.champions) == (False, [])

    def test_the_all_time_standings(self, records):
        rows = [
            (row.rank, row.player.name, row.seasons, row.titles, row.races, row.wins, row.totals.points)
            for row in records.all_time
        ]
        assert rows == [
            (1, "bob", 2, 1, 2, 1, 35),
            (2, "alice", 2, 1, 2, 1, 28),
            (3, "charlie", 1, 0, 1, 0, 16),
            (4, "dora", 1, 0, 1, 0, 15),
        ]

    def test_highest_and_lowest_week_streak_and_unused_points(self, records):
        assert held(records.highest) == [("bob", 2025, 18), ("alice", 2026, 18)]
        assert held(records.lowest) == [("alice", 2025, 10)]
        streaks = [(streak.player.name, streak.length, streak.first_season.year) for streak in records.longest_streaks]
        assert streaks == [("bob", 1, 2025), ("alice", 1, 2026)]
        # At Alice's first turn driver 10 was free, and at her second driver 9: 19 points instead of 10.
        assert held(records.most_unused) == [("alice", 2025, 9)]

    def test_head_to_head_over_all_years(self, records):
        result = records.head_to_head(of(records, "alice"), of(records, "bob"))
        assert (result.races, result.wins, result.losses, result.draws) == (2, 1, 1, 0)
        assert (result.points, result.points_against) == (28, 35)
        assert records.head_to_head(of(records, "dora"), of(records, "charlie")).races == 0

    def test_honours(self, records):
        honours = records.honours(of(records, "bob"))
        assert [season.year for season in honours.titles] == [2025]
        assert [(season.year, score.rank) for season, score in honours.places] == [(2026, 2), (2025, 1)]
        assert (held(honours.best), held(honours.worst)) == ([("bob", 2025, 18)], [("bob", 2026, 17)])
        assert (honours.podiums, honours.unused) == (2, 2)
        opponents = [(rivalry.opponent.name, rivalry.result.wins) for rivalry in honours.rivalries]
        assert opponents == [("alice", 1), ("charlie", 1), ("dora", 1)]

    def test_a_correction_reaches_the_records_of_an_archived_season(self, first, second, alice):
        race = first.season.races.get()
        results_for(race, ["driver_10", *BY_NUMBER[:9], *BY_NUMBER[10:]])
        score_race(race=Race.objects.get(pk=race.pk), now=NEXT_WINTER)
        records = records_of(second, alice, NEXT_WINTER)
        assert [score.constructor.player for score in records.seasons[1].champions] == ["dora"]

    def test_the_number_of_queries_is_fixed(self, first, second, alice, django_assert_num_queries):
        with django_assert_num_queries(8):
            found = records_of(first, alice, NEXT_WINTER)
        with django_assert_num_queries(4):  # The scores of both seasons are cached.
            cached = records_of(second, alice, NEXT_WINTER)
        assert cached.all_time == found.all_time
        assert cached.most_unused == found.most_unused

    def test_bots_and_former_players(self, second, alice, bob):
        Constructor.objects.filter(league=second, owner__username="charlie").update(is_bot=True)
        bob.delete()
        records = records_of(second, alice, NEXT_WINTER)
        assert [player.name for player in records.people] == ["alice", "Bob Motorsport", "Bob Motorsport", "dora"]
        assert records.all_time[0].player.name == "alice", "Bob's seasons are two players now"
        assert len(records.seasons[0].standings) == 3

    def test_a_league_without_results_has_empty_records(self, league, alice):
        records = records_of(league, alice, WINTER)
        assert (records.all_time, records.highest, records.longest_streaks, records.most_unused) == ([], [], [], [])


class TestPictures:
    def test_the_wins_of_a_season_link_to_its_races_where_they_are_visible(self, records, second):
        seasons = {season.year: season.league.pk for season in records.seasons}
        strips = win_strips(records, visible=[second.pk])
        cells = [
            (cell.winner, cell.initials, cell.value) for year in (2025, 2026) for cell in strips[seasons[year]].cells
        ]
        assert cells == [("bob", "B", "18"), ("alice", "A", "18")]
        race = second.season.races.get()
        assert strips[second.pk].cells[0].href == reverse("pages:league_race", args=[second.pk, race.pk])
        assert strips[seasons[2025]].cells[0].href == ""
        assert strips[second.pk].table.rows == [(race.name, ["alice", "18"])]

    def test_winners_who_tie_share_a_cell(self, second, alice):
        RaceScore.objects.filter(draft__league=second).update(rank=1)
        cell = win_strips(records_of(second, alice, NEXT_WINTER), ())[second.pk].cells[0]
        assert (cell.winner, cell.initials) == ("alice, bob, charlie", "A/B+")

    def test_the_champions_by_season(self, records):
        chart = champions_chart(records)
        assert chart is not None
        assert chart.table.rows == [("2025", ["18", "bob"]), ("2026", ["18", "alice"])]

    def test_one_champion_is_no_picture(self, second, alice):
        weekend(second.season, 2, NEXT_START)
        assert champions_chart(records_of(second, alice, NEXT_WINTER)) is None

    def test_a_player_has_one_colour_in_all_pictures(self, records):
        colours = {cell.winner: cell.colour for strip in win_strips(records, ()).values() for cell in strip.cells}
        chart = champions_chart(records)
        assert chart is not None
        boxes = [box for placed in chart.bars for box in placed.boxes]
        assert {box.segment.title: box.colour for box in boxes} == colours
        assert len(set(colours.values())) == 2

    def test_the_best_weeks_of_all_and_of_one(self, records):
        rows = best_weeks_chart(records).table.rows
        assert [cells for _, cells in rows[:3]] == [["18", "bob"], ["18", "alice"], ["17", "bob"]]
        assert len(rows) == 6
        own = best_weeks_chart(records, of(records, "bob"))
        assert [cells for _, cells in own.table.rows] == [["18"], ["17"]]

    def test_the_places_and_the_averages_of_a_player(self, records):
        honours = records.honours(of(records, "alice"))
        places = race_places_chart(honours.all_time.totals.places)
        assert places.table.rows == [("1st", ["1"]), ("2nd", ["0"]), ("3rd", ["1"])]
        averages = season_averages_chart(honours)
        assert averages is not None
        assert averages.table.rows == [("2025", ["10", "3rd"]), ("2026", ["18", "1st"])]
        assert season_averages_chart(records.honours(of(records, "charlie"))) is None


class TestPages:
    def test_the_pages_have_the_pictures(self, client, second, alice, bobs, at):
        at(NEXT_WINTER)
        client.force_login(alice)
        page = client.get(reverse("scoring:records", args=[second.pk])).text
        for title in ("Champions", "Race wins 2025", "Race wins 2026", "Best weeks"):
            assert f"<b>{title}</b>" in page
        page = client.get(reverse("scoring:honours", args=[second.pk, bobs.pk])).text
        for title in ("Places in races", "Points per race by season", "Best weeks"):
            assert f"<b>{title}</b>" in page

    def test_the_records_page(self, client, second, alice, at):
        at(NEXT_WINTER)
        client.force_login(alice)
        page = client.get(reverse("scoring:records", args=[second.pk])).content.decode()
        for text in ("All-time standings", "Champion", "Highest week", "Most points left unused", "Standings of 2025"):
            assert text in page
        home = client.get(reverse("pages:league_home", args=[second.pk])).content.decode()
        assert reverse("scoring:records", args=[second.pk]) in home

    def test_two_players_are_compared(self, client, second, records, alice, at):
        at(NEXT_WINTER)
        client.force_login(alice)
        url = reverse("scoring:records", args=[second.pk])
        query = {"player": of(records, "alice").pk, "other": of(records, "bob").pk}
        assert "2 races together." in client.get(url, query).content.decode()
        assert client.get(url, {"player": "x", "other": "0"}).status_code == 200
        themselves = {"player": query["player"], "other": query["player"]}
        assert "Choose two different players." in client.get(url, themselves).content.decode()

    def test_the_page_of_honours(self, client, second, alice, bobs, at):
        at(NEXT_WINTER)
        client.force_login(alice)
        page = client.get(reverse("scoring:honours", args=[second.pk, bobs.pk])).content.decode()
        assert "Champion 2025" in page
        assert client.get(reverse("scoring:honours", args=[second.pk, 0])).status_code == 404

    def test_a_newcomer_sees_old_records_but_no_links_to_the_old_league(self, client, first, second, charlie, at):
        at(NEXT_WINTER)
        client.force_login(charlie)
        page = client.get(reverse("scoring:records", args=[second.pk])).content.decode()
        assert "Standings of 2025" in page
        assert f"/leagues/{first.pk}/" not in page
        assert client.get(reverse("scoring:records", args=[first.pk])).status_code == 404

    def test_an_empty_league_says_so(self, client, league, alice, at):
        at(WINTER)
        client.force_login(alice)
        assert "No records yet" in client.get(reverse("scoring:records", args=[league.pk])).content.decode()


class TestApi:
    def test_records(self, api, second, alice, at):
        at(NEXT_WINTER)
        data = api(alice).get(f"/api/v1/leagues/{second.pk}/records").json()
        assert [season["season"] for season in data["seasons"]] == [2026, 2025]
        assert data["seasons"][1]["champions"][0]["player"] == "bob"
        leader = data["all_time"][0]
        assert (leader["player"], leader["points"], leader["titles"]) == ("bob", "35", 1)
        assert data["most_unused"][0]["points"] == "9"

    def test_head_to_head_takes_constructors_of_any_season(self, api, second, alice, alices, bobs, at):
        at(NEXT_WINTER)
        url = f"/api/v1/leagues/{second.pk}/records/head-to-head"
        data = api(alice).get(f"{url}?constructor_id={alices.pk}&other_constructor_id={bobs.pk}").json()
        assert data == {
            "races": 2, "wins": 1, "losses": 1, "draws": 0, "points": "28", "points_against": "35",
        }  # fmt: skip
        assert api(alice).get(url).status_code == 400
        assert api(alice).get(f"{url}?constructor_id={alices.pk}&other_constructor_id=999999").status_code == 404

    def test_honours(self, api, second, alice, charlie, bobs, at):
        at(NEXT_WINTER)
        url = f"/api/v1/leagues/{second.pk}/records/players/{bobs.pk}"
        data = api(alice).get(url).json()
        assert (data["titles"], data["podiums"], data["unused"]) == ([2025], 2, "2")
        assert [place["season"] for place in data["places"]] == [2026, 2025]
        assert data["head_to_head"][0]["opponent"]["player"] == "alice"

    def test_a_stranger_gets_404(self, api, first, charlie):
        assert api(charlie).get(f"/api/v1/leagues/{first.pk}/records").status_code == 404
