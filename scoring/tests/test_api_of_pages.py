"""What the score pages show, in the API: corrections, the preview of settings, and the seasons of a person."""

from datetime import timedelta

import pytest

from leagues.models import SettingsVersion
from leagues.services import create_league, leave_league
from races.models import Classification
from scoring.services import score_race
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import SeasonFactory, results_for
from tests.support.stories import filled, fresh, opened, scored

pytestmark = pytest.mark.django_db

STORY = "Driver 1: 1st -> disqualified"
LATER = OVER_AT + timedelta(hours=1)


@pytest.fixture
def draft(league, alices, bobs, at):
    """Alice holds 1st and 3rd, Bob 2nd and 4th. The inverted points are 1, 2, 3, 4."""
    names = [f"driver_{number}" for number in (1, 2, 3, 4)]
    draft = scored(filled(opened(league, [alices, bobs]), names), names)
    at(LATER + timedelta(hours=1))
    return draft


@pytest.fixture
def corrected(draft):
    """The winner is disqualified, so everyone else moves up."""
    names = [f"driver_{number}" for number in (2, 3, 4)]
    revision = results_for(draft.race, names, retired=["driver_1"], recorded_at=LATER)
    Classification.objects.filter(pk=revision.pk).update(difference=[STORY])
    score_race(race=fresh(draft).race, now=LATER)
    return draft


def items(answer):
    assert answer.status_code == 200, answer.json()
    return answer.json()["items"]


class TestCorrections:
    def test_those_of_a_league_say_what_changed_for_whom(
        self, api, bob, corrected, alices, django_assert_max_num_queries
    ):
        client = api(bob)
        with django_assert_max_num_queries(10):
            (correction,) = items(
                client.get(f"/api/v1/leagues/{corrected.league_id}/races/{corrected.race_id}/corrections")
            )
        assert correction["what_changed"] == [STORY]
        alice = next(score for score in correction["scores"] if score["constructor_id"] == alices.pk)
        assert (alice["user_id"], alice["points_before"], alice["points_after"]) == (alices.owner_id, "4", "2")
        assert (alice["season_rank_before"], alice["season_rank_after"]) == (2, 2)
        assert [(pick["driver_id"], pick["points_after"]) for pick in alice["picks"]] == [
            ("driver_1", "0"),
            ("driver_3", "2"),
        ]

    def test_those_of_a_race_are_in_all_leagues_of_the_player(self, api, bob, charlie, corrected):
        address = f"/api/v1/races/{corrected.race_id}/corrections"
        assert [correction["league_id"] for correction in items(api(bob).get(address))] == [corrected.league_id]
        assert items(api(charlie).get(address)) == []
        assert api().get(address).status_code == 401

    def test_a_race_without_corrections_has_none(self, api, bob, draft):
        assert items(api(bob).get(f"/api/v1/leagues/{draft.league_id}/races/{draft.race_id}/corrections")) == []

    def test_those_of_a_private_league_are_not_found(self, api, charlie, corrected):
        address = f"/api/v1/leagues/{corrected.league_id}/races/{corrected.race_id}/corrections"
        assert [api(user).get(address).status_code for user in (charlie, None)] == [404, 404]


class TestSettingsPreview:
    @pytest.fixture
    def address(self, league, race, at):
        results_for(race, ["driver_7"])
        at(OVER_AT)
        return f"/api/v1/leagues/{league.pk}/settings/preview"

    def test_the_last_race_is_scored_under_other_settings_and_nothing_is_saved(self, api, alice, race, address):
        body = {"scoring": "custom", "custom_points": {"places": ["33", "7"]}}
        preview = api(alice).post(address, body).json()
        assert (preview["race_id"], preview["race"]) == (race.pk, race.name)
        assert [driver["points"] for driver in preview["drivers"]][:3] == ["33", "7", "0"]
        assert preview["drivers"][0]["id"] == "driver_7"
        assert preview["drivers"][0]["breakdown"][0]["points"] == "33"
        assert SettingsVersion.objects.count() == 1

    def test_without_changes_it_shows_the_current_settings(self, api, alice, address):
        assert api(alice).post(address, {}).json()["drivers"][0]["points"] == "10"

    def test_points_that_make_no_sense_are_refused(self, api, alice, address):
        refused = api(alice).post(address, {"custom_points": {"places": ["many"]}})
        assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["custom_points"])

    def test_before_the_first_result_it_is_empty(self, api, alice, league):
        preview = api(alice).post(f"/api/v1/leagues/{league.pk}/settings/preview", {}).json()
        assert preview == {"race_id": None, "race": None, "drivers": []}

    def test_only_managers_can_see_it(self, api, bob, charlie, address):
        assert [api(user).post(address, {}).status_code for user in (bob, charlie, None)] == [403, 404, 401]


class TestSeasonsOfAPerson:
    def test_a_player_sees_the_own_seasons_also_of_leagues_that_they_left(self, api, bob, bobs, draft):
        left = create_league(creator=bob, season=SeasonFactory.create(year=2026), name="Left", now=FOUNDED_AT)
        leave_league(user=bob, league=left, now=OVER_AT)
        rows = items(api(bob).get(f"/api/v1/users/{bob.pk}/seasons"))
        assert [(row["season"], row["league"], row["points"], row["rank"]) for row in rows] == [
            (2026, "Left", None, None),
            (2025, "Alpine Friends", "6", 1),
        ]
        assert rows[0]["left_at"] is not None
        assert rows[1]["constructor_id"] == bobs.pk

    def test_others_see_what_is_in_leagues_that_they_can_see(self, api, alice, bob, charlie, draft):
        create_league(creator=bob, season=draft.league.season, name="Secret", now=FOUNDED_AT)
        create_league(creator=bob, season=draft.league.season, name="Open", visibility="public", now=FOUNDED_AT)
        address = f"/api/v1/users/{bob.pk}/seasons"
        assert [row["league"] for row in items(api(alice).get(address))] == ["Alpine Friends", "Open"]
        assert [row["league"] for row in items(api(charlie).get(address))] == ["Open"]

    def test_a_person_who_hides_the_profile_is_not_found(self, api, bob, charlie, league):
        bob.discoverable = False
        bob.save()
        addresses = (f"/api/v1/users/{pk}/seasons" for pk in (bob.pk, 999_999))
        assert [api(charlie).get(address).status_code for address in addresses] == [404, 404]
