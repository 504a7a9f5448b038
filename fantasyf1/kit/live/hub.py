"""The registry of a process's SSE connections: admission, limits, heartbeats with re-authorization, polling."""

import asyncio
import logging
import random
import resource
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import Error as DatabaseError

from . import sse
from .asgi import Header, Message, Receive, Send, answer
from .callers import Caller, Person, recognise, still_there
from .reader import Reader
from .room import BURST, Room, Source
from .stream import Stream, body
from .wake import Listener

logger = logging.getLogger(__name__)

START: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [
        (b"content-type", b"text/event-stream"),
        # no-transform: a proxy that compresses would delay events.
        (b"cache-control", b"no-store, no-transform"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ],
}
# File descriptors that are not for streams: pages, database, logs.
OTHER_FILES = 256


@dataclass(frozen=True)
class Limits:
    """Durations in seconds, and numbers per process."""

    heartbeat: float = 15
    lifetime: float = 600
    per_user: int = 8
    streams: int = 10_000
    visitors: int = 4_000
    look_embedded: float = 0.4
    look_without_redis: float = 1
    look_with_redis: float = 5


@dataclass(frozen=True, slots=True)
class Admission:
    """A client that may connect, and the number of the latest event at that time."""

    person: Person
    latest: int


@dataclass(frozen=True)
class Refusal:
    """The HTTP response for a client that may not connect."""

    status: int
    detail: str
    headers: tuple[Header, ...] = ()


Decision = Admission | Refusal
BAD_TOKEN = Refusal(401, "The token is not valid, or no longer.", ((b"www-authenticate", b'Bearer realm="api"'),))
NOT_THERE = Refusal(404, "There is nothing here.")  # the same as `not_found`
FULL = Refusal(503, "There are too many live connections. Try again soon.", ((b"retry-after", b"10"),))
AWAY = Refusal(503, "This cannot be read just now. Try again soon.", ((b"retry-after", b"3"),))
STOPPING = Refusal(503, "The server is being restarted. Try again soon.", ((b"retry-after", b"2"),))
ONLY_GET = Refusal(405, "Use GET.", ((b"allow", b"GET"),))


