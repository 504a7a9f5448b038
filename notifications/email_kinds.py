"""The registry of e-mail kinds: what the outbox needs to know to write an e-mail when it is sent.

Apps declare theirs in `<app>/services/email_kinds.py`, with templates of their own, and register them at start, in
`AppConfig.ready`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class EmailRequest:
    """A row of the outbox, for the kind that writes it.

    `user` is of the project's user model, or None for people without an account.
    """

    address: str
    user: Any
    params: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True)
class EmailContent:
    """The path of the e-mail's link, and what its template needs besides `link` and `user`."""

    path: str
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class EmailKind:
    """A kind of e-mail.

    `name` is stored and part of the data export, at most 20 characters. `template` is a text template whose first line
    is the subject. `content` is called at each attempt to send, so that links are fresh and stored nowhere; it returns
    None if there is nothing left to send. Attempts end after `retry_for`.
    """

    name: str
    label: StrOrPromise
    template: str
    content: Callable[[EmailRequest], EmailContent | None]
    retry_for: timedelta = timedelta(days=2)


_kinds: dict[str, EmailKind] = {}


def register(*kinds: EmailKind) -> None:
    """Add kinds. Raises `ValueError` for a name that is registered already."""
    for kind in kinds:
        if kind.name in _kinds:
            raise ValueError(f"The kind of e-mail {kind.name} is registered already.")
        _kinds[kind.name] = kind


def get(name: str) -> EmailKind | None:
    """The kind with this name; None if no app has registered it."""
    return _kinds.get(name)


def is_registered(kind: EmailKind) -> bool:
    return _kinds.get(kind.name) is kind


def kind_choices() -> list[tuple[str, StrOrPromise]]:
    """The kinds as choices of a field."""
    return [(kind.name, kind.label) for kind in _kinds.values()]
