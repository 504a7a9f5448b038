"""Requests that are sent twice take effect once: double clicks, two tabs and repeated POSTs, in browsers and the API.

The tests use a real server. Alice has a league with an open draft, and Bob is a member. Zoe is in no league. The second
request is refused with a message. Where a script sends a request again because its response was lost, the second one
gets the response of the first.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from html import unescape
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.support.cast import DRAFTING_AT
from tests.support.servers import Server, WorkerProcess, services_env

PARALLEL_REQUESTS = 6
ALICE, BOB, ZOE = range(3)
# Posts one form several times at once, as double clicks and two tabs do, and returns each response.
POST_IN_PARALLEL_JS = """async ([action, fields, times]) => {
    const body = () => new URLSearchParams(fields);
    const post = async () => {
        const answer = await fetch(action, { method: "POST", body: body() });
        return [answer.status, await answer.text()];
    };
    return await Promise.all(Array.from({ length: times }, post));
}"""
FORM_FIELDS_JS = "form => [form.action, [...new FormData(form)].map(([name, value]) => [name, String(value)])]"


class Site:
    """The server, and a worker process that uses its database. Every test has its own league."""

    def __init__(self, worker: WorkerProcess, env: dict[str, str]) -> None:
        self.worker, self.server = worker, Server(env)
        self.address = f"http://127.0.0.1:{self.server.port}"
        self.pages: dict[str, Any] = {}

    def new_league(self) -> None:
        self.pages = self.worker.ask("found")

    def tally(self) -> dict[str, int]:
        tally: dict[str, int] = self.worker.ask("tally")
        return tally

    def changes_since(self, before: dict[str, int]) -> dict[str, int]:
        """Return the counts that have changed, and by how much."""
        return {name: now - before[name] for name, now in self.tally().items() if now != before[name]}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    start = {"FANTASYF1_CLOCK": DRAFTING_AT.isoformat(), "FANTASYF1_CLOCK_STARTED_AT": str(time.time())}
    with ExitStack() as stack:
        env = stack.enter_context(services_env(tmp_path_factory.mktemp("site"))) | start | {"DEBUG": "true"}
        worker = WorkerProcess(env, "tests.processes.draft_room_worker", "2")
        stack.callback(worker.close)
        site = Site(worker, env)
        stack.callback(lambda: site.server.stop())
        yield site


@pytest.fixture
def site(installation: Site) -> Site:
    installation.new_league()
    return installation


# -- in the browser ----------------------------------------------------------------------------------------------------


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """Return a function that opens a page as one of the users.

    For another tab of the same user, call `page.context.new_page()`.
    """
    with ExitStack() as stack:

        def page(number: int, address: str, **options: Any) -> Page:
            context = browser.new_context(base_url=site.address, viewport={"width": 390, "height": 844}, **options)
            stack.callback(context.close)
            session = site.worker.created["sessions"][number]
            context.add_cookies([{"name": "sessionid", "value": session, "url": site.address}])
            page = context.new_page()
            page.goto(address)
            return page

        yield page


def post_in_parallel(page: Page, button: str) -> list[tuple[int, str]]:
    """Submit a button's form `PARALLEL_REQUESTS` times at once. Return status and text of each response."""
    form = page.get_by_role("main").get_by_role("button", name=button, exact=True).locator("xpath=ancestor::form")
    action, fields = form.evaluate(FORM_FIELDS_JS)
    answers: list[tuple[int, str]] = page.evaluate(POST_IN_PARALLEL_JS, [action, fields, PARALLEL_REQUESTS])
    return answers


def expand_driver(page: Page, driver: str) -> None:
    page.locator("#drivers summary").filter(has=page.get_by_text(driver, exact=True)).click()


def pick_button(page: Page, driver: str) -> Any:
    return page.get_by_role("button", name=f"Pick {driver}", exact=True, include_hidden=True)


with_and_without_javascript = pytest.mark.parametrize("scripts", [True, False], ids=["javascript", "plain"])


