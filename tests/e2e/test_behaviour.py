"""How pages respond: changes that show at once, undo, signs that something is on its way, sharing and printing."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Route, expect

from accounts.models import User
from constructors.models import Constructor
from drafts.rules import WishChange
from drafts.selectors import wishes_of
from drafts.services import change_wishes
from notifications.models import Notification
from tests.support.browsing import DESK, sign_in
from tests.support.cast import FOUNDED_AT
from tests.support.notifications import notified
from tests.support.stories import filled, locked, opened, scored

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANIMATIONS = "button => button.getAnimations({ subtree: true }).map(({ effect }) => effect.getTiming().delay)"


class Gate:
    """Holds back the POST requests of a page until they are let through or refused."""

    def __init__(self, page):
        self.held: list[Route] = []
        page.route(
            "**/*", lambda route: self.held.append(route) if route.request.method == "POST" else route.continue_()
        )
        self.page = page

    def next(self):
        while not self.held:
            self.page.evaluate("0")  # lets Playwright call `_receive`
        return self.held.pop(0)


@pytest.fixture
def alices_page(open_page, alice, at):
    at(FOUNDED_AT)
    page = open_page()
    sign_in(page, alice)
    return page


@pytest.fixture
def wishes(upcoming_draft, alices, alice):
    """The names of three drivers on Alice's wish list, in its order."""
    drivers = [entry.driver for entry in upcoming_draft.race.entries.select_related("driver").order_by("pk")[:3]]
    for driver in drivers:
        change_wishes(constructor=alices, by=alice, change=WishChange("add", driver.pk))
    return drivers


def shown(page):
    return page.locator("#wishes [data-wish]").evaluate_all("rows => rows.map(({ dataset }) => Number(dataset.wish))")


def test_a_wish_list_changes_at_once_and_goes_back_if_that_fails(alices_page, league, alices, wishes):
    page, (first, second, third) = alices_page, [driver.pk for driver in wishes]
    page.goto(reverse("drafts:wish_list", args=[league.pk]))
    gate = Gate(page)
    page.locator(f"#down-{first}").click()
    page.locator(f"#up-{third}").click()
    assert shown(page) == [second, third, first]  # before anything has been answered
    expect(page.locator(f"#up-{third}")).to_be_focused()
    gate.next().continue_()
    gate.next().continue_()
    expect(page.locator("#undo-toasts")).to_contain_text("Your wish list has a new order.")
    assert shown(page) == [wish.driver for wish in wishes_of(alices)] == [second, third, first]
    page.locator(f"#wish-{third} summary").click()
    page.locator(f"#wish-{third}").get_by_role("button", name="Remove from the list").click()
    assert shown(page) == [second, first]
    gate.next().fulfill(status=500)
    expect(page.locator("#toasts")).to_contain_text("That could not be saved, so it is as it was before.")
    assert shown(page) == [second, third, first]


@pytest.mark.parametrize("has_script", [True, False])
def test_undo_is_a_button_in_the_message(open_page, league, alice, alices, wishes, at, has_script):
    at(FOUNDED_AT)
    page = open_page(java_script_enabled=has_script)
    sign_in(page, alice)
    page.goto(reverse("drafts:wish_list", args=[league.pk]))
    page.locator(f"#wish-{wishes[1].pk} summary").click()
    page.locator(f"#wish-{wishes[1].pk}").get_by_role("button", name="Remove from the list").click()
    message = page.locator("#undo-toasts .toast")
    expect(message).to_contain_text(f"{wishes[1]} is off your wish list.")
    assert [wish.driver for wish in wishes_of(alices)] == [wishes[0].pk, wishes[2].pk]
    message.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Your lists are as they were before.")).to_be_visible()
    assert [wish.driver for wish in wishes_of(alices)] == [driver.pk for driver in wishes]


