"""The admin in a browser: axe finds no violation, nothing breaks the Content-Security-Policy, and it works by keyboard.

By default, some pages of each kind are visited. `ADMIN_PAGES=long` visits every list, form, history, question and
action of every table.
"""

import os

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from leagues.league_scoped_admin import LeagueScopedAdmin, league_of
from tests.permissions.world import NOW, ZANZIBAR, make_world
from tests.support.browsing import DESK
from tests.support.page_checks import IS_COMPLETE, LISTENER, ZOOMED, axe_violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

IS_LONG = os.environ.get("ADMIN_PAGES") == "long"
SHORT = (
    "/admin/",
    "/admin/leagues/league/",
    "/admin/races/race/{race}/change/",
    "/admin/races/race/{race}/results/race/",
    "/admin/races/entry/add/",
    "/admin/accounts/user/add/",
    "/admin/drafts/draft/?q=nothing",
    "/admin/django_celery_beat/periodictask/add/",
    "/admin/drafts/draft/{draft}/change/",
    "/admin/drafts/draft/{draft}/do/order/",
)


@pytest.fixture
def world(monkeypatch):
    world = make_world()
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return world


@pytest.fixture
def open_admin(open_page, client, live_server, settings):
    """Return a function that opens a page of the browser, signed in as the user."""

    def open_admin(user, **options):
        client.force_login(user)
        page = open_page(**{"viewport": DESK, **options})
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page.add_init_script(LISTENER)
        return page

    return open_admin


def every_address(world):
    yield from ("/admin/", f"/admin/races/race/{world.scored.pk}/results/race/")
    yield reverse("admin:auth_user_password_change", args=[world.administrator.pk])
    for model, model_admin in admin.site._registry.items():
        table = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield from (reverse(f"{table}_changelist"), reverse(f"{table}_changelist") + "?q=nothing")
        yield reverse(f"{table}_add")
        if row := shown_row(model, model_admin):
            yield from (reverse(f"{table}_{page}", args=[quote(row.pk)]) for page in ("change", "history", "delete"))
            acts = getattr(model_admin, "object_actions", ())
            yield from (reverse(f"{table}_act", args=[quote(row.pk), act]) for act in acts)


def shown_row(model, model_admin):
    """The first row of a table; of those of leagues, the first one in Zanzibar."""
    rows = model._default_manager.order_by("pk")
    if not isinstance(model_admin, LeagueScopedAdmin):
        return rows.first()
    return next((row for row in rows if str(league_of(row, model_admin.league_path)).startswith(ZANZIBAR)), None)


def addresses(world, client):
    """Those that the user may open."""
    draft = world.places[ZANZIBAR].ids["draft"]
    found = every_address(world) if IS_LONG else (path.format(race=world.scored.pk, draft=draft) for path in SHORT)
    return [address for address in found if client.get(address).status_code == 200]


def problems_of(page, address):
    page.set_viewport_size(ZOOMED)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert page.goto(address).ok
    page.wait_for_function(IS_COMPLETE)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        yield "The page is wider than the screen."
    yield from (f"light: {violation}" for violation in axe_violations(page))
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    yield from (f"dark: {violation}" for violation in axe_violations(page))
    if violations := page.evaluate("window.violations"):
        yield f"Violations of the Content-Security-Policy: {violations}"


@pytest.mark.parametrize("role", ["administrator", "manager"])
def test_pages_are_accessible_and_keep_to_the_policy(open_admin, client, world, role):
    page = open_admin(world.user_for(role))
    found = addresses(world, client)
    assert len(found) > 3
    problems = [f"{address}\n{problem}" for address in found for problem in problems_of(page, address)]
    assert not problems, "\n".join(problems)


def test_the_menus_work_by_keyboard(open_admin, world):
    page = open_admin(world.administrator)
    page.goto("/admin/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    menu = page.locator("#lists-nav summary", has_text="Drafts")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#lists-nav").get_by_role("link", name="Drafts")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(page.locator("#lists-nav details[open]")).to_have_count(0)


def test_buttons_and_links_have_a_visible_focus(open_admin, world):
    page = open_admin(world.administrator)
    page.goto(reverse("admin:races_entry_add"))
    page.locator("#id_number").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_boxes_of_drivers_have_names(open_admin, world):
    page = open_admin(world.administrator)
    page.goto(reverse("admin:races_entry_add"))
    expect(page.get_by_role("combobox", name="Driver:")).to_be_visible()
