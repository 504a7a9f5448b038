"""The lobby as pages, API and admin."""

from datetime import timedelta

import pytest
from django.urls import reverse

from drafts.models import Draft
from drafts.services import set_ready
from leagues.selectors import current_settings
from leagues.services import invite, plan_first_draft
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import fresh, joined, upcoming

HOUR = timedelta(hours=1)


@pytest.fixture
def gathering(league, alice, at):
    """The lobby of Alice's league, which waits for her; Bob is in it, too."""
    at(FOUNDED_AT)
    plan_first_draft(league=league, by=alice, start="manual", now=FOUNDED_AT)
    return upcoming(league)


def url(name, draft):
    return reverse(f"drafts:{name}", args=[draft.league_id])


class TestThePage:
    def test_it_shows_who_is_here_and_who_is_invited(self, client, gathering, league, alice, bob, charlie):
        bot = joined(league, is_bot=True)
        invite(league=league, by=alice, username="charlie", now=FOUNDED_AT)
        invite(league=league, by=alice, email="dora@example.org", now=FOUNDED_AT)
        set_ready(draft=gathering, by=bob, is_ready=True, now=FOUNDED_AT)
        client.force_login(alice)
        page = client.get(url("lobby", gathering)).text
        for text in ("Alice Racing", "Bob Motorsport", bot.name, "charlie", "1 person by e-mail", "1 of 2 players are"):
            assert text in page
        assert "dora@example.org" not in page
        assert f"http://testserver/join/{league.code}/" in page
        assert "data:image/svg+xml;base64," in page
        assert "Start the draft" in page

    def test_a_player_is_ready_and_does_not_start_it(self, client, gathering, bob, bobs):
        client.force_login(bob)
        assert "Start the draft" not in client.get(url("lobby", gathering)).text
        client.post(url("ready", gathering), {"ready": "yes"})
        assert list(gathering.ready_constructors.all()) == [bobs]
        client.post(url("ready", gathering), {"ready": "no"})
        assert not gathering.ready_constructors.exists()
        assert client.post(url("start", gathering)).status_code == 404

    def test_the_manager_starts_it_and_all_come_to_the_room(self, client, gathering, alice, bob):
        client.force_login(alice)
        page = client.post(url("start", gathering), follow=True)
        assert page.redirect_chain[-1][0] == reverse("drafts:room", args=[gathering.league_id, gathering.race_id])
        assert "The draft has started." in page.text
        client.force_login(bob)
        response = client.get(url("lobby_live", gathering), headers={"HX-Request": "true"})
        assert (response.status_code, response.headers["HX-Redirect"]) == (204, url("lobby", gathering))

    def test_its_live_part_is_sent_when_it_has_changed(self, client, gathering, league, alice):
        client.force_login(alice)
        seen = client.get(url("lobby", gathering)).context["lobby"].version
        live = url("lobby_live", gathering)
        assert client.get(live, {"seen": seen}).status_code == 204
        joined(league)
        changed = client.get(live, {"seen": seen})
        assert (changed.status_code, "3 players" in changed.text) == (200, True)
        assert 'hx-swap-oob="true"' in changed.text

    def test_a_nudge_says_how_many_were_told(self, client, gathering, alice):
        client.force_login(alice)
        for sentence in ("Nudged 1 person.", "They were nudged less than half an hour ago."):
            assert sentence in client.post(url("nudge", gathering), follow=True).text

    def test_the_manager_plans_how_it_starts(self, client, gathering, league, alice):
        client.force_login(alice)
        client.post(url("plan", gathering), {"first_draft_start": "window", "bots_up_to": 5})
        league.refresh_from_db()
        assert (league.first_draft_start, current_settings(league).bots_up_to) == ("window", 5)
        page = client.post(url("plan", gathering), {"first_draft_start": "some day"}, follow=True)
        assert "Some fields are missing or not valid." in page.text

    def test_a_stranger_finds_nothing(self, client, gathering, charlie):
        client.force_login(charlie)
        for name in ("lobby", "lobby_live"):
            assert client.get(url(name, gathering)).status_code == 404
        for name in ("ready", "nudge", "start", "plan"):
            assert client.post(url(name, gathering)).status_code == 404

    def test_without_a_draft_it_leads_to_the_league(self, client, league, alice):
        Draft.objects.all().delete()
        client.force_login(alice)
        assert client.get(reverse("drafts:lobby", args=[league.pk])).url == reverse(
            "pages:league_home", args=[league.pk]
        )

    def test_the_league_and_the_list_of_leagues_lead_to_it(self, client, gathering, alice):
        client.force_login(alice)
        assert url("lobby", gathering) in client.get(reverse("pages:league_home", args=[gathering.league_id])).text
        assert "Lobby open" in client.get(reverse("pages:my_leagues")).text

    def test_it_takes_few_queries(self, client, gathering, league, alice, django_assert_max_num_queries):
        for _ in range(5):
            joined(league)
        client.force_login(alice)
        with django_assert_max_num_queries(24):
            client.get(url("lobby", gathering))


