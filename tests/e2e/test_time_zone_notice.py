"""A notice in the browser when its time zone is not the profile's."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from ..support.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_page(browser, live_server, bob):
    """Return a function that opens Bob's leagues with the browser in a zone; Bob's profile is in Berlin."""
    bob.time_zone = "Europe/Berlin"
    bob.set_password(PASSWORD)
    bob.save()
    contexts = []

    def page(zone):
        contexts.append(browser.new_context(base_url=live_server.url, timezone_id=zone))
        page = contexts[-1].new_page()
        page.goto("/accounts/sign-in/")
        page.get_by_label("User name").fill("bob")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="News")).to_be_visible()
        return page

    yield page
    for context in contexts:
        context.close()


def test_it_offers_the_zone_of_the_browser_and_stays_on_the_page(open_page, bob):
    page = open_page("Asia/Calcutta")
    notice = page.locator("#zone-notice")
    expect(notice).to_contain_text("Your browser is in another time zone: Asia/")
    page.get_by_role("button", name="Use my browser's time zone").click()
    expect(page.get_by_text("Times are now shown in this time zone.")).to_be_visible()
    assert page.url.endswith(reverse("pages:my_leagues"))
    expect(notice).to_be_hidden()
    bob.refresh_from_db()
    assert bob.time_zone in ("Asia/Calcutta", "Asia/Kolkata")


def test_a_zone_with_the_same_times_is_not_another_one(open_page):
    page = open_page("Europe/Paris")
    expect(page.locator("#zone-notice")).to_be_hidden()


def test_people_who_keep_theirs_are_not_asked_again(open_page):
    page = open_page("America/New_York")
    page.get_by_role("button", name="Keep it").click()
    expect(page.locator("#zone-notice")).to_be_hidden()
    page.reload()
    expect(page.get_by_role("link", name="News")).to_be_visible()
    expect(page.locator("#zone-notice")).to_be_hidden()