@pytest.mark.browser
class TestPicking:
    @with_and_without_javascript
    def test_a_double_click_takes_one_driver(self, site, open_page, scripts):
        before, alice = site.tally(), open_page(ALICE, site.pages["room"], java_script_enabled=scripts)
        expand_driver(alice, "Driver 10")
        pick_button(alice, "Driver 10").dblclick()
        expect(alice.locator("#turn")).to_contain_text("Bob")
        expect(alice.locator("#mine")).to_contain_text("Driver 10")
        assert site.changes_since(before) == {"picks": 1}

    def test_a_second_tab_is_told_whose_turn_it_is(self, site, open_page):
        before, first = site.tally(), open_page(ALICE, site.pages["room"], java_script_enabled=False)
        other = first.context.new_page()
        other.goto(first.url)
        for page, driver in ((first, "Driver 10"), (other, "Driver 11")):
            expand_driver(page, driver)
            pick_button(page, driver).click()
        expect(other.get_by_role("alert")).to_contain_text("It is Bob's turn.")
        assert site.changes_since(before) == {"picks": 1}

    def test_concurrent_identical_picks_make_one(self, site, open_page):
        before, alice = site.tally(), open_page(ALICE, site.pages["room"])
        action, fields = alice.locator("#picking").evaluate(FORM_FIELDS_JS)
        chosen = pick_button(alice, "Driver 10").evaluate("button => [button.name, button.value]")
        answers = alice.evaluate(POST_IN_PARALLEL_JS, [action, [*fields, chosen], PARALLEL_REQUESTS])
        refused = [unescape(text) for status, text in answers if status == 422]
        assert len(refused) == PARALLEL_REQUESTS - 1
        assert all("It is Bob's turn." in text for text in refused)
        assert site.changes_since(before) == {"picks": 1}


RECONNECTING = "Reconnecting… What you did is being sent again."
GAVE_UP = "We cannot reach the site. Your last action may have arrived. If you try again, it will not count twice."


def requests_of(page: Page, url: str) -> list[Request]:
    """A list that grows by each POST of the page to the URL."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith(url) else None)
    return sent


def keys_of(requests: list[Request]) -> list[str]:
    return [request.headers["idempotency-key"] for request in requests if request.method == "POST"]


def hold_requests(page: Page, pattern: str) -> Callable[[], None]:
    """Hold the page's requests to these URLs that no other route handles. Call the result to send the first one on."""
    held: list[Route] = []
    page.route(pattern, lambda route: held.append(route))

    def send_on() -> None:
        while not held:
            page.wait_for_timeout(50)
        held[0].continue_()

    return send_on


def respond_with(status: int) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status)


def lose_response(route: Route) -> None:
    """Let the server handle the request, but cut the connection before its response."""
    route.fetch()
    route.abort()


@pytest.mark.browser
class TestLostResponses:
    """What htmx sends is sent again by the page (static/js/resend.js)."""

    def test_a_pick_whose_response_is_lost_is_made_once(self, site, open_page):
        before, alice = site.tally(), open_page(ALICE, site.pages["room"])
        sent, send_on = requests_of(alice, "/pick/"), hold_requests(alice, "**/pick/")
        alice.route("**/pick/", lose_response, times=1)
        expand_driver(alice, "Driver 10")
        pick_button(alice, "Driver 10").click()
        expect(alice.get_by_role("status").filter(has_text=RECONNECTING)).to_be_visible()
        expect(alice.locator("#mine")).to_contain_text("Driver 10")  # by the live stream
        top = alice.evaluate("scrollY")
        send_on()
        expect(alice.locator("#messages")).to_have_text("You picked Driver 10.")
        assert alice.evaluate("scrollY") == top
        row = alice.locator("#drivers li").filter(has=alice.get_by_text("Driver 10", exact=True))
        assert row.evaluate("row => row.contains(document.activeElement)")
        expect(row).to_be_in_viewport()
        assert len(set(keys_of(sent))) == 1
        assert site.changes_since(before) == {"picks": 1}

    def test_a_pick_is_sent_again_while_the_site_is_away(self, site, open_page):
        before, alice = site.tally(), open_page(ALICE, site.pages["room"])
        sent, send_on = requests_of(alice, "/pick/"), hold_requests(alice, "**/pick/")
        for status in (502, 503):
            alice.route("**/pick/", respond_with(status), times=1)
        expand_driver(alice, "Driver 10")
        button = pick_button(alice, "Driver 10")
        button.click()
        expect(alice.get_by_role("status").filter(has_text=RECONNECTING)).to_be_visible()
        expect(button).to_have_attribute("aria-busy", "true")
        expect(button).to_be_focused()
        send_on()
        expect(alice.locator("#messages")).to_have_text("You picked Driver 10.")
        assert len(keys_of(sent)) == 3
        assert len(set(keys_of(sent))) == 1
        assert site.changes_since(before) == {"picks": 1}

    def test_every_action_has_its_own_key(self, site, open_page):
        alice = open_page(ALICE, site.pages["room"])
        sent = requests_of(alice, "/desk/")
        alice.locator("#room-menu > summary").click()
        alice.get_by_text("Commissioner tools").click()
        for button, message in (("Pause", "The draft is paused."), ("Resume", "The draft is resumed.")):
            alice.get_by_role("button", name=f"{button} the draft").click()
            expect(alice.locator("#messages")).to_contain_text(message)
        assert len(set(keys_of(sent))) == len(sent) == 2

    def test_the_clock_is_extended_once(self, site, open_page):
        alice = open_page(ALICE, site.pages["room"])
        alice.route("**/desk/", lose_response, times=1)
        alice.locator("#room-menu > summary").click()
        alice.get_by_text("Commissioner tools").click()
        alice.get_by_role("button", name="Extend the clock").click()
        expect(alice.locator("#messages")).to_have_text("The clock is extended, up to the lock at most.")
        expect(alice.locator("#log li").filter(has_text="extended the clock by 15 minutes")).to_have_count(1)

    def test_a_wish_moves_once_and_the_page_gives_up_after_a_while(self, site, open_page):
        """The same action sent by hand after that still counts once."""
        alice = open_page(ALICE, site.pages["wishes"])
        for driver in ("Driver 1", "Driver 2", "Driver 3"):
            alice.get_by_role("button", name=f"Add {driver}", exact=True).click()
            expect(alice.get_by_role("button", name=f"Move {driver} up")).to_be_visible()
        wishes = alice.locator("#wishes .row")
        alice.clock.install()
        sent = requests_of(alice, site.pages["wishes"])
        alice.route("**/wishes/", lose_response)
        alice.get_by_role("button", name="Move Driver 3 up").click()
        expect(alice.get_by_role("status").filter(has_text=RECONNECTING)).to_be_visible()
        while not alice.get_by_role("alert").filter(has_text=GAVE_UP).count():
            alice.clock.run_for(5_000)
        expect(wishes).to_contain_text(["Driver 1", "Driver 2", "Driver 3"])
        alice.unroute("**/wishes/")
        alice.get_by_role("button", name="Move Driver 3 up").click()
        expect(wishes).to_contain_text(["Driver 1", "Driver 3", "Driver 2"])
        assert len(set(keys_of(sent))) == 1


