"""What scripts add to pages around the leagues: the filter of the help, and the mark of changes that are not saved."""

import pytest
from playwright.sync_api import expect

from tests.support.browsing import sign_in
from tests.support.cast import FOUNDED_AT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_help_is_filtered_while_you_type(open_page, league, at):
    at(FOUNDED_AT)
    page = open_page()
    page.goto("/help/")
    page.get_by_label("What do you want to know?").fill("tie wins")
    expect(page.get_by_text("1 answer", exact=True)).to_be_visible()
    expect(page.get_by_text("Who is ahead in a tie?")).to_be_visible()
    expect(page.get_by_text("What is the game?")).to_be_hidden()
    page.get_by_label("What do you want to know?").fill("")
    expect(page.get_by_text("What is the game?")).to_be_visible()


def test_changes_of_the_rules_are_marked_until_they_are_undone(open_page, league, alice, at):
    at(FOUNDED_AT)
    page = open_page()
    sign_in(page, alice)
    page.goto(f"/leagues/{league.pk}/settings/")
    page.get_by_label("Sprints count").check()
    expect(page.get_by_text("1 change is not saved.")).to_be_visible()
    page.get_by_role("button", name="Undo the changes").click()
    expect(page.get_by_text("not saved")).to_be_hidden()
    expect(page.get_by_label("Sprints count")).not_to_be_checked()
