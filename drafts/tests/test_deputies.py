"""Deputies: another player of the league picks for an absent one, and the pick says so."""

import pytest
from django.urls import reverse

from constructors.services import name_deputy
from core.errors import NotAllowed, Refused
from drafts.history import draft_history, event_lines
from drafts.models import Pick
from drafts.selectors import draft_room
from drafts.services import change_own_pick, make_own_pick
from leagues.services import archive_league, leave_league
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import entry, fresh, joined


@pytest.fixture
def deputy(league, alice, alices, bob):
    """Bob, whom Alice names as her deputy."""
    name_deputy(constructor=alices, deputy=bob, by=alice, now=FOUNDED_AT)
    alices.refresh_from_db()
    return bob


def test_a_deputy_picks_and_the_log_says_so(open_draft, deputy, alices):
    pick = make_own_pick(constructor=alices, entry=entry(open_draft.race, "driver_1"), by=deputy, now=DRAFTING_AT)
    assert (pick.source, pick.picked_by) == (Pick.Source.DEPUTY, deputy)
    assert "bob picked" in event_lines(open_draft)[0].sentence
    assert "as the deputy" in event_lines(open_draft)[0].sentence
    assert draft_history(draft_room(fresh(open_draft))).picks[0].manner == "Picked by the deputy, bob"


def test_a_deputy_changes_the_pick_too(open_draft, deputy, alices):
    for ref in ("driver_1", "driver_2"):
        change = make_own_pick if ref == "driver_1" else change_own_pick
        pick = change(constructor=alices, entry=entry(open_draft.race, ref), by=deputy, now=DRAFTING_AT)
    assert pick.source == Pick.Source.DEPUTY


def test_the_player_still_picks(open_draft, deputy, alices, alice):
    pick = make_own_pick(constructor=alices, entry=entry(open_draft.race, "driver_1"), by=alice, now=DRAFTING_AT)
    assert pick.source == Pick.Source.PLAYER


def test_nobody_else_does(open_draft, deputy, alices, charlie):
    with pytest.raises(NotAllowed):
        make_own_pick(constructor=alices, entry=entry(open_draft.race, "driver_1"), by=charlie, now=DRAFTING_AT)


def test_the_player_and_the_deputy_are_told(league, alice, alices, bob, bobs, charlie):
    joined(league, charlie)
    name_deputy(constructor=bobs, deputy=charlie, by=alice, now=FOUNDED_AT)
    assert bob.notifications.get().title == "“charlie” picks for you in “Alpine Friends”"
    assert charlie.notifications.get().title == "You pick for “Bob Motorsport” in “Alpine Friends”"
    assert league.activity.first().sentence == "alice named charlie as deputy for Bob Motorsport."
    name_deputy(constructor=bobs, deputy=None, by=bob, now=DRAFTING_AT)
    assert league.activity.first().sentence == "bob ended the time of charlie as deputy for Bob Motorsport."


def test_a_deputy_is_another_player_of_the_league(league, alice, alices, bob, bobs, charlie):
    for nobody in (alice, charlie):
        with pytest.raises(Refused, match="another player of the league"):
            name_deputy(constructor=alices, deputy=nobody, by=alice, now=FOUNDED_AT)
    with pytest.raises(NotAllowed):
        name_deputy(constructor=alices, deputy=bob, by=bob, now=FOUNDED_AT)


def test_who_leaves_is_no_deputy_any_more(league, alices, deputy):
    leave_league(user=deputy, league=league, now=FOUNDED_AT)
    alices.refresh_from_db()
    assert alices.deputy is None


def test_a_bot_has_no_deputy(league, alice, bob):
    with pytest.raises(Refused) as refused:
        name_deputy(constructor=joined(league, is_bot=True), deputy=bob, by=alice, now=FOUNDED_AT)
    assert refused.value.code == "bot"


def test_in_an_archived_league_nobody_becomes_a_deputy(league, alice, alices, bob):
    archive_league(league=league, by=alice, now=FOUNDED_AT)
    with pytest.raises(Refused) as refused:
        name_deputy(constructor=alices, deputy=bob, by=alice, now=FOUNDED_AT)
    assert refused.value.code == "archived"


def test_the_page_names_a_deputy(client, league, alice, bob, bobs):
    joined(league, UserFactory.create(username="dora"))
    client.force_login(alice)
    url = reverse("constructors:deputy", args=[league.pk, bob.pk])
    assert url in client.get(reverse("leagues:members", args=[league.pk])).text
    assert "Deputy for Bob Motorsport" in client.get(url).text
    client.post(url, {"deputy": alice.pk})
    bobs.refresh_from_db()
    assert bobs.deputy == alice


def test_the_deputy_picks_on_a_page(client, open_draft, deputy, alices):
    client.force_login(deputy)
    room, page = (
        reverse(f"drafts:{name}", args=[open_draft.league_id, open_draft.race_id]) for name in ("room", "deputy")
    )
    assert page in client.get(room).text
    assert "On the clock" in client.get(page).text
    wanted = entry(open_draft.race, "driver_3")
    assert client.post(page, {"constructor": alices.pk, "entry": wanted.pk}).headers["Location"] == room
    assert Pick.objects.get().entry == wanted
    assert client.post(page, {"constructor": alices.pk, "entry": wanted.pk}).status_code == 422


def test_players_who_are_nobodys_deputy_have_no_such_page(client, open_draft, bob):
    client.force_login(bob)
    url = reverse("drafts:deputy", args=[open_draft.league_id, open_draft.race_id])
    assert client.get(url).status_code == 404


def test_apps_name_a_deputy_who_picks(api, open_draft, alice, alices, bob):
    url = f"/api/v1/constructors/{alices.pk}"
    assert api(alice).put(f"{url}/deputy", {"user_id": bob.pk}, format="json").data == {"user_id": bob.pk}
    body = {"race_id": open_draft.race_id, "driver_id": "driver_1"}
    assert api(bob).post(f"{url}/drafts", body, format="json").status_code == 201
    assert Pick.objects.get().source == "deputy"
    assert api(bob).put(f"{url}/deputy", {"user_id": None}, format="json").status_code == 403


def test_the_admin_names_a_deputy(client, league, alice, bob, bobs):
    client.force_login(alice)
    client.post(reverse("admin:constructors_constructor_act", args=[bobs.pk, "deputy"]), {"deputy": alice.pk})
    bobs.refresh_from_db()
    assert bobs.deputy == alice
