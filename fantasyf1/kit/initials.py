"""The letters and the tint that stand for a person beside his name. Plain Python."""

import re
import unicodedata
import zlib

# As many as `static/css/tokens.css` has colours for.
TINTS = 6
# Where a name goes on without a space: “OscarP” is two words.
HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
# One picture, with whatever makes it another: a skin's tone, a flag's second letter, what a joiner joins.
PICTURE = re.compile(r"[\U0001F1E6-\U0001F1FF]{2}|.(?:[\uFE0F\U0001F3FB-\U0001F3FF\U000E0020-\U000E007F]|\u200D.)*")


def initials(name: str) -> str:
    """One letter or two: of the first word, and of the last one where there are several.

    >>> [initials(name) for name in ("alice", "Max Mustermann", "lando.n4", "OscarP", "O'Brien", "Anna de la Rosa")]
    ['A', 'MM', 'LN', 'OP', 'OB', 'AR']

    Letters of a script that runs from right to left join, so one is enough; marks above and below are left out, but
    for those that belong to the letter.

    >>> [initials(name) for name in ("علي حسن", "E\u0301mile Zola", "प्रिया शर्मा", "李 娜", "ßeta")]
    ['ع', 'ÉZ', 'पश', '李娜', 'ß']

    Of a name without letters and digits it is the first picture, or the first sign.

    >>> [initials(name) for name in ("🚀 Racing", "👩🏽‍🚀🏁", "🇲🇨🇲🇨", "42", "___", " ")]
    ['R', '👩🏽‍🚀', '🇲🇨', '4', '_', '?']
    """
    text = unicodedata.normalize("NFC", name).strip()
    words = _words(HUMP.sub(" ", text))
    if not words:
        picture = PICTURE.match(text)
        return picture.group() if picture else "?"
    first, last = words[0][0], words[-1][0]
    if len(words) == 1 or _runs_leftwards(first) or _runs_leftwards(last):
        return _capital(first)
    return _capital(first) + _capital(last)


def _words(text: str) -> list[str]:
    """What stands between signs and spaces and begins with a letter or a digit; marks neither end nor begin a word."""
    kept = "".join(sign if unicodedata.category(sign)[0] in "LN" else _gap(sign) for sign in text)
    return kept.split()


def _gap(sign: str) -> str:
    return "" if unicodedata.category(sign)[0] == "M" or unicodedata.category(sign) == "Cf" else " "


def _runs_leftwards(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in ("R", "AL")


def _capital(letter: str) -> str:
    # The form for titles: some scripts have capitals that no font knows, and some letters become two.
    titled = letter.title()
    return titled if len(titled) == 1 else letter


def tint(name: str) -> int:
    """Which of the tints, from 1: the same for a name in any case and on every page.

    >>> tint("Alice") == tint("alice"), {tint(f"player {number}") for number in range(50)} == set(range(1, TINTS + 1))
    (True, True)
    """
    return zlib.crc32(name.casefold().encode()) % TINTS + 1
