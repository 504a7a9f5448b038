"""Server-sent events of a draft: `GET /live/drafts/{id}/` replays past events, then sends new ones as they happen.

Every event is named `draft`; its data is `{"seq", "kind", "at", "payload"}`.
"""

from collections.abc import Awaitable, Collection, Coroutine, Sequence
from datetime import UTC
from typing import Any

from accounts.models import User
from core.sse import protocol
from core.sse.asgi import Message, Receive, Send, not_found
from core.sse.auth import Subscriber, in_batches
from core.sse.registry import ConnectionRegistry
from core.sse.topic import Event
from leagues.models import League, Membership

from .models import Draft, DraftEvent, SpectatorLink

PREFIX = "/live/drafts/"


class DraftTopic:
    """Drafts as a source of server-sent events."""

    kind = "draft"
    channels: Sequence[str] = ("draft",)
    query_parameters: Collection[str] = ("after", "watch")
    needs_sign_in = False

    def topic_of(self, subscriber: Subscriber, pk: int) -> int:
        return pk

    def visible(self, asked: set[tuple[Subscriber, int]]) -> set[tuple[Subscriber, int]]:
        """Return the (person, draft id) pairs that are allowed: `selectors.drafts_visible_to`, for many people at once.

        Spectators are allowed as long as they have the league's current spectator token.
        """
        leagues = self._league_and_visibility({pk for _, pk in asked})
        users = {person.user_id for person, _ in asked if person.user_id is not None}
        allowed = _memberships(users) | _spectator_links({person.secret for person, _ in asked if person.secret})
        administrators = _administrators(users)
        return {
            (person, pk)
            for person, pk in asked
            if (league := leagues.get(pk))
            and (
                league[1] == League.Visibility.PUBLIC
                or person.user_id in administrators
                or (person.user_id, league[0]) in allowed
                or (person.secret, league[0]) in allowed
            )
        }

    def _league_and_visibility(self, pks: set[int]) -> dict[int, tuple[int, str]]:
        """Return the league id and its visibility, by draft id."""
        rows = Draft.objects.values_list("pk", "league_id", "league__visibility")
        return {
            pk: (league, visibility) for part in in_batches(pks) for pk, league, visibility in rows.filter(pk__in=part)
        }

    def latest(self, pks: Sequence[int]) -> dict[int, int]:
        rows = Draft.objects.values_list("pk", "last_seq")
        return {pk: seq for part in in_batches(pks) for pk, seq in rows.filter(pk__in=part)}

    def events_after(self, pk: int, seq: int, limit: int) -> list[Event]:
        rows = DraftEvent.objects.filter(draft=pk, seq__gt=seq).order_by("seq")[:limit]
        return [(row.seq, protocol.format_event("draft", event_data(row), seq=row.seq)) for row in rows]


def event_data(event: DraftEvent) -> dict[str, Any]:
    """Return the data of an event for clients; `at` is in UTC."""
    at = event.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"seq": event.seq, "kind": event.kind, "at": at, "payload": event.payload}


def _memberships(users: set[int]) -> set[tuple[int | str | None, int]]:
    rows = Membership.objects.active().values_list("user", "league")
    return {pair for part in in_batches(users) for pair in rows.filter(user__in=part)}


def _spectator_links(secrets: set[str]) -> set[tuple[int | str | None, int]]:
    rows = SpectatorLink.objects.values_list("token", "league")
    return {pair for part in in_batches(secrets) for pair in rows.filter(token__in=part)}


def _administrators(users: set[int]) -> set[int | None]:
    rows = User.objects.filter(is_superuser=True).values_list("pk", flat=True)
    return {pk for part in in_batches(users) for pk in rows.filter(pk__in=part)}


registry = ConnectionRegistry(DraftTopic())


def draft_stream(scope: Message, receive: Receive, send: Send) -> Awaitable[None]:
    """The ASGI application behind PREFIX. Not `async`: that coroutine would stay in memory as long as the stream."""
    return serve_stream(registry, scope, receive, send)


def serve_stream(
    registry: ConnectionRegistry, scope: Message, receive: Receive, send: Send
) -> Coroutine[None, None, None]:
    number = scope["path"].removeprefix(PREFIX).removesuffix("/")
    if scope["path"].endswith("/") and number.isascii() and number.isdecimal() and len(number) <= 18:
        return registry.serve(scope, receive, send, int(number))
    return not_found(scope, receive, send)
