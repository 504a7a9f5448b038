"""The live door to a draft: `GET /live/drafts/{id}/` sends its events as they happen, after all that happened before.

An event's name is always `draft`; its data say what it was: `{"seq", "kind", "at", "payload"}`.
"""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from accounts.models import User
from fantasyf1.kit.live import sse
from fantasyf1.kit.live.asgi import Message, Receive, Send, not_found
from fantasyf1.kit.live.callers import slices
from fantasyf1.kit.live.hub import Hub
from fantasyf1.kit.live.room import Event, UserId
from leagues.models import League, Membership

from .models import Draft, DraftEvent

PREFIX = "/live/drafts/"


class Drafts:
    """Drafts as something to follow. The process of a request is not known here: these are the same for all."""

    kind = "draft"

    def visible(self, asked: set[tuple[UserId, int]]) -> set[tuple[UserId, int]]:
        """Which of these people may see these drafts: `selectors.drafts_visible_to`, for many people at once."""
        leagues = self._leagues({pk for _, pk in asked})
        users = {user_id for user_id, _ in asked if user_id is not None}
        members, administrators = _memberships(users), _administrators(users)
        return {
            (user_id, pk)
            for user_id, pk in asked
            if (found := leagues.get(pk))
            and (found[1] == League.Visibility.PUBLIC or user_id in administrators or (user_id, found[0]) in members)
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


def _memberships(users: set[int]) -> set[tuple[UserId, int]]:
    rows = Membership.objects.active().values_list("user", "league")
    return {pair for part in slices(users) for pair in rows.filter(user__in=part)}


def _administrators(users: set[int]) -> set[UserId]:
    rows = User.objects.filter(is_superuser=True).values_list("pk", flat=True)
    return {pk for part in slices(users) for pk in rows.filter(pk__in=part)}


hub = Hub(Drafts())


async def stream(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI application behind PREFIX."""
    number = scope["path"].removeprefix(PREFIX).removesuffix("/")
    if scope["path"].endswith("/") and number.isascii() and number.isdecimal() and len(number) <= 18:
        await hub.serve(scope, receive, send, int(number))
    else:
        await not_found(scope, receive, send)
