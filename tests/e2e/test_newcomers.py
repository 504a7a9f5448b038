"""Two newcomers, from the landing page to the explanation of their first points, on a real server.

Anna founds a league, and Ben follows her invitation. One sits at a desk and reads English, the other holds a phone and
reads German; each does both once. Everything that happens to them arrives on their open pages by itself.
"""

import re
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from ..support.player import OPTIONS, Player
from .test_draft_room import RECOVERY_MS, Site, running_site

pytestmark = pytest.mark.browser


@pytest.fixture
def site(tmp_path):
    with running_site(tmp_path) as site:
        site.worker.ask("past")
        yield site


@pytest.fixture
def players(browser: Browser, site: Site, request):
    """Anna and Ben, with the device and the language of each."""
    with ExitStack() as stack:

        def player(device: str, language: str) -> Player:
            base_url = f"http://127.0.0.1:{site.server.port}"
            context = browser.new_context(base_url=base_url, locale=language, **OPTIONS[device])
            stack.callback(context.close)
            return Player(context.new_page(), language, is_touch=device == "phone")

        yield [player(*who) for who in request.param]


def sign_up_and_practise(anna: Player) -> None:
    anna.page.goto("/")
    anna.reads()
    anna.follow("Sign up and start a league")
    anna.sign_up(anna.page.get_by_role("main"), "anna")
    anna.reads()
    anna.follow("Start a practice draft")
    anna.push("Start the draft")
    for _ in range(2):
        anna.sees("It is your turn")
        anna.reads()
        anna.pick(anna.page.locator("#drivers li").first)
    anna.sees("All picks are made")
    anna.reads()
    anna.follow("Run the race")
    anna.reads()


def create_league(anna: Player) -> str:
    """Anna answers the three questions; returns the path of the invitation link in her lobby."""
    anna.page.goto("/leagues/")
    anna.follow("Create league")
    anna.reads()
    anna.field("Name").fill("Donnerstag")
    anna.field("Constructor name").fill("Anna Racing")
    questions = anna.page.get_by_role("group").filter(has=anna.page.get_by_role("radio"))
    titles = ["What scores?", "How long may a pick take?", "Who picks when?"]
    expect(questions.locator("> legend")).to_have_text([re.compile(re.escape(anna.say(title))) for title in titles])
    anna.press(questions.nth(1).get_by_role("radio").nth(1))
    anna.push("Create the league")
    anna.sees("You are the first one here")
    anna.reads()
    return urlsplit(anna.page.get_by_text("/join/").inner_text()).path


def join(ben: Player, link: str) -> None:
    ben.page.goto(link)
    expect(ben.page.get_by_role("heading", level=1)).to_have_text("Donnerstag")
    ben.reads()
    form = ben.page.get_by_role("form", name=ben.say("Sign up and join"))
    ben.field("Constructor name", form).fill("Ben Racing")
    ben.sign_up(form, "ben", "Sign up and join")
    ben.sees("Welcome to “%(league)s”.", league="Donnerstag")
    ben.reads()


def draft(players: list[Player], site: Site) -> None:
    """They pick in turn. Each sees on their own page whose turn it is, how long it lasts, and what the other picks."""
    for _ in range(4):
        seq = site.worker.ask("seq")
        for player in players:
            expect(player.page.locator(f'#live[data-seq="{seq}"]')).to_be_attached(timeout=RECOVERY_MS)
        is_annas = players[0].page.locator("#live[data-my-turn]").count() > 0
        on_turn, other = players if is_annas else players[::-1]
        on_turn.sees("It is your turn", on_turn.page.locator("#turn"))
        other.sees("It is their turn.", other.page.locator("#turn"))
        for player in players:
            expect(player.page.locator("#turn").get_by_role("timer")).to_have_text(re.compile(r"\d+:\d\d"))
            player.reads()
        driver = on_turn.pick(on_turn.page.locator("#drivers .pick:not([hidden])").nth(3), stays=True)
        expect(on_turn.page.locator("#mine")).to_contain_text(driver)
        expect(other.page.locator("#log")).to_contain_text(driver, timeout=RECOVERY_MS)


def see_the_first_score(player: Player, name: str) -> None:
    """From the room to the points of the race, why they are so many, and the standings."""
    player.follow("See the points")
    player.reads()
    own = player.page.locator("section", has=player.page.get_by_role("heading", level=2, name=f"{name} Racing"))
    expect(own.locator(".sum li")).to_have_count(2)  # what each pick scored, and for what
    player.follow("How points are counted")
    expect(player.page.locator("#points")).to_be_in_viewport()
    player.reads()
    player.follow("League", player.page.get_by_role("navigation", name=player.say("Pages of the league")))
    standings = player.page.get_by_role("table", name=player.say("Season standings"))
    expect(standings.get_by_role("rowheader")).to_have_count(2)
    player.reads()
    player.visit(standings.get_by_role("link", name=f"{name} Racing"))
    player.press(player.page.locator(".race-row > summary"))
    expect(player.page.locator(".race-row .sum li").first).to_be_visible()
    player.reads()


@pytest.mark.parametrize(
    "players",
    [[("desk", "en"), ("phone", "de")], [("phone", "de"), ("desk", "en")]],
    ids=["founded in English", "founded in German"],
    indirect=True,
)
def test_newcomers_play_their_first_race(players, site):
    anna, ben = players
    sign_up_and_practise(anna)
    join(ben, create_league(anna))
    ben.push("I am ready")
    ben.sees("Not ready after all")
    expect(anna.page.locator("#lobby-people")).to_contain_text("Ben Racing")
    with anna.page.expect_request("**/live/drafts/**"), ben.page.expect_request("**/live/drafts/**"):
        anna.push("Start the draft")
    draft(players, site)
    for player in players:
        player.sees("All picks are made", player.page.locator("#turn"))
    for step, heading in (("lock", "Waiting for the race"), ("score", "The points are in")):
        site.worker.ask(step)
        for player in players:
            expect(player.page.locator("#turn")).to_contain_text(player.say(heading), timeout=RECOVERY_MS)
            player.reads()
    for player, name in ((anna, "Anna"), (ben, "Ben")):
        see_the_first_score(player, name)
    ben.page.goto("/accounts/news/")
    expect(ben.page.get_by_role("main")).to_contain_text("Grand Prix 1")
    ben.reads()
