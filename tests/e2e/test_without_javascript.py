"""A league without JavaScript: signing up, founding, inviting, picking, standings, rules, appearance and language."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from constructors.models import Constructor
from drafts.models import Draft
from drafts.services import open_due_drafts
from leagues.models import League

from ..support.browsing import DESK, pick, sign_up
from ..support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from ..support.stories import filled, fresh, scored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_league_without_javascript(open_page, season, at):
    at(FOUNDED_AT)
    alice, bob = (open_page(java_script_enabled=False, viewport=DESK) for _ in range(2))

    alice.goto("/")
    alice.get_by_role("link", name="Sign up and start a league").click()
    sign_up(alice.get_by_role("main"), "alice")
    alice.get_by_role("link", name="Create league").click()
    alice.get_by_label("Name", exact=True).fill("Alpine Friends")
    alice.get_by_label("Constructor name").fill("Alice Racing")
    alice.get_by_role("button", name="Create the league").click()
    invitation = alice.get_by_text("/join/").inner_text()

    bob.goto(invitation)
    form = bob.get_by_role("form", name="Sign up and join")
    form.get_by_label("Constructor name").fill("Bob Motorsport")
    sign_up(form, "bob", "Sign up and join")
    expect(bob.get_by_text("Welcome to “Alpine Friends”.")).to_be_visible()

    league = League.objects.get()
    alice.goto(f"/leagues/{league.pk}/settings/")
    alice.get_by_role("radio", name="Snake").check()
    alice.get_by_role("button", name="Try them on a race").first.click()
    expect(alice.get_by_role("heading", name="Previewed rules")).to_be_visible()
    alice.get_by_role("button", name="Save the rules").first.click()
    expect(alice.get_by_text("The rules are saved.")).to_be_visible()

    order = [Constructor.objects.get(name=name).pk for name in ("Alice Racing", "Bob Motorsport")]
    Draft.objects.update(planned_order=order)
    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    draft = Draft.objects.select_related("race", "league").get()

    bob.goto(f"/leagues/{league.pk}/wishes/")
    for driver in ("Driver 11", "Driver 12"):
        bob.get_by_role("button", name=f"Add {driver}", exact=True).click()
    bob.get_by_role("button", name="Move Driver 12 up").click()
    expect(bob.locator("#wishes .driver-name")).to_have_text(["Driver 12", "Driver 11"])
    expect(bob.locator("#wishes .grip").first).to_be_hidden()

    alice.goto(f"/leagues/{league.pk}/")
    alice.get_by_role("link", name="Make your pick").click()
    pick(alice, "Driver 10")
    expect(alice.locator("#turn")).to_contain_text("Bob Motorsport")
    bob.goto(alice.url)
    pick(bob, "Driver 9")
    alice.reload()
    alice.locator("#room-menu > summary").click()
    alice.get_by_text("Commissioner tools").click()
    alice.get_by_role("button", name="Preview").click()
    alice.get_by_role("button", name="Undo these picks").click()
    expect(alice.get_by_text("The picks are undone.")).to_be_visible()

    scored(filled(fresh(draft), ["driver_9", "driver_1", "driver_2"]))
    at(OVER_AT + timedelta(days=1))
    alice.goto(f"/leagues/{league.pk}/")
    alice.get_by_role("table", name="Season standings").get_by_role("link", name="Alice Racing").click()
    alice.locator(".race-row > summary").click()
    expect(alice.locator(".race-row")).to_contain_text("10th place 10")

    alice.get_by_role("link", name="Appearance").last.click()
    alice.get_by_role("radio", name="Dark Light text").check()
    alice.get_by_role("button", name="Save").click()
    expect(alice.locator("html")).to_have_attribute("data-theme", "dark")
    alice.goto("/accounts/profile/")
    alice.get_by_label("Language").select_option("de")
    alice.get_by_role("button", name="Save the language").click()
    expect(alice.locator("html")).to_have_attribute("lang", "de")
    expect(alice.get_by_role("link", name="Ligen")).to_be_visible()
