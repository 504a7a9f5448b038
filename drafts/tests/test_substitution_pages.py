"""Pages for substitutions: the notice in the room, the page with free drivers, and the commissioner tools."""

import pytest
from django.urls import reverse

from drafts.services import make_pick, pause_draft, substitute_driver
from leagues.models import League
from leagues.services import change_league
from tests.support.cast import DRAFTING_AT
from tests.support.stories import entry, fresh, last_event, locked, pick, withdrawn

OUT = "is out</b>. Choose another driver before the draft locks"
LEAGUE_HOME_OUT = "is out</b>. Choose another driver before the draft locks"


@pytest.fixture
def draft(open_draft, alices, bobs):
    """Alice has picked the first driver, who has been withdrawn since; it is Bob's turn."""
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    withdrawn(open_draft, "driver_1", DRAFTING_AT)
    return fresh(open_draft)


def room(draft, part="room"):
    return reverse(f"drafts:{part}", args=[draft.league_id, draft.race_id])


def url_of(draft, out="driver_1"):
    return f"{room(draft, 'substitution')}?out={entry(draft.race, out).pk}"


def take(client, draft, to="driver_5", out="driver_1"):
    return client.post(
        room(draft, "substitution"), {"out": entry(draft.race, out).pk, "entry": entry(draft.race, to).pk}
    )


class TestTheRoom:
    @pytest.mark.parametrize("part", ["room", "live_partial"])
    def test_the_holder_sees_a_link_to_choose_another_driver(self, client, draft, alice, part):
        client.force_login(alice)
        page = client.get(room(draft, part)).text
        assert OUT in page
        assert f'action="{room(draft, "substitution")}"' in page
        assert f'name="out" value="{entry(draft.race, "driver_1").pk}"' in page

    def test_others_see_it_only_on_the_board(self, client, draft, bob):
        client.force_login(bob)
        page = client.get(room(draft)).text
        assert OUT not in page
        assert 'title="Out of this race"' in page
        assert "Driver 1 is out. Alice Racing can take another driver." in page

    def test_the_league_home_tells_the_holder(self, client, draft, alice, bob):
        for user, is_told in ((alice, True), (bob, False)):
            client.force_login(user)
            assert (LEAGUE_HOME_OUT in client.get(reverse("pages:league_home", args=[draft.league_id])).text) is is_told

    def test_while_paused_it_says_so_and_has_no_button(self, client, draft, alice):
        pause_draft(draft=draft, by=alice, now=DRAFTING_AT)
        client.force_login(alice)
        page = client.get(room(draft)).text
        assert OUT in page
        assert "You can do this once the draft is resumed." in page
        assert f'action="{room(draft, "substitution")}"' not in page

    def test_from_the_lock_on_there_is_nothing_to_choose(self, client, draft, alice, at):
        locked(draft)
        at(draft.locks_at)
        client.force_login(alice)
        assert OUT not in client.get(room(draft)).text


