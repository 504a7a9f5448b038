"""Finds English texts on a page that should be in another language."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from django.conf import settings

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")
TAG = re.compile(r"<[^>]+>")
# Visible texts and those that screen readers read: text nodes, and attributes with words.
TEXTS = """() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentNode;
    const isCode = ["SCRIPT", "STYLE", "CODE", "PRE"].includes(element.tagName);
    // Time zones have the names of their cities, such as Qatar, which are in English everywhere.
    if (!isCode && !element.closest("[name=time_zone]")) texts.push(walker.currentNode.textContent);
  }
  for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
    for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.push(element.getAttribute(name) ?? "");
  }
  return texts;
}"""


def untranslated(texts: Iterable[str], language: str) -> list[str]:
    """Those of the texts that are, as a whole, an English text of the site with another translation."""
    fixed, patterns = _english(language)
    found = {" ".join(text.split()) for text in texts}
    return sorted(
        text
        for text in found
        if text and (text in fixed or any(pattern.fullmatch(text) for pattern in patterns)) and len(text) > 1
    )


@cache
def _english(language: str) -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    texts = set(_english_texts(Path(settings.CATALOGUES) / language / "LC_MESSAGES" / "django.po"))
    fixed = frozenset(text for text in texts if not PLACEHOLDER.search(text))
    with_values = (text for text in texts - fixed if len(re.findall(r"[A-Za-z]{2,}", PLACEHOLDER.sub("", text))) > 2)
    return fixed, tuple(re.compile(_regex(text)) for text in with_values)


def _english_texts(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        catalogue = read_po(file)
    for message in catalogue:
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and not set(ids) & set(forms):
            yield from (TAG.sub("", text) for text in ids)


def _regex(text: str) -> str:
    return ".+".join(re.escape(part) for part in PLACEHOLDER.split(text))
