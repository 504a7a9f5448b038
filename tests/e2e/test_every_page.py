"""Every page of the site, for each of its people, in both languages, in light and dark, on a desk and a small phone.

The pages are those of `screenshots.pages`. `tests/support/page_checks.py` says what is checked.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page

from screenshots.cast import TIME_ZONE
from screenshots.pages import ADMINISTRATOR, NEWCOMER, PAGES, PLAYER, VISITOR
from screenshots.site import accounts, installation, prepare_cast, sign_in
from tests.support.browsing import PHONE
from tests.support.html_checks import nu_problems, problems_of_html
from tests.support.page_checks import MORE_CONTRAST, Visit

pytestmark = pytest.mark.browser

IS_LONG = os.environ.get("EVERY_PAGE") == "long"
# The Nu Html Checker, which knows all of the standard, and needs Java.
VNU_JAR = os.environ.get("VNU_JAR")
LANGUAGES = {"en-gb": "en-GB", "de": "de-DE"}
CONTRASTS = ["usual", "more"] if IS_LONG else ["usual"]
PEOPLE = [VISITOR, NEWCOMER, PLAYER, ADMINISTRATOR]
# Pages about errors, with their status.
ERRORS = {"/no-such-page/": 404, "/accounts/sign-out/": 405}
# Parts of pages that htmx fetches, with the arguments of their addresses in the cast.
FRAGMENTS = {
    "drafts:live_partial": ("league", "next_race"),
    "drafts:lobby_live": ("new_league",),
    "notifications:counter": (),
}


@dataclass(frozen=True)
class Site:
    """A running site with its cast: the values of URLs, and the cookies of each person."""

    url: str
    values: dict[str, Any]
    cookies: dict[str, Any]


@pytest.fixture(scope="module")
def site(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home = tmp_path_factory.mktemp("site")
    with installation(home) as url:
        values = prepare_cast(home)
        cookies = {person: sign_in(browser, url, *account) for person, account in accounts(home).items()}
        yield Site(url, values, {VISITOR: None} | cookies)


OpenVisit = Callable[..., Visit]


@pytest.fixture
def open_visit(browser: Browser, site: Site) -> Iterator[OpenVisit]:
    """Return a function that opens a browser context for a person in a language."""
    contexts = []

    def open_visit(person: str, language: str, **options: Any) -> Visit:
        context = browser.new_context(
            base_url=site.url,
            locale=LANGUAGES[language],
            timezone_id=TIME_ZONE,
            storage_state=site.cookies[person],
            **options,
        )
        contexts.append(context)
        return Visit(context, site.url, language)

    yield open_visit
    for context in contexts:
        context.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("contrast", CONTRASTS)
def test_every_page_is_accessible_valid_and_complete(open_visit, site, person, language, contrast, tmp_path):
    visit = open_visit(person, language)
    if contrast == "more":
        visit.context.add_cookies([{"name": "contrast", "value": "more", "url": site.url}])
        visit.rules = MORE_CONTRAST
    problems = []
    for page in PAGES:
        if person in page.people:
            problems += visit.problems_of(page.address(site.values))
    if VNU_JAR:
        problems += nu_problems(Path(VNU_JAR), visit.sources, tmp_path)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("person", [VISITOR, PLAYER])
def test_pages_about_errors_are_as_good(open_visit, person):
    visit = open_visit(person, "de")
    problems = [problem for address, status in ERRORS.items() for problem in visit.problems_of(address, status=status)]
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("route", FRAGMENTS)
def test_parts_of_pages_are_valid(open_visit, site, route):
    address = reverse(route, args=[site.values[name] for name in FRAGMENTS[route]])
    visit = open_visit(PLAYER, "en-gb")
    response = visit.context.request.get(address, headers={"HX-Request": "true"})
    assert response.ok
    assert problems_of_html(response.text(), is_fragment=True) == []


# Whether the focused element is visible where it is, and marked. The label of a small control counts as the control;
# a line of a chart is drawn thicker instead.
FOCUSED = """() => {
    const focused = document.activeElement;
    if (focused === document.body) return null;
    const isSmall = focused.getBoundingClientRect().width < 24;
    const shown = (isSmall && focused.labels?.[0]) || focused;
    const box = shown.getClientRects()[0];
    const middle = (from, to, end) => (Math.max(from, 0) + Math.min(to, end)) / 2;
    const [x, y] = [middle(box.left, box.right, innerWidth), middle(box.top, box.bottom, innerHeight)];
    const top = document.elementFromPoint(x, y);
    const hasRing = [focused, shown, ...shown.querySelectorAll("*")].some((element) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
    });
    return {
        name: `${focused.tagName} ${focused.getAttribute("class")} ${focused.textContent.trim().slice(0, 40)}`,
        isCovered: !top || !(shown.contains(top) || top.contains(shown)),
        isMarked: hasRing || focused.matches(".chart-line"),
    };
}"""


def focused_elements(page: Page, key: str) -> list[dict[str, Any]]:
    """What gets the focus when the key is pressed until the focus leaves the page."""
    found: list[dict[str, Any]] = []
    while True:
        page.keyboard.press(key)
        element = page.evaluate(FOCUSED)
        if element is None:
            return found
        found.append(element)
        assert len(found) < 1000


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
@pytest.mark.parametrize("route", ["pages:league_home", "drafts:room"])
def test_focus_is_visible_and_never_behind_what_is_fixed(open_visit, site, route, key):
    page = open_visit(PLAYER, "en-gb", viewport=PHONE, reduced_motion="reduce").page
    page.goto(next(shown for shown in PAGES if shown.route == route).address(site.values))
    if key == "Shift+Tab":
        page.locator("footer a").last.focus()
    elements = focused_elements(page, key)
    assert len(elements) > 20
    assert [element["name"] for element in elements if element["isCovered"]] == []
    assert [element["name"] for element in elements if not element["isMarked"]] == []


def test_choices_and_charts_are_visible_in_forced_colours(open_visit, site):
    page = open_visit(PLAYER, "en-gb", forced_colors="active", reduced_motion="reduce").page
    page.goto(reverse("pages:standings", args=[site.values["league"]]))
    ground = style(page, "body", "backgroundColor")
    assert style(page, ".tabs a[aria-current]", "borderBottomColor") != ground
    assert style(page, ".tabs a:not([aria-current])", "borderBottomColor") == ground
    assert style(page, "tr.is-mine > :first-child", "borderInlineStartWidth") == "4px"
    assert style(page, ".chart-line path", "stroke") != ground


def style(page: Page, selector: str, name: str) -> object:
    """A computed style of the first element that the selector finds."""
    return page.locator(selector).first.evaluate(f"(element) => getComputedStyle(element).{name}")
