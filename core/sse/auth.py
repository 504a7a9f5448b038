"""Authentication of streams without Django's middleware: by session cookie or bearer token, in batches.

The functions that read the database run in a database thread and need a few queries for any number of subscribers: a
process authenticates all of its streams again at every heartbeat.

Users and token families belong to another app, which hands in the functions that read them (`use`).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db.models.functions import Now
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken

from .asgi import Message, get_header, get_query_parameter

T = TypeVar("T")

# SQLite limits the number of parameters in a query.
BATCH_SIZE = 500

ActiveUsers = Callable[[Collection[int]], Mapping[int, AbstractBaseUser]]
ActiveTokenFamilies = Callable[[Collection[str]], set[str]]


def _not_handed_in(ids: Collection[Any]) -> Any:
    raise RuntimeError("No functions that read users and token families: call core.sse.auth.use() at start.")


_active_users: ActiveUsers = _not_handed_in
_active_token_families: ActiveTokenFamilies = _not_handed_in


def use(*, active_users: ActiveUsers, active_token_families: ActiveTokenFamilies) -> None:
    """Read users and token families with these functions from now on. AccountsConfig hands them in at start.

    Both get at most `BATCH_SIZE` ids. `active_users` returns the active users among them by id, `active_token_families`
    the ids of the families that have not been revoked.
    """
    global _active_users, _active_token_families
    _active_users, _active_token_families = active_users, active_token_families


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials in a request. A token takes precedence over a session cookie.

    `secret` is the `?watch=` parameter of a spectator link, which works without an account.
    """

    session_key: str = ""
    token: str | None = None
    secret: str = ""

    @classmethod
    def from_scope(cls, scope: Message) -> "Credentials":
        secret = _clean_key(get_query_parameter(scope, "watch"))
        scheme, _, token = get_header(scope, b"authorization").partition(" ")
        if scheme.lower() == "bearer":
            return cls(token=token.strip(), secret=secret)
        cookies = parse_cookie(get_header(scope, b"cookie"))
        return cls(session_key=_clean_key(cookies.get(settings.SESSION_COOKIE_NAME, "")), secret=secret)


def _clean_key(text: str) -> str:
    r"""The text if it could be a key, else nothing. Anything else would fail in the database, for the whole batch.

    >>> _clean_key("Zm9v-_"), _clean_key("a\x00b"), _clean_key("clé"), _clean_key("x" * 300)
    ('Zm9v-_', '', '', '')
    """
    return text if text.isascii() and text.isprintable() and len(text) <= 100 else ""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An authenticated client; `user_id` is None for a visitor.

    `seconds` is how long the token is still valid, None for a session. `family` is the token family, which is one
    sign-in of an app.
    """

    user_id: int | None = None
    session_key: str = ""
    session_hash: str = ""
    family: str = ""
    seconds: float | None = None
    secret: str = ""


def authenticate(all_credentials: Sequence[Credentials]) -> list[Subscriber | None]:
    """The subscriber for each of the credentials, in the same order; None for an invalid token."""
    sessions = _sessions({credentials.session_key for credentials in all_credentials if credentials.session_key})
    claimed = [_claimed(credentials, sessions) for credentials in all_credentials]
    valid = still_authenticated({subscriber for subscriber in claimed if subscriber})
    return [
        subscriber
        if subscriber in valid
        else (None if credentials.token is not None else Subscriber(secret=credentials.secret))
        for credentials, subscriber in zip(all_credentials, claimed, strict=True)
    ]


def still_authenticated(subscribers: Collection[Subscriber]) -> set[Subscriber]:
    """Those whose account is still active and who have neither signed out nor changed their password since."""
    users = _users(
        {subscriber.user_id for subscriber in subscribers if subscriber.session_key and subscriber.user_id is not None}
    )
    keys = _session_keys({subscriber.session_key for subscriber in subscribers if subscriber.session_key})
    families = _families({subscriber.family for subscriber in subscribers if subscriber.family})
    return {
        subscriber
        for subscriber in subscribers
        if subscriber.user_id is None or subscriber.family in families or _is_signed_in(subscriber, users, keys)
    }


def _is_signed_in(subscriber: Subscriber, users: Mapping[int, AbstractBaseUser], keys: Collection[str]) -> bool:
    user = users.get(subscriber.user_id or 0)
    return (
        user is not None
        and subscriber.session_key in keys
        and any(
            constant_time_compare(subscriber.session_hash, current)
            for current in (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
        )
    )


def _claimed(credentials: Credentials, sessions: Mapping[str, dict[str, Any]]) -> Subscriber | None:
    """The subscriber that the credentials claim, before the account is checked; None for an invalid token."""
    if credentials.token is not None:
        return _from_token(credentials.token, credentials.secret)
    session = sessions.get(credentials.session_key)
    if session is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return Subscriber(secret=credentials.secret)
    user_id, session_hash = int(session[SESSION_KEY]), session.get(HASH_SESSION_KEY, "")
    return Subscriber(user_id, credentials.session_key, session_hash, secret=credentials.secret)


def _from_token(text: str, secret: str) -> Subscriber | None:
    try:
        token = AccessToken(text.encode())  # type: ignore[arg-type]  # the stubs want a Token
        user_id, family = int(token[api_settings.USER_ID_CLAIM]), token["family"]
    except (TokenError, KeyError, ValueError):
        return None
    return Subscriber(user_id, family=family, seconds=token["exp"] - token.current_time.timestamp(), secret=secret)


def _session_model() -> type[AbstractBaseSession]:
    model: type[AbstractBaseSession] = import_module(settings.SESSION_ENGINE).SessionStore.get_model_class()
    return model


def _sessions(keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = _session_model()._default_manager.filter(expire_date__gt=Now())
    return {row.session_key: row.get_decoded() for batch in in_batches(keys) for row in rows.filter(pk__in=batch)}


def _session_keys(keys: Iterable[str]) -> set[str]:
    rows = _session_model()._default_manager.filter(expire_date__gt=Now()).values_list("pk", flat=True)
    return {key for batch in in_batches(keys) for key in rows.filter(pk__in=batch)}


def _users(ids: Iterable[int]) -> dict[int, AbstractBaseUser]:
    return {user_id: user for batch in in_batches(ids) for user_id, user in _active_users(batch).items()}


def _families(ids: Iterable[str]) -> set[str]:
    return {family for batch in in_batches(ids) for family in _active_token_families(batch)}


def in_batches(values: Iterable[T]) -> Iterable[list[T]]:
    """The values in lists of limited length, for `__in` lookups."""
    remaining = iter(values)
    while batch := list(islice(remaining, BATCH_SIZE)):
        yield batch
