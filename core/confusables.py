"""Names that look alike: case folding, and scripts and skeletons as in Unicode Technical Standard 39.

https://www.unicode.org/reports/tr39/ Unicode's tables come from the package confusable_homoglyphs.
"""

import json
import re
import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files

from confusable_homoglyphs.categories import alias

# One character can become 18 under NFKC.
MAX_KEY_LENGTH = 300
# Characters without a glyph (Default_Ignorable_Code_Point), of which some are letters, such as the Hangul fillers.
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# Which scripts a word may mix: those of Chinese, Japanese and Korean, with Latin letters ("highly restrictive").
COMBINED_SCRIPTS = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
ANY_SCRIPT = {"COMMON", "INHERITED", "Unknown"}


def folded(name: str) -> str:
    r"""The name as it is compared with others, on every database alike: width, case and spaces do not count.

    >>> folded("Max  Émile") == folded("\uff2d\uff21\uff38 ÉMILE"), folded("Ana") == folded("Anna")
    (True, False)
    """
    return " ".join(unicodedata.normalize("NFKC", _nfkc(name).casefold()).split())[:MAX_KEY_LENGTH]


def skeleton(name: str) -> str:
    r"""What a name has in common with every name that looks like it. Not to be shown.

    The table tells letters apart that differ in case (I looks like l, i does not), so it is applied before and after
    the case is folded.

    >>> skeleton("al\u0456ce") == skeleton("Alice"), skeleton("Iewis") == skeleton("lewis")
    (True, True)
    >>> skeleton("Müller") == skeleton("Muller")
    False
    """
    return " ".join(_skeleton(_skeleton(_nfkc(name)).casefold()).split())[:MAX_KEY_LENGTH]


def mixes_scripts(word: str) -> bool:
    r"""Does the word mix scripts in a way that no language does?

    >>> mixes_scripts("al\u0456ce"), mixes_scripts("Élodie.33"), mixes_scripts("東京タワーTokyo")
    (True, False, False)
    """
    scripts = {alias(character) for character in word} - ANY_SCRIPT
    return len(scripts) > 1 and not any(scripts <= combined for combined in COMBINED_SCRIPTS)


def _nfkc(name: str) -> str:
    return unicodedata.normalize("NFKC", name)


def _skeleton(text: str) -> str:
    prototypes = confusables()
    visible = INVISIBLE.sub("", unicodedata.normalize("NFD", text))
    return unicodedata.normalize("NFD", "".join(prototypes.get(character, character) for character in visible))


@cache
def confusables() -> dict[str, str]:
    """What each confusable character looks like: its prototype, of one or more characters.

    The package has Unicode's table in both directions. A character that looks like more than one other is a prototype.
    """
    table = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8"))
    neighbours: defaultdict[str, set[str]] = defaultdict(set)
    for text, entries in table.items():
        # Unicode wraps right-to-left letters in marks.
        neighbours[text.strip("\u200e")] |= {entry["c"].strip("\u200e") for entry in entries}
    prototypes = {
        character: next(iter(others))
        for character, others in neighbours.items()
        if len(character) == len(others) == 1 and _is_prototype(next(iter(others)), character, neighbours)
    }
    return {
        character: "".join(prototypes.get(part, part) for part in prototype)
        for character, prototype in prototypes.items()
    }


def _is_prototype(text: str, of: str, neighbours: dict[str, set[str]]) -> bool:
    # Of a pair, either can stand for both.
    return len(text) > 1 or len(neighbours[text]) > 1 or text < of
