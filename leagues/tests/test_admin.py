"""What a manager does to the own league in the admin."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from leagues.selectors import current_settings, membership_of
from leagues.services import join_league, set_role
from tests.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db


@pytest.fixture
def door(client, alice, league):
    client.force_login(alice)
    return client


def act(league, name):
    return reverse("admin:leagues_league_act", args=[league.pk, name])


def choose(client, action, *chosen, **more):
    post = {"action": action, "_selected_action": [one.pk for one in chosen], **more}
    return client.post(reverse("admin:leagues_membership_changelist"), post, follow=True)


def role_of(user, league):
    return league.memberships.get(user=user, left_at=None).role


class TestTheLeague:
    def test_she_changes_its_name_and_the_history_says_so(self, door, league):
        door.post(act(league, "change"), {"name": "Apex", "visibility": "public", "capacity": 8})
        league.refresh_from_db()
        assert (league.name, league.visibility, league.capacity) == ("Apex", "public", 8)
        assert LogEntry.objects.get().get_change_message() == "Name, visibility and capacity are as you set them."

    def test_a_capacity_that_does_not_fit_is_refused_in_a_sentence_and_nothing_is_lost(self, door, league):
        response = door.post(act(league, "change"), {"name": "Apex", "visibility": "public", "capacity": 1})
        assert response.status_code == 422
        assert "2 players are in this league already." in response.content.decode()
        assert 'value="Apex"' in response.content.decode()
        league.refresh_from_db()
        assert league.name == "Alpine Friends"

    def test_she_sets_the_next_settings(self, door, league):
        page = door.get(act(league, "settings"))
        values = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False)}
        door.post(act(league, "settings"), {**values, "method": "snake"})
        assert (current_settings(league).number, current_settings(league).method) == (2, "snake")


class TestMembers:
    def test_she_makes_a_co_manager_and_a_member_of_him_again(self, door, league, bob):
        choose(door, "make_co_manager", membership_of(bob, league))
        assert role_of(bob, league) == "co_manager"
        choose(door, "make_member", membership_of(bob, league))
        assert role_of(bob, league) == "member"
        assert LogEntry.objects.count() == 2

    def test_handing_over_asks_first(self, door, league, alice, bob):
        page = choose(door, "hand_over", membership_of(bob, league))
        assert "Shall this member manage the league in future?" in page.content.decode()
        assert role_of(bob, league) == "member"
        choose(door, "hand_over", membership_of(bob, league), confirmed="yes")
        assert (role_of(bob, league), role_of(alice, league)) == ("manager", "co_manager")

    def test_removing_asks_first(self, door, league, bob):
        choose(door, "remove", membership_of(bob, league))
        assert membership_of(bob, league) is not None
        choose(door, "remove", membership_of(bob, league), confirmed="yes")
        assert membership_of(bob, league) is None

    def test_a_co_manager_does_not_hand_the_league_to_himself(self, client, league, alice, bob, charlie):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        join_league(user=charlie, league=league, now=FOUNDED_AT)
        client.force_login(bob)
        page = choose(client, "hand_over", membership_of(bob, league), confirmed="yes")
        assert "Only the league&#x27;s manager may do this." in page.content.decode()
        assert role_of(alice, league) == "manager"


def test_an_admin_without_guards_is_refused_by_a_check():
    from leagues import scoped_admin

    class Bare:
        pass

    assert [problem.id for problem in scoped_admin._problems(Bare())] == ["leagues.E001"]
