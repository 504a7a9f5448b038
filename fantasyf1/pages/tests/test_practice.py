"""Practice draft pages: start, pick, finish, start again, with or without an account; the draft is in a cookie."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core import signing
from django.test import Client
from django.urls import reverse

from core.models import RateLimit
from drafts.rules.practice import MAX_ENTRIES, MAX_OPPONENTS, MAX_PICKS, Practice, to_json
from fantasyf1.pages import practice, practice_cookie
from races.models import Race
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import SeasonFactory, grid, results_for, weekend

BEGIN, ROOM, PICK = (reverse(f"pages:{name}") for name in ("practice", "practice_room", "practice_pick"))
CHOICES = {"opponents": 3, "picks_each": 2, "method": "snake", "place": 2}


@pytest.fixture(autouse=True)
def before_the_race(at):
    at(DRAFTING_AT)


@pytest.fixture
def player(client, season, charlie):
    """Charlie, who is in no league."""
    client.force_login(charlie)
    return client


def begun(player, **choices):
    return player.post(BEGIN, CHOICES | choices, follow=True)


def picked(player, entry, **kwargs):
    return player.post(PICK, {"entry": entry}, **kwargs)


def best(answer):
    return answer.context["free"][0][0].pk


def finished(player, answer):
    while answer.context["turn"]:
        answer = picked(player, best(answer), follow=True)
    return answer


def rows():
    """How many rows each table has, without the rate limits, which have one row for an address and are deleted."""
    return {model: model._default_manager.count() for model in apps.get_models() if model is not RateLimit}


def give(client, value, salt=practice_cookie.SALT):
    """Set the cookie to what somebody with the site's key would sign."""
    client.cookies[practice_cookie.NAME] = signing.dumps(value, salt=salt, compress=True)


