"""Formatting of places: 1st, 2nd, 3rd, or 1., 2., 3. in German."""

from core.translation import gettext as _


def shown_ordinal(place: int) -> str:
    """Format a place in the language of the reader.

    >>> [shown_ordinal(place) for place in (1, 2, 3, 4, 11, 12, 13, 21, 22, 111)]
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '111th']
    """
    other = _("%(place)sth")
    forms = {1: _("%(place)sst"), 2: _("%(place)snd"), 3: _("%(place)srd")}
    form = other if 10 <= place % 100 <= 20 else forms.get(place % 10, other)
    return form % {"place": place}
