"""Validators for text that users type."""

import unicodedata

from core.errors import Invalid


def clean_name(text: str, *, what: str, longest: int, field: str) -> str:
    """Strip a name and collapse its whitespace.

    Raises `Invalid` if the result is empty, longer than `longest`, or contains a character that cannot be displayed.

    >>> clean_name("  Scuderia   Bob ", what="A league", longest=60, field="name")
    'Scuderia Bob'
    >>> clean_name(" ", what="A league", longest=60, field="name")
    Traceback (most recent call last):
    core.errors.Invalid: A league needs a name.
    """
    name = " ".join(text.split())
    if not name:
        raise Invalid(f"{what} needs a name.", field=field)
    if len(name) > longest:
        raise Invalid(f"{what}'s name has at most {longest} characters.", field=field)
    # Cf contains the bidirectional control characters, which can make one name look like another.
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in name):
        raise Invalid(f"{what}'s name has a character that cannot be shown.", field=field)
    return name
