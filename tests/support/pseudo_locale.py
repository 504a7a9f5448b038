"""A pseudo-locale: the German catalogue with every letter in full width, so that text without translation stands out.

With it, whatever still has ordinary letters on a page is data, or a text that nobody translated.
"""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db.models import CharField, TextField
from django.utils.translation import trans_real

from races.models import Team

LANGUAGE = "de"
WIDE = {ord(letter): ord(letter) + 0xFEE0 for letter in map(chr, range(ord("A"), ord("z") + 1)) if letter.isalpha()}
# What is not text in a translation: placeholders, tags and entities.
NOT_TEXT = re.compile(r"(%\(\w+\)[sd]|%[-.\d]*[sdf]|\{\w*\}|<[^>]+>|&\w+;)")
PLAIN = re.compile(r"[A-Za-z]{2,}")
TEXT_ATTRIBUTES = {"title", "placeholder", "alt", "label", "aria-label", "aria-description", "hx-confirm", "data-label"}
# Data in English that the site shows as a text of its own, and has to translate.
TEXTS_IN_DATA = {
    "races.Result.status",
    "races.Result.position_text",
    "races.Quarantine.reason",
    "races.Classification.reason",
    "races.ResultCheck.outcome",
    "drafts.Draft.void_reason",
    "notifications.Delivery.last_error",
    "notifications.OutgoingEmail.last_error",
    "leagues.WebhookDelivery.last_error",
}
# Names and abbreviations that are the same in every language, and what is shown as it is: codes, addresses, versions.
SAME_EVERYWHERE = re.compile(
    r"https?://\S+|\S+@[\w.-]+|\{.*\}|\b[a-z0-9]+\.tasks\.\w+"
    r"|\b(?:Fantasy F1|Discord|Slack|English|Deutsch|UTC|testserver)\b"
)


class PseudoCatalogue:
    """A catalogue of Django whose translations are in full-width letters. What it lacks stays as it is."""

    def __init__(self, catalogue: Any) -> None:
        self._catalogue = catalogue

    def get(self, key: Any, default: Any = None) -> Any:
        found = self._catalogue.get(key, default)
        return found if found is default or key == "" else widened(found)

    def plural(self, message: str, number: int) -> str:
        return widened(self._catalogue.plural(message, number))


def widened(text: str) -> str:
    """The text with full-width letters.

    >>> ascii(widened("%(n)s Zug <b>"))
    "'%(n)s \\\\uff3a\\\\uff55\\\\uff47 <b>'"
    """
    parts = NOT_TEXT.split(text)
    return "".join(part if number % 2 else part.translate(WIDE) for number, part in enumerate(parts))


def use_pseudo_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    """Show German in full width until the end of the test."""
    german: Any = trans_real.translation(LANGUAGE)
    monkeypatch.setattr(german, "_catalog", PseudoCatalogue(german._catalog))


# -- what is shown -----------------------------------------------------------------------------------------------------


class _Texts(HTMLParser):
    """Collects the text nodes of a page and the attributes with text."""

    SKIPPED_TAGS = ("script", "style", "code", "pre", "template")
    # Initials, the letters of drivers and teams, and time zones, which have the names of their cities.
    SKIPPED = re.compile(r'class="(avatar |driver-code|team-code)|name="time_?zone"')

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._skipping or tag in self.SKIPPED_TAGS or self.SKIPPED.search(self.get_starttag_text() or ""):
            self._skipping.append(tag)
            return
        if self._skipping:
            return
        given = {name: value or "" for name, value in attrs}
        self.found += [value for name, value in given.items() if name in TEXT_ATTRIBUTES]
        if given.get("type") in ("submit", "button", "reset"):
            self.found.append(given.get("value", "") if tag == "input" else "")
        if tag == "meta" and re.search("title|description", given.get("name", "") + given.get("property", "")):
            self.found.append(given.get("content", ""))

    def handle_endtag(self, tag: str) -> None:
        if self._skipping[-1:] == [tag]:
            self._skipping.pop()

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.found.append(data)


def texts_of(html: str) -> list[str]:
    """The texts of a page that people read or hear, each on one line."""
    parser = _Texts()
    parser.feed(html)
    parser.close()
    return [text for found in parser.found if (text := " ".join(found.split()))]


def names_in_database() -> list[str]:
    """What people and sources have written, the longest first."""
    return sorted(set(_names()), key=len, reverse=True)


def _names() -> Iterator[str]:
    yield from (team.short for team in Team.objects.all())
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, CharField | TextField) and not field.choices and str(field) not in TEXTS_IN_DATA:
                values = model._default_manager.values_list(field.name, flat=True).distinct()
                yield from (value for value in values if value and PLAIN.search(value))


def untranslated_texts(texts: Iterable[str], names: Iterable[str]) -> list[str]:
    """Those of the texts that still have words in ordinary letters besides names."""
    data = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names) or "(?!)", re.IGNORECASE)
    found = dict.fromkeys(texts)
    return [text for text in found if PLAIN.search(data.sub(" ", SAME_EVERYWHERE.sub(" ", text)))]
