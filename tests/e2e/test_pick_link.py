"""Bob picks with the link from a message, on a phone without a session, with JavaScript and without it."""

import pytest
from playwright.sync_api import expect

from drafts.pick_links import pick_link_path
from drafts.selectors import slot_on_the_clock
from notifications.kinds import Recipient
from tests.support.stories import MINUTE, fresh, opened, pick

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def draft(league, alices, bobs, at):
    """Bob is on the clock."""
    draft = opened(league, [bobs, alices])
    at(draft.opens_at + MINUTE)
    return draft


@pytest.fixture
def path(draft, bob):
    slot = slot_on_the_clock(draft)
    assert slot is not None
    params = {"draft_id": draft.pk, "constructor_id": slot.constructor_id, "round": slot.round}
    return pick_link_path(Recipient(bob, params, draft.opens_at + MINUTE))


@pytest.mark.parametrize("has_script", [True, False])
def test_bob_picks_without_a_session_and_the_link_is_dead_after_the_next_pick(
    open_page, path, draft, alices, has_script
):
    page = open_page(java_script_enabled=has_script)
    page.goto(path)
    expect(page.get_by_text("It is your turn")).to_be_visible()
    assert not draft.picks.exists()
    page.get_by_role("button", name="Pick Driver 1", exact=True).click()
    expect(page.get_by_text("You can change this pick until the next player picks")).to_be_visible()
    assert fresh(draft).picks.get().entry.driver.ref == "driver_1"
    page.get_by_label("Another driver instead").select_option(label="Driver 4, Team 2 (0)")
    page.get_by_role("button", name="Change the pick").click()
    expect(page.get_by_role("status")).to_have_text("Driver 4")
    pick(draft, alices, "driver_2")
    page.reload()
    expect(page.get_by_text("The next player has picked, so you can no longer change it.")).to_be_visible()
    expect(page.get_by_role("button", name="Pick")).to_have_count(0)
    page.get_by_role("link", name="Open the draft room").click()
    expect(page.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


def test_the_page_fits_a_small_phone(open_page, path):
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
