"""Deleting a league that has never drafted."""

import pytest
from django.urls import reverse

from constructors.models import Constructor
from core.errors import NotAllowed, Refused
from drafts.services import set_ready, undo_picks
from leagues.models import Invitation, League
from leagues.services import delete_league, invite
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.stories import joined, pick


def test_it_disappears_with_everything_in_it_and_the_members_are_told(league, alice, bob):
    delete_league(league=league, by=alice, now=FOUNDED_AT)
    assert not League.objects.exists()
    assert bob.notifications.get().title == "“Alpine Friends” was deleted"
    assert not alice.notifications.exists()


def test_an_open_draft_without_picks_does_not_matter(open_draft, league, alice):
    delete_league(league=league, by=alice, now=DRAFTING_AT)
    assert not League.objects.exists()


def test_a_lobby_bots_and_pending_invitations_do_not_matter(upcoming_draft, league, alice, bob):
    joined(league, is_bot=True)
    set_ready(draft=upcoming_draft, by=bob, is_ready=True, now=FOUNDED_AT)
    invite(league=league, by=alice, email="charlie@example.org", now=FOUNDED_AT)
    delete_league(league=league, by=alice, now=FOUNDED_AT)
    assert [model.objects.count() for model in (League, Constructor, Invitation)] == [0, 0, 0]


def test_a_league_that_has_drafted_stays(open_draft, league, alice, alices, bob):
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    with pytest.raises(Refused) as refused:
        delete_league(league=league, by=alice, now=DRAFTING_AT)
    assert refused.value.code == "has_drafted"
    assert not bob.notifications.filter(kind="league_changed").exists()
    undo_picks(draft=open_draft, by=alice, count=1, now=DRAFTING_AT)
    delete_league(league=league, by=alice, now=DRAFTING_AT)


def test_only_the_manager_deletes_it(league, bob):
    with pytest.raises(NotAllowed):
        delete_league(league=league, by=bob, now=FOUNDED_AT)


def test_the_page_offers_it_until_the_first_pick(client, open_draft, league, alice, alices):
    client.force_login(alice)
    settings, delete = (reverse(f"leagues:{name}", args=[league.pk]) for name in ("settings", "delete"))
    assert delete in client.get(settings).text
    pick(open_draft, alices, "driver_1", DRAFTING_AT)
    assert delete not in client.get(settings).text
    assert client.post(delete, follow=True).redirect_chain[0][0] == settings
    assert League.objects.exists()


def test_the_page_deletes_it(client, league, alice):
    client.force_login(alice)
    response = client.post(reverse("leagues:delete", args=[league.pk]), follow=True)
    assert "“Alpine Friends” is deleted." in response.text


def test_apps_delete_it(api, league, alice, bob):
    assert api(bob).delete(f"/api/v1/leagues/{league.pk}").status_code == 403
    assert api(alice).delete(f"/api/v1/leagues/{league.pk}").status_code == 204
    assert not League.objects.exists()


def test_the_admin_deletes_it_and_shows_the_list(client, league, alice, django_user_model):
    root = django_user_model.objects.create_superuser("root")
    client.force_login(root)
    response = client.post(reverse("admin:leagues_league_act", args=[league.pk, "delete"]))
    assert response.headers["Location"] == reverse("admin:leagues_league_changelist")
    assert not League.objects.exists()
