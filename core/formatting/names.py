"""Names that users choose, in messages to others."""

import re

# A dot that mail programs may take for part of a host name, such as in “evil.example”.
DOT_IN_HOST = re.compile(r"(?<=\w)\.(?=[^\W\d_])")


def unlinked(text: str) -> str:
    r"""Return the text so that mail programs make no links of it: nobody can advertise a site in the name of a league.

    The dot becomes U+2024, which looks the same, and which NFKC turns back into a dot.

    >>> unlinked("Visit http://evil.example NOW") == "Visit http: //evil\u2024example NOW"
    True
    >>> unlinked("Scuderia St. Pauli 1.5"), unlinked("Alpine Friends")
    ('Scuderia St. Pauli 1.5', 'Alpine Friends')
    """
    return DOT_IN_HOST.sub("\N{ONE DOT LEADER}", text.replace("://", ": //"))
