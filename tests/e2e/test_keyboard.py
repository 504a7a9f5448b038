"""Alice plays with the keyboard alone: from the landing page to her pick, her wish list, the rules, and out again.

`Keyboard` checks at every stop that the focus shows, that nothing lies over it, and that Tab goes forwards.
"""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from drafts.models import Draft

from ..support.browsing import DESK, enter
from ..support.factories import PASSWORD
from ..support.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(open_page) -> Page:
    page: Page = open_page(viewport=DESK, reduced_motion="reduce", service_workers="block")
    page.route("**/live/**", lambda route: None)  # The streams are open, and nothing happens.
    return page


@pytest.fixture
def keys(page) -> Keyboard:
    return Keyboard(page)


def sign_in(page: Page, keys: Keyboard, user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    page.goto("/")
    keys.skip_to_content()
    assert keys.tabs(2) == ["Sign up and start a league", "I have an account"]
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    keys.go_to(page.get_by_label("User name or e-mail address"))
    keys.type(user.username)
    keys.tab()
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(page.get_by_role("heading", name="My leagues")).to_be_visible()


def open_room(page: Page, keys: Keyboard, draft: Draft) -> None:
    page.goto(f"/leagues/{draft.league_id}/drafts/{draft.race_id}/")
    keys.skip_to_content()


def test_signing_in_and_finding_the_way_to_the_pick(page, keys, open_draft, alice):
    sign_in(page, keys, alice)
    header = ["Skip to the content", "Fantasy F1", "Leagues", "Calendar", "Drivers", "News 2 unread"]
    stops = keys.tabs(7)
    assert stops[:6] == header
    assert "Your account: alice" in stops[6]
    assert keys.tabs(6, back=True) == stops[5::-1]
    keys.press("Enter")
    assert keys.tabs(3) == ["Create league", "Practice draft", "Pick Alpine Friends"]
    keys.tab()
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Alpine Friends")).to_be_visible()
    keys.skip_to_content()
    keys.go_to(page.get_by_role("link", name="Make your pick"))
    keys.press("Enter")
    expect(page.locator("#turn")).to_contain_text("It is your turn")


def test_menus_open_and_close(page, keys, open_draft, alice):
    enter(page, alice)
    page.goto("/leagues/")
    account = page.locator("summary", has_text="Your account")
    profile = page.get_by_role("link", name="Profile")
    keys.go_to(account)
    for key in ("Enter", "Space"):
        keys.press(key)
        assert keys.tab() == "Profile"
        keys.press("Escape")
        expect(profile).to_be_hidden()
        expect(account).to_be_focused()
    keys.press("Enter")
    assert keys.tabs(4) == ["Profile", "Appearance", "Sign out", "Create league"]
    expect(profile).to_be_hidden()

    open_room(page, keys, open_draft)
    more = page.locator("#room-menu > summary")
    keys.go_to(more)
    keys.press("Enter")
    keys.go_to(page.get_by_label("Play a sound"))
    keys.press("Space")
    expect(page.get_by_label("Play a sound")).to_be_checked()
    keys.press("Escape")
    expect(page.get_by_label("Play a sound")).to_be_hidden()
    expect(more).to_be_focused()


def test_a_pick_and_a_change_of_it(page, keys, open_draft, alice):
    enter(page, alice)
    open_room(page, keys, open_draft)
    keys.go_to(page.locator("#turn").get_by_role("link", name="Pick a driver"))
    keys.press("Enter")
    keys.tab()
    expect(page.get_by_role("searchbox", name="Search drivers")).to_be_focused()
    keys.type("driver 14")
    for button, said in (
        ("Pick Driver 14", "You picked Driver 14."),
        ("Change to Driver 15", "You changed your pick to Driver 15."),
    ):
        driver = button[-9:]
        row = page.locator("#drivers li", has=page.get_by_text(driver, exact=True))
        keys.go_to(row.locator("summary"))
        keys.press("Enter")
        assert keys.tab() == button
        keys.press("Enter")
        expect(page.locator("#messages")).to_have_text(said)
        expect(row).to_be_focused()
        expect(row).to_contain_text("Yours")
        keys.go_to(page.get_by_role("searchbox", name="Search drivers"), back=True)
        keys.press("Control+A")
        keys.type("driver 15")
    keys.press("Escape")
    expect(page.locator("#messages")).to_be_empty()


def test_the_commissioner_tools(page, keys, open_draft, alice):
    enter(page, alice)
    open_room(page, keys, open_draft)
    keys.go_to(page.locator("#room-menu > summary"))
    keys.press("Enter")
    keys.go_to(page.locator("#commissioner-tools > summary"))
    keys.press("Enter")
    assert keys.tab() == "Pause the draft"
    keys.press("Enter")
    expect(page.get_by_role("button", name="Resume the draft")).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("button", name="Pause the draft")).to_be_focused()
    keys.tab()
    expect(page.get_by_label("More time for Alice Racing")).to_be_focused()
    keys.press("ArrowDown")
    assert keys.tab() == "Extend the clock"
    keys.press("Enter")
    expect(page.locator("#messages")).to_contain_text("The clock is extended")
    expect(page.get_by_role("button", name="Extend the clock")).to_be_focused()


