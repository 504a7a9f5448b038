"""The pages of real drivers and teams: points by the rules of a league, and who has picked whom."""

from datetime import timedelta

import pytest
from django.urls import reverse

from races.models import Circuit, Driver, Result, Team
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import grid, results_for
from tests.support.stories import filled, opened, scored

pytestmark = pytest.mark.django_db

ORDER = ["driver_1", "driver_2", "driver_3"]


def points_on(page):
    return {line.entry.driver.ref: line.points for line in page.context["lines"]}


@pytest.fixture
def drafted(league, alices, bobs, at):
    at(DRAFTING_AT)
    return filled(opened(league, [alices, bobs]), ["driver_1", "driver_2"])


@pytest.fixture
def raced(drafted, at):
    draft = scored(drafted, ORDER)
    at(OVER_AT)
    return draft


def test_visitors_see_points_by_the_default_rules(client, raced):
    points = points_on(client.get(reverse("formula1:drivers")))
    assert (points["driver_1"], points["driver_3"]) == (1, 3)


def test_a_player_sees_points_by_the_rules_of_their_league(client, raced, alice, league):
    league.settings_versions.update(scoring="standard_f1")
    client.force_login(alice)
    page = client.get(reverse("formula1:drivers"))
    assert points_on(page)["driver_1"] == 25
    assert page.context["rules"].league_name == league.name
    assert points_on(client.get(reverse("formula1:drivers"), {"league": "default"}))["driver_1"] == 1


def test_the_league_of_others_cannot_be_chosen(client, raced, charlie, league):
    league.settings_versions.update(scoring="standard_f1")
    client.force_login(charlie)
    assert points_on(client.get(reverse("formula1:drivers"), {"league": league.pk}))["driver_1"] == 1


def test_a_player_sees_who_has_a_driver_in_their_leagues(client, raced, bob, charlie, bobs):
    address = reverse("formula1:driver", args=["driver_2"])
    client.force_login(bob)
    page = client.get(address)
    assert [pick.slot.constructor for pick in page.context["holders"]] == [bobs]
    client.force_login(charlie)
    assert client.get(address).context["holders"] == []


def test_the_page_of_a_driver_has_seasons_and_circuits(client, raced):
    page = client.get(reverse("formula1:driver", args=["driver_3"]))
    assert [(line.season, line.best) for line in page.context["history"]] == [(raced.race.season, 3)]
    [circuit] = page.context["circuits"]
    assert circuit.circuit == Circuit.objects.get(pk=raced.race.circuit_id)
    assert page.context["stats"]["points"] == 3


def test_the_picks_for_a_race_are_those_of_the_readers_leagues(client, drafted, alice, charlie, alices, bobs):
    address = reverse("formula1:race_picks", args=[drafted.race_id])
    client.force_login(alice)
    [(league, lines)] = client.get(address).context["leagues"]
    assert league == drafted.league
    assert {line.constructor: line.picks[0].entry.driver.ref for line in lines} == {
        alices: "driver_1",
        bobs: "driver_2",
    }
    client.force_login(charlie)
    assert client.get(address).context["leagues"] == []


def test_the_most_points_come_first_after_the_race(client, raced, alice):
    client.force_login(alice)
    [(_, lines)] = client.get(reverse("formula1:race_picks", args=[raced.race_id])).context["leagues"]
    points = [line.points for line in lines]
    assert points == sorted(points, reverse=True) != [0, 0]
    assert points[0] == sum(pick.score.points for pick in lines[0].picks)


def test_teams_are_listed_by_official_points_with_their_drivers(client, raced):
    page = client.get(reverse("formula1:teams"))
    first = page.context["lines"][0]
    assert first.team == Team.objects.get(ref="team_1")
    assert [entry.driver.ref for entry in first.drivers] == ["driver_1", "driver_2"]


