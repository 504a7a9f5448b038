"""The live draft room works in real browsers on a real server.

Picks appear without a reload, even after lost connections.

The clock of the server and the worker process starts on a Tuesday before a race. Every test has its own draft of eight
picks.
"""

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR, create_connection, create_server, socket
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from core.sse.registry import Limits
from tests.support.cast import DRAFTING_AT
from tests.support.servers import Server, WorkerProcess, services_env

pytestmark = pytest.mark.browser

# The goal is one second; busy machines get three. The test prints the time.
DELIVERY_SECONDS = 3
RECOVERY_MS = 20_000
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
# Slightly longer than the page waits before it treats a stream as silent.
SILENCE_MS = 46_000


class FaultyProxy:
    """A proxy to the server that can fail as proxies in deployments do: it cuts connections and answers 503.

    It can also let its streams fall silent without closing them, as a change of network does.
    """

    def __init__(self, port: int) -> None:
        self.target, self.is_broken = port, False
        self.streams: list[socket] = []
        self.silent: set[socket] = set()
        self.ends: list[socket] = []
        self.threads: list[threading.Thread] = []
        self.listener = create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self._start(self._accept)

    def _start(self, work: Callable[..., None], *args: socket) -> None:
        self.threads.append(threading.Thread(target=work, args=args, daemon=True))
        self.threads[-1].start()

    def _accept(self) -> None:
        with suppress(OSError):  # Shutting down the listener ends the loop.
            while True:
                client, _ = self.listener.accept()
                self.ends.append(client)
                self._start(self._refuse if self.is_broken else self._join, client)

    def _refuse(self, client: socket) -> None:
        with suppress(OSError):
            client.recv(65536)
            client.sendall(b"HTTP/1.1 503 Away\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        shut_down(client)

    def _join(self, client: socket) -> None:
        server = create_connection(("127.0.0.1", self.target))
        self.ends.append(server)
        self._start(self._pass_on, client, server)
        self._start(self._pass_on, server, client)

    def fall_silent(self) -> None:
        self.silent.update(self.streams)

    def _pass_on(self, source: socket, sink: socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if data.startswith(b"GET /live/"):
                    self.streams.append(sink)
                if source not in self.silent:
                    sink.sendall(data)
        shut_down(source, sink)

    def fail(self) -> None:
        self.is_broken = True
        shut_down(*self.ends)

    def recover(self) -> None:
        self.is_broken = False

    def close(self) -> None:
        shut_down(self.listener, *self.ends)
        for thread in self.threads:
            thread.join(10)
        for end in (self.listener, *self.ends):
            end.close()


def shut_down(*ends: socket) -> None:
    for end in ends:
        with suppress(OSError):  # The other end may have closed it first.
            end.shutdown(SHUT_RDWR)


class Site:
    """The server, and a worker process that plays on its database. All tests of this module share them."""

    def __init__(self, worker: WorkerProcess, env: dict[str, str], port: int = 0) -> None:
        self.worker, self.env, self.server = worker, env, Server(env, port=port)

    def kill(self) -> None:
        self.server.stop(signal.SIGKILL)

    def restart(self) -> None:
        self.server = Server(self.env, port=self.server.port)


class Players:
    """Alice and Bob, each with their own browser, and the URLs of a new draft."""

    def __init__(self, site: Site, browser: Browser, stack: ExitStack) -> None:
        self.site, self._browser, self._stack = site, browser, stack
        self.pages = site.worker.ask("found")

    def enter(self, number: int, port: int = 0, **options: Any) -> Page:
        """Return a page that shows the room and requests its live stream: as Alice for 0, as Bob for 1."""
        page = self.page(number, port, **options)
        with page.expect_request("**/live/drafts/**"):
            page.goto(self.pages["room"])
        return page

    def page(self, number: int, port: int = 0, **options: Any) -> Page:
        base = f"http://127.0.0.1:{port or self.site.server.port}"
        context = self._browser.new_context(base_url=base, **{"viewport": PHONE} | options)
        self._stack.callback(context.close)
        context.add_cookies([{"name": "sessionid", "value": self.site.worker.created["sessions"][number], "url": base}])
        return context.new_page()

    def do(self, command: str) -> object:
        return self.site.worker.ask(command)

    def check(self, page: Page) -> None:
        """Check that the page matches the database: the board, and the log with every pick in order and once."""
        told = self.do("tell")
        assert isinstance(told, dict)
        sentences = [f"{constructor} picked {driver}." for constructor, driver in told["log"]]
        lines = page.locator("#log li .row-main > span:first-child", has_text=" picked ")
        expect(lines).to_have_text(sentences[::-1], timeout=RECOVERY_MS)
        for constructor, codes in told["board"].items():
            row = page.locator("#board tr", has=page.get_by_role("rowheader", name=constructor, exact=True))
            # The log and the board of one response may differ by a pick that came in between. The next one has both.
            expect(row.locator(".driver-code")).to_have_text([code for code in codes if code], timeout=RECOVERY_MS)


@contextmanager
def running_site(folder: Path, port: int = 0, **settings: str) -> Iterator[Site]:
    """Yield a site of its own, with these environment variables besides those of every test."""
    start = {"FANTASYF1_CLOCK": DRAFTING_AT.isoformat(), "FANTASYF1_CLOCK_STARTED_AT": str(time.time())}
    with ExitStack() as stack:
        env = stack.enter_context(services_env(folder)) | start | {"DEBUG": "true"} | settings
        worker = WorkerProcess(env, "tests.processes.draft_room_worker", "2")
        stack.callback(worker.close)
        site = Site(worker, env, port)
        stack.callback(lambda: site.server.stop())
        yield site


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture
def players(browser, site) -> Iterator[Players]:
    with ExitStack() as stack:
        yield Players(site, browser, stack)


@pytest.fixture
def proxy(site) -> Iterator[FaultyProxy]:
    proxy = FaultyProxy(site.server.port)
    yield proxy
    proxy.close()


def pick(page: Page, driver: str) -> None:
    page.locator("#drivers summary").filter(has=page.get_by_text(driver, exact=True)).click()
    page.get_by_role("button", name=f"Pick {driver}", exact=True).click()


def test_a_pick_appears_in_the_other_browser(players):
    alice, bob = players.enter(0), players.enter(1)
    expect(bob.locator("#turn")).to_contain_text("Alice")
    with alice.expect_response("**/pick/"):
        pick(alice, "Driver 10")
    answered = time.monotonic()
    bob.locator("#log", has_text="Alice picked Driver 10.").wait_for(timeout=RECOVERY_MS)
    seconds = time.monotonic() - answered
    print(f"in the other browser {seconds:.2f} s after the answer")  # noqa: T201 - a figure of the report
    assert seconds < DELIVERY_SECONDS
    # What a screen reader reads: what happened, how long the turn lasts, and what happens without a pick.
    expect(bob.locator("#announcement")).to_have_text(
        re.compile(
            r"^Alice picked Driver 10\. It is your turn\. Your time runs out: \w+ \d+ Mar, \d+:\d+ UTC\. "
            r"If you do nothing, you get Driver \d+ when your time runs out\.$"
        )
    )
    expect(alice.locator("#announcement")).to_contain_text("It is Bob's turn.")
    players.check(alice)
    players.check(bob)


def test_a_killed_server_loses_no_pick_and_shows_none_twice(players):
    pages = [players.enter(0), players.enter(1)]
    players.do("pick")
    for page in pages:
        expect(page.locator("#turn")).to_contain_text("Bob" if page is pages[0] else "It is your turn")
    players.site.kill()
    players.do("pick")
    players.do("pick")
    for page in pages:
        expect(page.locator("#offline")).to_be_visible()
    time.sleep(5)  # down for longer than the first retries take
    players.site.restart()
    for page in pages:
        players.check(page)
        expect(page.locator("#offline")).to_be_hidden()


def test_a_site_that_answers_503_for_a_while_loses_no_pick_and_shows_none_twice(players, proxy):
    pages = [players.enter(0, proxy.port), players.enter(1, proxy.port)]
    players.do("pick")
    for page in pages:
        players.check(page)
    proxy.fail()
    players.do("pick")
    players.do("pick")
    time.sleep(3)
    for page in pages:
        expect(page.locator("#offline")).to_be_visible()
    proxy.recover()
    for page in pages:
        players.check(page)
        expect(page.locator("#offline")).to_be_hidden()
    pick(pages[1], "Driver 20")
    players.check(pages[0])


def test_the_big_screen_board_reconnects_too(players):
    wall = players.page(1)
    with wall.expect_request("**/live/drafts/**"):
        wall.goto(players.pages["wall"])
    players.do("pick")
    expect(wall.locator(".wall-progress")).to_have_text("1 of 8 picked", timeout=RECOVERY_MS)
    players.site.kill()
    players.do("pick")
    expect(wall.locator("#offline")).to_be_visible()
    players.site.restart()
    expect(wall.locator(".wall-progress")).to_have_text("2 of 8 picked", timeout=RECOVERY_MS)
    expect(wall.locator("#offline")).to_be_hidden()


def test_the_room_is_fetched_again_if_the_event_arrives_without_the_response(players):
    bob = players.enter(1)
    bob.route("**/live/", lambda route: route.fulfill(status=503), times=1)
    players.do("pick")
    players.check(bob)
    expect(bob.locator("#messages")).to_be_empty()


def test_a_pick_while_the_site_is_away_is_made_when_it_is_back(players, proxy):
    alice = players.enter(0, proxy.port)
    alice.locator("#drivers summary").filter(has=alice.get_by_text("Driver 5", exact=True)).click()
    proxy.fail()
    alice.get_by_role("button", name="Pick Driver 5", exact=True).click()
    expect(alice.locator("#messages")).to_contain_text("Reconnecting… What you did is being sent again.")
    proxy.recover()
    expect(alice.locator("#messages")).to_have_text("You picked Driver 5.")


def test_a_refusal_is_shown_and_the_next_pick_succeeds(players):
    alice = players.enter(0)
    alice.locator("#drivers summary").filter(has=alice.get_by_text("Driver 5", exact=True)).click()
    # Simulate a button of an outdated page: the entry is not in this race.
    alice.get_by_role("button", name="Pick Driver 5", exact=True).evaluate("button => button.value = 'gone'")
    alice.get_by_role("button", name="Pick Driver 5", exact=True).click()
    expect(alice.get_by_role("alert")).to_contain_text("Choose an available driver.")
    alice.get_by_role("button", name="Pick Driver 5", exact=True).click()
    expect(alice.locator("#mine")).to_contain_text("Driver 5")
    expect(alice.get_by_role("alert")).to_have_count(0)


def test_a_pause_and_an_undo_reach_the_other_page(players):
    alice, bob = players.enter(0), players.enter(1)
    players.do("pick")
    expect(bob.locator("#turn")).to_contain_text("It is your turn")
    alice.locator("#room-menu > summary").click()
    alice.get_by_text("Commissioner tools").click()
    alice.get_by_role("button", name="Pause the draft").click()
    expect(bob.locator("#turn")).to_contain_text("The draft is paused")
    expect(bob.locator("#announcement")).to_have_text("alice paused the draft. The draft is paused.")
    expect(alice.locator("#messages")).to_contain_text("The draft is paused. The clock has stopped.")
    expect(alice.get_by_role("button", name="Resume the draft")).to_be_focused()
    alice.get_by_role("button", name="Resume the draft").click()
    expect(bob.locator("#turn")).to_contain_text("It is your turn")
    alice.get_by_role("button", name="Preview").click()
    expect(alice.get_by_role("button", name="Undo these picks")).to_be_in_viewport()
    fetch_again(alice)
    expect(alice.get_by_role("list", name="Picks to undo")).to_contain_text("1. Driver 1")
    alice.get_by_role("button", name="Undo these picks").click()
    expect(bob.locator("#log")).to_contain_text("alice undid the last pick: Driver 1.")
    expect(bob.locator("#turn")).to_contain_text("Alice")
    expect(alice.locator("#messages")).to_contain_text("The picks are undone.")
    expect(alice.locator("#commissioner-tools > summary")).to_be_focused()


def test_a_pick_can_be_made_by_keyboard(players):
    alice, bob = players.enter(0), players.enter(1)
    for _ in range(60):
        alice.keyboard.press("Tab")
        if alice.evaluate("document.activeElement.matches('#drivers .pick summary')"):
            break
    alice.keyboard.press("Enter")
    alice.keyboard.press("Tab")
    chosen = alice.evaluate("document.activeElement.textContent").removeprefix("Pick ")
    alice.keyboard.press("Enter")
    expect(alice.get_by_text(f"You picked {chosen}.")).to_be_visible()
    expect(bob.locator("#log")).to_contain_text(f"Alice picked {chosen}.")


def test_open_details_stay_open_while_others_pick(players):
    players.do("pick")
    bob = players.enter(1)
    bob.locator("#drivers summary").filter(has=bob.get_by_text("Driver 9", exact=True)).click()
    players.do("undo")
    players.do("pick")
    players.check(bob)
    expect(bob.get_by_role("button", name="Pick Driver 9", exact=True)).to_be_visible()


def test_a_page_displaced_by_newer_ones_says_so_and_does_not_reconnect(players):
    bob = players.enter(1)
    expect(bob.locator("#turn")).to_contain_text("Alice")
    path = bob.locator("[sse-connect]").get_attribute("sse-connect")
    session = players.site.worker.created["sessions"][1]
    with ExitStack() as stack:
        for _ in range(Limits().per_user):
            stream = stack.enter_context(create_connection(("127.0.0.1", players.site.server.port)))
            stream.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\nCookie: sessionid={session}\r\n\r\n".encode())
            assert b" 200 " in stream.recv(100)
        expect(bob.locator("#replaced")).to_be_visible()
    expect(bob.locator("#offline")).to_be_hidden()


def test_a_silent_stream_is_reconnected(players, proxy):
    bob = players.page(1, proxy.port)
    bob.clock.install()
    with bob.expect_request("**/live/drafts/**"):
        bob.goto(players.pages["room"])
    players.do("pick")
    expect(bob.locator("#log")).to_contain_text("Alice picked Driver 1.", timeout=RECOVERY_MS)
    proxy.fall_silent()
    players.do("pick")
    time.sleep(2)
    expect(bob.locator("#log")).not_to_contain_text("Bob picked")
    bob.clock.fast_forward(SILENCE_MS)
    players.check(bob)
    expect(bob.locator("#offline")).to_be_hidden()


@pytest.mark.parametrize("hears", [True, False], ids=["by an event", "by the end of the stream"])
def test_a_removed_member_is_told_so_and_does_not_reconnect(players, hears):
    bob = players.enter(1)
    if not hears:
        bob.route("**/drafts/*/live/", lambda route: route.abort())
    expect(bob.locator("#turn")).to_contain_text("Alice")
    players.do("part")
    expect(bob.get_by_text("You are no longer in this league")).to_be_visible(timeout=2 * RECOVERY_MS)
    expect(bob.locator("#offline")).to_be_hidden()
    asked: list[str] = []
    bob.on("request", lambda request: asked.append(request.url))
    bob.wait_for_timeout(6_000)  # longer than the time between two retries
    assert asked == []
    bob.locator("#out").get_by_role("link", name="Your leagues").click()
    expect(bob.get_by_role("heading", level=1)).to_have_text("My leagues")


def test_a_long_log_shows_the_latest_lines_and_the_rest_on_request(players):
    for _ in range(6):
        players.do("pick")
        players.do("undo")
    alice = players.enter(0)
    expect(alice.locator("#log li:visible")).to_have_count(10)
    alice.get_by_text("Earlier events").click()
    expect(alice.locator("#log li:visible")).to_have_count(13)
    players.do("pick")
    expect(alice.locator("#log li:visible")).to_have_count(14, timeout=RECOVERY_MS)


def test_reduced_motion_turns_animations_off(players):
    bob = players.enter(1, reduced_motion="reduce")
    moving = (
        "[...document.querySelectorAll('*')]"
        ".map(element => getComputedStyle(element, '::before'))"
        ".filter(({ animationName }) => animationName != 'none')"
        ".filter(({ animationDuration }) => parseFloat(animationDuration) > 0.001)"
    )
    assert bob.evaluate(f"{moving}.length") == 0
    assert players.enter(0).evaluate(f"{moving}.length") > 0


def test_names_have_enough_space_on_every_page_and_screen(players):
    alice = players.enter(0)
    pick(alice, "Driver 10")
    expect(alice.get_by_role("heading", name="Change your last pick")).to_be_visible()
    for address in (players.pages["room"], players.pages["wishes"]):
        alice.goto(address)
        for width in (320, 390, 1000, 1280):
            alice.set_viewport_size({"width": width, "height": 800})
            tallest = alice.locator(".driver").evaluate_all("all => Math.max(...all.map(div => div.offsetHeight))")
            beyond = alice.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert (address, width, tallest < 80, beyond) == (address, width, True, 0)


def press(page: Page, control: Locator, hand: str) -> None:
    """Use a control by mouse, by touch, or with the keyboard."""
    if hand == "keyboard":
        control.focus()
        page.keyboard.press("Enter")
    elif hand == "touch":
        control.tap()
    else:
        control.click()


def place(page: Page) -> tuple[str, list[float]]:
    """Where the player is: the row that has the focus, its top on the screen, and the left edges of the columns."""
    read = """() => {
        const box = (selector) => document.querySelector(selector).getBoundingClientRect();
        const row = document.activeElement.closest("li[id]");
        return [row?.id, [row?.getBoundingClientRect().top, box("#drivers").left, box("#board").left]];
    }"""
    row, edges = page.evaluate(read)
    return row, edges


def check_place(page: Page, before: tuple[str, list[float]]) -> None:
    expect(page.locator("li[id]:is(:focus, :focus-within)")).to_have_id(before[0])
    _, edges = place(page)
    # Browsers scroll by whole pixels, so each of up to six changes may move the row by half of one.
    assert edges == pytest.approx(before[1], abs=3)


def open_row(page: Page, driver: str, hand: str = "mouse") -> tuple[str, list[float]]:
    """Open a driver's row in the middle of the screen and go to its button."""
    summary = page.locator("#drivers summary").filter(has=page.get_by_text(driver, exact=True))
    summary.evaluate("row => row.scrollIntoView({block: 'center', behavior: 'instant'})")
    press(page, summary, hand)
    summary.evaluate("row => row.focus()")
    return place(page)


def fetch_again(page: Page) -> None:
    """Let the page fetch the room again, as after a reconnection."""
    page.evaluate(
        """() => new Promise((done) => {
            document.addEventListener("htmx:afterSettle", () => done(), { once: true });
            htmx.trigger("[sse-connect] > [hx-get]", "sse:reset");
        })"""
    )


def see_last_event(players: Players, page: Page) -> None:
    expect(page.locator(f'#live[data-seq="{players.do("seq")}"]')).to_be_attached()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["390", "1280"])
@pytest.mark.parametrize("hand", ["mouse", "keyboard", "touch"])
def test_a_player_stays_where_they_pick_and_change(players, screen, hand):
    alice = players.enter(0, viewport=screen, has_touch=True)
    for driver, button, said in [
        ("Driver 14", "Pick Driver 14", "You picked Driver 14."),
        ("Driver 15", "Change to Driver 15", "You changed your pick to Driver 15."),
    ]:
        before = open_row(alice, driver, hand)
        press(alice, alice.get_by_role("button", name=button, exact=True), hand)
        expect(alice.locator("#messages").get_by_role("status")).to_have_text(said)
        expect(alice.locator(f"#{before[0]}")).to_contain_text("Yours")
        see_last_event(players, alice)
        check_place(alice, before)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["390", "1280"])
