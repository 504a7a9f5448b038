"""gettext for modules that must not know Django, such as the rules of an app.

`from core.translation import gettext as _` marks and translates a sentence exactly as Django's gettext does, and
makemessages finds it. Without Django, in a doctest for example, sentences stay in English.
"""

from collections.abc import Callable


def _untranslated_plural(singular: str, plural: str, number: int) -> str:
    return singular if number == 1 else plural


def _point() -> str:
    return "."


_translate: Callable[[str], str] = str
_separator: Callable[[], str] = _point
_translate_plural: Callable[[str, str, int], str] = _untranslated_plural


def use(
    translate: Callable[[str], str],
    translate_plural: Callable[[str, str, int], str],
    separator: Callable[[], str],
) -> None:
    """Translate with these functions from now on. CoreConfig registers Django's at start."""
    global _translate, _translate_plural, _separator
    _translate, _translate_plural, _separator = translate, translate_plural, separator


def gettext(message: str) -> str:
    """The message in the language of the current request."""
    return _translate(message)


def gettext_noop(message: str) -> str:
    """The message itself, marked for translation: `gettext` translates it when it is shown."""
    return message


def ngettext(singular: str, plural: str, number: int) -> str:
    """The form of the message for this number, in the language of the current request.

    >>> [ngettext("%(n)s pick", "%(n)s picks", n) % {"n": n} for n in (1, 2)]
    ['1 pick', '2 picks']
    """
    return _translate_plural(singular, plural, number)


def decimal_separator() -> str:
    """What stands between the ones and the tenths, in the language of the current request."""
    return _separator()
