"""Labels inside of sentences."""

from django.utils.translation import get_language


def inside_a_sentence(label: object) -> str:
    """The label as in the middle of a sentence: “race” in English. In German, nouns keep their capital: “Rennen”."""
    text = str(label)
    return text.lower() if (get_language() or "en").startswith("en") else text
