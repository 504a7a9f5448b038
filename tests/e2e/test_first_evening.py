"""The first evening of a league in real browsers: the friends gather in the lobby, Anna starts, and they draft.

`tests/test_first_draft_story.py` tells the same with every beginning of the week, without browsers.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from constructors.models import Constructor
from drafts.models import Draft
from drafts.selectors import free_by_ranking, slot_on_the_clock
from leagues.models import League
from leagues.services import remove_member

from ..support.browsing import pick, sign_in, sign_up
from ..support.cast import DRAFTING_AT
from ..support.factories import UserFactory
from ..support.stories import fresh, order_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# The window of the race has been open for a day.
TUESDAY = DRAFTING_AT


def create_league(page):
    """Anna creates a league that drafts in a snake; returns the invitation link in its lobby."""
    page.get_by_role("link", name="Create league").click()
    page.get_by_label("Name", exact=True).fill("Thursday Racers")
    page.get_by_label("Constructor name").fill("anna Racing")
    page.get_by_label("Method").select_option("snake")
    page.get_by_role("button", name="Create the league").click()
    expect(page.get_by_text("You are the first one here")).to_be_visible()
    return page.get_by_text("/join/").inner_text()


def join(page, link, name):
    """A friend who has no account yet opens the link, signs up, and is in."""
    page.goto(link)
    form = page.get_by_role("form", name="Sign up and join")
    form.get_by_label("Constructor name").fill(f"{name} Racing")
    sign_up(form, name, "Sign up and join")
    expect(page.get_by_text("Welcome to “Thursday Racers”.")).to_be_visible()


def pick_next(pages, draft):
    """The player on the clock opens the room and picks the best driver left."""
    slot, entry = slot_on_the_clock(fresh(draft)), free_by_ranking(draft)[0][0]
    assert slot is not None
    assert slot.constructor.owner is not None
    page = pages[slot.constructor.owner.username]
    page.goto(f"/leagues/{draft.league_id}/drafts/{draft.race_id}/")
    expect(page.locator("#turn")).to_contain_text("It is your turn")
    pick(page, str(entry.driver))


def test_friends_gather_and_draft_on_a_tuesday(open_page, season, at):
    at(TUESDAY)
    pages = {name: open_page() for name in ("anna", "ben", "christina", "dora")}
    anna = pages["anna"]
    manager = UserFactory.create(username="anna")
    sign_in(anna, manager)
    link = create_league(anna)
    league = League.objects.get()
    draft = Draft.objects.select_related("race", "league").get(league=league)

    # Two friends arrive within two hours, and say that they are ready. Anna sees them come.
    for name, arrival in (("ben", TUESDAY + HOUR), ("christina", TUESDAY + 2 * HOUR)):
        at(arrival)
        join(pages[name], link, name)
        pages[name].get_by_role("button", name="I am ready").click()
        expect(pages[name].get_by_role("button", name="Not ready after all")).to_be_visible()
        expect(anna.locator("#lobby-people")).to_contain_text(f"{name} Racing")
    expect(anna.locator("#lobby-status")).to_contain_text("2 of 3 players are ready")
    anna.get_by_role("button", name="Start the draft").click()
    expect(anna.get_by_text("The draft has started.")).to_be_visible()

    # The others' lobbies lead to the room. A fourth friend comes before the first pick, and is last in the order.
    expect(pages["ben"]).to_have_url(anna.url)
    join(pages["dora"], link, "dora")
    constructors = {constructor.pk: constructor for constructor in Constructor.objects.filter(league=league)}
    order = order_of(draft)[:4]
    assert order_of(draft) == order + order[::-1]
    assert constructors[order[-1]].name == "dora Racing"

    # They draft, and one of them is removed on the way.
    for _ in range(3):
        pick_next(pages, draft)
    removed = next(constructors[pk] for pk in order[:3] if constructors[pk].owner != manager)
    assert removed.owner is not None
    remove_member(league=league, by=manager, user=removed.owner, now=TUESDAY + 3 * HOUR)
    while slot_on_the_clock(fresh(draft)):
        pick_next(pages, draft)
    anna.goto(f"/leagues/{league.pk}/drafts/{draft.race_id}/")
    expect(anna.locator("#turn")).to_contain_text("All picks are made")
    for sentence in (
        "anna started the draft. Order: Random draw.",
        "dora Racing joined, last in the order.",
        f"{removed} left. Their open picks were removed.",
    ):
        expect(anna.locator("#log")).to_contain_text(sentence)

    # Everyone can check the draw.
    anna.goto(f"/leagues/{league.pk}/drafts/{draft.race_id}/order/")
    draw = anna.get_by_role("table", name="The draw, recomputed from the seed")
    expect(draw.get_by_role("rowheader")).to_contain_text([constructors[pk].name for pk in order[:3]])
    expect(anna.get_by_role("main")).to_contain_text(fresh(draft).order_seed)
