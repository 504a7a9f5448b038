"""The race of a practice draft plays by itself where motion is welcome; elsewhere, and when paused, links tell it."""

import pytest
from playwright.sync_api import expect

from fantasyf1.pages import practice_links
from tests.support.cast import OVER_AT
from tests.support.factories import practice_board, results_for

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def first_part(race, at):
    """The address of the first of two parts."""
    results_for(race)
    at(OVER_AT)
    return f"{practice_links.path_of(practice_board(race))}?step=1"


def test_it_plays_to_the_end(open_page, first_part):
    page = open_page(reduced_motion="no-preference")
    page.goto(first_part)
    expect(page.get_by_text("Part 2 of 2")).to_be_visible(timeout=30_000)
    page.get_by_role("link", name="See the result").click()
    expect(page.get_by_role("heading", name="Standings")).to_be_visible()


def test_it_can_be_paused(open_page, first_part):
    page = open_page(reduced_motion="no-preference")
    page.goto(first_part)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    expect(page.get_by_role("link", name="Go on")).to_be_focused()


@pytest.mark.parametrize("options", [{"reduced_motion": "reduce"}, {"java_script_enabled": False}])
def test_links_tell_it_without_motion_or_javascript(open_page, first_part, options):
    page = open_page(**options)
    page.goto(first_part)
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("Part 2 of 2")).to_be_visible()
