"""Validators for text that users type and others read."""

import re
import unicodedata

from core.confusables import INVISIBLE
from core.errors import Invalid
from core.translation import gettext as _

# Blank characters that are symbols or letters: an empty Braille cell, a musical sign, two hieroglyphs.
BLANK = re.compile("[\u2800\U0001d159\U00013441\U00013442]")
# Around emojis and inside Persian and Indic words, joiners and variation selectors change what is displayed.
VARIATION_SELECTORS, JOINERS = "\ufe0e\ufe0f", "\u200c\u200d"
# As in Unicode Technical Standard 39, section 5.4. Vietnamese needs two in a row, Hebrew up to four.
MAX_MARKS = 4


def clean_name(text: str, *, longest: int, field: str) -> str:
    r"""Strip a name and collapse its whitespace.

    Raises `Invalid` if the result is empty, longer than `longest`, has no letter or digit, or contains a character that
    cannot be displayed.

    >>> clean_name("  Scuderia   Bob ", longest=60, field="name")
    'Scuderia Bob'
    >>> clean_name(" ", longest=60, field="name")
    Traceback (most recent call last):
    core.errors.Invalid: Enter a name.
    >>> clean_name("\u3164", longest=60, field="name")
    Traceback (most recent call last):
    core.errors.Invalid: The name contains a character that cannot be displayed.
    """
    name = " ".join(text.split())
    if not name:
        raise Invalid(_("Enter a name."), field=field)
    if len(name) > longest:
        raise Invalid(_("A name can have at most %(longest)s characters.") % {"longest": longest}, field=field)
    check_visible(name, field=field)
    return name


def check_visible(name: str, *, field: str) -> None:
    """Raise `Invalid` for a name without a letter or digit, or with a character that cannot be displayed."""
    if not is_displayable(name):
        raise Invalid(_("The name contains a character that cannot be displayed."), field=field)
    if not any(character.isalnum() for character in name):
        raise Invalid(_("A name needs at least one letter or digit."), field=field)


def clean_text(text: str, *, longest: int, field: str, keeps_lines: bool = False) -> str:
    r"""Strip a text and collapse its whitespace, in each line if it keeps them. At most one line in a row is empty.

    Raises `Invalid` if the result is longer than `longest` or contains a character that cannot be displayed.

    >>> clean_text(" Box,\t box!\r\n\n\nAgain. ", longest=280, field="bio", keeps_lines=True)
    'Box, box!\n\nAgain.'
    """
    lines = text.splitlines() if keeps_lines else [text]
    cleaned = re.sub("\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip()
    if len(cleaned) > longest:
        raise Invalid(_("This text can have at most %(longest)s characters.") % {"longest": longest}, field=field)
    if not all(is_displayable(line, allowed=JOINERS) for line in cleaned.split("\n")):
        raise Invalid(_("The text contains a character that cannot be displayed."), field=field)
    return cleaned


def is_displayable(line: str, *, allowed: str = "") -> bool:
    r"""Is the line free of control characters, invisible and blank characters, and stacks of marks over a letter?

    >>> is_displayable("Gasly\u202e"), is_displayable("e\u0301" + "\u0301" * 4), is_displayable("Đặng")
    (False, False, True)
    """
    shown = line.translate(dict.fromkeys(map(ord, VARIATION_SELECTORS + allowed)))
    marks = 0
    for character in unicodedata.normalize("NFD", shown):
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MAX_MARKS or not _has_glyph(character, category):
            return False
    # A mark at the start would change what stands before the text.
    return not unicodedata.category(shown[:1] or " ").startswith("M")


def _has_glyph(character: str, category: str) -> bool:
    # Cf contains the bidirectional control characters, which can make one text look like another.
    if category in ("Cc", "Cf", "Cs", "Co") or INVISIBLE.match(character) or BLANK.match(character):
        return False
    # Emojis can be newer than Python's table.
    return category != "Cn" or "\U0001f000" <= character <= "\U0001faff"
