"""axe finds no violation on the pages of a league, in light on a phone and in dark on a desk."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from drafts.services import open_due_drafts
from fantasyf1.pages import practice_links
from leagues.models import League
from leagues.services import create_league
from tests.support.browsing import DESK, PHONE, sign_in
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from tests.support.factories import UserFactory, practice_board
from tests.support.stories import filled, opened, scored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What WCAG 2.2 asks for at levels A and AA, and what axe calls best practice, such as the order of headings.
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
VIEWPORTS = {"light": PHONE, "dark": DESK}


@pytest.fixture(params=["light", "dark"])
def open_themed_page(request, open_page):
    """Return a function that opens a page for a user, or a visitor: light on a phone, dark on a desk."""

    def open_themed_page(user=None):
        page = open_page(color_scheme=request.param, viewport=VIEWPORTS[request.param], reduced_motion="reduce")
        if user is not None:
            sign_in(page, user)
        return page

    return open_themed_page


def check(page, *addresses):
    """Look at each page with axe. All violations are reported together."""
    reports = []
    for address in addresses:
        assert page.goto(address).ok
        results = Axe().run(page, options=RULES)
        if results.violations_count:
            reports.append(f"{address}\n{results.generate_report()}")
    assert not reports, "\n".join(reports)


@pytest.fixture
def lobby(season, alice, at) -> League:
    """A league whose first draft waits in the lobby, with bots for those who are missing."""
    at(DRAFTING_AT)
    return create_league(creator=alice, season=season, name="Waiting", settings={"bots_up_to": 3}, now=DRAFTING_AT)


def test_pages_for_visitors(open_themed_page, league, at):
    at(FOUNDED_AT)
    check(
        open_themed_page(),
        "/",
        f"/join/{league.code}/",
        "/accounts/sign-in/",
        "/races/",
        "/drivers/",
        "/teams/",
        "/rankings/",
        "/appearance/",
    )


def test_texts_and_the_calendar_by_month(open_themed_page, league, at):
    at(FOUNDED_AT)
    check(open_themed_page(), "/help/?q=clock", "/help/", "/about/", "/privacy/", "/terms/", "/offline/")
    check(open_themed_page(), "/races/?view=month")


def test_the_dashboard_of_a_newcomer_and_on_my_turn(open_themed_page, open_draft, alice, charlie):
    check(open_themed_page(charlie), "/leagues/")
    check(open_themed_page(alice), "/leagues/")


def test_the_lobby(open_themed_page, lobby, alice):
    check(open_themed_page(alice), "/leagues/", "/leagues/new/", f"/leagues/{lobby.pk}/", f"/leagues/{lobby.pk}/lobby/")


def test_the_draft_room(open_themed_page, league, alices, bobs, alice, bob, at):
    draft = opened(league, [alices, bobs])
    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    room = reverse("drafts:room", args=[league.pk, draft.race_id])
    check(open_themed_page(alice), room, f"{room}order/", reverse("drafts:wish_list", args=[league.pk]))
    check(open_themed_page(bob), room)


def test_after_the_race(open_themed_page, league, alices, bobs, alice, at):
    draft = scored(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2"]), ["driver_1", "driver_2"])
    at(OVER_AT + timedelta(days=1))
    practice_link = practice_links.path_of(practice_board(draft.race))
    check(
        open_themed_page(alice),
        "/leagues/",
        f"/leagues/{league.pk}/",
        f"/leagues/{league.pk}/standings/",
        f"/leagues/{league.pk}/members/",
        f"/leagues/{league.pk}/activity/",
        f"/leagues/{league.pk}/records/",
        f"/leagues/{league.pk}/skipped-races/",
        f"/leagues/{league.pk}/settings/",
        f"/leagues/{league.pk}/rules/",
        "/practice/",
        practice_link,
        f"{practice_link}?step=1",
        f"{practice_link}?step=2",
        reverse("pages:league_race", args=[league.pk, draft.race_id]),
        reverse("races:race", args=[draft.race_id]),
        reverse("formula1:race_picks", args=[draft.race_id]),
        reverse("formula1:drivers"),
        reverse("formula1:driver", args=["driver_1"]),
        reverse("formula1:team", args=["team_1"]),
        "/invitations/",
        "/accounts/news/",
        "/accounts/profile/",
    )


def test_the_styleguide(open_themed_page):
    check(open_themed_page(UserFactory.create(is_staff=True, is_superuser=True)), reverse("pages:styleguide"))