class TestThePage:
    def test_it_lists_the_free_drivers_and_asks_for_confirmation(self, client, draft, alice):
        client.force_login(alice)
        page = client.get(url_of(draft)).text
        assert f'form="substituting" name="entry" value="{entry(draft.race, "driver_5").pk}"' in page
        assert f'name="entry" value="{entry(draft.race, "driver_1").pk}"' not in page
        assert "Change to Driver 5" in page

    def test_a_substitution_is_made_and_confirmed(self, client, draft, alice, alices):
        client.force_login(alice)
        response = take(client, draft)
        assert response.headers["Location"] == room(draft)
        assert draft.picks.get().entry.driver.ref == "driver_5"
        page = client.get(room(draft)).text
        assert "You now have Driver 5 instead of Driver 1." in page
        assert "Alice Racing took Driver 5 instead of Driver 1." in page
        assert OUT not in page

    def test_a_taken_driver_is_refused_above_the_remaining_ones(self, client, draft, alice, bobs):
        make_pick(constructor=bobs, entry=entry(draft.race, "driver_5"), now=DRAFTING_AT)
        client.force_login(alice)
        response = take(client, draft)
        assert response.status_code == 422
        assert "5 is gone: Bob Motorsport picked first." in response.text
        assert "Change to Driver 6" in response.text

    def test_a_repeated_substitution_is_refused(self, client, draft, alice):
        client.force_login(alice)
        take(client, draft)
        response = take(client, draft, "driver_6")
        assert response.status_code == 422
        assert "You do not have 1 in this draft." in response.text
        assert "Back to the draft" in response.text
        assert draft.picks.get().entry.driver.ref == "driver_5"

    def test_choosing_nothing_changes_nothing(self, client, draft, alice):
        client.force_login(alice)
        out = entry(draft.race, "driver_1").pk
        for body in ({"out": out}, {"out": out, "entry": "x"}):
            response = client.post(room(draft, "substitution"), body)
            assert (response.status_code, "Choose an available driver." in response.text) == (422, True)
        assert client.post(room(draft, "substitution"), {"out": out, "entry": 2**40}).status_code == 404

    def test_a_driver_who_cannot_be_substituted_redirects_to_the_room(self, client, draft, alice, bob):
        for user, out in ((alice, "driver_2"), (bob, "driver_1")):
            client.force_login(user)
            assert client.get(url_of(draft, out)).headers["Location"] == room(draft)
            assert take(client, draft, out=out).status_code == 422
        assert draft.picks.get().entry.driver.ref == "driver_1"

    def test_a_substitution_after_the_lock_is_refused(self, client, draft, alice, at):
        at(draft.locks_at)
        client.force_login(alice)
        assert client.get(url_of(draft)).status_code == 302
        response = take(client, draft)
        assert (response.status_code, "The draft is locked." in response.text) == (422, True)

    def test_a_stranger_gets_404(self, client, draft, charlie):
        client.force_login(charlie)
        assert client.get(url_of(draft)).status_code == take(client, draft).status_code == 404

    def test_a_spectator_of_a_public_league_gets_404(self, client, draft, alice, charlie):
        change_league(league=draft.league, by=alice, visibility=League.Visibility.PUBLIC)
        client.force_login(charlie)
        assert client.get(url_of(draft)).status_code == take(client, draft).status_code == 404

    def test_a_visitor_is_redirected_to_sign_in(self, client, draft):
        for response in (client.get(url_of(draft)), take(client, draft)):
            assert (response.status_code, "sign-in" in response.headers["Location"]) == (302, True)

    def test_an_entry_of_another_race_is_not_found(self, client, draft, alice):
        client.force_login(alice)
        assert client.get(room(draft, "substitution"), {"out": 2**40}).status_code == 404

    def test_without_a_driver_it_redirects_to_the_room(self, client, draft, alice):
        client.force_login(alice)
        for response in (
            client.get(room(draft, "substitution")),
            client.post(room(draft, "substitution"), {"out": "x"}),
        ):
            assert response.headers["Location"] == room(draft)


class TestCommissionerTools:
    def test_the_manager_substitutes_for_a_player(self, client, draft, alice, bobs, bob):
        pick(draft, bobs, "driver_2", DRAFTING_AT)
        withdrawn(draft, "driver_2", DRAFTING_AT)
        client.force_login(alice)
        assert "Driver 2, Bob Motorsport" in client.get(room(draft)).text
        body = {"act": "swap", "out": entry(draft.race, "driver_2").pk, "entry": entry(draft.race, "driver_6").pk}
        page = client.post(room(draft, "commissioner"), body, follow=True).text
        assert "Bob Motorsport now has Driver 6 instead of Driver 2." in page
        assert "alice took Driver 6 for Bob Motorsport instead of Driver 2." in page
        assert last_event(draft).by == alice

    def test_a_player_has_no_commissioner_tools(self, client, draft, bob):
        client.force_login(bob)
        body = {"act": "swap", "out": entry(draft.race, "driver_1").pk, "entry": entry(draft.race, "driver_6").pk}
        assert client.post(room(draft, "commissioner"), body).status_code == 404

    def test_it_is_not_offered_if_nobody_is_out(self, client, open_draft, alice):
        client.force_login(alice)
        assert 'value="swap"' not in client.get(room(open_draft)).text


def test_the_history_names_the_substituted_driver(client, draft, alice, alices, at):
    out, taken = entry(draft.race, "driver_1"), entry(draft.race, "driver_5")
    substitute_driver(constructor=alices, out=out, entry=taken, by=alice, now=DRAFTING_AT)
    locked(draft)
    at(draft.locks_at)
    client.force_login(alice)
    assert "Instead of Driver 1, who was out" in client.get(room(draft)).text
