"""The draft room in German, on my turn and on that of another player: no English is left, and the longer words fit.

tests/e2e/test_every_page.py walks through the other pages.
"""

import pytest
from django.urls import reverse

from accounts import services
from drafts.services import open_due_drafts
from tests.support.browsing import sign_in
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import opened
from tests.support.untranslated import TEXTS, untranslated

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


def walk(page, *addresses):
    """Look at each page. What is wrong is reported together."""
    faults = []
    for address in addresses:
        response = page.goto(address)
        if not response.ok:
            faults.append(f"{address}: {response.status}")
        if page.locator("html").get_attribute("lang") != "de":
            faults.append(f"{address} is not marked as German")
        faults += [f"{address}: {text!r} is English" for text in untranslated(page.evaluate(TEXTS), "de")]
        for width in (320, 390):
            page.set_viewport_size({"width": width, "height": 800})
            if not page.evaluate(FITS):
                faults.append(f"{address} scrolls sideways at {width} pixels")
    assert not faults, "\n".join(faults)


@pytest.fixture
def open_german_page(open_page):
    """Return a function that opens a page for a user who reads German."""

    def open_german_page(user):
        page = open_page()
        sign_in(page, user)
        services.change_language(user=user, language="de")
        return page

    return open_german_page


def test_the_draft_room_on_my_turn_and_on_bobs(open_german_page, league, alices, bobs, alice, bob, at):
    draft = opened(league, [alices, bobs])
    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    room = reverse("drafts:room", args=[league.pk, draft.race_id])
    walk(open_german_page(alice), room, f"{room}order/", reverse("drafts:wish_list", args=[league.pk]), "/leagues/")
    walk(open_german_page(bob), room)


def test_the_admin(open_german_page, at):
    at(FOUNDED_AT)
    page = open_german_page(UserFactory.create(is_staff=True, is_superuser=True))
    page.goto(reverse("admin:index"))
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.get_by_role("button", name="Abmelden").is_visible()
