"""Avatars: the colour, and the badge or initials, shown beside a user's name. Plain Python."""

import re
import unicodedata
import zlib
from typing import NamedTuple

# The number of avatar colours in `static/css/tokens.css`, and how many of them stand for names without a chosen colour.
COLOURS = 8
TINTS = 6
# The symbols of `static/img/badges.svg`.
BADGES = ("helmet", "flag", "star", "bolt", "wheel", "trophy", "crown", "shield")
# A boundary between words without a space: “OscarP” is two words.
CAMEL_CASE_BOUNDARY = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
# One emoji with its modifiers: a skin tone, a flag's second letter, characters joined by a zero-width joiner.
EMOJI = re.compile(r"[\U0001F1E6-\U0001F1FF]{2}|.(?:[\uFE0F\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]|\u200D.)*")


class Mark(NamedTuple):
    """What a user has chosen for their avatar: the number of a colour, else one by name; a badge, else initials."""

    colour: int | None = None
    badge: str = ""


def initials(name: str) -> str:
    """One or two letters: the first of the first word and, if there are several words, the first of the last one.

    >>> [initials(name) for name in ("alice", "Max Mustermann", "lando.n4", "OscarP", "O'Brien", "Anna de la Rosa")]
    ['A', 'MM', 'LN', 'OP', 'OB', 'AR']

    Right-to-left scripts get one letter, because their letters join. Combining marks are left out unless they compose
    with the letter.

    >>> [initials(name) for name in ("علي حسن", "E\u0301mile Zola", "प्रिया शर्मा", "李 娜", "ßeta")]
    ['ع', 'ÉZ', 'पश', '李娜', 'ß']

    A name without letters and digits gets its first emoji, or its first character.

    >>> [initials(name) for name in ("🚀 Racing", "👩🏽‍🚀🏁", "🇲🇨🇲🇨", "42", "___", " ")]
    ['R', '👩🏽‍🚀', '🇲🇨', '4', '_', '?']
    """
    text = unicodedata.normalize("NFC", name).strip()
    words = _words(CAMEL_CASE_BOUNDARY.sub(" ", text))
    if not words:
        match = EMOJI.match(text)
        return match.group() if match else "?"
    first, last = words[0][0], words[-1][0]
    if len(words) == 1 or _is_right_to_left(first) or _is_right_to_left(last):
        return _title_case(first)
    return _title_case(first) + _title_case(last)


def _words(text: str) -> list[str]:
    """Split on everything but letters and digits. Combining marks and format characters do not separate words."""
    return "".join(char if unicodedata.category(char)[0] in "LN" else _separator(char) for char in text).split()


def _separator(char: str) -> str:
    return "" if unicodedata.category(char)[0] == "M" or unicodedata.category(char) == "Cf" else " "


def _is_right_to_left(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")


def _title_case(letter: str) -> str:
    # Not upper(): some scripts have capitals that no font contains. Some letters become two ("ß" gives "Ss").
    titled = letter.title()
    return titled if len(titled) == 1 else letter


def tint(name: str) -> int:
    """The number of the avatar colour, from 1. It depends only on the name, ignoring case.

    >>> tint("Alice") == tint("alice"), {tint(f"player {number}") for number in range(50)} == set(range(1, TINTS + 1))
    (True, True)
    """
    return zlib.crc32(name.casefold().encode()) % TINTS + 1
