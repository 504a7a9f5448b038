"""A league in real browsers: a pick from an outdated page, and pages that fit every screen.

`test_newcomers.py` has the week as a whole, and `test_without_javascript.py` the same without scripts.
"""

import pytest
from playwright.sync_api import expect

from constructors.models import Constructor
from drafts.models import Draft
from drafts.services import open_due_drafts
from leagues.models import League

from ..support.browsing import pick, sign_up, submit_pick
from ..support.cast import DRAFTING_AT, FOUNDED_AT

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def create_league(page):
    page.goto("/accounts/sign-up/")
    sign_up(page.get_by_role("main"), "alice")
    page.get_by_role("link", name="Create league").click()
    page.get_by_label("Name", exact=True).fill("Alpine Friends")
    page.get_by_label("Constructor name").fill("Alice Racing")
    page.get_by_role("button", name="Create the league").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Alpine Friends")
    return page.get_by_text("/join/").inner_text()


def accept_invitation(page, link):
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("Alpine Friends")
    form = page.get_by_role("form", name="Sign up and join")
    form.get_by_label("Constructor name").fill("Bob Motorsport")
    sign_up(form, "bob", "Sign up and join")
    expect(page.get_by_text("Welcome to “Alpine Friends”.")).to_be_visible()


def open_the_draft(at):
    """Open the first race's draft, in which Alice picks before Bob. Return the URL of the league."""
    order = [Constructor.objects.get(name=name).pk for name in ("Alice Racing", "Bob Motorsport")]
    Draft.objects.update(planned_order=order)
    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    return f"/leagues/{League.objects.get().pk}/"


@pytest.fixture
def draft_pages(open_page, season, at):
    """Return two pages, one of Alice and one of Bob, that show their league while its draft is open."""
    at(FOUNDED_AT)
    alice, bob = open_page(), open_page()
    accept_invitation(bob, create_league(alice))
    league = open_the_draft(at)
    for page in (alice, bob):
        page.goto(league)
    return alice, bob


def test_a_pick_from_an_outdated_page_shows_why_it_is_refused(draft_pages):
    alice, bob = draft_pages
    alice.get_by_role("link", name="Make your pick").click()
    stale = alice.context.new_page()
    stale.goto(alice.url)
    pick(alice, "Driver 10")
    submit_pick(stale, "Driver 11")
    expect(stale.get_by_role("alert")).to_contain_text("It is Bob Motorsport's turn.")
    bob.get_by_role("link", name="Make your pick").or_(bob.get_by_role("link", name="Go to draft")).click()
    pick(bob, "Driver 11")


def test_no_page_of_the_game_is_wider_than_the_screen(draft_pages):
    alice, _ = draft_pages
    league = alice.url
    alice.get_by_role("link", name="Make your pick").click()
    room = alice.url
    inside = [league, f"{league}members/", f"{league}settings/", room, f"{room}order/"]
    for address in ["/leagues/", "/leagues/new/", "/rankings/", *inside]:
        alice.goto(address)
        for width in (320, 390, 1280):
            alice.set_viewport_size({"width": width, "height": 800})
            beyond = alice.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (address, width, beyond) == (address, width, 0)
