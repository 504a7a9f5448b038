"""The labels of breakdown lines in the language of the reader. Score sheets store them in English."""

import re

from core.formatting.ordinals import shown_ordinal
from core.translation import gettext as _
from core.translation import ngettext

PLACE = re.compile(r"(?P<place>\d+)(?:st|nd|rd|th) place")
GAINED = re.compile(r"(?P<count>\d+) places? gained")
SPRINT = re.compile(r"(?P<whose>Sprint|Sprint of the replacement|Sprint of the driver picked), (?P<rest>.+)")


def shown_label(label: str) -> str:
    """A stored label as the reader sees it.

    >>> [shown_label(label) for label in ("9th place", "1 place gained", "Did not finish", "Sprint, 3rd place")]
    ['9th place', '1 place gained', 'Did not finish', 'Sprint, 3rd place']
    """
    if match := PLACE.fullmatch(label):
        return _("%(place)s place") % {"place": shown_ordinal(int(match["place"]))}
    if match := GAINED.fullmatch(label):
        count = int(match["count"])
        return ngettext("%(count)s place gained", "%(count)s places gained", count) % {"count": count}
    if match := SPRINT.fullmatch(label):
        # In the middle of the line, outcomes are stored with a small letter.
        rest = match["rest"][0].upper() + match["rest"][1:]
        return _("%(sprint)s, %(result)s") % {"sprint": _fixed(match["whose"]), "result": _in_a_line(shown_label(rest))}
    return _fixed(label)


def _fixed(label: str) -> str:
    texts = {
        "Did not finish": _("Did not finish"),
        "Did not start": _("Did not start"),
        "Did not take part": _("Did not take part"),
        "Disqualified": _("Disqualified"),
        "Fastest lap": _("Fastest lap"),
        "Pole position": _("Pole position"),
        "Sprint": _("Sprint"),
        "Sprint of the replacement": _("Sprint of the replacement"),
        "Sprint of the driver picked": _("Sprint of the driver picked"),
    }
    return texts.get(label, label)


def _in_a_line(label: str) -> str:
    """Lower-case the first letter, as inside of a sentence."""
    return label[0].lower() + label[1:]
