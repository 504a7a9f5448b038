"""Texts that are stored in English and shown in the language of the reader.

Some sentences are part of history, such as the reason why a draft is void: they are stored as they were written, in
English. To show one, the sentence in the code that it was made from is found again, with the values in it.
"""

import re
from collections.abc import Iterable, Mapping

from core.translation import gettext, ngettext

# A sentence, or singular and plural with the name of the count.
Sentence = str | tuple[str, str, str]

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


class StoredTexts:
    """The English sentences of which stored texts are made, with `%(name)s` for values.

    >>> texts = StoredTexts(["Place %(place)s is missing.", "It is over."])
    >>> texts.shown("Place 3 is missing."), texts.shown("It is over."), texts.shown("Unknown")
    ('Place 3 is missing.', 'It is over.', 'Unknown')
    """

    def __init__(self, sentences: Iterable[Sentence]) -> None:
        self._patterns = [(_pattern(form), entry) for entry in sentences for form in _forms(entry)]

    def shown(self, text: str) -> str:
        """The text in the language of the reader; as it is stored if none of the sentences matches."""
        for pattern, entry in self._patterns:
            found = pattern.fullmatch(text)
            if found:
                # A sentence may hold another stored one, such as a reason.
                values = {name: self.shown(value) for name, value in found.groupdict().items()}
                return _translated(entry, values) % values
        return text


def _forms(entry: Sentence) -> tuple[str, ...]:
    return (entry,) if isinstance(entry, str) else entry[:2]


def _translated(entry: Sentence, values: Mapping[str, str]) -> str:
    if isinstance(entry, str):
        translated = gettext(entry)
    else:
        singular, plural, count = entry
        translated = ngettext(singular, plural, int(values[count]))
    # Numbers are values of the stored text, and thus texts here.
    return PLACEHOLDER.sub(r"%(\1)s", translated)


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
