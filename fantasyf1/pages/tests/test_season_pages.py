"""What pages tell of a season: places and points over the races, movement, ties, race nights and steals."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from constructors.models import Constructor
from drafts.models import Draft
from drafts.services import schedule_drafts
from leagues.models import League
from leagues.services import change_league, join_league
from scoring.models import RaceScore
from scoring.services.standings import rank_league
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import UserFactory, grid
from tests.support.stories import filled, opened, scored

pytestmark = pytest.mark.django_db

BY_NUMBER = [f"driver_{number}" for number in range(1, 23)]
LONG_NAME = '<b>"Schwarzenbach & Söhne" الكبرى 赤い</b>'


@pytest.fixture
def first(league, alices, bobs, at) -> Draft:
    """Alice has drivers 1 and 11 (1 + 9 = 10 points), Bob 10 and 8 (10 + 8 = 18). They finish by number."""
    picks = ["driver_1", "driver_10", "driver_11", "driver_8"]
    draft = scored(filled(opened(league, [alices, bobs]), picks), BY_NUMBER)
    at(OVER_AT)
    return draft


@pytest.fixture
def second(first, league, alices, bobs, at) -> Draft:
    """Alice has drivers 10 and 9 (19 points) and is ahead of Bob, who has 1 and 2 (3), with 29 to 21 points."""
    grid(league.season.races.get(round=2))
    schedule_drafts(now=OVER_AT)
    picks = ["driver_10", "driver_1", "driver_9", "driver_2"]
    draft = scored(filled(opened(league, [alices, bobs]), picks), BY_NUMBER)
    at(OVER_AT + timedelta(days=8))
    return draft


def home(league):
    return reverse("pages:league_home", args=[league.pk])


def standings(league):
    return reverse("pages:standings", args=[league.pk])


class TestLeagueHome:
    def test_the_standings_have_movement_last_race_and_gap(self, client, second, league, bob):
        client.force_login(bob)
        page = client.get(home(league))
        rows = [(row["constructor"], row["gain"], row["last"], row["gap"]) for row in page.context["rows"]]
        assert rows == [("Alice Racing", 1, "19", "0"), ("Bob Motorsport", -1, "3", "8")]
        assert "up 1 place" in page.text
        assert "down 1 place" in page.text

    def test_the_own_line_is_marked_and_links_to_the_constructor(self, client, second, league, bob, bobs):
        client.force_login(bob)
        chart = client.get(home(league)).context["places_chart"]
        own = [line for line in chart.lines if line.series.is_own]
        assert [line.series.name for line in own] == ["Bob Motorsport"]
        assert own == chart.lines[-1:], "it lies above the others"
        assert own[0].series.href == reverse("pages:constructor", args=[bobs.pk])
        assert chart.table.rows == [("Alice Racing", ["2nd", "1st"]), ("Bob Motorsport", ["1st", "2nd"])]

    def test_one_race_has_a_race_night_and_no_lines(self, client, first, league, bob):
        client.force_login(bob)
        page = client.get(home(league))
        assert page.context["places_chart"] is None
        assert "Result of the last race" in page.text

    def test_the_race_night_marks_the_own_drivers(self, client, first, league, bob):
        client.force_login(bob)
        page = client.get(home(league))
        held = [(cell.car.code, cell.mark, cell.holder, cell.points) for cell in page.context["strip"] if cell.is_own]
        assert held == [("D08", "8", "Bob Motorsport", "8"), ("D10", "10", "Bob Motorsport", "10")]
        assert "Held by Bob Motorsport, points: 10." in page.text

    def test_the_steal_of_the_week(self, client, first, league, bob):
        """Driver 10 was pick 2 and scored most; pick 3 scored second most."""
        client.force_login(bob)
        page = client.get(home(league)).text
        assert "Steal of the week" in page
        assert "<b>Bob Motorsport</b> took this driver with pick 2 and scored 10." in page
        assert "No pick scored more." in page

    def test_before_the_first_race_there_is_no_picture(self, client, league, bob, at):
        at(DRAFTING_AT)
        client.force_login(bob)
        page = client.get(home(league)).text
        assert "<figure" not in page
        assert "Steal of the week" not in page

    def test_members_see_the_last_activity_and_visitors_do_not(self, client, first, league, alice):
        change_league(league=league, by=alice, visibility=League.Visibility.PUBLIC)
        client.force_login(alice)
        assert "The whole log" in client.get(home(league)).text
        client.logout()
        page = client.get(home(league)).text
        assert "The whole log" not in page
        assert "Result of the last race" in page

    def test_names_are_escaped(self, client, second, league, bob, bobs):
        Constructor.objects.filter(pk=bobs.pk).update(name=LONG_NAME)
        rank_league(league=league)
        client.force_login(bob)
        for address in (home(league), standings(league)):
            page = client.get(address).text
            assert "<b>&quot;" not in page.replace("&lt;b&gt;", "")
            assert '<b>"Schwarzenbach' not in page
            assert "&lt;b&gt;&quot;Schwarzenbach &amp; Söhne&quot;" in page


class TestConstructor:
    @pytest.fixture
    def page(self, client, second, bob, bobs):
        client.force_login(bob)
        return client.get(reverse("pages:constructor", args=[bobs.pk]))

    def test_points_race_by_race_in_the_order_of_the_season(self, page):
        chart = page.context["race_points_chart"]
        assert chart.table.rows == [
            (chart.bars[0].bar.name, ["18", "10 10, 8 8"]),
            (chart.bars[1].bar.name, ["3", "1 1, 2 2"]),
        ]
        assert [text for _, text in chart.legend] == ["Pick 1", "Pick 2"]

    def test_hits_and_misses_and_the_best_and_the_worst_pick(self, page):
        """The average picks of the races scored 7 and 5.5."""
        assert page.context["pick_record"] == (2, 2, 0)
        assert (page.context["best_pick"].entry.number, page.context["worst_pick"].entry.number) == (10, 1)

    def test_the_season_line_is_that_of_the_constructor(self, page):
        own = [line.series.name for line in page.context["season_chart"].lines if line.series.is_own]
        assert own == ["Bob Motorsport"]


class TestRaceInALeague:
    def test_it_shows_who_held_whom_and_who_gained(self, client, second, league, alice):
        client.force_login(alice)
        page = client.get(reverse("pages:league_race", args=[league.pk, second.race_id]))
        assert [(row["constructor"], row["place"], row["gain"]) for row in page.context["rows"]] == [
            ("Alice Racing", 1, 1),
            ("Bob Motorsport", 2, -1),
        ]
        assert len(page.context["strip"]) == 22
        assert "Held by Alice Racing, points: 10." in page.text


class TestStandings:
    def test_points_race_by_race(self, client, second, league, bob):
        client.force_login(bob)
        matrix = client.get(standings(league)).context["matrix"]
        assert [race.name for race in matrix.races] == [race.name for race in league.season.races.order_by("round")[:2]]
        assert [[(cell.points, cell.is_best) for cell in cells] for _, cells in matrix.rows] == [
            [("10", False), ("19", True)],
            [("18", True), ("3", False)],
        ]

    @pytest.mark.parametrize(
        ("races", "sentence"),
        [
            ([(9, 1), (9, 1), (4, 2)], "Ahead of Bob Motorsport on race wins: 2 to 1"),
            ([(12, 1), (6, 2)], "Ahead of Bob Motorsport by the best race: 12 to 10 points"),
            ([(8, 1), (8, 1)], "Level with Bob Motorsport in everything that counts"),
        ],
    )
    def test_equal_points_are_explained(self, client, first, league, alices, bobs, alice, races, sentence):
        bobs_races = {
            "Ahead of Bob Motorsport on race wins: 2 to 1": [(7, 2), (8, 2), (7, 1)],
            "Ahead of Bob Motorsport by the best race: 12 to 10 points": [(8, 2), (10, 1)],
            "Level with Bob Motorsport in everything that counts": [(8, 1), (8, 1)],
        }[sentence]
        RaceScore.objects.all().delete()
        for number, results in enumerate(zip(races, bobs_races, strict=True)):
            draft = first if number == 0 else _scored_draft(first, number)
            for constructor, (points, rank) in zip((alices, bobs), results, strict=True):
                RaceScore.objects.create(draft=draft, constructor=constructor, points=Decimal(points), rank=rank)
        rank_league(league=league)
        client.force_login(alice)
        assert sentence in client.get(standings(league)).text

    def test_the_average_points_by_pick_number(self, client, second, league, bob):
        client.force_login(bob)
        chart = client.get(standings(league)).context["pick_numbers_chart"]
        assert [placed.bar.text for placed in chart.bars] == ["5.5", "5.5", "9", "5"]

    def test_it_takes_at_most_ten_queries(self, client, second, league, bob, django_assert_max_num_queries):
        for _ in range(9):
            join_league(user=UserFactory.create(), league=league, now=OVER_AT)
        client.force_login(bob)
        with django_assert_max_num_queries(10):
            client.get(standings(league))


def _scored_draft(first: Draft, number: int) -> Draft:
    race = first.race.season.races.get(round=number + 1)
    at = race.expected_start
    return Draft.objects.update_or_create(
        league=first.league,
        race=race,
        defaults={
            "settings": first.settings,
            "state": Draft.State.SCORED,
            "opens_at": at,
            "opened_at": at,
            "locks_at": at,
        },
    )[0]
