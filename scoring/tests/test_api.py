"""API: leaderboards, driver rankings, and the points of picks."""

import pytest

from drafts.services import lock_draft, make_pick
from races.models import Entry
from scoring.models import PickScore
from scoring.services import score_race
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import SeasonFactory, UserFactory, grid, results_for, weekend
from tests.support.stories import joined

pytestmark = pytest.mark.django_db

RANKINGS = "/api/v1/drivers/rankings"


@pytest.fixture
def raced(open_draft, alices, bobs, race, at):
    """The first race, scored. Alice holds the winner and 10th, Bob 2nd and a driver who did not take part."""
    for constructor, ref in ((alices, "driver_1"), (bobs, "driver_2"), (alices, "driver_10"), (bobs, "driver_22")):
        entry = Entry.objects.select_related("driver").get(race=race, driver__ref=ref)
        make_pick(constructor=constructor, entry=entry, now=DRAFTING_AT)
    lock_draft(draft=open_draft, now=open_draft.locks_at)
    results_for(race, retired=["driver_22"])
    score_race(race=race, now=OVER_AT)
    at(OVER_AT)
    return race


def items(answer):
    assert answer.status_code == 200, answer.json()
    return answer.json()["items"]


def test_drivers_are_ranked_by_standard_points_with_sprints(api, season):
    race = season.races.get(round=2)
    grid(race)
    results_for(race, ["driver_3", "driver_4"], kind="sprint")
    results_for(race, ["driver_3", "driver_5"])
    rows = items(api().get(f"{RANKINGS}?season=2025&scoring=standard_f1&sprints=true"))
    assert rows[0] == {"rank": 1, "id": "driver_3", "code": "D03", "name": "Driver 3", "points": "33"}
    assert len(rows) == 22


@pytest.mark.parametrize(
    ("query", "first", "points"), [("", "driver_10", "10"), ("scoring=standard_f1", "driver_1", "25")]
)
def test_rankings_default_to_the_current_season_and_the_default_scoring(api, race, at, query, first, points):
    at(OVER_AT)
    results_for(race)
    row = items(api().get(f"{RANKINGS}?{query}"))[0]
    assert (row["id"], row["points"]) == (first, points)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("season=1949", 404),
        ("season=x", 400),
        ("scoring=custom", 400),
        ("scoring=", 400),
        ("scoring=%00", 400),
        ("sprints=maybe", 400),
        ("season=2025&season=x", 400),
    ],
)
def test_a_ranking_with_invalid_parameters_is_refused(api, season, query, status):
    assert api().get(f"{RANKINGS}?{query}").status_code == status


def test_all_drivers_of_a_season_fit_on_one_page(api, race):
    results_for(race)
    answer = api().get(f"{RANKINGS}?season=2025").json()
    assert (answer["total"], answer["total_pages"]) == (22, 1)


def test_the_season_standings_list_every_constructor_with_points_as_text(api, alice, league, raced):
    rows = items(api(alice).get(f"/api/v1/leagues/{league.pk}/leaderboard"))
    assert [(row["rank"], row["constructor"], row["player"], row["points"]) for row in rows] == [
        (1, "Alice Racing", "alice", "11"),
        (2, "Bob Motorsport", "bob", "2"),
    ]
    assert rows[0]["wins"] == 1


def test_a_race_has_its_own_standings(api, alice, league, raced):
    rows = items(api(alice).get(f"/api/v1/leagues/{league.pk}/leaderboard?race_id={raced.pk}"))
    assert [(row["rank"], row["points"], row["best_pick"]) for row in rows] == [(1, "11", "10"), (2, "2", "2")]


def test_standings_can_be_requested_as_of_a_moment(api, alice, league, raced):
    path = f"/api/v1/leagues/{league.pk}/leaderboard"
    before = items(api(alice).get(path, {"as_of": DRAFTING_AT.isoformat()}))
    now = items(api(alice).get(path, {"as_of": OVER_AT.isoformat(), "race_id": raced.pk}))
    assert [row["points"] for row in before] == ["0", "0"]
    assert now == items(api(alice).get(path, {"race_id": raced.pk}))
    assert api(alice).get(path, {"as_of": "yesterday"}).status_code == 400


def test_earlier_standings_are_hidden_from_strangers(api, charlie, league, raced):
    path = f"/api/v1/leagues/{league.pk}/leaderboard?as_of=2025-03-01T00:00:00Z"
    assert api(charlie).get(path).status_code == 404


def test_before_the_first_race_everyone_has_zero_points(api, alice, league):
    rows = items(api(alice).get(f"/api/v1/leagues/{league.pk}/leaderboard"))
    assert [row["points"] for row in rows] == ["0", "0"]


