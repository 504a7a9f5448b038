"""A player without a mouse: presses keys, and checks after each Tab that they can see where they are."""

from playwright.sync_api import Locator, Page, expect

# The focused element: what it is called, whether its focus shows, and whether something lies over it.
FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  // A radio button or checkbox may be drawn by its label.
  const drawn = [element, element.closest("label"), element.nextElementSibling].filter((part) => part?.offsetHeight);
  const hasRing = (part) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(part);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  };
  const box = element.getBoundingClientRect();
  const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
  const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
  const isOver = (x, y) => {
    const above = document.elementFromPoint(x, y);
    return above && (element.contains(above) || above.contains(element) || drawn.some((part) => part.contains(above)));
  };
  const parts = [0.1, 0.5, 0.9];
  const points = parts.flatMap((x) => parts.map((y) => [left + (right - left) * x, top + (bottom - top) * y]));
  const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent;
  return {
    name: name.trim().replace(/\\s+/g, " "),
    isShown: drawn.some(hasRing) || element.matches("svg a"),
    isInView: right > left && bottom > top && points.some(([x, y]) => isOver(x, y)),
  };
}"""
# Whether the focus moved forwards in the document.
IS_AFTER = """([before]) => !before || !before.isConnected
  || Boolean(before.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)"""
MOST_STOPS = 120


class Keyboard:
    """Moves through a page with keys only."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def tab(self, *, back: bool = False) -> str:
        """Press Tab, check that the focus can be seen and went the right way, and return what has it."""
        self.page.wait_for_load_state()  # with the style sheets
        before = self.page.evaluate_handle("document.activeElement")
        self.press("Shift+Tab" if back else "Tab")
        focused = self.page.evaluate(FOCUSED)
        assert focused is not None, "the focus has left the page"
        assert focused["isShown"], f"the focus on {focused['name']!r} does not show"
        assert focused["isInView"], f"{focused['name']!r} has the focus, and something lies over it"
        if not back:
            assert self.page.evaluate(IS_AFTER, [before]), f"{focused['name']!r} is before what had the focus"
        return str(focused["name"])

    def tabs(self, count: int, *, back: bool = False) -> list[str]:
        return [self.tab(back=back) for _ in range(count)]

    def go_to(self, target: Locator, *, back: bool = False) -> None:
        """Press Tab until the target has the focus."""
        expect(target).to_have_count(1)
        stops: list[str] = []
        while not self.is_on(target):
            assert len(stops) < MOST_STOPS, f"Tab does not lead to {target}, but to {stops}"
            stops.append(self.tab(back=back))

    def is_on(self, target: Locator) -> bool:
        return bool(target.evaluate("element => element === document.activeElement"))

    def skip_to_content(self) -> None:
        """The first stop of a page that was just opened is the link that leads past the navigation."""
        assert self.tab() == "Skip to the content"
        self.press("Enter")
        expect(self.page.locator("#content")).to_be_focused()
