"""Races that a league skips."""

import pytest
from django.urls import reverse

from core.errors import NotAllowed, Refused
from drafts.models import Draft
from drafts.services import open_due_drafts, restore_race, schedule_draft, skip_race
from leagues.models import SkippedRace
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import fresh, order_of, pick, upcoming

State = Draft.State


@pytest.fixture
def races(season):
    return list(season.races.order_by("round"))


def skip(league, race, by, now=FOUNDED_AT):
    skip_race(league=league, race=race, by=by, now=now)


def test_an_upcoming_draft_moves_to_the_next_race_with_its_seed(upcoming_draft, league, races, alice, bob):
    skip(league, races[0], alice)
    draft = fresh(upcoming_draft)
    assert (draft.race, draft.order_seed) == (races[1], upcoming_draft.order_seed)
    assert draft.locks_at > upcoming_draft.locks_at
    assert bob.notifications.get().title == f"“Alpine Friends” skips the {races[0].name}"


def test_an_open_draft_without_picks_is_void_and_hands_its_order_on(open_draft, league, races, alice):
    order = order_of(open_draft)
    skip(league, races[0], alice, DRAFTING_AT)
    assert (fresh(open_draft).state, fresh(open_draft).void_reason) == (State.VOID, "The league skips this race.")
    following = upcoming(league)
    assert following.race == races[1]
    open_due_drafts(now=following.opens_at)
    assert order_of(fresh(following)) == order


def test_once_somebody_has_picked_it_is_too_late(open_draft, league, races, alice, alices):
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    with pytest.raises(Refused, match="picked for this race already"):
        skip(league, races[0], alice, DRAFTING_AT)


def test_a_later_race_is_skipped_when_its_turn_comes(open_draft, league, races, alice):
    skip(league, races[1], alice, DRAFTING_AT)
    Draft.objects.filter(pk=open_draft.pk).update(state=State.LOCKED)
    schedule_draft(league=league, now=DRAFTING_AT)
    assert upcoming(league).race == races[2]


def test_a_league_that_skips_all_has_no_draft(league, races, alice):
    for race in reversed(races):
        skip(league, race, alice)
    assert not Draft.objects.not_void().filter(league=league).exists()
    assert schedule_draft(league=league, now=FOUNDED_AT) is None


def test_a_restored_race_is_drafted_for_again(upcoming_draft, league, races, alice):
    skip(league, races[0], alice)
    restore_race(league=league, race=races[0], by=alice, now=FOUNDED_AT)
    assert fresh(upcoming_draft).race == races[0]
    assert fresh(upcoming_draft).locks_at == upcoming_draft.locks_at


def test_the_last_skipped_race_is_restored_with_a_new_draft(league, races, alice):
    for race in reversed(races):
        skip(league, race, alice)
    restore_race(league=league, race=races[2], by=alice, now=FOUNDED_AT)
    assert upcoming(league).race == races[2]


def test_only_managers_decide_and_only_once(league, races, alice, bob):
    with pytest.raises(NotAllowed):
        skip(league, races[0], bob)
    with pytest.raises(Refused, match="drafts for this race already"):
        restore_race(league=league, race=races[0], by=alice, now=FOUNDED_AT)
    skip(league, races[0], alice)
    with pytest.raises(Refused, match="skips this race already"):
        skip(league, races[0], alice)


def test_a_race_that_is_over_cannot_be_skipped(league, races, alice, upcoming_draft):
    with pytest.raises(Refused, match="locked"):
        skip(league, races[0], alice, upcoming_draft.locks_at)


def test_the_page_skips_and_restores(client, at, league, races, alice, bob):
    at(FOUNDED_AT)
    client.force_login(alice)
    page, change = (
        reverse("drafts:skipped_races", args=[league.pk]),
        reverse("drafts:skip_race", args=[league.pk, races[1].pk]),
    )
    assert races[1].name in client.get(page).text
    assert "The league skips the" in client.post(change, follow=True).text
    assert SkippedRace.objects.get().race == races[1]
    assert races[1].name in client.get(reverse("leagues:settings", args=[league.pk])).text
    client.post(change, {"restore": "1"})
    assert not SkippedRace.objects.exists()
    client.force_login(bob)
    assert client.get(page).status_code == 404


def test_apps_skip_list_and_restore(api, at, league, races, alice, bob):
    at(FOUNDED_AT)
    url = f"/api/v1/leagues/{league.pk}/skipped-races"
    assert api(bob).put(f"{url}/{races[0].pk}").status_code == 403
    assert api(alice).put(f"{url}/{races[0].pk}").status_code == 204
    assert [skip["race_id"] for skip in api(bob).get(url).json()["items"]] == [races[0].pk]
    assert api(alice).delete(f"{url}/{races[0].pk}").status_code == 204


def test_the_admin_skips_a_draft_and_restores_the_race(client, at, upcoming_draft, league, races, alice):
    at(FOUNDED_AT)
    client.force_login(alice)
    client.post(reverse("admin:drafts_draft_act", args=[upcoming_draft.pk, "skip"]))
    skipped = SkippedRace.objects.get()
    assert skipped.race == races[0]
    client.post(reverse("admin:leagues_skippedrace_act", args=[skipped.pk, "restore"]))
    assert not SkippedRace.objects.exists()