@pytest.mark.browser
class TestCreating:
    @with_and_without_javascript
    def test_a_double_click_creates_one_league(self, site, open_page, scripts):
        before, zoe = site.tally(), open_page(ZOE, "/leagues/new/", java_script_enabled=scripts)
        zoe.get_by_label("Name", exact=True).fill("Gravel Trap")
        zoe.get_by_role("button", name="Create the league").dblclick()
        expect(zoe.get_by_role("heading", level=1)).to_have_text("Gravel Trap")
        assert site.changes_since(before) == {"leagues": 1, "members": 1}

    def test_concurrent_identical_forms_create_one_league(self, site, open_page):
        before, zoe = site.tally(), open_page(ZOE, "/leagues/new/")
        zoe.get_by_label("Name", exact=True).fill("Gravel Trap")
        answers = post_in_parallel(zoe, "Create the league")
        assert all(status == 200 and "Gravel Trap" in text for status, text in answers)
        assert site.changes_since(before) == {"leagues": 1, "members": 1}


@pytest.mark.browser
class TestLeagues:
    @with_and_without_javascript
    def test_a_double_click_joins_once(self, site, open_page, scripts):
        before = site.tally()
        zoe = open_page(ZOE, f"/join/{site.pages['code']}/", java_script_enabled=scripts)
        zoe.get_by_role("button", name="Join the league").dblclick()
        told = zoe.get_by_text("Welcome to “Night Shift”.").or_(zoe.get_by_text("You are already in this league."))
        expect(told.first).to_be_visible()
        assert site.changes_since(before) == {"members": 1}

    def test_joining_twice_says_that_you_are_a_member(self, site, open_page):
        before, zoe = site.tally(), open_page(ZOE, f"/join/{site.pages['code']}/")
        answers = post_in_parallel(zoe, "Join the league")
        refused = [text for status, text in answers if status == 422]
        assert len(refused) == PARALLEL_REQUESTS - 1
        assert all("You are already in this league." in text for text in refused)
        assert site.changes_since(before) == {"members": 1}

    @with_and_without_javascript
    def test_a_double_click_leaves_once(self, site, open_page, scripts):
        before, bob = site.tally(), open_page(BOB, site.pages["members"], java_script_enabled=scripts)
        bob.get_by_role("link", name="Leave the league…").click()
        bob.get_by_role("button", name="Leave the league").dblclick()
        told = bob.get_by_text("You have left “Night Shift”.").or_(
            bob.get_by_role("heading", name="You are not in this league")
        )
        expect(told.first).to_be_visible()
        assert site.changes_since(before) == {"members": -1}

    def test_leaving_twice_says_that_you_are_not_a_member(self, site, open_page):
        before, bob = site.tally(), open_page(BOB, site.pages["members"])
        bob.get_by_role("link", name="Leave the league…").click()
        answers = post_in_parallel(bob, "Leave the league")
        refused = [text for status, text in answers if status == 404]
        assert len(refused) == PARALLEL_REQUESTS - 1
        assert all("You are not in this league" in text for text in refused)
        assert site.changes_since(before) == {"members": -1}

    @with_and_without_javascript
    def test_a_double_click_invites_once(self, site, open_page, scripts):
        before, alice = site.tally(), open_page(ALICE, site.pages["members"], java_script_enabled=scripts)
        alice.get_by_label("User name or e-mail address").fill("zoe")
        alice.get_by_role("button", name="Invite", exact=True).dblclick()
        told = alice.get_by_text("zoe is invited.").or_(alice.get_by_text("This person is already invited."))
        expect(told.first).to_be_visible()
        assert site.changes_since(before) == {"invitations": 1}

    @pytest.mark.parametrize("whom", ["zoe", "dora@example.org"])
    def test_inviting_twice_says_that_the_person_is_invited(self, site, open_page, whom):
        before, alice = site.tally(), open_page(ALICE, site.pages["members"])
        alice.get_by_label("User name or e-mail address").fill(whom)
        answers = post_in_parallel(alice, "Invite")
        refused = [text for status, text in answers if status == 422]
        assert len(refused) == PARALLEL_REQUESTS - 1
        assert all("This person is already invited." in text for text in refused)
        assert site.changes_since(before) == {"invitations": 1}


