"""Server-sent events for a person over all their leagues: `GET /live/me/` sends turns, notifications and scores.

There is no log of these events: drafts, notifications and scores have their own. A person's number is the sum of what
those logs count, so it changes with every change. From it, the stream finds out what is new: for a client that has the
number before, only that, and for any other the present state. So a client that reconnects misses nothing, and may get
again what it has: every event says how things are now.
"""

from collections import Counter
from collections.abc import Awaitable, Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from accounts.models import User
from constructors.models import Constructor
from core import clock
from core.api.fields import UTCDateTimeField
from core.sse import protocol
from core.sse.asgi import Message, Receive, Send, not_found
from core.sse.auth import Subscriber, in_batches
from core.sse.registry import ConnectionRegistry, Limits
from core.sse.topic import Event
from core.web.languages import reading_as
from drafts import event_stream
from drafts.models import Draft
from drafts.selectors import UNLOCKED_STATES, Turn, turns_of
from leagues.models import Membership
from notifications.api.serializers import NotificationSerializer
from notifications.models import Notification
from notifications.selectors import notifications_of
from scoring.models import ScoreVersion

PATH = "/live/me/"
# The unread notifications that a client gets when it connects.
MAX_NOTIFICATIONS = 20
# One query finds the numbers of everyone who listens, so it need not follow each pick of a busy evening at once.
LIMITS = Limits(pause_after_poll=1)
MAX_STATES = 10_000

Part = dict[str, Any]


@dataclass(frozen=True)
class State:
    """What a person can be told: turns by draft id, unread notifications by id, and score versions by league id."""

    turns: Mapping[int, Part]
    notifications: Mapping[int, Part]
    scores: Mapping[int, Part]

    @property
    def open_drafts(self) -> list[int]:
        return [pk for pk, turn in self.turns.items() if turn["state"] in UNLOCKED_STATES]

    def news_since(self, before: "State") -> Iterator[bytes]:
        """The events for what is not as before."""
        parts = (
            ("turn", self.turns, before.turns),
            ("notification", self.notifications, before.notifications),
            ("scores", self.scores, before.scores),
        )
        for name, now, known in parts:
            yield from (protocol.format_part(name, part) for pk, part in now.items() if known.get(pk) != part)


NOTHING = State({}, {}, {})


class PersonTopic:
    """People as a source of server-sent events, each of them for themselves."""

    kind = "person"
    channels: Sequence[str] = ("draft", "person")
    query_parameters: Collection[str] = ("after",)
    needs_sign_in = True

    def __init__(self) -> None:
        # The number and state that was sent last, by person: what the next event is compared with.
        self._sent: dict[int, tuple[int, State]] = {}

    def topic_of(self, subscriber: Subscriber, pk: int) -> int:
        return subscriber.user_id or 0

    def visible(self, asked: set[tuple[Subscriber, int]]) -> set[tuple[Subscriber, int]]:
        return {(person, pk) for person, pk in asked if person.user_id == pk}

    def latest(self, pks: Sequence[int]) -> dict[int, int]:
        """The number of each person: how much has happened in their leagues, and how often they were notified."""
        return {pk: number for batch in in_batches(pks) for pk, number in _numbers(batch).items()}

    def events_after(self, pk: int, seq: int, limit: int) -> list[Event]:
        number = _numbers([pk]).get(pk, 0)
        if number == seq:
            return []
        user = User.objects.filter(pk=pk).first()
        if user is None:
            return []
        sent_number, sent = self._sent.get(pk, (0, NOTHING))
        state = _state_of(user, also=sent.open_drafts)
        news = state.news_since(sent if sent_number == seq else NOTHING)
        if len(self._sent) >= MAX_STATES:
            self._sent.clear()
        self._sent[pk] = number, state
        return [(number, b"".join(news) + protocol.format_position(number))]