def test_a_player_stays_where_they_are_whatever_the_others_do(players, screen):
    bob = players.enter(1, viewport=screen)
    before = open_row(bob, "Driver 14")
    assert before[0]
    for act in ["expire", "pause", "resume", "undo", "pick", "pick"]:
        players.do(act)
        see_last_event(players, bob)
        check_place(bob, before)
        expect(bob.locator(f"#{before[0]} details")).to_have_attribute("open", "")


def test_a_driver_who_is_taken_under_the_players_hand_says_so(players):
    bob = players.enter(1)
    before = open_row(bob, "Driver 1")
    players.do("pick")
    see_last_event(players, bob)
    expect(bob.locator(f"#{before[0]}")).to_contain_text("Alice")
    check_place(bob, before)


def test_on_a_phone_drivers_begin_on_the_first_screen_and_the_turn_stays_in_sight(players):
    alice = players.enter(0)
    for number in (1, 2, 3):
        box = alice.locator("#drivers .row").nth(number - 1).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < PHONE["height"]
    open_row(alice, "Driver 20")
    for words in ("It is your turn", "Pick"):
        expect(alice.locator("#turn")).to_contain_text(words)
    expect(alice.locator("#turn").get_by_role("timer")).to_be_in_viewport()
    alice.locator("#turn").get_by_role("link", name="Pick").click()
    expect(alice.locator("#drivers summary").first).to_be_in_viewport()


