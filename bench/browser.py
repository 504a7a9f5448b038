"""Benchmark of the two pages that players look at most, in a browser: their weight, their paint, their layout, a pick.

Ours is what was measured, the floor is the budget, so a ratio of at most 1 keeps it. The site is the one of
`script/server` with the demonstration league; it is warm, and every visit has an empty browser cache.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from screenshots.cast import TIME_ZONE
from screenshots.pages import PLAYER
from screenshots.site import accounts, installation, prepare_cast, sign_in
from tests.support.browsers import CHROMIUM_FLAGS, chromium

from .report import Case, Report

KB = 1000
WEIGHT_KB = {"league home": 45, "draft room": 65}
FONTS_KB, LAYOUT_SHIFT, PAINT_MS, INTERACTION_MS = 40, 0.02, 1000, 100
SLOWDOWN = 4
SETTLED_MS = 1000  # after it, a page loads nothing more
# Events of a click shorter than 16 ms are not reported by browsers: they count as that.
SHORTEST_EVENT_MS = 16
OBSERVERS = """
window.measured = {paint: 0, shift: 0, interaction: 0};
const observe = (type, take, options) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true, ...options});
observe("largest-contentful-paint", (entry) => (measured.paint = entry.startTime));
observe("layout-shift", (entry) => entry.hadRecentInput || (measured.shift += entry.value));
const note = (entry) => entry.interactionId && (measured.interaction = Math.max(measured.interaction, entry.duration));
observe("event", note, {durationThreshold: 16});
"""


@dataclass(frozen=True)
class Visit:
    """A first visit: what came over the network in kB, and the largest paint in ms and the layout shift."""

    page_kb: float
    fonts_kb: float
    paint_ms: float
    shift: float


def visit(browser: Browser, site: str, address: str, state: Any, *, slowdown: int = 1) -> Visit:
    """Open a page with an empty cache, on a processor that is slower by this factor."""
    with closing(_context(browser, site, state)) as context:
        page = context.new_page()
        client = context.new_cdp_session(page)
        client.send("Network.enable")
        client.send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        kinds: dict[str, str] = {}
        bytes_of = {"Font": 0, "other": 0}

        def loaded(event: dict[str, Any]) -> None:
            kind = "Font" if kinds.get(event["requestId"]) == "Font" else "other"
            bytes_of[kind] += int(event["encodedDataLength"])

        client.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
        client.on("Network.loadingFinished", loaded)
        page.goto(address, wait_until="load")
        page.wait_for_timeout(SETTLED_MS)
        measured = page.evaluate("measured")
        return Visit(bytes_of["other"] / KB, bytes_of["Font"] / KB, measured["paint"], measured["shift"])


def interaction_of_a_pick(browser: Browser, site: str, room: str, state: Any) -> float:
    """Open a driver's row in the draft room and pick; returns the time to the next paint in ms, the longest of both."""
    with closing(_context(browser, site, state)) as context:
        page = context.new_page()
        _wait_for_the_turn(page, room)
        row = page.locator("#drivers .pick").first
        row.locator("summary").click()
        row.locator("button[type=submit]").click()
        page.locator("#messages .notice-good, .toast").first.wait_for()
        page.wait_for_timeout(SETTLED_MS)
        return float(max(page.evaluate("measured")["interaction"], SHORTEST_EVENT_MS))


def _context(browser: Browser, site: str, state: Any) -> BrowserContext:
    context = browser.new_context(
        base_url=site,
        viewport={"width": 390, "height": 844},
        timezone_id=TIME_ZONE,
        storage_state=state,
        service_workers="block",
    )
    context.add_init_script(OBSERVERS)
    return context


def _wait_for_the_turn(page: Page, room: str) -> None:
    """Wait until the bots before the player have picked."""
    deadline = time.monotonic() + 120
    while True:
        page.goto(room)
        if page.locator("#drivers button[type=submit]").count():
            return
        if time.monotonic() > deadline:
            raise RuntimeError("It is not the player's turn.")
        page.wait_for_timeout(SETTLED_MS)


def cases_of(name: str, visits: list[Visit], slow: list[Visit]) -> Iterator[Case]:
    yield Case(f"{name}, first visit", statistics.median(v.page_kb for v in visits), WEIGHT_KB[name], "kB")
    yield Case(f"{name}, largest paint", statistics.median(v.paint_ms for v in slow), PAINT_MS, "ms")
    yield Case(f"{name}, layout shift", max(v.shift for v in [*visits, *slow]), LAYOUT_SHIFT, "")


def run(*, quick: bool = False) -> Report:
    """Visit each page 10 times at full speed and 10 times slowed; 3 times if `quick`."""
    rounds = 3 if quick else 10
    cases: list[Case] = []
    with tempfile.TemporaryDirectory(prefix="fantasyf1-bench-") as folder, sync_playwright() as playwright:
        home = Path(folder)
        with installation(home) as site:
            cast = prepare_cast(home)
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
            state = sign_in(browser, site, *accounts(home)[PLAYER])
            room = f"/leagues/{cast['league']}/drafts/{cast['next_race']}/"
            fonts: list[float] = []
            for name, address in (("league home", f"/leagues/{cast['league']}/"), ("draft room", room)):
                for _ in range(3):
                    visit(browser, site, address, state)
                visits = [visit(browser, site, address, state) for _ in range(rounds)]
                slow = [visit(browser, site, address, state, slowdown=SLOWDOWN) for _ in range(rounds)]
                fonts += [v.fonts_kb for v in visits]
                cases += cases_of(name, visits, slow)
            cases.append(Case("fonts", max(fonts), FONTS_KB, "kB"))
            cases.append(
                Case("pick, to the next paint", interaction_of_a_pick(browser, site, room, state), INTERACTION_MS, "ms")
            )
            browser.close()
    return Report(
        "browser",
        cases,
        facts={"rounds": rounds, "slowdown": SLOWDOWN, "load": round(os.getloadavg()[0], 1)},
        notes=(
            "A phone of 390 px, with an empty cache. Ours: the median; for the layout shift and the fonts the most.",
            "The floor: the budget. The paint is measured with a processor that is 4 times slower.",
        ),
        failures=[f"{case.name} is over its budget." for case in cases if case.ours > case.floor],
    )
