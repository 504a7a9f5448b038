"""The registry of a process's SSE connections: admission, limits, heartbeats with re-authorization, polling."""

import asyncio
import logging
import random
import resource
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from core import metrics
from core.web import request_ids

from . import protocol
from .asgi import Header, Message, Receive, Send, query_parameters, request_id_of, send_error
from .auth import Credentials, Subscriber, authenticate, still_authenticated
from .connection import Connection, body_message
from .db_thread import DatabaseThread
from .pubsub import PubSubListener
from .topic import YIELD_EVERY, EventStore, Topic

logger = logging.getLogger(__name__)

RESPONSE_START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream"),
        # no-transform: a proxy that compresses would delay events.
        (b"cache-control", b"no-store, no-transform"),
        (b"x-accel-buffering", b"no"),
    ],
}
# File descriptors that are not for streams: pages, database, logs.
RESERVED_FILE_DESCRIPTORS = 256


@dataclass(frozen=True)
class Limits:
    """Durations in seconds, and numbers per process."""

    heartbeat: float = 15
    lifetime: float = 600
    per_user: int = 8
    streams: int = 10_000
    visitors: int = 4_000
    poll_embedded: float = 0.4
    poll_without_redis: float = 1
    poll_with_redis: float = 5
    pause_after_poll: float = 0


class Population:
    """The connections of all registries of a process, which share the limits per user and per process."""

    def __init__(self) -> None:
        self.connections: dict[Connection, None] = {}
        self.by_user: dict[int | None, dict[Connection, None]] = {}  # the oldest first

    def add(self, connection: Connection) -> dict[Connection, None]:
        """Add a connection; returns those of the same user, or of all visitors."""
        same_user = self.by_user.setdefault(connection.subscriber.user_id, {})
        same_user[connection] = self.connections[connection] = None
        return same_user

    def remove(self, connection: Connection) -> None:
        self.connections.pop(connection, None)
        same_user = self.by_user.get(connection.subscriber.user_id, {})
        same_user.pop(connection, None)
        if not same_user:
            self.by_user.pop(connection.subscriber.user_id, None)


@dataclass(frozen=True, slots=True)
class Admission:
    """A client that may connect, the topic that it follows, and the number of the latest event at that time."""

    subscriber: Subscriber
    pk: int
    latest: int


@dataclass(frozen=True)
class Rejection:
    """The HTTP response for a client that may not connect."""

    status: int
    code: str
    message: StrOrPromise
    headers: tuple[Header, ...] = ()
    fields: dict[str, list[StrOrPromise]] = field(default_factory=dict)


Decision = Admission | Rejection
BEARER: Header = (b"www-authenticate", b'Bearer realm="api"')
INVALID_TOKEN = Rejection(401, "token_not_valid", _("This token is not valid or has expired."), (BEARER,))
NOT_SIGNED_IN = Rejection(401, "not_authenticated", _("Sign in first."), (BEARER,))
NOT_FOUND = Rejection(404, "not_found", _("Not found."))  # the same as `not_found`
METHOD_NOT_ALLOWED = Rejection(405, "method_not_allowed", _("Use GET."), ((b"allow", b"GET"),))


def _unavailable(message: StrOrPromise, *, retry_after: int) -> Rejection:
    return Rejection(503, "unavailable", message, ((b"retry-after", str(retry_after).encode()),))


AT_CAPACITY = _unavailable(_("There are too many live connections. Try again soon."), retry_after=10)
DATABASE_UNAVAILABLE = _unavailable(_("Live updates are not available right now. Try again soon."), retry_after=3)
SHUTTING_DOWN = _unavailable(_("The server is restarting. Try again soon."), retry_after=2)


def _unknown_parameter(name: str) -> StrOrPromise:
    return lazy(lambda: gettext("There is no query parameter “%(name)s”.") % {"name": name}, str)()


