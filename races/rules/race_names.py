"""Short names of races for tables and charts."""

import unicodedata

# Whose first three letters say too little.
CODES = {"United States Grand Prix": "USA", "British Grand Prix": "GBR", "Saudi Arabian Grand Prix": "KSA"}


def race_code(name: str) -> str:
    """Three letters for a race, without accents.

    >>> [race_code(name) for name in ("Monaco Grand Prix", "São Paulo Grand Prix", "United States Grand Prix", "70")]
    ['MON', 'SAO', 'USA', '70']
    """
    if name in CODES:
        return CODES[name]
    plain = "".join(char for char in unicodedata.normalize("NFKD", name) if char.isalnum())
    return plain[:3].upper()
