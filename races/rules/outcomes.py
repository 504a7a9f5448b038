"""What became of a car, from the words of the F1 API. No Django, no clock."""

from enum import Enum

from .statuses import comparable


class Outcome(Enum):
    """What became of a car; the value is its label in a breakdown."""

    CLASSIFIED = "Classified"
    NOT_CLASSIFIED = "Did not finish"
    DID_NOT_START = "Did not start"
    DISQUALIFIED = "Disqualified"


# Statuses as `comparable` returns them.
_BY_STATUS = {
    "disqualified": Outcome.DISQUALIFIED,
    "excluded": Outcome.DISQUALIFIED,
    "didnotstart": Outcome.DID_NOT_START,
    "withdrew": Outcome.DID_NOT_START,
    "withdrawn": Outcome.DID_NOT_START,
    "didnotqualify": Outcome.DID_NOT_START,
    "didnotprequalify": Outcome.DID_NOT_START,
}
_BY_LETTER = {
    "D": Outcome.DISQUALIFIED,
    "E": Outcome.DISQUALIFIED,
    "W": Outcome.DID_NOT_START,
    "F": Outcome.DID_NOT_START,
}


def outcome_of(position_text: str, status: str, laps: int | None = None) -> Outcome:
    """What became of a car (the game's rules, Scoring: a car is classified when).

    The status takes precedence: the API has listed disqualified cars with a numeric position. Retired cars that covered
    90% of the distance have a numeric position and are classified. A car that completed a lap started, whatever the
    status says: in Mexico City in 2023 Alonso "withdrew" after 47 laps. `laps` is None if unknown.

    >>> outcome_of("17", "Retired").name, outcome_of("R", "Retired").name
    ('CLASSIFIED', 'NOT_CLASSIFIED')
    >>> outcome_of("4", "Disqualified").name, outcome_of("17", "Did_not_start").name
    ('DISQUALIFIED', 'DID_NOT_START')
    >>> outcome_of("W", "Withdrew", laps=0).name, outcome_of("W", "Withdrew", laps=47).name
    ('DID_NOT_START', 'NOT_CLASSIFIED')
    """
    known = _BY_STATUS.get(comparable(status)) or _BY_LETTER.get(position_text)
    if known is Outcome.DID_NOT_START and laps:
        return Outcome.NOT_CLASSIFIED
    if known:
        return known
    is_number = position_text.isascii() and position_text.isdecimal() and int(position_text) > 0
    return Outcome.CLASSIFIED if is_number else Outcome.NOT_CLASSIFIED
