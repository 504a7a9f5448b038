"""The command line: `script/screenshots [--quick] [--only TEXT]`. The pictures are in build/screenshots/."""

import argparse
import html
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fantasyf1.settings")

import django
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from screenshots.cast import TIME_ZONE
from screenshots.pages import PAGES, VISITOR, Page
from screenshots.site import accounts, installation, prepare_cast, sign_in
from tests.support.browsers import CHROMIUM_FLAGS, chromium

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "screenshots"
WIDTHS = {390: 844, 1280: 800}
THEMES = ("light", "dark")
LANGUAGES = ("en-GB", "de-DE")


@dataclass(frozen=True)
class Look:
    """What a page is looked at with, and which names it shows."""

    width: int
    theme: str
    language: str
    names: str = "usual"

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}-{self.language[:2]}-{self.names}"


@dataclass(frozen=True)
class Picture:
    page: Page
    person: str
    look: Look

    @property
    def file(self) -> str:
        return f"{self.page.name}-{'-'.join(self.page.arguments) or 'page'}-{self.person}-{self.look}.png"


def looks(*, quick: bool) -> list[Look]:
    """Every width in every theme and language, and everything once more with the longest names, in light and German."""
    if quick:
        return [Look(390, "light", LANGUAGES[0]), Look(1280, "dark", LANGUAGES[1])]
    usual = [Look(width, theme, language) for width in WIDTHS for theme in THEMES for language in LANGUAGES]
    return usual + [Look(width, "light", LANGUAGES[1], "long") for width in WIDTHS]


def context_of(browser: Browser, site: str, look: Look, state: Any) -> BrowserContext:
    return browser.new_context(
        base_url=site,
        locale=look.language,
        color_scheme="dark" if look.theme == "dark" else "light",
        viewport={"width": look.width, "height": WIDTHS[look.width]},
        reduced_motion="reduce",
        timezone_id=TIME_ZONE,
        storage_state=state,
    )


def take(browser: Browser, site: str, look: Look, states: dict[str, Any], values: dict[str, Any], only: str) -> Any:
    """Take the pictures of one look; yields each with the problem it shows, or an empty text."""
    for person, state in states.items():
        with closing(context_of(browser, site, look, state)) as context:
            page = context.new_page()
            for shown in PAGES:
                picture = Picture(shown, person, look)
                if person in shown.people and only in picture.file:
                    response = page.goto(shown.address(values))
                    page.screenshot(path=FOLDER / picture.file, full_page=True)
                    yield picture, problem(page, response.status if response else 0)


def problem(page: Any, status: int) -> str:
    """What is wrong with a page at first sight, as a sentence; an empty text if nothing is."""
    if status >= 400:
        return f"The status is {status}."
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return f"The page is {overflow} px wider than the screen." if overflow > 0 else ""


def write_index(pictures: Sequence[Picture]) -> None:
    """Write a page with all pictures, those of the same page beside each other."""
    rows: dict[str, list[str]] = {}
    for picture in pictures:
        file = html.escape(picture.file)
        shown = f'<a href="{file}"><img src="{file}" alt="{html.escape(str(picture.look))}" loading="lazy"></a>'
        rows.setdefault(f"{picture.page.name}, {picture.person}", []).append(shown)
    body = "".join(f"<h2>{html.escape(name)}</h2><p>{' '.join(cells)}</p>" for name, cells in rows.items())
    style = "<style>img { width: 240px; vertical-align: top } body { font: 16px sans-serif }</style>"
    (FOLDER / "index.html").write_text(f"<!doctype html><title>Screenshots</title>{style}{body}", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Take the pictures; returns 1 if a page failed or did not fit its screen."""
    parser = argparse.ArgumentParser(prog="script/screenshots", description="Take screenshots of every page.")
    parser.add_argument("--quick", action="store_true", help="two looks instead of ten")
    parser.add_argument("--only", default="", metavar="TEXT", help="only pictures with this text in their file's name")
    options = parser.parse_args(arguments)
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    pictures, problems = take_all(quick=options.quick, only=options.only)
    write_index(pictures)
    print(f"{len(pictures)} pictures: {FOLDER / 'index.html'}")
    for line in problems:
        print(line)
    return 1 if problems or not pictures else 0


def take_all(*, quick: bool, only: str) -> tuple[list[Picture], list[str]]:
    """Start a site, take the pictures, stop it; returns the pictures and a line for each problem."""
    pictures: list[Picture] = []
    problems: list[str] = []
    with tempfile.TemporaryDirectory(prefix="fantasyf1-screenshots-") as folder, installation(Path(folder)) as site:
        home = Path(folder)
        values = prepare_cast(home)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_FLAGS)
            states = {VISITOR: None} | {
                person: sign_in(browser, site, *account) for person, account in accounts(home).items()
            }
            for look in looks(quick=quick):
                if look.names == "long":
                    values = prepare_cast(home, "--long-names")
                for picture, trouble in take(browser, site, look, states, values, only):
                    pictures.append(picture)
                    if trouble:
                        problems.append(f"{picture.file}: {trouble}")
            browser.close()
    return pictures, problems


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