def _numbers(users: Collection[int]) -> dict[int, int]:
    """One more than what the logs count for each of these users. It falls when a league or old news are gone."""
    leagues = list(Membership.objects.active().filter(user__in=users).values_list("user", "league"))
    by_league = _events_by_league({league for _, league in leagues})
    told = Notification.objects.filter(user__in=users).order_by().values_list("user").annotate(told=Count("pk"))
    numbers = Counter(dict(told))
    for user, league in leagues:
        numbers[user] += 1 + by_league[league]
    return {user: 1 + numbers[user] for user in users}


def _events_by_league(leagues: Collection[int]) -> Counter[int]:
    events: Counter[int] = Counter()
    for batch in in_batches(leagues):
        drafts = Draft.objects.filter(league__in=batch).order_by().values_list("league")
        events.update(dict(drafts.annotate(number=Sum("last_seq") + Count("pk"))))
        events.update(dict(_score_versions(batch)))
    return events


def _score_versions(leagues: Collection[int]) -> Iterable[tuple[int, int]]:
    return ScoreVersion.objects.filter(league__in=leagues).values_list("league", "version")


def _state_of(user: User, *, also: Iterable[int]) -> State:
    """The state of now. `also` names drafts that are included though they may be locked by now."""
    leagues = list(Membership.objects.active().filter(user=user).values_list("league", flat=True))
    with reading_as(user):
        news = _unread_notifications(user)
    return State(
        turns=_turns(user, leagues, also),
        notifications=news,
        scores={league: {"league_id": league, "version": version} for league, version in _score_versions(leagues)},
    )


def _turns(user: User, leagues: Collection[int], also: Iterable[int]) -> dict[int, Part]:
    drafts = Draft.objects.filter(league__in=leagues).select_related("league", "race")
    shown = [*drafts.filter(state__in=UNLOCKED_STATES), *drafts.filter(pk__in=also).exclude(state__in=UNLOCKED_STATES)]
    own = Constructor.objects.active().filter(owner=user, league__in=leagues).values_list("pk", flat=True)
    turns = turns_of(shown, list(own), clock.now())
    return {draft.pk: _turn(draft, turns[draft.pk]) for draft in sorted(shown, key=lambda draft: draft.pk)}


def _turn(draft: Draft, turn: Turn) -> Part:
    slot, ends_at = turn.slot, draft.turn_ends_at
    return {
        "draft_id": draft.pk,
        "league_id": draft.league_id,
        "league": draft.league.name,
        "race_id": draft.race_id,
        "race": draft.race.name,
        "state": draft.state,
        "constructor_id": slot.constructor_id if slot else None,
        "constructor": slot.constructor.name if slot else None,
        "slot": slot.number if slot else None,
        "is_mine": turn.is_mine,
        "can_pick": turn.can_pick,
        "turn_ends_at": UTCDateTimeField().to_representation(ends_at) if ends_at else None,
    }


def _unread_notifications(user: User) -> dict[int, Part]:
    latest = list(notifications_of(user, unread=True).order_by("-pk")[:MAX_NOTIFICATIONS])
    return {row.pk: dict(NotificationSerializer(row).data) for row in reversed(latest)}


class PersonRegistry(ConnectionRegistry):
    def _on_message(self, pk: int, seq: int) -> None:
        """Messages name drafts and not people, so find out who has news."""
        self._poll_soon()


registry = PersonRegistry(PersonTopic(), LIMITS, event_stream.registry.population)


def person_stream(scope: Message, receive: Receive, send: Send) -> Awaitable[None]:
    """The ASGI application behind PATH. Not `async`: that coroutine would stay in memory as long as the stream."""
    return serve_stream(registry, scope, receive, send)


def serve_stream(
    registry: ConnectionRegistry, scope: Message, receive: Receive, send: Send
) -> Coroutine[None, None, None]:
    return registry.serve(scope, receive, send) if scope["path"] == PATH else not_found(scope, receive, send)