class TestBeginning:
    def test_before_the_first_result_it_has_the_drivers_of_the_next_race(self, player, race):
        assert race.name in player.get(BEGIN).text
        answer = begun(player)
        assert answer.redirect_chain == [(ROOM, 302)]
        assert "It is your turn" in answer.text
        assert answer.context["turn"].number == 2
        assert len(answer.context["free"]) == 21

    def test_it_has_the_last_race_with_results(self, player, race, at):
        results_for(race, retired=["driver_3"])
        at(OVER_AT)
        assert begun(player).context["race"] == race

    def test_another_race_of_the_season_can_be_chosen(self, player, race, at):
        second = race.season.races.get(round=2)
        grid(second)
        for run in (race, second):
            results_for(run)
        at(OVER_AT + timedelta(days=8))
        assert begun(player).context["race"] == second
        assert begun(player, race=race.pk).context["race"] == race
        assert "is not one of the available choices" in player.post(BEGIN, CHOICES | {"race": 999}).text

    def test_before_the_first_result_of_a_season_it_has_the_last_race_of_the_season_before(self, player, race, at):
        results_for(race)
        weekend(SeasonFactory.create(year=2026), starts_at=OVER_AT + timedelta(days=365))
        at(OVER_AT + timedelta(days=360))
        assert begun(player).context["race"] == race

    def test_it_knows_only_what_was_known_before_the_race(self, player, race, at):
        second = race.season.races.get(round=2)
        grid(second)
        results_for(race, [f"driver_{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 22)])
        results_for(second, retired=["driver_22"])
        at(OVER_AT + timedelta(days=8))
        answer = begun(player, place=1)
        driver, points = answer.context["free"][0]
        assert (driver.driver.ref, points) == ("driver_22", "10")
        assert answer.context["form_of"][driver.driver_id].last_five == ("10",)

    def test_a_driver_who_missed_the_race_can_be_picked_as_before_it(self, player, open_draft, at):
        race = open_draft.race
        race.entries.filter(driver__ref="driver_3").update(is_withdrawn=True)
        results_for(race, retired=["driver_3"])
        at(OVER_AT)
        assert "driver_3" in {entry.driver.ref for entry, _ in begun(player, place=1).context["free"]}

    def test_after_the_season_the_last_race_is_used(self, player, race, at):
        at(Race.objects.latest("race_date").expected_start + timedelta(days=30))
        assert "It is your turn" in begun(player).text

    @pytest.mark.parametrize(
        ("choices", "sentence"),
        [
            ({"opponents": 0}, "greater than or equal to 1"),
            ({"opponents": 10}, "less than or equal to 9"),
            ({"opponents": ""}, "This field is required"),
            ({"picks_each": 6}, "less than or equal to 5"),
            ({"method": "auction"}, "auction is not one of the available choices"),
            ({"place": 11}, "11 is not one of the available choices"),
            ({"opponents": 2, "place": 4}, "There is no place 4 in a draft of 3."),
            ({"opponents": 9, "picks_each": 3}, "the grid has 22: at most 7 fit"),
        ],
    )
    def test_too_many_picks_are_refused(self, player, choices, sentence):
        answer = player.post(BEGIN, CHOICES | choices)
        assert answer.status_code == 422
        assert sentence in answer.text

    def test_without_a_season_it_says_so(self, client, charlie):
        client.force_login(charlie)
        assert "No race to draft for" in client.get(BEGIN).text
        assert client.post(BEGIN, CHOICES).status_code == 200


class TestAVisitor:
    def test_they_can_draft_to_the_end(self, client, season):
        page = client.get(BEGIN).text
        assert "You need no account." in page
        assert reverse("pages:my_leagues") not in page.partition("<main")[2]
        before = rows()
        answer = finished(client, begun(client))
        assert "All picks are made" in answer.text
        assert len(answer.context["own"]) == 2
        assert rows() == before
        assert "sessionid" not in client.cookies

    def test_two_browsers_have_different_drafts(self, client, season):
        other = Client()
        begun(client, place=1)
        begun(other, place=3)
        assert [browser.get(ROOM).context["turn"].number for browser in (client, other)] == [1, 3]

    def test_their_draft_is_still_there_after_signing_in(self, client, season, charlie):
        turn = begun(client).context["turn"]
        client.force_login(charlie)
        assert client.get(ROOM).context["turn"] == turn

    def test_the_cookie_is_for_these_pages_and_not_for_scripts(self, client, season):
        begun(client)
        cookie = client.cookies[practice_cookie.NAME]
        assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (BEGIN, True, "Lax")

    def test_starting_is_limited_by_address(self, client, season, monkeypatch):
        monkeypatch.setattr(practice, "STARTS_PER_HOUR", 2)
        for _ in range(2):
            assert begun(client).status_code == 200
        refused = Client().post(BEGIN, CHOICES)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert "Too many attempts" in refused.text
        assert Client(REMOTE_ADDR="203.0.113.7").post(BEGIN, CHOICES).status_code == 302
        assert RateLimit.objects.count() == 2

    def test_invalid_options_do_not_count(self, client, season):
        client.post(BEGIN, CHOICES | {"opponents": 0})
        assert RateLimit.objects.count() == 0

    @pytest.mark.parametrize("address", [BEGIN, PICK])
    def test_forms_need_their_token(self, season, address):
        browser = Client(enforce_csrf_checks=True)
        browser.get(BEGIN)
        assert browser.post(address, CHOICES | {"entry": 1}).status_code == 403

    def test_the_landing_page_offers_it(self, client, season):
        page = client.get(reverse("home")).text
        assert BEGIN in page
        assert "you need no account" in page


class TestPicking:
    def test_the_bots_pick_at_once(self, player):
        entry = best(begun(player))
        answer = picked(player, entry, follow=True)
        assert [own.pk for own in answer.context["own"]] == [entry]
        assert answer.context["turn"].number == 7

    def test_a_taken_driver_is_refused(self, player):
        answer = begun(player)
        gone = answer.context["practice"].picks[0]
        refused = picked(player, gone)
        assert refused.status_code == 422
        assert "picked first." in refused.text
        assert refused.context["practice"] == answer.context["practice"]

    @pytest.mark.parametrize("entry", ["", "x", "-1", "999999999999999999999"])
    def test_an_invalid_driver_is_refused(self, player, entry):
        begun(player)
        refused = picked(player, entry)
        assert (refused.status_code, "Choose an available driver." in refused.text) == (422, True)

    def test_after_the_last_pick_no_driver_can_be_picked(self, player):
        answer = finished(player, begun(player))
        assert "Every pick has been made." in picked(player, best(answer)).text

    def test_picking_requires_post(self, player):
        assert player.get(PICK).status_code == 405

    def test_the_room_takes_a_bounded_number_of_queries(self, player, django_assert_max_num_queries):
        begun(player, opponents=9)
        with django_assert_max_num_queries(6):
            player.get(ROOM)


class TestTheEnd:
    def test_it_shows_totals_and_offers_another_draft(self, player):
        answer = finished(player, begun(player))
        assert "All picks are made" in answer.text
        assert len(answer.context["hands"]) == 4
        hidden = {field.name: field.value() for field in answer.context["again"] if field.value() is not None}
        again = player.post(BEGIN, hidden, follow=True)
        assert "It is your turn" in again.text
        assert len(again.context["practice"].order) == 4

    def test_it_writes_nothing_to_the_database(self, player):
        before = rows()
        finished(player, begun(player))
        assert rows() == before

    def test_a_new_practice_draft_replaces_it(self, player):
        begun(player)
        assert "Continue last draft" in player.get(BEGIN).text
        assert len(begun(player, opponents=1).context["practice"].order) == 2

    def test_the_largest_draft_fits_into_a_cookie(self, client):
        players, entries = MAX_OPPONENTS + 1, range(9_000_000, 9_000_000 + 7919 * MAX_ENTRIES, 7919)
        largest = Practice(
            race=9_000_000,
            method="sequential",
            picks_each=MAX_PICKS,
            order=tuple(range(1, players + 1)),
            picks=tuple(entries[: players * MAX_PICKS]),
            seed="0123456789abcdef",
            ranking=tuple((entry, f"{entry % 1000}.{entry % 97}") for entry in entries),
        )
        value = signing.dumps(to_json(largest), salt=practice_cookie.SALT, compress=True)
        assert len(value) < 3000


class TestACookieThatCannotBeRead:
    def assert_it_starts_again(self, client):
        assert client.get(ROOM).headers["Location"] == BEGIN
        assert picked(client, 1).headers["Location"] == BEGIN
        page = client.get(BEGIN)
        assert page.status_code == 200
        assert "Continue last draft" not in page.text

    @pytest.mark.parametrize("value", [None, 7, "nonsense", [], {"race": 1}, {"order": {}}])
    def test_a_signed_value_that_no_longer_fits_starts_again(self, client, season, value):
        give(client, value)
        self.assert_it_starts_again(client)

    @pytest.mark.parametrize(
        "forge", [str.lower, lambda value: value[:-1], lambda value: f"x{value}", lambda _: "é:a:b"]
    )
    def test_a_forged_value_starts_again(self, client, season, forge):
        begun(client)
        client.cookies[practice_cookie.NAME] = forge(client.cookies[practice_cookie.NAME].value)
        self.assert_it_starts_again(client)

    @pytest.mark.parametrize("value", ["", ":", "::", ".", "a" * 5000, ".eJwDAAAAAAE:1:1", "null", "{}"])
    def test_an_unsigned_value_starts_again(self, client, season, value):
        client.cookies[practice_cookie.NAME] = value
        self.assert_it_starts_again(client)

    def test_another_signature_of_the_site_starts_again(self, client, season):
        state = to_json(begun(client).context["practice"])
        give(client, state, salt="pages.practice_race")
        self.assert_it_starts_again(client)

    def test_it_ends_after_two_weeks(self, client, season, monkeypatch):
        begun(client)
        monkeypatch.setattr(practice_cookie, "LIFETIME", timedelta(seconds=-1))
        self.assert_it_starts_again(client)

    def test_deleted_drivers_end_it(self, player, race):
        begun(player)
        race.entries.first().delete()
        assert player.get(ROOM).headers["Location"] == BEGIN


def test_it_is_offered_on_the_leagues_page(player):
    assert BEGIN in player.get(reverse("pages:my_leagues")).text


def test_it_is_offered_before_a_draft_opens(client, upcoming_draft, alice, at):
    at(upcoming_draft.opens_at - timedelta(hours=1))
    client.force_login(alice)
    room = reverse("drafts:room", args=[upcoming_draft.league_id, upcoming_draft.race_id])
    assert BEGIN in client.get(room).text
