"""Undo: the message after an action has a button that takes it back, instead of a question before the action.

Apps declare what can be undone in `<app>/undos.py` and register it at start, in `AppConfig.ready`. A view calls `offer`
after the action. The button posts a signed token to `fantasyf1.pages.undo`, which calls `Undo.run` once, however often
the token arrives. Only the user who did it can use the token, for an hour.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core import signing
from django.http import HttpRequest
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused

SALT = "core.undo"
LIFETIME = timedelta(hours=1)

Params = Mapping[str, Any]


class ChangedSince(Refused):
    """What was done has been changed since, so taking it back would undo something else."""

    code = "changed_since"

    def __init__(self) -> None:
        super().__init__(_("This has changed since, so it cannot be undone."))


@dataclass(frozen=True)
class Undo:
    """How one kind of action is taken back.

    `run` gets the user, the params of `offer` and the time. It returns the sentence to show, or raises `Refused`. It
    checks the user's permission as any service does, and raises `ChangedSince` unless things are as the action left
    them.
    """

    name: str
    run: Callable[[Any, Params, datetime], str]


@dataclass(frozen=True)
class Offer:
    """An action that its user can take back: the content of a token."""

    undo: Undo
    params: Params


_undos: dict[str, Undo] = {}


def register(*undos: Undo) -> None:
    """Add kinds of actions. Raises `ValueError` if a name is taken."""
    for undo in undos:
        if undo.name in _undos:
            raise ValueError(f"The undo {undo.name} is registered already.")
        _undos[undo.name] = undo


def offer(request: HttpRequest, sentence: str, undo: Undo, **params: Any) -> None:
    """Tell the user what was done, with a button that undoes it. `params` are plain values that JSON can hold."""
    assert isinstance(request.user, AbstractBaseUser), "only a signed-in user can undo something"
    # The toast's form posts it (templates/elements/toasts.html).
    messages.success(request, sentence, extra_tags=token_of(request.user, undo, **params))


def token_of(user: AbstractBaseUser, undo: Undo, **params: Any) -> str:
    until = (clock.now() + LIFETIME).timestamp()
    return signing.Signer(salt=SALT).sign_object([undo.name, user.pk, until, params], compress=True)


def read(token: str, user: AbstractBaseUser) -> Offer | None:
    """What the token takes back. None for a token that is not the user's; raises `Refused` for one that has expired."""
    try:
        name, user_pk, until, params = signing.Signer(salt=SALT).unsign_object(token)
    except signing.BadSignature:
        return None
    if user_pk != user.pk or name not in _undos:
        return None
    if clock.now().timestamp() >= until:
        raise Refused(_("It is too late to undo this."), code="too_late")
    return Offer(_undos[name], params)
