"""The registry of the events that a league's webhooks can announce, and their text for each service.

Apps declare theirs in `<app>/webhook_event_types.py` and register them at start, in `AppConfig.ready`. A delivery
stores the name of the event and its data, which signed JSON contains. The text for chats is rendered at sending.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django_stubs_ext import StrOrPromise

Data = Mapping[str, Any]

MAX_NAME_LENGTH = 30


def _no_path(_: Data) -> str:
    return ""


def _always(_: Data, __: datetime) -> bool:
    return True


@dataclass(frozen=True)
class EventType:
    """A type of event. `name` is stored and part of the API, such as `draft.pick`; managers choose by `label`.

    `text` returns what chats say, from the data as it is shown: strings are escaped, and values whose names end in
    `_at` are times in the notation of the service. `path` returns the path of the page that tells more, from the data
    as it is stored. `is_current` is asked before each attempt: an event that is no longer true is not sent. Managers
    cannot choose types that are not `is_optional`.
    """

    name: str
    label: StrOrPromise
    text: Callable[[Data], str]
    path: Callable[[Data], str] = _no_path
    is_current: Callable[[Data, datetime], bool] = _always
    is_optional: bool = True


@dataclass(frozen=True)
class Notation:
    """How a service writes text: `escape` for text that users chose, and `time` for a time."""

    escape: Callable[[str], str]
    time: Callable[[datetime], str]


_types: dict[str, EventType] = {}


def register(*types: EventType) -> None:
    """Add types. Raises `ValueError` if a name is taken or too long."""
    for event_type in types:
        if event_type.name in _types or len(event_type.name) > MAX_NAME_LENGTH:
            raise ValueError(f"The event {event_type.name} is registered already, or its name is too long.")
        _types[event_type.name] = event_type


def get(name: str) -> EventType | None:
    return _types.get(name)


def choices() -> list[tuple[str, StrOrPromise]]:
    """The types that managers can choose, as (name, label) pairs."""
    return [(event_type.name, event_type.label) for event_type in _types.values() if event_type.is_optional]


def choosable_names() -> list[str]:
    return [name for name, _ in choices()]


def label_of(name: str) -> str:
    """The label of a stored event. Events of another version of the site have their name."""
    return str(_types[name].label) if name in _types else name


def shown_data(data: Data, notation: Notation) -> dict[str, Any]:
    """The data as a service shows it: escaped strings, also in lists, and times in its notation.

    >>> notation = Notation(str.upper, lambda moment: f"<{moment:%H:%M}>")
    >>> data = {"driver": "Hadjar", "ends_at": "2025-07-03T12:00:00Z", "top": [{"rank": 1, "name": "Bob"}]}
    >>> shown_data(data, notation)
    {'driver': 'HADJAR', 'ends_at': '<12:00>', 'top': [{'rank': 1, 'name': 'BOB'}]}
    """
    return {name: _shown(name, value, notation) for name, value in data.items()}


def _shown(name: str, value: Any, notation: Notation) -> Any:
    if isinstance(value, str):
        is_time = name.endswith("_at") and value
        return notation.time(datetime.fromisoformat(value)) if is_time else notation.escape(value)
    if isinstance(value, Mapping):
        return shown_data(value, notation)
    if isinstance(value, list):
        return [_shown("", element, notation) for element in value]
    return value