@pytest.mark.parametrize("race_id", ["0", "x", "%00", str(2**63), "1.5"])
def test_standings_of_an_unknown_race_are_refused(api, alice, league, race_id):
    answer = api(alice).get(f"/api/v1/leagues/{league.pk}/leaderboard?race_id={race_id}")
    assert answer.status_code in (400, 404)


def test_a_race_of_another_season_has_no_standings_in_the_league(api, alice, league):
    other = weekend(SeasonFactory.create(year=2024))
    assert api(alice).get(f"/api/v1/leagues/{league.pk}/leaderboard?race_id={other.pk}").status_code == 404


def test_a_private_leagues_standings_are_hidden_from_strangers(api, charlie, league, raced):
    for client in (api(charlie), api()):
        answer = client.get(f"/api/v1/leagues/{league.pk}/leaderboard")
        missing = client.get("/api/v1/leagues/999999/leaderboard")
        assert (answer.status_code, missing.status_code) == (404, 404)
        assert answer.json()["error"]["message"] == missing.json()["error"]["message"]


def test_everyone_sees_the_standings_of_a_public_league(api, league, raced):
    league.visibility = "public"
    league.save()
    assert len(items(api().get(f"/api/v1/leagues/{league.pk}/leaderboard"))) == 2


def test_every_pick_explains_its_points(api, alice, alices, raced):
    draft = items(api(alice).get(f"/api/v1/constructors/{alices.pk}/drafts"))[-1]
    assert (draft["race_id"], draft["state"], draft["points"], draft["rank"]) == (raced.pk, "scored", "11", 1)
    assert draft["picks"][1] == {
        "slot": 3,
        "driver_id": "driver_10",
        "code": "D10",
        "name": "Driver 10",
        "source": "player",
        "points": "10",
        "breakdown": [{"label": "10th place", "points": "10"}],
        "substitute": None,
    }


def test_a_replacement_who_scored_is_named(api, bob, bobs, raced):
    PickScore.objects.filter(pick__entry__driver__ref="driver_22").update(
        driver=Entry.objects.get(race=raced, driver__ref="driver_9").driver
    )
    draft = items(api(bob).get(f"/api/v1/constructors/{bobs.pk}/drafts"))[-1]
    assert draft["picks"][1]["substitute"] == {"id": "driver_9", "code": "D09", "name": "Driver 9"}


def test_an_upcoming_draft_is_listed_without_picks(api, alice, alices, upcoming_draft):
    draft = items(api(alice).get(f"/api/v1/constructors/{alices.pk}/drafts"))[0]
    assert (draft["race_id"], draft["state"]) == (upcoming_draft.race_id, "upcoming")
    assert (draft["points"], draft["rank"], draft["picks"]) == (None, None, [])


def test_an_unscored_pick_has_no_points(api, alice, alices, open_draft, race):
    entry = Entry.objects.select_related("driver").get(race=race, driver__ref="driver_1")
    make_pick(constructor=alices, entry=entry, now=DRAFTING_AT)
    pick = items(api(alice).get(f"/api/v1/constructors/{alices.pk}/drafts"))[0]["picks"][0]
    assert (pick["points"], pick["breakdown"], pick["substitute"]) == (None, [], None)


def test_members_see_each_others_picks_and_strangers_do_not(api, bob, charlie, alices, raced):
    assert api(bob).get(f"/api/v1/constructors/{alices.pk}/drafts").status_code == 200
    assert api(charlie).get(f"/api/v1/constructors/{alices.pk}/drafts").status_code == 404
    assert api().get(f"/api/v1/constructors/{alices.pk}/drafts").status_code == 404


def test_standings_and_drafts_take_a_fixed_number_of_queries(
    api, alice, alices, league, raced, django_assert_max_num_queries
):
    for _ in range(4):
        joined(league, UserFactory.create(), at=OVER_AT)
    client = api(alice)
    with django_assert_max_num_queries(5):
        items(client.get(f"/api/v1/leagues/{league.pk}/leaderboard"))
    with django_assert_max_num_queries(5):
        items(client.get(f"/api/v1/leagues/{league.pk}/leaderboard?race_id={raced.pk}"))
    with django_assert_max_num_queries(6):
        items(client.get(f"/api/v1/constructors/{alices.pk}/drafts"))


def test_rankings_come_from_the_cache_until_results_change(api, race, django_assert_num_queries):
    results_for(race, ["driver_1"])
    first = items(api().get(f"{RANKINGS}?season=2025&scoring=standard_f1"))
    with django_assert_num_queries(1):
        assert items(api().get(f"{RANKINGS}?season=2025&scoring=standard_f1")) == first
    results_for(race, ["driver_2"])
    assert items(api().get(f"{RANKINGS}?season=2025&scoring=standard_f1"))[0]["id"] == "driver_2"
