"""A visitor without an account looks at everything that is public, at a desk in English and on a phone in German."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from drafts.services import renew_spectator_link
from leagues.services import create_league
from races.models import Season

from ..support.cast import DRAFTING_AT, FOUNDED_AT
from ..support.factories import STARTS_AT, SeasonFactory, grid, results_for, weekend
from ..support.player import OPTIONS, Player

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def season_under_way(open_draft, alice):
    """A season with a race that is over and one to come, a public league, and a demonstration league that drafts."""
    renew_spectator_link(league=open_draft.league, by=alice, now=DRAFTING_AT)
    Season.objects.update(is_demonstration=True)
    season = SeasonFactory.create(year=2025)
    for number in (1, 2):
        grid(weekend(season, number, STARTS_AT - timedelta(weeks=1), name=f"Grand Prix {number}"))
    create_league(creator=alice, season=season, name="Liga Nord", visibility="public", now=FOUNDED_AT)
    results_for(season.races.get(round=1))
    Season.objects.filter(pk=season.pk).update(results_version=1)
    return season


@pytest.fixture(params=[("desk", "en"), ("phone", "de")], ids=["English", "German"])
def visitor(request, open_page) -> Player:
    device, language = request.param
    page = open_page(locale=language, service_workers="block", **OPTIONS[device])
    page.route("**/live/**", lambda route: None)  # The streams are open, and nothing happens.
    return Player(page, language, is_touch=device == "phone")


def test_a_visitor_looks_around(visitor, season_under_way):
    page = visitor.page
    navigation = page.get_by_role("navigation", name=visitor.say("Main"))
    footer = page.get_by_role("navigation", name=visitor.say("About this site"))
    main = page.get_by_role("main")

    page.goto("/")
    expect(main).to_contain_text("Driver 10")  # the best pick of the last race
    visitor.sees("Next race")
    visitor.reads()
    visitor.follow("Watch this draft live")
    expect(page.locator("#turn")).to_contain_text("Alice Racing")
    visitor.reads()
    visitor.follow("For a big screen")
    expect(page.locator("body")).to_contain_text("Alice Racing")
    visitor.reads()

    page.goto("/leagues/public/")
    visitor.reads()
    visitor.visit(page.get_by_role("link", name="Liga Nord"))
    visitor.sees("Sign in to join")
    visitor.reads()

    visitor.follow("Calendar", navigation)
    visitor.reads()
    visitor.visit(main.get_by_role("link", name="Grand Prix 1").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Grand Prix 1")
    visitor.reads()
    visitor.follow("Drivers", navigation)
    visitor.reads()
    visitor.visit(main.get_by_role("link", name="Driver 10").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Driver 10")
    visitor.reads()
    page.goto("/teams/")
    visitor.reads()
    visitor.visit(main.get_by_role("link", name="Team 5").first)
    expect(page.get_by_role("heading", level=1)).to_have_text("Team 5")
    visitor.reads()

    visitor.follow("Help", footer)
    visitor.field("What do you want to know?").fill(visitor.say("Who is ahead in a tie?"))
    visitor.sees("Who is ahead in a tie?", main)
    visitor.reads()
    for text in ("About", "Privacy", "Terms"):
        visitor.follow(text, footer)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        visitor.reads()

    page.goto("/nowhere/")
    visitor.sees("Page not found")
    visitor.reads()
    visitor.follow("Calendar", main)
    expect(page.get_by_role("heading", level=1, name=visitor.say("Calendar"))).to_be_visible()


def test_a_link_chooses_the_language(open_page, season_under_way):
    page = open_page(locale="en")
    page.goto("/races/?lang=de")
    Player(page, "de").reads()