def test_search_filters_and_sorting_need_no_reload_and_survive_picks(players):
    bob = players.enter(1)
    names = bob.locator("#drivers .row:visible .driver-name")
    expect(names).to_have_count(22)
    bob.get_by_label("Search drivers").fill("driver 2")
    expect(names).to_have_text(["Driver 2", "Driver 20", "Driver 21", "Driver 22"])
    bob.get_by_label("Search drivers").fill("")
    bob.get_by_text("Filter and sort").click()
    bob.get_by_label("Team").select_option("Team 2")
    bob.get_by_label("Sort by").select_option("By name")
    shown = names.all_inner_texts()
    assert shown == sorted(shown, key=lambda name: int(name.split()[1]))
    players.do("pick")
    see_last_event(players, bob)
    expect(names).to_have_text(shown)
    bob.get_by_label("Team").select_option("")
    expect(names).to_have_count(21)
    bob.get_by_label("Available only").uncheck()
    expect(names).to_have_count(22)
    bob.get_by_label("Search drivers").fill("nobody")
    expect(bob.get_by_text("No driver matches.")).to_be_visible()


def test_a_pick_that_is_under_way_shows_so_and_is_sent_once(players):
    alice = players.enter(0)
    held: list[Route] = []
    alice.route("**/pick/", lambda route: held.append(route))
    open_row(alice, "Driver 5")
    button = alice.get_by_role("button", name="Pick Driver 5", exact=True)
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    fetch_again(alice)
    expect(button).to_have_attribute("aria-busy", "true")
    button.click()
    held[0].continue_()
    expect(alice.locator("#messages")).to_have_text("You picked Driver 5.")
    assert len(held) == 1