def test_the_wish_list_keeps_the_player_where_they_press(page, keys, open_draft, alice):
    enter(page, alice)
    page.goto(f"/leagues/{open_draft.league_id}/wishes/")
    said = page.locator("#said")
    wishes = page.locator("#wishes .driver-name")
    keys.skip_to_content()
    keys.go_to(page.get_by_role("button", name="Add Driver 11", exact=True))
    for number in (11, 12, 13):
        expect(page.get_by_role("button", name=f"Add Driver {number}", exact=True)).to_be_focused()
        keys.press("Enter")
        expect(said).to_have_text(f"Driver {number} is number {number - 10} on your wish list.")
    expect(page.get_by_role("button", name="Add Driver 14", exact=True)).to_be_focused()
    keys.go_to(page.get_by_role("button", name="Move Driver 13 up"), back=True)
    keys.press("Enter")
    expect(said).to_have_text("Driver 13 is number 2 on your wish list.")
    expect(page.get_by_role("button", name="Move Driver 13 up")).to_be_focused()
    keys.tabs(2)
    keys.press("Enter")
    team = "Not with my first pick's team"
    assert keys.tab() == team
    keys.press("Enter")
    expect(page.get_by_role("button", name="Allow with my first pick's team")).to_be_focused()
    assert keys.tab() == "Remove from the list"
    keys.press("Enter")
    expect(said).to_have_text("Driver 13 is on neither list.")
    expect(wishes).to_have_text(["Driver 11", "Driver 12"])
    expect(page.locator("#wishes li", has_text="Driver 12").locator("summary")).to_be_focused()
    keys.go_to(page.get_by_role("button", name="Never: do not draft Driver 10", exact=True))
    keys.press("Enter")
    expect(said).to_have_text("Driver 10 is on your do-not-draft list.")
    keys.go_to(page.get_by_role("button", name="Allow Driver 10"))
    keys.press("Enter")
    expect(said).to_have_text("Driver 10 is on neither list.")
    expect(page.locator("#content")).to_be_focused()


def test_the_rules_of_the_league(page, keys, open_draft, alice):
    enter(page, alice)
    page.goto(f"/leagues/{open_draft.league_id}/settings/")
    keys.skip_to_content()
    picks = page.get_by_label("Picks per race")
    keys.go_to(picks)
    keys.press("ArrowUp")
    expect(page.get_by_text("1 change is not saved.")).to_be_visible()
    keys.go_to(page.get_by_role("button", name="Undo the changes"))
    keys.press("Enter")
    expect(page.get_by_text("not saved")).to_be_hidden()
    expect(picks).to_be_focused()
    expect(picks).to_have_value("2")
    keys.press("ArrowDown")
    keys.go_to(page.locator("[data-unsaved-bar]").get_by_role("button", name="Save the rules"))
    keys.press("Space")
    expect(page.locator("#messages")).to_contain_text("The rules are saved.")
    expect(page.get_by_label("Picks per race")).to_have_value("1")


def test_the_appearance_and_signing_out(page, keys, open_draft, alice):
    enter(page, alice)
    page.goto("/leagues/")
    account = page.locator("summary", has_text="Your account")
    keys.go_to(account)
    keys.press("Enter")
    assert keys.tabs(2) == ["Profile", "Appearance"]
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Appearance")).to_be_visible()
    keys.skip_to_content()
    keys.tab()
    themes = page.get_by_role("group", name="Theme").get_by_role("radio")
    expect(themes.nth(0)).to_be_focused()
    for theme in ("light", "dark"):
        keys.press("ArrowRight")
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
    expect(themes.nth(2)).to_be_focused()
    keys.tabs(2)
    keys.press("Enter")
    expect(page.locator("#messages")).to_contain_text("Saved")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    switch = page.locator(".theme-switch")
    keys.go_to(switch.get_by_role("button", name="Light"))
    keys.press("Space")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    keys.go_to(account, back=True)
    keys.press("Enter")
    keys.go_to(page.get_by_role("button", name="Sign out"))
    keys.press("Enter")
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    assert keys.tab() == "Skip to the content"


def test_the_news_keep_the_player_where_they_press(page, keys, open_draft, alice):
    enter(page, alice)
    page.goto("/accounts/news/")
    keys.skip_to_content()
    rows = page.locator("#news .row")
    expect(rows).to_have_count(2)
    keys.go_to(page.get_by_role("button", name="Delete").first)
    keys.press("Enter")
    expect(rows).to_have_count(1)
    expect(rows.get_by_role("link")).to_be_focused()
    keys.go_to(page.get_by_role("button", name="Mark all as read"), back=True)
    keys.press("Enter")
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()
