"""The registry of what a league's activity log can say: each kind of entry has a name and a sentence.

Apps declare theirs in `<app>/activity_kinds.py` and register them at start, in `AppConfig.ready`. As with
notifications, only the name and the params are stored; the sentence is rendered in the reader's language.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

Params = Mapping[str, Any]

MAX_NAME_LENGTH = 30


def _no_values(_: Params) -> Params:
    return {}


def _no_details(_: Params) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class ActivityKind:
    """One kind of entry. `name` is stored and part of the API.

    `sentence` is a lazy translation with `%(by)s` for who did it, `%(member)s` for the person it concerns, and the
    params. `values` returns what it needs in addition to them. `details` returns lines that say more.
    """

    name: str
    sentence: StrOrPromise
    values: Callable[[Params], Params] = _no_values
    details: Callable[[Params], Sequence[str]] = _no_details


_kinds: dict[str, ActivityKind] = {}


def register(*kinds: ActivityKind) -> None:
    """Add kinds. Raises `ValueError` if a name is taken or too long."""
    for kind in kinds:
        if kind.name in _kinds or len(kind.name) > MAX_NAME_LENGTH:
            raise ValueError(f"The activity {kind.name} is registered already, or its name is too long.")
        _kinds[kind.name] = kind


def is_registered(kind: ActivityKind) -> bool:
    return _kinds.get(kind.name) is kind


def render(*, kind: str, by: str, member: str, params: Params) -> str:
    """The sentence of a stored entry, in the active language.

    An entry whose kind or params come from another version of the site says so instead of breaking the page.
    """
    try:
        found = _kinds[kind]
        return str(found.sentence % {**params, "by": by, "member": member, **found.values(params)})
    except LookupError:
        logger.exception("The activity %s cannot be rendered from %s", kind, sorted(params))
        return _("This entry is no longer available.")


def details(*, kind: str, params: Params) -> Sequence[str]:
    """The lines that say more about a stored entry."""
    return _kinds[kind].details(params) if kind in _kinds else ()
