"""Names that people type: one line, of a bounded length, and nothing that a screen cannot show."""

import unicodedata

from fantasyf1.kit.errors import Invalid


def clean_name(text: str, *, what: str, longest: int, field: str) -> str:
    """Trim a name and fold its white space. Raises `Invalid` when nothing, too much or a control character is left.

    >>> clean_name("  Scuderia   Bob ", what="A league", longest=60, field="name")
    'Scuderia Bob'
    >>> clean_name(" ", what="A league", longest=60, field="name")
    Traceback (most recent call last):
    fantasyf1.kit.errors.Invalid: A league needs a name.
    """
    name = " ".join(text.split())
    if not name:
        raise Invalid(f"{what} needs a name.", field=field)
    if len(name) > longest:
        raise Invalid(f"{what}'s name has at most {longest} characters.", field=field)
    # Cf holds the marks that turn the direction of writing, with which one name poses as another.
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in name):
        raise Invalid(f"{what}'s name has a character that cannot be shown.", field=field)
    return name
