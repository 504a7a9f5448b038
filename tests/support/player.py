"""A person at a page in their own language and with their own hands, for stories that are the same in all languages."""

import re
from typing import Any

from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page, expect

from .browsing import DESK, PHONE
from .factories import PASSWORD
from .untranslated import TEXTS, untranslated

# Words that every English sentence has one of, and no German one.
ENGLISH = re.compile(r"\b(the|and|your|you|of|is|are|this|with|from|have|not|to|for|by)\b")
OPTIONS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": DESK},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True},
}
BEYOND = """[...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth)
  .map((element) => element.className || element.tagName).slice(0, 10)"""
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


class Player:
    """Finds things by their English texts, which are those of the catalogue, in the language of the page."""

    def __init__(self, page: Page, language: str = "en", *, is_touch: bool = False) -> None:
        self.page, self.language, self.is_touch = page, language, is_touch

    def say(self, text: str, **values: object) -> str:
        with override(self.language):
            return gettext(text) % values if values else gettext(text)

    def press(self, target: Locator) -> None:
        if self.is_touch:
            target.tap()
        else:
            target.click()

    def visit(self, target: Locator) -> None:
        """Press what leads to another page, and wait for it."""
        with self.page.expect_navigation():
            self.press(target)

    def follow(self, text: str, within: Locator | None = None, **values: object) -> None:
        self.visit((within or self.page).get_by_role("link", name=self.say(text, **values), exact=True))

    def push(self, text: str, within: Locator | None = None, *, stays: bool = False, **values: object) -> None:
        """Press a button, which leads to another page unless the player stays on this one."""
        button = (within or self.page).get_by_role("button", name=self.say(text, **values), exact=True)
        if stays:
            self.press(button)
        else:
            self.visit(button)

    def sees(self, text: str, within: Locator | None = None, **values: object) -> None:
        expect((within or self.page.locator("body")).get_by_text(self.say(text, **values)).first).to_be_visible()

    def field(self, text: str, within: Locator | None = None) -> Locator:
        """The field with this label, be it optional or not."""
        label = re.compile(rf"^{re.escape(self.say(text))}( \(.+\))?$")
        return (within or self.page).get_by_label(label)

    def sign_up(self, form: Locator, name: str, button: str = "Sign up") -> None:
        self.field("User name", form).fill(name)
        form.locator("[name=email]").fill(f"{name}@example.org")
        self.field("Password", form).fill(PASSWORD)
        self.push(button, form)

    def pick(self, row: Locator, *, stays: bool = False) -> str:
        """Open the row of a driver in a draft and press its button; returns the name of the driver."""
        driver = row.locator(".driver-name").inner_text()
        self.press(row.locator("summary"))
        self.push("Pick %(driver)s", row, stays=stays, driver=driver)
        return driver

    def reads(self) -> None:
        """Check that all that is read on this page is in the player's language, and that it fits the screen."""
        self.page.wait_for_load_state()  # with style sheets and fonts
        self.page.evaluate("document.fonts.ready.then(() => null)")
        expect(self.page.locator("html")).to_have_attribute("lang", re.compile(rf"^{self.language}\b"))
        assert self.page.evaluate(FITS), f"{self.page.url} scrolls sideways: {self.page.evaluate(BEYOND)}"
        if self.language == "en":
            return
        texts = self.page.evaluate(TEXTS)
        english = untranslated(texts, self.language) + [text.strip() for text in texts if ENGLISH.search(text)]
        assert not english, f"{self.page.url} has English texts: {english}"
