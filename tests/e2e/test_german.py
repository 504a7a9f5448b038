"""A walk through the site in German: no English is left, and the longer words fit a small phone."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import services
from drafts.services import open_due_drafts
from tests.support.browsing import sign_in
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from tests.support.factories import UserFactory
from tests.support.stories import filled, opened, scored
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
    """Return a function that opens a page for a user, or for a visitor whose browser asks for German."""

    def open_german_page(user=None):
        if user is None:
            return open_page(locale="de-DE")
        page = open_page()
        sign_in(page, user)
        services.change_language(user=user, language="de")
        return page

    return open_german_page


def test_pages_for_visitors(open_german_page, league, at):
    at(FOUNDED_AT)
    walk(
        open_german_page(),
        *("/", f"/join/{league.code}/", "/accounts/sign-in/", "/accounts/sign-up/", "/accounts/forgotten/"),
        *("/races/", "/drivers/", "/rankings/", "/practice/"),
    )


def test_the_draft_room(open_german_page, league, alices, bobs, alice, bob, at):
    draft = opened(league, [alices, bobs])
    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    room = reverse("drafts:room", args=[league.pk, draft.race_id])
    walk(open_german_page(alice), room, f"{room}order/", reverse("drafts:wish_list", args=[league.pk]), "/leagues/")
    walk(open_german_page(bob), room)


def test_after_the_race(open_german_page, league, alices, bobs, alice, at):
    draft = scored(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2"]), ["driver_1", "driver_2"])
    at(OVER_AT + timedelta(days=1))
    parts = ("", "members/", "activity/", "records/", "skipped-races/", "settings/", "webhooks/", "spectators/")
    walk(
        open_german_page(alice),
        *(f"/leagues/{league.pk}/{part}" for part in parts),
        reverse("pages:league_race", args=[league.pk, draft.race_id]),
        reverse("races:race", args=[draft.race_id]),
        reverse("pages:constructor", args=[alices.pk]),
        *("/leagues/new/", "/invitations/", "/accounts/news/", "/accounts/news/choice/"),
        *("/accounts/profile/", "/accounts/security/", "/accounts/profile/delete/"),
    )


def test_the_admin(open_german_page, at):
    at(FOUNDED_AT)
    page = open_german_page(UserFactory.create(is_staff=True, is_superuser=True))
    page.goto(reverse("admin:index"))
    assert page.locator("html").get_attribute("lang") == "de"
    assert page.get_by_role("button", name="Abmelden").is_visible()
