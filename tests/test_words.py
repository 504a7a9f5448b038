"""Words that are not plain, modern English stay out of templates, messages, docstrings, comments and documents."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FOLDERS = ("templates", "static", "tests", "docs", "script", "attacks", "bench", "rehearsal", "screenshots", "deploy")
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))
SUFFIXES = {".py", ".html", ".txt", ".md", ".js", ".css"}
# Migrations repeat the models.
SKIPPED_FOLDERS = {"migrations"}

DEFINITION = re.compile(r"^ *(?:async )?(?:def|class) (\w+)", re.MULTILINE)

# Patterns, and what to write instead. Line breaks count as spaces.
WORDS = {
    r"who(so)?ever|whomever": "“if you ...”, “anyone who ...” or “the player who ...”",
    r"anew": "“again”",
    r"he|him|his|himself": "“they”, “them”, “their”, or “you”",
    r"(good|valid) no longer|no longer good|(is|are|was) no good": "“no longer works”",
    r"(is|are) good (for|until)": "“works for ...”, “can be used ...”",
    r"so many of": "how many, or “the last picks”",
    r"heaps of": "“many”",
    r"do(es)? not belong together": "“is wrong”",
    r"is not right": "“is wrong” or “is invalid”",
    r"thereof|therein|hereby|wherein|whereupon|whereof|henceforth|hitherto|heretofore|forthwith": "a plain word",
    r"lest|albeit|amongst|whilst|ere|oft|nought|unto": "a plain word",
}


@cache
def texts() -> dict[Path, str]:
    """The text of every file of the project but this one, by path."""
    paths = [*ROOT.iterdir(), *(path for folder in (*FOLDERS, *PACKAGES) for path in (ROOT / folder).rglob("*"))]
    return {path: path.read_text() for path in paths if _is_scanned(path)}


def _is_scanned(path: Path) -> bool:
    return path.suffix in SUFFIXES and not SKIPPED_FOLDERS & set(path.parts) and path != Path(__file__)


def lines_with(pattern: str, text: str) -> list[int]:
    """The numbers of the lines in which the pattern begins, as whole words, in any case."""
    # In code, a sentence may go on after a line break, indentation and a comment sign or quotation mark.
    spaced = pattern.replace(" ", r'(?: |\s+(?:(?:#|//|\*|"|f")\s*)?)')
    found = re.finditer(rf"\b(?:{spaced})\b", text, re.IGNORECASE)
    return [text.count("\n", 0, match.start()) + 1 for match in found]


@pytest.mark.parametrize("pattern", WORDS)
def test_words_that_must_not_come_back(pattern):
    found = [
        f"{path.relative_to(ROOT)}:{number}: {text.splitlines()[number - 1].strip()}"
        for path, text in texts().items()
        for number in lines_with(pattern, text)
    ]
    assert not found, f"Write {WORDS[pattern]} instead:\n" + "\n".join(found)


@pytest.mark.parametrize("pattern", WORDS)
def test_names_of_functions_and_tests_have_none_of_them(pattern):
    names = [
        (path, name) for path, text in texts().items() for name in DEFINITION.findall(text) if path.suffix == ".py"
    ]
    found = [f"{path.relative_to(ROOT)}: {name}" for path, name in names if lines_with(pattern, name.replace("_", " "))]
    assert not found, f"Write {WORDS[pattern]} instead:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ok\nWhoever picks first", 2),
        ("Draft it anew.", 1),
        ("a player and his picks", 1),
        ("The codes are good\n    # no longer.", 1),
        ("Undo so many of the picks", 1),
    ],
)
def test_such_a_word_is_found(text, line):
    assert [number for pattern in WORDS for number in lines_with(pattern, text)] == [line]


@pytest.mark.parametrize(
    "text", ["the history of this", "def test_whoever_picks(): ...", "Good. No longer waits.", "shelter"]
)
def test_other_words_are_not_found(text):
    assert [number for pattern in WORDS for number in lines_with(pattern, text)] == []