def test_the_title_and_the_icon_tell_a_background_tab_that_it_is_my_turn(players):
    bob = players.enter(1)
    expect(bob).to_have_title("Draft: Grand Prix 1 · Fantasy F1")
    bob.context.new_page().bring_to_front()
    players.do("pick")
    expect(bob).to_have_title("Your turn: Grand Prix 1 · Fantasy F1")
    expect(bob.locator("link[rel=icon]")).to_have_attribute("href", re.compile("favicon-turn"))
    players.do("undo")
    expect(bob).to_have_title("Draft: Grand Prix 1 · Fantasy F1")
    expect(bob.locator("link[rel=icon]")).not_to_have_attribute("href", re.compile("favicon-turn"))


def test_sound_and_vibration_are_off_until_the_player_wants_them(players):
    bob = players.page(1)
    bob.add_init_script(
        """window.alerts = [];
        navigator.vibrate = () => alerts.push("vibration");
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function () { alerts.push("sound"); start.call(this); };"""
    )
    with bob.expect_request("**/live/drafts/**"):
        bob.goto(players.pages["room"])
    players.do("pick")
    see_last_event(players, bob)
    assert bob.evaluate("alerts") == []
    bob.locator("#room-menu > summary").click()
    for label in ("Play a sound", "Vibrate"):
        bob.get_by_label(label).check()
    assert bob.evaluate("alerts.splice(0)") == ["sound", "vibration"]  # as samples
    players.do("undo")
    see_last_event(players, bob)
    assert bob.evaluate("alerts") == []
    players.do("pick")
    see_last_event(players, bob)
    assert bob.evaluate("alerts") == ["sound", "vibration"]
    bob.reload()
    bob.locator("#room-menu > summary").click()
    expect(bob.get_by_label("Play a sound")).to_be_checked()


