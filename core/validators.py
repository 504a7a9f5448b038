"""Validators for text that users type."""

import unicodedata

from core.errors import Invalid
from core.translation import gettext as _


def clean_name(text: str, *, longest: int, field: str) -> str:
    """Strip a name and collapse its whitespace.

    Raises `Invalid` if the result is empty, longer than `longest`, or contains a character that cannot be displayed.

    >>> clean_name("  Scuderia   Bob ", longest=60, field="name")
    'Scuderia Bob'
    >>> clean_name(" ", longest=60, field="name")
    Traceback (most recent call last):
    core.errors.Invalid: Enter a name.
    """
    name = " ".join(text.split())
    if not name:
        raise Invalid(_("Enter a name."), field=field)
    if len(name) > longest:
        raise Invalid(_("A name can have at most %(longest)s characters.") % {"longest": longest}, field=field)
    # Cf contains the bidirectional control characters, which can make one name look like another.
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in name):
        raise Invalid(_("The name contains a character that cannot be displayed."), field=field)
    return name
