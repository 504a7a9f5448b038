"""Alice runs her league in the browser: its rules, its draft, its members, a correction, and the admin.

Everyone in the league can read what she did.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from leagues.services import create_league
from scoring.services import score_race

from ..support.browsing import DESK, PHONE, enter
from ..support.cast import FOUNDED_AT, OVER_AT
from ..support.factories import results_for
from ..support.stories import filled, fresh, scored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[DESK, PHONE], ids=["1280", "390"])
def enter_page(request, open_page):
    """Return a function that opens a page for a user."""

    def enter_page(user) -> Page:
        page: Page = open_page(viewport=request.param, service_workers="block")
        page.route("**/live/**", lambda route: None)  # The streams are open, and nothing happens.
        enter(page, user)
        return page

    return enter_page


def change_the_rules(page: Page, league: str) -> None:
    page.goto(f"{league}settings/")
    page.get_by_role("radio", name="Standard F1").check()
    expect(page.get_by_text("1 change is not saved.")).to_be_visible()
    page.get_by_role("button", name="Try them on a race").first.click()
    expect(page.get_by_role("heading", name="Previewed rules")).to_be_visible()
    expect(page.get_by_role("radio", name="Standard F1")).to_be_checked()
    page.get_by_role("button", name="Save the rules").first.click()
    expect(page.get_by_text("The rules are saved.")).to_be_visible()


def run_the_draft(page: Page, room: str) -> None:
    page.goto(room)
    page.locator("#room-menu > summary").click()
    page.get_by_text("Commissioner tools").click()
    messages = page.locator("#messages")
    page.get_by_role("button", name="Pause the draft").click()
    expect(messages).to_contain_text("The draft is paused.")
    page.get_by_role("button", name="Resume the draft").click()
    expect(messages).to_contain_text("The draft is resumed.")
    page.get_by_label("More time for Alice Racing").select_option("1 hour")
    page.get_by_role("button", name="Extend the clock").click()
    expect(messages).to_contain_text("The clock is extended")
    page.get_by_label("Pick for").select_option("Alice Racing, pick 1")
    page.get_by_role("button", name="Pick for them").click()
    expect(messages).to_contain_text("Picked Driver 1 for Alice Racing.")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Undo these picks").click()
    expect(messages).to_contain_text("The picks are undone.")


def test_a_commissioner_runs_the_league(enter_page, open_draft, alice, bob, charlie, season, at):
    create_league(creator=charlie, season=season, name="Other League", now=FOUNDED_AT)
    league = f"/leagues/{open_draft.league_id}/"
    page, bobs, charlies = (enter_page(user) for user in (alice, bob, charlie))
    change_the_rules(page, league)
    run_the_draft(page, f"{league}drafts/{open_draft.race_id}/")
    bobs.goto(f"{league}drafts/{open_draft.race_id}/")
    for did in ("paused", "resumed", "undid"):
        expect(bobs.locator("#log")).to_contain_text(f"alice {did}")

    # A member comes, and one goes.
    page.goto(f"{league}members/")
    page.get_by_label("User name").fill("charlie")
    page.locator("form", has=page.get_by_label("User name")).get_by_role("button").click()
    expect(page.locator("#messages")).to_contain_text("charlie")
    charlies.goto("/invitations/")
    charlies.get_by_role("button", name="Join Alpine Friends").click()
    expect(charlies.get_by_text("Welcome to “Alpine Friends”.")).to_be_visible()

    # A race is scored by the rules of its draft, and a correction changes the points.
    scored(filled(fresh(open_draft), ["driver_1", "driver_2", "driver_10", "driver_9"]))
    at(OVER_AT + timedelta(days=1))
    results_for(open_draft.race, ["driver_2", "driver_1"], recorded_at=OVER_AT + timedelta(hours=20))
    score_race(race=fresh(open_draft).race, now=OVER_AT + timedelta(hours=21))
    bobs.goto(f"{league}races/{open_draft.race_id}/")
    bobs.get_by_role("link", name="What the corrections changed").click()
    expect(bobs.get_by_role("main")).to_contain_text("Alice Racing")
    page.goto(f"{league}members/")
    page.get_by_role("link", name="Remove bob").click()
    page.get_by_role("button", name="Remove from the league").click()
    charlies.goto(f"{league}activity/")
    for sentence in ("charlie joined.", "bob"):
        expect(charlies.get_by_role("main")).to_contain_text(sentence)
    assert bobs.goto(league).status == 404

    # The admin shows her what is hers.
    page.goto(f"{league}settings/")
    page.get_by_role("link", name="Manage the league in the admin").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto("/admin/leagues/league/")
    expect(page.get_by_role("main")).to_contain_text("Alpine Friends")
    expect(page.get_by_role("main")).not_to_contain_text("Other League")
