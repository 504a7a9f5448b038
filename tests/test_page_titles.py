"""Every page has a title of its own, one h1, and headings whose levels follow each other."""

import re
from collections import Counter

import pytest
from django.urls import reverse

from tests.support.factories import PASSWORD

pytestmark = pytest.mark.django_db

VISITORS = ["home", "races:calendar", "formula1:drivers", "scoring:rankings", "accounts:sign_in", "accounts:sign_up"]
VISITORS += ["accounts:forgot_password", "offline", "leagues:public"]
OWN = ["pages:my_leagues", "pages:practice", "accounts:profile", "accounts:security", "accounts:change_email"]
OWN += ["accounts:delete_account", "notifications:list", "notifications:preferences", "leagues:create", "leagues:join"]
OWN += ["leagues:invitations"]
OF_A_LEAGUE = ["pages:league_home", "leagues:members", "leagues:settings", "leagues:activity"]
OF_A_LEAGUE += ["scoring:records"]


@pytest.fixture
def pages(client, open_draft, race, alice, alices):
    """The text of each page, by its address, as a visitor or as Alice sees it."""
    found = {}

    def read(names, *args):
        for name in names:
            address = reverse(name, args=args)
            response = client.get(address, follow=True)
            assert response.status_code == 200, address
            found[address] = response.text

    read([*VISITORS[:-1]])
    read(["races:race"], race.pk)
    alice.set_password(PASSWORD)  # Without one, the page for security leads to the one that sets it.
    alice.save()
    client.force_login(alice)
    read([VISITORS[-1], *OWN])
    read(OF_A_LEAGUE, open_draft.league_id)
    read(["drafts:room", "pages:league_race"], open_draft.league_id, race.pk)
    read(["pages:constructor"], alices.pk)
    return found


def title(text):
    (found,) = re.findall(r"<title>(.*?)</title>", text, re.DOTALL)
    return " ".join(found.split())


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
