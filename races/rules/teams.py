"""The three letters of a team, for lists and boards. No Django, no clock."""

# Letters that the first three of the name would not give, or give twice; by the F1 API's constructorId.
CODES = {
    "alphatauri": "ALT",
    "aston_martin": "AMR",
    "force_india": "FOI",
    "racing_point": "RPT",
    "rb": "RBU",
    "red_bull": "RBR",
    "sauber": "SAU",
    "toro_rosso": "TRO",
}


def team_code(ref: str, name: str) -> str:
    """The team's letters: as in timing screens where they are usual, else the first three of its name.

    >>> [team_code(ref, name) for ref, name in (("ferrari", "Ferrari"), ("red_bull", "Red Bull"), ("", "US F1"))]
    ['FER', 'RBR', 'USF']
    """
    return CODES.get(ref) or "".join(letter for letter in name if letter.isalnum())[:3].upper()