def _unknown_parameters(names: set[str]) -> Rejection:
    fields: dict[str, list[StrOrPromise]] = {name: [_unknown_parameter(name)] for name in sorted(names)}
    return Rejection(400, "invalid", next(iter(fields.values()))[0], fields=fields)


class ConnectionRegistry:
    """All streams of one kind in one process. `serve` is the ASGI application of a stream.

    The event loop does not access the database: one thread reads events, another one authenticates and authorizes.
    Requests that arrive while that thread is busy are handled together in the next batch.
    """

    def __init__(self, source: EventStore, limits: Limits = Limits(), population: Population | None = None) -> None:
        self._source, self._limits = source, limits
        self.population = population or Population()
        self._capacity = limits.streams
        self._topics: dict[int, Topic] = {}
        self._connections: dict[Connection, None] = {}
        self._pending: list[tuple[Credentials, int, asyncio.Future[Decision]]] = []
        self._events_thread = DatabaseThread("live-events")
        self._auth_thread = DatabaseThread("live-people")
        self._listener = PubSubListener(source.channels, self._on_message, self._poll_soon)
        self._poll_requested = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._authorizing: asyncio.Task[None] | None = None
        self._is_stopping = False

    # -- the process ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the background tasks, in the event loop in which the streams will run."""
        self._capacity = min(self._limits.streams, _raise_open_file_limit() - RESERVED_FILE_DESCRIPTORS)
        self._events_thread.start()
        self._auth_thread.start()
        metrics.STREAMS_OPEN.labels(self._source.kind).set_function(lambda: len(self._connections))
        for work in (self._poll, self._send_heartbeats, self._listener.listen):
            self._run_forever(work)

    def _run_forever(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(partial(self._restart, work))

    def _restart(self, work: Callable[[], Coroutine[None, None, None]], task: asyncio.Task[None]) -> None:
        """Restart a background task after an unexpected error: all streams of the process depend on it."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("A background task of the streams failed and restarts", exc_info=error)
            asyncio.get_running_loop().call_later(1, self._run_forever, work)

    def stop(self) -> None:
        """Close every connection. A server that shuts down waits for open ones before it announces the shutdown."""
        self._is_stopping = True
        for task in list(self._tasks):
            task.cancel()
        for connection in list(self._connections):
            connection.close()
        self._events_thread.stop()
        self._auth_thread.stop()

    # -- one stream ----------------------------------------------------------------------------------------------

    async def serve(self, scope: Message, receive: Receive, send: Send, pk: int = 0) -> None:
        """Handle one request for the events of `pk`, until the client or the server closes the connection."""
        decision = await self._decide(scope, pk)
        if isinstance(decision, Rejection):
            await _reject(scope, send, decision)
            return
        after, request_id = protocol.last_event_id(scope), request_id_of(scope)
        scope.clear()  # the server keeps it as long as the stream is open: a few KiB each
        await send(RESPONSE_START)
        connection = self._register(send, decision.subscriber, decision.pk, after)
        began = asyncio.get_running_loop().time()
        self._log("stream started", connection, request_id)
        try:
            await self._subscribe(connection, decision.latest, request_id)
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not self._is_stopping:  # otherwise the server no longer waits for the client to disconnect
                raise
        finally:
            self._unregister(connection)
            seconds = asyncio.get_running_loop().time() - began
            self._log("stream ended", connection, request_id, duration_ms=round(seconds * 1000))

    def _log(self, event: str, connection: Connection, request_id: str, **fields: int) -> None:
        about = {"stream": self._source.kind, "topic": connection.pk, "user_id": connection.subscriber.user_id}
        with request_ids.use(request_id):
            logger.info(event, extra=about | fields)

    async def _decide(self, scope: Message, pk: int) -> Decision:
        if scope["method"] != "GET":
            return METHOD_NOT_ALLOWED
        if unknown := query_parameters(scope) - set(self._source.query_parameters):
            return _unknown_parameters(unknown)
        if self._is_stopping:
            return SHUTTING_DOWN
        decision = await self._authorize(Credentials.from_scope(scope), pk)
        return self._check_capacity(decision.subscriber) or decision if isinstance(decision, Admission) else decision

    def _check_capacity(self, subscriber: Subscriber) -> Rejection | None:
        if self._is_stopping:
            return SHUTTING_DOWN
        visitors = len(self.population.by_user.get(None, ()))
        too_many_visitors = subscriber.user_id is None and visitors >= min(self._limits.visitors, self._capacity // 2)
        return AT_CAPACITY if too_many_visitors or self._is_full() else None

    def _is_full(self) -> bool:
        return len(self.population.connections) >= self._capacity

    def _register(self, send: Send, subscriber: Subscriber, pk: int, after: int) -> Connection:
        lifetime = self._limits.lifetime * random.uniform(0.8, 1)  # noqa: S311 - jitter: they do not all reconnect at once
        if subscriber.seconds is not None:
            lifetime = min(lifetime, subscriber.seconds)
        connection = Connection(send, subscriber, pk, after, asyncio.get_running_loop().time() + lifetime)
        self._connections[connection] = None
        same_user = self.population.add(connection)
        if subscriber.user_id is not None:
            for oldest in list(same_user)[: -self._limits.per_user]:
                oldest.close(protocol.REPLACED)
        return connection

    async def _subscribe(self, connection: Connection, latest: int, request_id: str) -> None:
        topic = self._topics.get(connection.pk)
        if topic is None:
            topic = self._topics[connection.pk] = Topic(connection.pk, self._source, self._events_thread, latest)
        greeting = protocol.format_retry(random.randint(1000, 3000))  # noqa: S311 - likewise
        if connection.seq == protocol.INVALID_POSITION or connection.seq > max(latest, topic.last_seq):
            connection.seq, greeting = 0, greeting + protocol.RESET
        connection.write(body_message(greeting), connection.seq, topic.send_missed)
        try:
            await topic.subscribe(connection)
        except DatabaseError as error:
            with request_ids.use(request_id):
                logger.warning("Cannot start a stream of %s %s: %s", self._source.kind, connection.pk, error)
            connection.close()

    def _unregister(self, connection: Connection) -> None:
        connection.is_closed = True
        if connection.task is not None:
            connection.task.cancel()
        self._connections.pop(connection, None)
        self.population.remove(connection)
        topic = self._topics.get(connection.pk)
        if topic is not None:
            topic.connections.pop(connection, None)
            if not topic.connections:
                del self._topics[connection.pk]

    # -- authorization -------------------------------------------------------------------------------------------

    async def _authorize(self, credentials: Credentials, pk: int) -> Decision:
        decided: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._pending.append((credentials, pk, decided))
        if self._authorizing is None:
            self._authorizing = asyncio.create_task(self._authorize_pending())
        return await decided

    async def _authorize_pending(self) -> None:
        """Authorize the pending requests in batches until there are none."""
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                decisions: list[Decision] = [DATABASE_UNAVAILABLE] * len(batch)
                try:
                    decisions = await self._authorize_batch(batch)
                finally:
                    for decision, (_, _, decided) in zip(decisions, batch, strict=True):
                        if not decided.done():  # the client may have disconnected
                            decided.set_result(decision)
        finally:
            self._authorizing = None

    async def _authorize_batch(self, batch: Sequence[tuple[Credentials, int, object]]) -> list[Decision]:
        try:
            return await self._auth_thread(self._authorize_all, [(credentials, pk) for credentials, pk, _ in batch])
        except DatabaseError as error:
            logger.warning("Could not authorize new streams: %s", error)
            return [DATABASE_UNAVAILABLE] * len(batch)

    def _authorize_all(self, requests: list[tuple[Credentials, int]]) -> list[Decision]:
        subscribers = authenticate([credentials for credentials, _ in requests])
        pairs = [
            (subscriber, self._source.topic_of(subscriber, pk) if subscriber else pk)
            for subscriber, (_, pk) in zip(subscribers, requests, strict=True)
        ]
        allowed = self._source.visible({(subscriber, pk) for subscriber, pk in pairs if subscriber})
        latest = self._source.latest(sorted({pk for _, pk in allowed}))

        def decide(subscriber: Subscriber | None, pk: int) -> Decision:
            if subscriber is None:
                return INVALID_TOKEN
            if self._source.needs_sign_in and subscriber.user_id is None:
                return NOT_SIGNED_IN
            return Admission(subscriber, pk, latest[pk]) if (subscriber, pk) in allowed and pk in latest else NOT_FOUND

        return [decide(subscriber, pk) for subscriber, pk in pairs]

    # -- heartbeats ----------------------------------------------------------------------------------------------

    async def _send_heartbeats(self) -> None:
        """At every heartbeat, authorize all streams again, close those that must end, and ping the others."""
        while True:
            await asyncio.sleep(self._limits.heartbeat)
            connections = list(self._connections)
            followed = {(connection.subscriber, connection.pk) for connection in connections}
            try:
                allowed = await self._auth_thread(self._still_allowed, followed)
            except DatabaseError as error:
                logger.warning("Cannot authorize the open streams again now: %s", error)
                allowed = followed
            await self._close_or_ping(connections, allowed)

    def _still_allowed(self, followed: set[tuple[Subscriber, int]]) -> set[tuple[Subscriber, int]]:
        valid = still_authenticated({subscriber for subscriber, _ in followed})
        return self._source.visible({(subscriber, pk) for subscriber, pk in followed if subscriber in valid})

    async def _close_or_ping(self, connections: list[Connection], allowed: set[tuple[Subscriber, int]]) -> None:
        message, now = body_message(protocol.HEARTBEAT), asyncio.get_running_loop().time()
        for count, connection in enumerate(connections, 1):
            is_allowed = (connection.subscriber, connection.pk) in allowed
            if not is_allowed or now + self._limits.heartbeat > connection.ends_at:
                connection.close()
            elif connection.task is None and not connection.is_closed and (topic := self._topics.get(connection.pk)):
                connection.write(message, connection.seq, topic.send_missed)
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)

    # -- new events ----------------------------------------------------------------------------------------------

    def _on_message(self, pk: int, seq: int) -> None:
        if topic := self._topics.get(pk):
            topic.notify(seq)

    def _poll_soon(self) -> None:
        self._poll_requested.set()

    async def _poll(self) -> None:
        """Poll for new events: often without Redis; with Redis rarely, in case a message was lost."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poll_requested.wait(), self._poll_interval())
            self._poll_requested.clear()
            if self._topics:
                await self._poll_once()
                await asyncio.sleep(self._limits.pause_after_poll)

    def _poll_interval(self) -> float:
        if not settings.REDIS_URL:
            return self._limits.poll_embedded
        return self._limits.poll_with_redis if self._listener.is_connected else self._limits.poll_without_redis

    async def _poll_once(self) -> None:
        known = {pk: topic.last_seq for pk, topic in self._topics.items()}
        try:
            latest = await self._events_thread(self._source.latest, list(known))
        except DatabaseError as error:
            logger.warning("Cannot read the latest events now: %s", error)
            return
        for pk, seq in latest.items():
            topic = self._topics.get(pk)
            if topic is None:
                continue
            # Not a race condition, because `known` is older than the query: the data was restored from a backup.
            if seq < known[pk]:
                topic.reset(seq)
            else:
                topic.notify(seq)


async def _reject(scope: Message, send: Send, rejection: Rejection) -> None:
    await send_error(
        scope,
        send,
        rejection.status,
        rejection.code,
        rejection.message,
        *rejection.headers,
        fields=rejection.fields,
    )


def _raise_open_file_limit() -> int:
    """Raise the limit of open files to its hard limit and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return soft if soft != resource.RLIM_INFINITY else 1 << 20