# -- by the API --------------------------------------------------------------------------------------------------------


def send_in_parallel(
    site: Site, number: int, address: str, body: dict[str, Any], key: str = ""
) -> list[httpx.Response]:
    """Send the same request of one user `PARALLEL_REQUESTS` times at once."""
    headers = {"Authorization": f"Bearer {site.worker.created['tokens'][number]}"}
    headers |= {"Idempotency-Key": f"{key} {site.pages['league']}".replace(" ", "-")} if key else {}

    def send(_: int) -> httpx.Response:
        return httpx.post(f"{site.address}/api/v1/{address}", json=body, headers=headers, timeout=60)

    with ThreadPoolExecutor(PARALLEL_REQUESTS) as pool:
        return list(pool.map(send, range(PARALLEL_REQUESTS)))


def actions(site: Site) -> dict[str, tuple[int, str, dict[str, Any], dict[str, int], tuple[int, ...]]]:
    """Return user, URL, body and effect of each action, and the status codes that refuse repeated requests."""
    league = f"leagues/{site.pages['league']}"
    pick = {"race_id": site.pages["race"], "driver_id": "driver_7"}
    return {
        "join": (ZOE, "leagues/join", {"code": site.pages["code"]}, {"members": 1}, (409,)),
        "leave": (BOB, f"{league}/leave", {}, {"members": -1}, (404, 409)),
        "invite": (ALICE, f"{league}/invitations", {"username": "zoe"}, {"invitations": 1}, (409,)),
        "pick": (ALICE, f"constructors/{site.pages['constructor']}/drafts", pick, {"picks": 1}, (409,)),
    }


ACTION_NAMES = ("join", "leave", "invite", "pick")


@pytest.mark.parametrize("name", ACTION_NAMES)
def test_without_a_key_one_of_many_requests_succeeds(site, name):
    number, address, body, effect, refusals = actions(site)[name]
    before = site.tally()
    answers = send_in_parallel(site, number, address, body)
    assert sum(answer.status_code < 300 for answer in answers) == 1
    refused = [answer for answer in answers if answer.status_code >= 300]
    assert {answer.status_code for answer in refused} <= set(refusals)
    assert all(answer.json()["error"]["message"] for answer in refused)
    assert site.changes_since(before) == effect


@pytest.mark.parametrize("name", ACTION_NAMES)
def test_with_a_key_all_requests_get_the_same_response(site, name):
    number, address, body, effect, _ = actions(site)[name]
    before = site.tally()
    answers = send_in_parallel(site, number, address, body, key=name)
    done = [answer for answer in answers if answer.status_code < 300]
    waiting = {answer.json()["error"]["code"] for answer in answers if answer.status_code >= 300}
    assert waiting <= {"idempotency_in_progress"}
    assert len({answer.text for answer in done}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in done) == 1
    assert site.changes_since(before) == effect


def test_with_a_key_one_league_is_created_and_without_one_many(site):
    before, body = site.tally(), {"name": "Gravel Trap", "season": 2025}
    send_in_parallel(site, ZOE, "leagues", body, key="found")
    assert site.changes_since(before) == {"leagues": 1, "members": 1}
    send_in_parallel(site, ZOE, "leagues", body)
    assert site.changes_since(before) == {"leagues": 1 + PARALLEL_REQUESTS, "members": 1 + PARALLEL_REQUESTS}
