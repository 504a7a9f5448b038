"""News and corrections work in a real browser: with the parts that the script fetches, and without JavaScript."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from races.models import Classification
from scoring.services import score_race

from ..support.browsing import sign_in
from ..support.cast import OVER_AT
from ..support.factories import results_for
from ..support.notifications import notified
from ..support.stories import filled, fresh, opened, scored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_bobs_page(open_page, bob):
    """Return a function that opens a page with Bob signed in, with JavaScript or without."""

    def page(*, has_script=True):
        page = open_page(java_script_enabled=has_script)
        sign_in(page, bob)
        return page

    return page


@pytest.fixture
def corrected_race(league, alices, bobs, at):
    """Return the race of the league's first draft. Its winner was disqualified afterwards."""
    draft = scored(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2"]), ["driver_1", "driver_2"])
    revision = results_for(draft.race, ["driver_2"], retired=["driver_1"], recorded_at=OVER_AT)
    Classification.objects.filter(pk=revision.pk).update(difference=["Driver 1: 1st -> disqualified"])
    score_race(race=fresh(draft).race, now=OVER_AT)
    at(OVER_AT)
    return draft.race


def test_a_race_page_loads_its_corrections_and_keeps_its_title(open_bobs_page, corrected_race):
    page = open_bobs_page()
    page.goto(reverse("races:race", args=[corrected_race.pk]))
    expect(page.locator("#corrections").get_by_role("heading", name="Alpine Friends")).to_be_visible()
    expect(page.get_by_role("region", name="Changes by constructor")).to_contain_text("Bob Motorsport")
    assert page.title().startswith(corrected_race.name)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_javascript_a_link_leads_to_the_corrections(open_bobs_page, corrected_race):
    page = open_bobs_page(has_script=False)
    page.goto(reverse("races:race", args=[corrected_race.pk]))
    page.get_by_role("link", name="What the corrections changed in your leagues").click()
    expect(page.get_by_role("heading", name="Alpine Friends")).to_be_visible()
    page.get_by_role("link", name="All corrections of this race").click()
    page.get_by_role("link", name="Season standings before this correction").click()
    expect(page.get_by_role("link", name="Show current standings")).to_be_visible()


@pytest.mark.parametrize("has_script", [True, False])
def test_notifications_are_counted_read_and_dismissed(open_bobs_page, bob, race, at, has_script):
    at(OVER_AT)
    for number in (1, 2):
        facts = {"key": f"race:{number}", "title": f"Race {number} was moved", "url": f"/races/{race.pk}/"}
        notified(bob, kind="race_changed", **facts, now=OVER_AT)
    page = open_bobs_page(has_script=has_script)
    page.get_by_role("link", name="News 2 unread").click()
    page.get_by_role("button", name="Mark as read Race 1 was moved").click()
    expect(page.get_by_role("link", name="News 1 unread")).to_be_visible()
    page.get_by_role("link", name="Race 2 was moved").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(race.name)
    expect(page.get_by_text("unread")).to_have_count(0)
