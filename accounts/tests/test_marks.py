"""The avatar that a player chooses: on the profile page, in the API, and wherever their name stands."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.services import change_mark
from core.errors import Invalid
from core.formatting.avatars import BADGES, COLOURS
from leagues.services import create_league
from scoring.leaderboards import leaderboard
from tests.support.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db


def test_the_choices_are_those_that_are_drawn():
    assert tuple(User.Badge.values) == BADGES
    assert User.Colour.values == list(range(1, COLOURS + 1))


def test_a_player_chooses_a_colour_and_a_badge(client, alice):
    client.force_login(alice)
    assert 'avatar-badge"' not in client.get(reverse("home")).text
    response = client.post(reverse("accounts:mark"), {"mark_colour": "7", "mark_badge": "bolt"}, follow=True)
    assert '<span class="avatar avatar-7" aria-hidden="true"><svg class="avatar-badge"' in response.text
    assert "badges.svg#bolt" in response.text


def test_a_player_goes_back_to_their_initials(client, alice):
    change_mark(user=alice, colour=7, badge="bolt")
    client.force_login(alice)
    client.post(reverse("accounts:mark"), {"mark_colour": "", "mark_badge": ""})
    alice.refresh_from_db()
    assert alice.mark == (None, "")


@pytest.mark.parametrize("choice", [{"mark_colour": "9"}, {"mark_badge": "dragon"}])
def test_what_is_not_drawn_is_refused(client, alice, choice):
    client.force_login(alice)
    assert client.post(reverse("accounts:mark"), choice).status_code == 422
    with pytest.raises(Invalid):
        change_mark(user=alice, colour=9, badge="")


def test_standings_show_the_new_avatar_at_once(client, alice, season):
    league = create_league(creator=alice, season=season, name="Sunday", settings={}, now=FOUNDED_AT)
    client.force_login(alice)
    page = reverse("pages:league_home", args=[league.pk])
    client.get(page)
    change_mark(user=alice, colour=2, badge="crown")
    assert client.get(page).text.count("badges.svg#crown") == 2  # in the header and in the standings
    [row] = leaderboard(league)
    assert row["mark"] == {"colour": 2, "badge": "crown"}
