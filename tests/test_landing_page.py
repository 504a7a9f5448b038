"""The front page, the error pages and the link to the admin work."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock
from drafts.models import SpectatorLink
from drafts.services import make_pick, renew_spectator_link
from races.models import Circuit, Race, Season
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.factories import RaceFactory, SeasonFactory, grid, results_for
from tests.support.stories import entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def race() -> Race:
    starts_at = clock.now() + timedelta(days=2, hours=3, minutes=30)
    return Race.objects.create(
        season=Season.objects.create(year=clock.now().year),
        circuit=Circuit.objects.create(ref="silverstone", name="Silverstone Circuit"),
        name="British Grand Prix",
        round=12,
        race_date=starts_at.date(),
        starts_at=starts_at,
    )


def test_a_visitor_sees_the_game_and_the_next_race(client, race):
    page = client.get("/").text
    assert "British Grand Prix" in page
    assert "2 d 3 h" in page
    assert reverse("accounts:sign_up") in page


def test_the_page_works_without_a_season(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "Next race" not in page.text
    assert "points-tower" not in page.text


def test_the_last_race_is_shown_as_it_scored(client, season, at):
    results_for(season.races.get(round=1))
    Season.objects.update(results_version=1)
    at(OVER_AT)
    page = client.get("/").text
    assert "Driver 1</b> won, but <b>Driver 10</b> was the best pick, with 10 points" in page
    results_for(season.races.get(round=1), ["driver_10"])
    Season.objects.update(results_version=2)
    assert "Driver 10</b> won" in client.get("/").text


def test_the_demonstration_can_be_watched(client, open_draft, alice, alices):
    renew_spectator_link(league=open_draft.league, by=alice, now=DRAFTING_AT)
    assert "Look into a draft" not in client.get("/").text
    Season.objects.update(is_demonstration=True)
    page = client.get("/").text
    assert reverse("drafts:watch", args=[SpectatorLink.objects.get().token]) in page
    assert "<b>Alice Racing</b> is on the clock" in page
    make_pick(constructor=alices, entry=entry(open_draft.race, "driver_4"), now=DRAFTING_AT)
    assert "<b>Bob Motorsport</b> is on the clock" in client.get("/").text


def test_a_visitor_is_served_with_few_queries(client, open_draft, alice, django_assert_max_num_queries):
    renew_spectator_link(league=open_draft.league, by=alice, now=DRAFTING_AT)
    former = SeasonFactory.create(year=2024, results_version=1)
    race = RaceFactory.create(season=former)
    grid(race)
    results_for(race)
    Season.objects.filter(year=2025).update(is_demonstration=True)
    client.get("/")
    with django_assert_max_num_queries(8):
        assert "Look into a draft" in client.get("/").text


def test_an_unknown_start_time_says_so(client, race):
    Race.objects.update(starts_at=None)
    page = client.get("/").text
    assert "start time not known yet" in page
    assert "countdown" not in page


def test_a_player_is_redirected_to_their_leagues(client):
    client.force_login(User.objects.create_user("alice"))
    assert client.get("/").headers["Location"] == resolve_url(settings.LOGIN_REDIRECT_URL)


def test_a_404_page_links_to_the_home_page(client):
    page = client.get("/no/such/page/")
    assert page.status_code == 404
    assert reverse("home") in page.text


def test_a_form_without_a_csrf_token_shows_why_it_is_refused():
    answer = Client(enforce_csrf_checks=True).post(reverse("accounts:sign_in"), {"username": "alice"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.text


def test_the_500_page_needs_no_context():
    assert "Something went wrong" in render_to_string("500.html")


class TestAdminLinks:
    def test_an_administrator_has_the_link_on_every_page(self, client, alice):
        client.force_login(alice)
        anywhere = reverse("races:calendar")
        assert reverse("admin:index") not in client.get(anywhere).text
        User.objects.filter(pk=alice.pk).update(is_superuser=True)
        assert reverse("admin:index") in client.get(anywhere).text

    @pytest.mark.parametrize("who", ["alice", "bob"])
    def test_a_manager_has_the_link_on_the_rules_page(self, client, league, alice, bob, who):
        client.force_login({"alice": alice, "bob": bob}[who])
        page = client.get(reverse("leagues:settings", args=[league.pk])).text
        assert (reverse("admin:leagues_league_change", args=[league.pk]) in page) == (who == "alice")