def test_the_autodraft_switch_and_read_marks_show_at_once(alices_page, league, alice, alices, wishes):
    page = alices_page
    unread = notified(alice, kind="race_changed", key="race:1", title="Moved", now=FOUNDED_AT)
    page.goto(reverse("drafts:wish_list", args=[league.pk]))
    gate = Gate(page)
    page.get_by_role("radio", name=re.compile("^On ")).check()
    page.locator("#autodraft-save").click()
    expect(page.locator("#autodraft-now")).to_contain_text("On")
    gate.next().continue_()
    expect(page.locator("#undo-toasts")).to_contain_text("Saved. Autodraft: On")
    assert Constructor.objects.get(pk=alices.pk).autodraft == "on"
    page.goto(reverse("notifications:list"))
    row = page.locator(f"#notification-{unread.pk}")
    row.get_by_role("button", name="Mark as read").click()
    expect(row.get_by_text("New", exact=True)).to_be_hidden()
    expect(row.get_by_role("button", name="Mark as unread")).to_be_focused()
    gate.next().abort()
    expect(page.locator("#toasts")).to_contain_text("it is as it was before")
    expect(row.get_by_text("New", exact=True)).to_be_visible()
    row.get_by_role("button", name="Mark as read").click()
    gate.next().continue_()
    expect(page.locator("#news-count b")).to_have_count(0)
    assert Notification.objects.get(pk=unread.pk).read_at == FOUNDED_AT


def test_a_form_is_busy_until_there_is_an_answer_and_is_sent_once(alices_page, league):
    page = alices_page
    sent = []

    def stay(route):
        sent.append(route.request.url)
        route.fulfill(status=204)  # The browser stays on the page.

    page.route("**" + reverse("leagues:archive", args=[league.pk]), stay)
    page.goto(reverse("leagues:settings", args=[league.pk]))
    button = page.get_by_role("button", name="Archive the league")
    button.dblclick(no_wait_after=True)
    expect(button).to_have_attribute("aria-busy", "true")
    assert 150 in button.evaluate(ANIMATIONS)  # What is faster shows nothing.
    assert len(sent) == 1


def test_a_part_that_is_fetched_has_an_outline_until_it_is_there(alices_page, race):
    page, held = alices_page, []
    page.route("**" + reverse("formula1:race_picks", args=[race.pk]), lambda route: held.append(route))
    with page.expect_request("**/picks/"):
        page.goto(reverse("races:race", args=[race.pk]))
    part = page.locator("[hx-trigger=load]")
    expect(part.locator(".skeleton")).to_be_visible()
    held.pop().abort()
    expect(part.locator(".skeleton")).to_be_hidden()
    expect(part.get_by_role("link", name="Who picked whom for this race")).to_be_visible()


def test_the_theme_of_the_account_is_that_of_every_device(alices_page, open_page, alice):
    page = alices_page
    with page.expect_response("**/appearance/"):
        page.get_by_role("group", name="Theme").get_by_role("button", name="Dark").click()
    assert User.objects.get(pk=alice.pk).theme == "dark"
    other = open_page()
    sign_in(other, alice)
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    assert {cookie["name"]: cookie["value"] for cookie in other.context.cookies()}["theme"] == "dark"


def test_a_link_is_shared_or_copied(open_page, league, at):
    at(FOUNDED_AT)
    address = reverse("pages:invitation", args=[league.code])
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.add_init_script("delete Navigator.prototype.share")
    page.goto(address)
    page.get_by_role("button", name="Share").click()
    expect(page.locator("#toasts")).to_contain_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(address)
    page = open_page()
    page.add_init_script("navigator.share = async (data) => { window.shared = data }")
    page.goto(address)
    page.get_by_role("button", name="Share").click()
    assert page.evaluate("window.shared.title") == league.name


def test_pages_print_without_what_only_works_on_a_screen(open_page, league, alice, alices, bobs, at):
    draft = scored(locked(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2"])), ["driver_1", "driver_2"])
    page = open_page(viewport=DESK, color_scheme="dark")
    sign_in(page, alice)
    page.emulate_media(media="print")
    of_race = [league.pk, draft.race_id]
    for name, arguments in (
        ("pages:league_rules", [league.pk]),
        ("pages:standings", [league.pk]),
        ("pages:league_race", of_race),
        ("drafts:room", of_race),
    ):
        page.goto(reverse(name, args=arguments))
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        for part in page.locator(".top, .foot, .tabs, .crumbs, .menu, .toasts, form, button").all():
            expect(part).to_be_hidden()
        style = "body => [getComputedStyle(body).backgroundColor, getComputedStyle(body).color]"
        ground, ink = page.locator("body").evaluate(style)
        assert (ground, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")
