"""The live door to a draft: `GET /live/drafts/{id}/` sends its events as they happen, after all that happened before.

An event's name is always `draft`; its data say what it was: `{"seq", "kind", "at", "payload"}`.
"""

from collections.abc import Awaitable, Coroutine, Sequence
from datetime import UTC
from typing import Any

from accounts.models import User
from fantasyf1.kit.live import sse
from fantasyf1.kit.live.asgi import Message, Receive, Send, not_found
from fantasyf1.kit.live.callers import Person, slices
from fantasyf1.kit.live.hub import Hub
from fantasyf1.kit.live.room import Event
from leagues.models import League, Membership

from .models import Draft, DraftEvent, SpectatorLink

PREFIX = "/live/drafts/"


class Drafts:
    """Drafts as something to follow."""

    kind = "draft"

    def visible(self, asked: set[tuple[Person, int]]) -> set[tuple[Person, int]]:
        """Which of these people may see these drafts: `selectors.drafts_visible_to`, for many people at once.

        So may spectators, as long as the secret address of the league is the one that they have.
        """
        leagues = self._leagues({pk for _, pk in asked})
        users = {person.user_id for person, _ in asked if person.user_id is not None}
        inside = _memberships(users) | _watched({person.secret for person, _ in asked if person.secret})
        administrators = _administrators(users)
        return {
            (person, pk)
            for person, pk in asked
            if (found := leagues.get(pk))
            and (
                found[1] == League.Visibility.PUBLIC
                or person.user_id in administrators
                or (person.user_id, found[0]) in inside
                or (person.secret, found[0]) in inside
            )
        }

    def _leagues(self, pks: set[int]) -> dict[int, tuple[int, str]]:
        """The league of each draft and its visibility, by the draft's id."""
        rows = Draft.objects.values_list("pk", "league_id", "league__visibility")
        return {pk: (league, how) for part in slices(pks) for pk, league, how in rows.filter(pk__in=part)}

    def latest(self, pks: Sequence[int]) -> dict[int, int]:
        rows = Draft.objects.values_list("pk", "last_seq")
        return {pk: seq for part in slices(pks) for pk, seq in rows.filter(pk__in=part)}

    def events_after(self, pk: int, seq: int, limit: int) -> list[Event]:
        rows = DraftEvent.objects.filter(draft=pk, seq__gt=seq).order_by("seq")[:limit]
        return [(row.seq, sse.event("draft", content(row), seq=row.seq)) for row in rows]


def content(event: DraftEvent) -> dict[str, Any]:
    """What a client is told of an event; `at` in UTC."""
    at = event.happened_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"seq": event.seq, "kind": event.kind, "at": at, "payload": event.payload}


def _memberships(users: set[int]) -> set[tuple[int | str | None, int]]:
    rows = Membership.objects.active().values_list("user", "league")
    return {pair for part in slices(users) for pair in rows.filter(user__in=part)}


def _watched(secrets: set[str]) -> set[tuple[int | str | None, int]]:
    rows = SpectatorLink.objects.values_list("token", "league")
    return {pair for part in slices(secrets) for pair in rows.filter(token__in=part)}


def _administrators(users: set[int]) -> set[int | None]:
    rows = User.objects.filter(is_superuser=True).values_list("pk", flat=True)
    return {pk for part in slices(users) for pk in rows.filter(pk__in=part)}


hub = Hub(Drafts())


def stream(scope: Message, receive: Receive, send: Send) -> Awaitable[None]:
    """The ASGI application behind PREFIX. Every coroutine on the way would be kept as long as the stream."""
    return follow(hub, scope, receive, send)


def follow(hub: Hub, scope: Message, receive: Receive, send: Send) -> Coroutine[None, None, None]:
    number = scope["path"].removeprefix(PREFIX).removesuffix("/")
    if scope["path"].endswith("/") and number.isascii() and number.isdecimal() and len(number) <= 18:
        return hub.serve(scope, receive, send, int(number))
    return not_found(scope, receive, send)
