"""What must be true of every page in a browser, in light and dark, on a desk and on a small phone.

A `Visit` opens pages for one person in one language, and returns what is wrong with each of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, ViewportSize, WebError

from .browsing import DESK, PHONE
from .html_checks import problems_of_html
from .untranslated import TEXTS, untranslated

# Options of axe.run.
Rules = dict[str, Any]
# What WCAG 2.2 asks for at levels A and AA, and what axe calls best practice, such as the order of headings.
RULES: Rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# With the contrast of level AAA, for readers who ask for more contrast.
MORE_CONTRAST: Rules = {**RULES, "rules": {"color-contrast-enhanced": {"enabled": True}}}
# The admin has names of models and fields in English, the style guide samples.
IN_ENGLISH = ("/styleguide/",)
# A screen of 1280 pixels at a zoom of 400 %.
ZOOMED: ViewportSize = {"width": 320, "height": 640}

LISTENER = """
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
"""
# htmx has fetched the parts that a page asks for at once, and Select2 has replaced the selects of the admin.
IS_COMPLETE = """() => !document.querySelector(
    ".htmx-request, [hx-trigger=load], select.admin-autocomplete:not([name*=__prefix__], .select2-hidden-accessible)"
)"""
# Without `preload`, which fetches all style sheets once more for a rule that is not used here.
AXE = """async (rules) => {
    const { violations } = await axe.run({ ...rules, resultTypes: ["violations"], preload: false });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => {
        const causes = [...node.any, ...node.all, ...node.none].map(({ message }) => message);
        return `${id}: ${node.target.join(" ")}: ${causes.join("; ")}`;
    }));
}"""
# What needs scrolling in two directions, or cannot be reached at all.
CUT = """() => {
    const root = document.documentElement;
    const faults = root.scrollWidth > root.clientWidth ? ["The page scrolls sideways."] : [];
    const named = (element) => `${element.tagName} ${element.className}: ${element.textContent.trim().slice(0, 60)}`;
    const hides = (overflow) => ["hidden", "clip"].includes(overflow);
    const elements = [...document.body.querySelectorAll("*:not(svg *, option)")].filter(
        (element) => element.textContent.trim() && element.checkVisibility({ visibilityProperty: true }),
    );
    const scrolling = new Set(elements.filter((element) => /auto|scroll/.test(getComputedStyle(element).overflowX)));
    const scrolls = (element) => element && (scrolling.has(element) || scrolls(element.parentElement));
    for (const element of elements) {
        const box = element.getBoundingClientRect();
        if (box.width <= 1 || box.height <= 1) continue; // for screen readers only
        const { overflowX, overflowY } = getComputedStyle(element);
        const isCut =
            (hides(overflowX) && element.scrollWidth > element.clientWidth + 1) ||
            (hides(overflowY) && element.scrollHeight > element.clientHeight + 1);
        if (isCut) faults.push(`cut off: ${named(element)}`);
        if (box.right > root.clientWidth + 1 && !scrolls(element)) faults.push(`outside the screen: ${named(element)}`);
    }
    return faults;
}"""
# What moves although the reader wants less motion.
MOVING = """() => {
    const seconds = (times) => Math.max(...times.split(",").map((time) => parseFloat(time)));
    const faults = new Set();
    for (const element of document.querySelectorAll("*")) {
        for (const part of [null, "::before", "::after"]) {
            const style = getComputedStyle(element, part);
            const animates = style.animationName !== "none" && seconds(style.animationDuration) > 0.01;
            if (animates || seconds(style.transitionDuration) > 0.01) {
                faults.add(`moves: ${element.tagName} ${element.getAttribute("class")} ${part ?? ""}`);
            }
        }
    }
    return [...faults];
}"""
# What scripts show when something has happened, and screen readers would not be told.
SILENT = """() => {
    const live = "[role=status], [role=alert], [aria-live]";
    const notices = [...document.querySelectorAll("#messages, .notice[hidden], .toast")];
    const silent = notices.filter((element) => !element.closest(live));
    return silent.map((element) => `no live region: ${element.outerHTML.slice(0, 80)}`);
}"""


def axe_violations(page: Page, rules: Rules = RULES) -> list[str]:
    """A line for each element that breaks one of the rules."""
    page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(AXE, rules)
    return found


@dataclass
class Visit:
    """Opens pages in a browser context; what is heard there goes to the problems of the page that is open."""

    context: BrowserContext
    site: str
    language: str
    rules: Rules = field(default_factory=lambda: RULES)
    sources: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.heard: list[str] = []
        self.context.add_init_script(LISTENER)
        self.context.on("console", self._on_console)
        self.context.on("weberror", self._on_error)
        self.context.on("request", self._on_request)
        self.page: Page = self.context.new_page()

    def problems_of(self, address: str, *, status: int = 200) -> list[str]:
        """Open the page, and return a line for everything that is wrong with it."""
        self.heard.clear()
        self.page.set_viewport_size(DESK)
        self.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        response = self.page.goto(address)
        assert response
        problems = [] if response.status == status else [f"The status is {response.status}."]
        problems += [*self._problems_of_source(address, response), *self._problems_of_page(address), *self.heard]
        return [f"{address} ({self.language}): {problem}" for problem in problems]

    def _problems_of_source(self, address: str, response: Response) -> list[str]:
        self.sources[address] = response.text()
        return problems_of_html(self.sources[address])

    def _problems_of_page(self, address: str) -> Iterator[str]:
        page = self.page
        page.wait_for_function(IS_COMPLETE)
        if (lang := page.locator("html").get_attribute("lang")) != self.language:
            yield f"The language is {lang}."
        if (headings := page.locator("h1").count()) != 1:
            yield f"There are {headings} headings of level 1."
        if not address.startswith(IN_ENGLISH) and not self.language.startswith("en"):
            yield from (f"{text!r} is English." for text in untranslated(page.evaluate(TEXTS), self.language))
        yield from page.evaluate(MOVING)
        yield from page.evaluate(SILENT)
        yield from (f"light: {violation}" for violation in axe_violations(page, self.rules))
        for size in (PHONE, ZOOMED):
            page.set_viewport_size(size)
            yield from (f"{size['width']} px: {fault}" for fault in page.evaluate(CUT))
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        yield from (f"dark: {violation}" for violation in axe_violations(page, self.rules))
        yield from (f"The Content-Security-Policy forbids: {name}" for name in page.evaluate("window.violations"))

    def _on_console(self, message: ConsoleMessage) -> None:
        # Chromium writes the status of an error page to the console.
        if message.type in ("error", "warning") and message.location["url"] != self.page.url:
            self.heard.append(f"{message.type}: {message.text}")

    def _on_error(self, error: WebError) -> None:
        self.heard.append(f"A script failed: {error.error}")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "blob:")):
            self.heard.append(f"A request to another host: {request.url}")
