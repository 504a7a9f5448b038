"""The pages of a league fit a phone of 320 pixels, with the header on one line, however much is unread."""

import pytest
from playwright.sync_api import expect

from leagues.notification_kinds import REMOVED
from notifications.services import notify
from tests.support.cast import FOUNDED_AT
from tests.support.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def sign_in(page, name):
    page.goto("/accounts/sign-in/")
    form = page.get_by_role("main")
    form.get_by_label("User name or e-mail address").fill(name)
    form.get_by_label("Password").fill(PASSWORD)
    form.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My leagues")).to_be_visible()


def check_that_it_fits(page, address):
    page.goto(address)
    for width in (320, 360, 390):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(FITS), f"{address} scrolls sideways at {width} pixels"
        brand, account = page.locator(".brand").bounding_box(), page.locator(".account").bounding_box()
        assert brand["x"] + brand["width"] <= account["x"], f"the header of {address} overlaps at {width} pixels"
        assert brand["height"] < 50


def test_league_pages_fit_a_phone(browser, live_server, league, bob, at):
    at(FOUNDED_AT)
    bob.set_password(PASSWORD)
    bob.username = "Maximiliane.Schwarzenbach"
    bob.save()
    for number in range(100):
        notify(users=[bob], message=REMOVED, key=f"{number}", params={"by": "alice", "league": "Other"}, now=FOUNDED_AT)
    with browser.new_context(base_url=live_server.url) as context:
        page = context.new_page()
        for address in (f"/join/{league.code}/", "/accounts/sign-in/"):
            check_that_it_fits(page, address)
        sign_in(page, bob.username)
        expect(page.locator(".count")).to_contain_text("99+")
        parts = ("", "members/", "settings/")
        for address in ("/leagues/", "/invitations/", *(f"/leagues/{league.pk}/{part}" for part in parts)):
            check_that_it_fits(page, address)