class Hub:
    """All streams of one kind in one process. `serve` is the ASGI application of a stream.

    The event loop does not access the database: one thread reads events, another one authenticates and authorizes.
    Requests that arrive while that thread is busy are handled together in the next batch.
    """

    def __init__(self, source: Source, limits: Limits = Limits()) -> None:
        self._source, self._limits = source, limits
        self._capacity = limits.streams
        self._rooms: dict[int, Room] = {}
        self._streams: dict[Stream, None] = {}
        self._by_user: dict[int | None, dict[Stream, None]] = {}  # the oldest first
        self._pending: list[tuple[Caller, int, asyncio.Future[Decision]]] = []
        self._read_events = Reader("live-events")
        self._read_people = Reader("live-people")
        self._listener = Listener(source.kind, self._on_message, self._poll_soon)
        self._poll_requested = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._authorizing: asyncio.Task[None] | None = None
        self._is_stopping = False

    # -- the process ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the background tasks, in the event loop in which the streams will run."""
        self._capacity = min(self._limits.streams, _open_files() - OTHER_FILES)
        self._read_events.start()
        self._read_people.start()
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
            logger.error("The streams' work was broken off and begins again", exc_info=error)
            asyncio.get_running_loop().call_later(1, self._run_forever, work)

    def stop(self) -> None:
        """Close every stream. A server that shuts down waits for open connections before it announces the shutdown."""
        self._is_stopping = True
        for task in list(self._tasks):
            task.cancel()
        for stream in list(self._streams):
            stream.close()
        self._read_events.stop()
        self._read_people.stop()

    # -- one stream ----------------------------------------------------------------------------------------------

    async def serve(self, scope: Message, receive: Receive, send: Send, pk: int) -> None:
        """Handle one request for the events of `pk`, until the client or the server closes the connection."""
        decision = await self._decide(scope, pk)
        if isinstance(decision, Refusal):
            await answer(send, decision.status, {"detail": decision.detail}, *decision.headers)
            return
        after = sse.position(scope)
        scope.clear()  # the server keeps it as long as the stream is open: a few KiB each
        await send(START)
        stream = self._register(send, decision.person, pk, after)
        try:
            await self._subscribe(stream, decision.latest)
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not self._is_stopping:  # otherwise the server no longer waits for the client to disconnect
                raise
        finally:
            self._unregister(stream)

    async def _decide(self, scope: Message, pk: int) -> Decision:
        if scope["method"] != "GET":
            return ONLY_GET
        if self._is_stopping:
            return STOPPING
        decision = await self._authorize(Caller.from_scope(scope), pk)
        return self._check_capacity(decision.person) or decision if isinstance(decision, Admission) else decision

    def _check_capacity(self, person: Person) -> Refusal | None:
        if self._is_stopping:
            return STOPPING
        visitors = len(self._by_user.get(None, ()))
        too_many_visitors = person.user_id is None and visitors >= min(self._limits.visitors, self._capacity // 2)
        return FULL if too_many_visitors or len(self._streams) >= self._capacity else None

    def _register(self, send: Send, person: Person, pk: int, after: int) -> Stream:
        lifetime = self._limits.lifetime * random.uniform(0.8, 1)  # noqa: S311 - jitter: they do not all reconnect at once
        if person.seconds is not None:
            lifetime = min(lifetime, person.seconds)
        stream = Stream(send, person, pk, after, asyncio.get_running_loop().time() + lifetime)
        same_user = self._by_user.setdefault(person.user_id, {})
        same_user[stream] = self._streams[stream] = None
        if person.user_id is not None:
            for oldest in list(same_user)[: -self._limits.per_user]:
                oldest.close(sse.REPLACED)
        return stream

    async def _subscribe(self, stream: Stream, latest: int) -> None:
        room = self._rooms.get(stream.pk)
        if room is None:
            room = self._rooms[stream.pk] = Room(stream.pk, self._source, self._read_events, latest)
        greeting = sse.retry(random.randint(1000, 3000))  # noqa: S311 - likewise
        if stream.seq == sse.GARBAGE or stream.seq > max(latest, room.last):
            stream.seq, greeting = 0, greeting + sse.RESET
        stream.write(body(greeting), stream.seq, room.offer)
        try:
            await room.subscribe(stream)
        except DatabaseError as error:
            logger.warning("A stream of %s %s does not begin: %s", self._source.kind, stream.pk, error)
            stream.close()

    def _unregister(self, stream: Stream) -> None:
        stream.is_over = True
        if stream.task is not None:
            stream.task.cancel()
        self._streams.pop(stream, None)
        same_user = self._by_user.get(stream.person.user_id, {})
        same_user.pop(stream, None)
        if not same_user:
            self._by_user.pop(stream.person.user_id, None)
        room = self._rooms.get(stream.pk)
        if room is not None:
            room.streams.pop(stream, None)
            if not room.streams:
                del self._rooms[stream.pk]

    # -- authorization -------------------------------------------------------------------------------------------

    async def _authorize(self, caller: Caller, pk: int) -> Decision:
        decided: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._pending.append((caller, pk, decided))
        if self._authorizing is None:
            self._authorizing = asyncio.create_task(self._authorize_pending())
        return await decided

    async def _authorize_pending(self) -> None:
        """Authorize the pending requests in batches until there are none."""
        try:
            while self._pending:
                batch, self._pending = self._pending, []
                decisions: list[Decision] = [AWAY] * len(batch)
                try:
                    decisions = await self._authorize_batch(batch)
                finally:
                    for decision, (_, _, decided) in zip(decisions, batch, strict=True):
                        if not decided.done():  # the client may have disconnected
                            decided.set_result(decision)
        finally:
            self._authorizing = None

    async def _authorize_batch(self, batch: Sequence[tuple[Caller, int, object]]) -> list[Decision]:
        try:
            return await self._read_people(self._judge, [(caller, pk) for caller, pk, _ in batch])
        except DatabaseError as error:
            logger.warning("Nobody can be let in now: %s", error)
            return [AWAY] * len(batch)

    def _judge(self, requests: list[tuple[Caller, int]]) -> list[Decision]:
        people = recognise([caller for caller, _ in requests])
        pairs = [(person, pk) for person, (_, pk) in zip(people, requests, strict=True)]
        allowed = self._source.visible({(person, pk) for person, pk in pairs if person})
        latest = self._source.latest(sorted({pk for _, pk in allowed}))

        def decide(person: Person | None, pk: int) -> Decision:
            if person is None:
                return BAD_TOKEN
            return Admission(person, latest[pk]) if (person, pk) in allowed and pk in latest else NOT_THERE

        return [decide(person, pk) for person, pk in pairs]

    # -- heartbeats ----------------------------------------------------------------------------------------------

    async def _send_heartbeats(self) -> None:
        """At every heartbeat, authorize all streams again, close those that must end, and ping the others."""
        while True:
            await asyncio.sleep(self._limits.heartbeat)
            streams = list(self._streams)
            listening = {(stream.person, stream.pk) for stream in streams}
            try:
                allowed = await self._read_people(self._still_allowed, listening)
            except DatabaseError as error:
                logger.warning("Who may listen cannot be read now: %s", error)
                allowed = listening
            await self._close_or_ping(streams, allowed)

    def _still_allowed(self, listening: set[tuple[Person, int]]) -> set[tuple[Person, int]]:
        valid = still_there({person for person, _ in listening})
        return self._source.visible({(person, pk) for person, pk in listening if person in valid})

    async def _close_or_ping(self, streams: list[Stream], allowed: set[tuple[Person, int]]) -> None:
        message, now = body(sse.BEAT), asyncio.get_running_loop().time()
        for count, stream in enumerate(streams, 1):
            if (stream.person, stream.pk) not in allowed or now + self._limits.heartbeat > stream.ends_at:
                stream.close()
            elif stream.task is None and not stream.is_over and (room := self._rooms.get(stream.pk)):
                stream.write(message, stream.seq, room.offer)
            if count % BURST == 0:
                await asyncio.sleep(0)

    # -- new events ----------------------------------------------------------------------------------------------

    def _on_message(self, pk: int, seq: int) -> None:
        if room := self._rooms.get(pk):
            room.notify(seq)

    def _poll_soon(self) -> None:
        self._poll_requested.set()

    async def _poll(self) -> None:
        """Poll for new events: often without Redis; with Redis rarely, in case a message was lost."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poll_requested.wait(), self._poll_interval())
            self._poll_requested.clear()
            if self._rooms:
                await self._poll_once()

    def _poll_interval(self) -> float:
        if not settings.REDIS_URL:
            return self._limits.look_embedded
        return self._limits.look_with_redis if self._listener.is_connected else self._limits.look_without_redis

    async def _poll_once(self) -> None:
        known = {pk: room.last for pk, room in self._rooms.items()}
        try:
            latest = await self._read_events(self._source.latest, list(known))
        except DatabaseError as error:
            logger.warning("The latest events cannot be read now: %s", error)
            return
        for pk, seq in latest.items():
            room = self._rooms.get(pk)
            if room is None:
                continue
            if seq < known[pk]:  # no race: it was known before the query
                room.reset(seq)
            else:
                room.notify(seq)


def _open_files() -> int:
    """Raise the limit of open files to its hard limit and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return soft if soft != resource.RLIM_INFINITY else 1 << 20
