"""axe finds no violation on pages in the states that the cast of tests/e2e/test_every_page.py does not show.

Each page is looked at in light on a phone and in dark on a desk.
"""

import pytest
from django.urls import reverse

from drafts.services import open_due_drafts
from fantasyf1.pages import practice_links
from tests.support.browsing import DESK, PHONE, sign_in
from tests.support.cast import DRAFTING_AT
from tests.support.factories import practice_board
from tests.support.page_checks import axe_violations
from tests.support.stories import filled, opened, scored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def check(page, *addresses):
    """Look at each page with axe. All violations are reported together."""
    found = []
    for address in addresses:
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        assert page.goto(address).ok
        found += [f"{address}, light: {violation}" for violation in axe_violations(page)]
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        found += [f"{address}, dark: {violation}" for violation in axe_violations(page)]
    assert not found, "\n".join(found)


def test_the_draft_room_on_my_turn_and_on_bobs(open_page, league, alices, bobs, alice, bob, at):
    draft = opened(league, [alices, bobs])
    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    room = reverse("drafts:room", args=[league.pk, draft.race_id])
    for user in (alice, bob):
        page = open_page()
        sign_in(page, user)
        check(page, room, "/leagues/")


def test_the_race_of_a_practice_draft(open_page, league, alices, bobs):
    draft = scored(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2"]), ["driver_1", "driver_2"])
    link = practice_links.path_of(practice_board(draft.race))
    check(open_page(), link, f"{link}?step=1", f"{link}?step=2")