def add_wishes(page: Page, *drivers: str) -> None:
    for driver in drivers:
        page.get_by_role("button", name=f"Add {driver}", exact=True).click()
        expect(page.locator("#wishes .driver-name", has_text=driver)).to_be_visible()


def wishes(page: Page) -> Locator:
    return page.locator("#wishes .driver-name")


def test_wishes_are_dragged_by_their_handles(players):
    bob = players.page(1)
    bob.goto(players.pages["wishes"])
    add_wishes(bob, "Driver 11", "Driver 12", "Driver 13")
    with bob.expect_response("**/wishes/"):
        bob.locator("#wishes .grip").nth(2).drag_to(bob.locator("#wishes .grip").nth(0))
    bob.reload()
    expect(wishes(bob)).to_have_text(["Driver 13", "Driver 11", "Driver 12"])


def test_a_wish_moves_up_by_keyboard_and_keeps_the_focus(players):
    bob = players.page(1)
    bob.goto(players.pages["wishes"])
    add_wishes(bob, "Driver 11", "Driver 12", "Driver 13")
    bob.get_by_role("button", name="Move Driver 13 up").focus()
    bob.keyboard.press("Enter")
    expect(wishes(bob)).to_have_text(["Driver 11", "Driver 13", "Driver 12"])
    bob.keyboard.press("Enter")
    expect(wishes(bob)).to_have_text(["Driver 13", "Driver 11", "Driver 12"])
    expect(bob.get_by_role("button", name="Move Driver 13 up")).to_be_focused()
    with bob.expect_response("**/wishes/"):  # At the top, the button changes nothing.
        bob.keyboard.press("Enter")
    expect(wishes(bob)).to_have_text(["Driver 13", "Driver 11", "Driver 12"])
    expect(bob.get_by_role("button", name="Move Driver 13 up")).to_be_focused()


def test_a_button_works_from_the_moment_it_is_shown(players):
    """A held key repeats faster than htmx settles by default, and until then a new button is not bound to its form."""
    bob = players.page(1)
    bob.goto(players.pages["wishes"])
    add_wishes(bob, "Driver 11", "Driver 12", "Driver 13")
    bob.evaluate(
        """document.addEventListener(
            "htmx:afterSwap", () => setTimeout(() => document.activeElement.click()), { once: true })"""
    )
    bob.get_by_role("button", name="Move Driver 13 up").click()
    expect(wishes(bob)).to_have_text(["Driver 13", "Driver 11", "Driver 12"])
