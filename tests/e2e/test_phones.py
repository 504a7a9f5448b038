"""The pages of a league fit a phone of 320 pixels: header and navigation have one line each, however much is unread."""

from itertools import pairwise

import pytest
from playwright.sync_api import expect

from leagues.notification_kinds import REMOVED
from notifications.services import notify
from tests.support.browsing import sign_in
from tests.support.cast import FOUNDED_AT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def check_that_it_fits(page, address):
    assert page.goto(address).ok
    for width in (320, 360, 390):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate(FITS), f"{address} scrolls sideways at {width} pixels"
        for row in (".brand, .account", ".nav > *"):
            boxes = [part.bounding_box() for part in page.locator(row).all()]
            for left, right in pairwise(boxes):
                assert left["x"] + left["width"] <= right["x"] + 1, f"{row} of {address} overlap at {width} pixels"
        assert page.locator(".brand").bounding_box()["height"] < 50


def test_league_pages_fit_a_phone(open_page, league, bob, at):
    at(FOUNDED_AT)
    bob.username = "Maximiliane.Schwarzenbach"
    bob.save()
    for number in range(100):
        notify(users=[bob], message=REMOVED, key=f"{number}", params={"by": "alice", "league": "Other"}, now=FOUNDED_AT)
    page = open_page()
    for address in (f"/join/{league.code}/", "/accounts/sign-in/"):
        check_that_it_fits(page, address)
    sign_in(page, bob)
    expect(page.locator(".count")).to_contain_text("99+")
    parts = ("", "lobby/", "members/", "settings/", "records/", "activity/")
    for address in ("/leagues/", "/invitations/", *(f"/leagues/{league.pk}/{part}" for part in parts)):
        check_that_it_fits(page, address)
