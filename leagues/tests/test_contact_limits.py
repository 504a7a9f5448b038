"""Limits on how often one person can invite and remind others."""

from datetime import timedelta

import pytest

from core.errors import RateLimited
from leagues.models import Invitation
from leagues.services import cancel_invitation, create_league, invite, remind_invited
from notifications.models import Notification, OutgoingEmail
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory

ADDRESS = "charlie@example.org"
HOUR = timedelta(hours=1)


def invited_and_cancelled(league, by, times, **whom):
    """Invite and cancel again and again; returns how many invitations were sent."""
    for number in range(times):
        try:
            cancel_invitation(invitation=invite(league=league, by=by, now=FOUNDED_AT, **whom), by=by, now=FOUNDED_AT)
        except RateLimited:
            return number
    return times


@pytest.mark.parametrize("whom", [{"email": ADDRESS}, {"username": "charlie"}])
def test_five_of_forty_invitations_reach_one_person(league, alice, charlie, whom):
    assert invited_and_cancelled(league, alice, 40, **whom) == 5
    assert OutgoingEmail.objects.count() + Notification.objects.filter(user=charlie).count() == 5


def test_another_spelling_of_the_address_counts_as_the_same(league, alice):
    invited_and_cancelled(league, alice, 5, email=ADDRESS)
    assert invited_and_cancelled(league, alice, 1, email=ADDRESS.upper()) == 0


def test_another_league_of_the_same_sender_does_not_help(league, season, alice):
    invited_and_cancelled(league, alice, 5, email=ADDRESS)
    other = create_league(creator=alice, season=season, name="Other", now=FOUNDED_AT)
    assert invited_and_cancelled(other, alice, 1, email=ADDRESS) == 0


def test_another_sender_is_not_concerned(league, season, alice, bob):
    invited_and_cancelled(league, alice, 5, email=ADDRESS)
    bobs = create_league(creator=bob, season=season, name="Bob's", now=FOUNDED_AT)
    assert invited_and_cancelled(bobs, bob, 1, email=ADDRESS) == 1


def test_a_sender_reaches_thirty_people_a_day(league, alice):
    for number in range(30):
        invite(league=league, by=alice, email=f"guest-{number}@example.org", now=FOUNDED_AT)
    with pytest.raises(RateLimited, match="You have sent many invitations"):
        invite(league=league, by=alice, email="guest-31@example.org", now=FOUNDED_AT)
    assert Invitation.objects.count() == 30


def test_the_refusal_says_when_it_is_possible_again(league, alice):
    invited_and_cancelled(league, alice, 5, email=ADDRESS)
    with pytest.raises(RateLimited, match=r"You can do so again in 5 hours\."):
        invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT)
    assert invite(league=league, by=alice, email=ADDRESS, now=FOUNDED_AT + 5 * HOUR)


def test_a_refused_attempt_does_not_count(league, alice):
    invited_and_cancelled(league, alice, 40, email=ADDRESS)
    for number in range(25):
        invite(league=league, by=alice, email=f"guest-{number}@example.org", now=FOUNDED_AT)
    assert Invitation.objects.filter(email__startswith="guest-").count() == 25


def test_the_api_says_when_to_try_again(api, league, alice, at):
    at(FOUNDED_AT)
    invited_and_cancelled(league, alice, 5, email=ADDRESS)
    response = api(alice).post(f"/api/v1/leagues/{league.pk}/invitations", {"email": ADDRESS})
    assert (response.status_code, response.headers["Retry-After"]) == (429, str(24 * 3600 // 5))


def test_the_page_says_so_too(client, league, alice, at):
    at(FOUNDED_AT)
    invited_and_cancelled(league, alice, 5, email=ADDRESS)
    client.force_login(alice)
    assert "again in 5 hours" in client.post(f"/leagues/{league.pk}/invite/", {"who": ADDRESS}).text


class TestReminders:
    @pytest.fixture
    def invitations(self, league, alice, charlie):
        UserFactory.create(username="dora")
        return [invite(league=league, by=alice, username=name, now=FOUNDED_AT) for name in ("charlie", "dora")]

    def reminded(self, league, by, times):
        return [remind_invited(league=league, by=by, now=FOUNDED_AT + timedelta(seconds=n)) for n in range(times)]

    def test_reminders_count_like_invitations(self, league, alice, invitations):
        assert self.reminded(league, alice, 4) == [2, 2, 2, 2]
        with pytest.raises(RateLimited, match="this person"):
            remind_invited(league=league, by=alice, now=FOUNDED_AT + timedelta(minutes=1))

    def test_who_was_reminded_less_often_is_reminded(self, league, alice, invitations):
        self.reminded(league, alice, 2)
        cancel_invitation(invitation=invitations[1], by=alice, now=FOUNDED_AT)
        self.reminded(league, alice, 2)
        invite(league=league, by=alice, username="dora", now=FOUNDED_AT)
        assert remind_invited(league=league, by=alice, now=FOUNDED_AT + timedelta(minutes=1)) == 1

    def test_nobody_left_is_no_refusal_for_a_caller_who_has_told_others(self, league, alice, invitations):
        self.reminded(league, alice, 4)
        assert remind_invited(league=league, by=alice, now=FOUNDED_AT + timedelta(minutes=1), or_refuse=False) == 0