class TestTheApi:
    def test_a_draft_says_that_it_waits_and_when_it_opens(self, api, gathering, alice):
        status = api(alice).get(f"/api/v1/drafts/{gathering.pk}").json()
        by_itself = (gathering.locks_at - timedelta(days=1)).isoformat().replace("+00:00", "Z")
        assert (status["state"], status["waits_for_start"], status["opens_by"]) == ("upcoming", True, by_itself)
        listed = api(alice).get("/api/v1/drafts").json()["items"][0]
        assert (listed["waits_for_start"], listed["opens_by"]) == (True, by_itself)

    def test_the_manager_starts_it(self, api, gathering, alice, bob, charlie):
        start = f"/api/v1/drafts/{gathering.pk}/start"
        assert [api(user).post(start, {}).status_code for user in (bob, charlie)] == [403, 404]
        started = api(alice).post(start, {"seen": gathering.last_seq})
        assert (started.status_code, started.json()["state"]) == (200, "open")
        assert (started.json()["waits_for_start"], started.json()["opens_by"]) == (False, None)
        again = api(alice).post(start, {})
        assert (again.status_code, again.json()["error"]["code"]) == (409, "already_started")

    def test_players_are_ready_and_nudge(self, api, gathering, alice, bob, bobs):
        lobby = f"/api/v1/drafts/{gathering.pk}"
        assert api(bob).post(f"{lobby}/ready", {}).json() == {"is_ready": True}
        members = api(alice).get(f"{lobby}/lobby").json()["members"]
        assert {member["constructor_id"]: member["is_ready"] for member in members}[bobs.pk]
        assert api(bob).post(f"{lobby}/nudge", {}).json() == {"nudged": 1}

    def test_the_lobby_closes_when_the_draft_opens(self, api, open_draft, alice):
        answer = api(alice).get(f"/api/v1/drafts/{open_draft.pk}/lobby")
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "lobby_closed")

    def test_a_league_says_how_its_first_draft_starts(self, api, gathering, alice, at):
        league = f"/api/v1/leagues/{gathering.league_id}"
        assert api(alice).get(league).json()["first_draft_start"] == "manual"
        changed = api(alice).patch(league, {"first_draft_start": "now"}).json()
        assert (changed["first_draft_start"], changed["settings"]["bots_up_to"]) == ("now", 11)
        created = api(alice).post("/api/v1/leagues", {"name": "Alone", "first_draft_start": "now", "bots_up_to": 4})
        assert created.json()["settings"]["bots_up_to"] == 4

    def test_the_order_names_who_was_added_after_the_draw(self, api, league, gathering, alice, alices, bobs):
        api(alice).post(f"/api/v1/drafts/{gathering.pk}/start", {})
        carols = joined(league)
        order = api(alice).get(f"/api/v1/drafts/{gathering.pk}/order").json()
        assert sorted(order["drawn"]) == sorted([alices.pk, bobs.pk])
        assert [(late["id"], late["bot_id"]) for late in order["added_later"]] == [(carols.pk, None)]


class TestTheAdmin:
    def test_a_manager_starts_the_draft(self, client, gathering, alice):
        client.force_login(alice)
        act = reverse("admin:drafts_draft_act", args=[gathering.pk, "start"])
        assert client.get(act).status_code == 200
        client.post(act, {"seen": gathering.last_seq})
        assert fresh(gathering).state == "open"

    def test_and_plans_it(self, client, gathering, league, alice):
        client.force_login(alice)
        act = reverse("admin:leagues_league_act", args=[league.pk, "first-draft"])
        client.post(act, {"first_draft_start": "window", "bots_up_to": 3})
        league.refresh_from_db()
        assert (league.first_draft_start, current_settings(league).bots_up_to) == ("window", 3)


def test_a_newcomer_is_told_from_when_they_play(client, open_draft, league, charlie, at):
    at(DRAFTING_AT)
    client.force_login(charlie)
    assert "You play from the Grand Prix 1 on." in client.get(reverse("pages:invitation", args=[league.code])).text
