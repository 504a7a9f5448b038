"""Every page has a title of its own that says what its h1 says, one h1, and headings whose levels follow each other."""

import html
import re
from collections import Counter

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from leagues.services import create_league
from screenshots.pages import PAGES, VISITOR
from tests.support.cast import FOUNDED_AT
from tests.support.factories import PASSWORD
from tests.support.stories import filled, locked, opened, scored

pytestmark = pytest.mark.django_db

# The admin is Django's; the pages for spectators need a link, and those for administrators and scripts are no pages.
LEFT_OUT = ("admin:", "drafts:watch", "drafts:wall", "pages:status", "pages:styleguide", "notifications:push")


@pytest.fixture
def pages(client, alice, bob, alices, bobs, league, season, at):
    """The text of each page of `screenshots.pages`, by its address, as a visitor or as Alice sees it."""
    draft = scored(locked(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2"])), ["driver_1", "driver_2"])
    driver, team = draft.race.entries.values_list("driver__ref", "team__ref")[0]
    arguments = {
        "league": league.pk,
        "new_league": create_league(creator=alice, season=season, name="Newcomers", now=FOUNDED_AT).pk,
        "scored_race": draft.race_id,
        "next_race": league.drafts.exclude(pk=draft.pk).get().race_id,
        "driver": driver,
        "team": team,
        "code": league.code,
        "constructor": alices.pk,
    }
    alice.set_password(PASSWORD)  # Without one, the page for security leads to the one that sets it.
    alice.save()
    found = {}
    for is_visitor in (True, False):
        if not is_visitor:
            client.force_login(alice)
        for page in PAGES:
            if page.route.startswith(LEFT_OUT) or page.query or (VISITOR in page.people) != is_visitor:
                continue
            address = reverse(page.route, args=[arguments[name] for name in page.arguments])
            response = client.get(address, follow=True)
            assert response.status_code == 200, address
            if not response.redirect_chain:
                found[address] = response.text
    return found


def title(text):
    (found,) = re.findall(r"<title>(.*?)</title>", text.partition("</head>")[0], re.DOTALL)
    return " ".join(found.split())


def heading(text):
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", text, re.DOTALL)
    return " ".join(html.unescape(strip_tags(found)).split())


def words(text):
    return set(re.findall(r"\w{3,}", html.unescape(text).casefold()))


def levels(text):
    return [int(level) for level in re.findall(r"<h([1-6])[ >]", text)]


def test_every_page_has_a_title_of_its_own(pages):
    titles = {address: title(text) for address, text in pages.items()}
    counts = Counter(titles.values())
    assert {address: text for address, text in titles.items() if counts[text] > 1} == {}
    assert [address for address, text in titles.items() if text.startswith(("·", "Fantasy F1"))] == []


def test_every_page_has_one_h1_and_skips_no_level(pages):
    assert {address: levels(text) for address, text in pages.items() if levels(text).count(1) != 1} == {}
    skipping = {
        address: levels(text)
        for address, text in pages.items()
        if any(after > before + 1 for before, after in zip(levels(text), levels(text)[1:], strict=False))
    }
    assert skipping == {}


def test_the_title_says_what_the_heading_says(pages):
    different = {
        address: (title(text), heading(text))
        for address, text in pages.items()
        if not words(title(text).removesuffix(" · Fantasy F1")) & words(heading(text))
    }
    assert different == {}