def test_the_page_of_a_team_has_the_results_of_its_cars(client, raced):
    Result.objects.filter(driver__ref="driver_1").update(points=25)
    page = client.get(reverse("formula1:team", args=["team_1"]))
    [weekend] = page.context["races"]
    assert [result.position for result in weekend.results] == [1, 2]
    assert weekend.points >= 25
    assert client.get(reverse("formula1:team", args=["nobody"])).status_code == 404


class TestForm:
    """The lines of the last races, in the points under the chosen rules; on the page of a team in official points."""

    @pytest.fixture
    def twice(self, raced, at):
        """Driver 1 wins the first race and comes third in the second one, in which driver 2 does not take part."""
        second = raced.race.season.races.get(round=2)
        grid(second)
        results = results_for(second, ["driver_4", "driver_3", "driver_1"])
        results.results.filter(driver__ref="driver_2").delete()
        at(OVER_AT + timedelta(days=8))
        return second

    def label(self, page, ref):
        return page.context["form_lines"][Driver.objects.get(ref=ref).pk].label

    def test_the_list_of_drivers_has_one_for_each(self, client, twice):
        page = client.get(reverse("formula1:drivers"))
        assert self.label(page, "driver_1") == "Points race by race, oldest first: 1; 3"
        assert self.label(page, "driver_2") == "Points race by race, oldest first: 2; did not race"
        assert "<title>Points race by race, oldest first: 1; 3</title>" in page.text
        assert page.text.count('class="sparkline"') == 22

    def test_the_page_of_a_driver_has_the_season_under_the_rules_of_the_league(self, client, twice, alice, league):
        league.settings_versions.update(scoring="standard_f1")
        client.force_login(alice)
        page = client.get(reverse("formula1:driver", args=["driver_1"]))
        assert page.context["form_line"].label == "Points race by race, oldest first: 25; 15"

    def test_a_driver_without_a_race_has_none(self, client, drafted):
        page = client.get(reverse("formula1:driver", args=["driver_1"]))
        assert page.context["form_line"].is_empty
        assert "sparkline" not in page.text

    def test_the_page_of_a_team_has_official_points_with_sprints(self, client, twice):
        Result.objects.all().update(points=4)
        results_for(twice, ["driver_1"], kind="sprint").results.update(points=3)
        page = client.get(reverse("formula1:team", args=["team_1"]))
        assert self.label(page, "driver_1") == "Official points race by race, oldest first: 4; 7"

    def test_the_page_of_a_constructor_has_those_of_its_drivers(self, client, twice, alice, alices):
        client.force_login(alice)
        page = client.get(reverse("pages:constructor", args=[alices.pk]))
        driver = page.context["drivers"][-1]
        assert (driver.entry.driver.ref, driver.picks, driver.points) == ("driver_1", 1, 1)
        assert self.label(page, "driver_1") == "Points race by race, oldest first: 1; 3"

    def test_the_page_of_a_constructor_takes_few_queries(self, client, twice, bob, bobs, django_assert_max_num_queries):
        address = reverse("pages:constructor", args=[bobs.pk])
        client.force_login(bob)
        client.get(address)
        with django_assert_max_num_queries(8):
            client.get(address)


def test_a_new_result_changes_the_points(client, raced):
    client.get(reverse("formula1:drivers"))
    results_for(raced.race, ["driver_3", "driver_1"])
    assert points_on(client.get(reverse("formula1:drivers")))["driver_3"] == 1


@pytest.mark.parametrize(
    ("name", "args"),
    [("drivers", []), ("driver", ["driver_1"]), ("teams", []), ("team", ["team_1"]), ("race_picks", None)],
)
def test_pages_take_few_queries(client, django_assert_max_num_queries, raced, alice, name, args):
    address = reverse(f"formula1:{name}", args=[raced.race_id] if args is None else args)
    client.force_login(alice)
    client.get(address)  # Points, form and standings are cached until the next result.
    with django_assert_max_num_queries(8):
        assert client.get(address).status_code == 200
