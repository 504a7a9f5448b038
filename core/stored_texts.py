"""Texts that are stored in English and shown in the language of the reader.

Some sentences are part of history, such as the reason why a draft is void: they are stored as they were written, in
English. To show one, the sentence in the code that it was made from is found again, with the values in it.
"""

import re
from collections.abc import Iterable

from core.translation import gettext

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


class StoredTexts:
    """The English sentences of which stored texts are made, with `%(name)s` for values.

    >>> texts = StoredTexts(["Place %(place)s is missing.", "It is over."])
    >>> texts.shown("Place 3 is missing."), texts.shown("It is over."), texts.shown("Unknown")
    ('Place 3 is missing.', 'It is over.', 'Unknown')
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self._patterns = [(_pattern(sentence), sentence) for sentence in sentences]

    def shown(self, text: str) -> str:
        """The text in the language of the reader; as it is stored if none of the sentences matches."""
        for pattern, sentence in self._patterns:
            found = pattern.fullmatch(text)
            if found:
                return gettext(sentence) % found.groupdict()
        return text


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = PLACEHOLDER.split(sentence)
    # With one group, every second part is the name of a placeholder. A name that comes twice has the same value.
    seen: set[str] = set()
    text = ""
    for number, part in enumerate(parts):
        if number % 2 == 0:
            text += re.escape(part)
        else:
            text += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(text, re.DOTALL)
