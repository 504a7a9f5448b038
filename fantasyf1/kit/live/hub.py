"""The streams of one process: who is let in, which room he goes to, and when he has to leave."""

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
        # no-transform: a proxy that compresses would hold events back.
        (b"cache-control", b"no-store, no-transform"),
        (b"x-accel-buffering", b"no"),
        (b"x-content-type-options", b"nosniff"),
    ],
}
# Open files that are none of the streams': pages, database, logs.
OTHER_FILES = 256


@dataclass(frozen=True)
class Limits:
    """Times in seconds, numbers per process."""

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
    """Who may come in, and the number of the latest event at that moment."""

    person: Person
    latest: int


@dataclass(frozen=True)
class Refusal:
    """Who may not, in an answer of HTTP."""

    status: int
    detail: str
    headers: tuple[Header, ...] = ()


Decision = Admission | Refusal
BAD_TOKEN = Refusal(401, "The token is not valid, or no longer.", ((b"www-authenticate", b'Bearer realm="api"'),))
NOT_THERE = Refusal(404, "There is nothing here.")  # as `asgi.not_found` says it
FULL = Refusal(503, "There are too many live connections. Try again soon.", ((b"retry-after", b"10"),))
AWAY = Refusal(503, "This cannot be read just now. Try again soon.", ((b"retry-after", b"3"),))
STOPPING = Refusal(503, "The server is being restarted. Try again soon.", ((b"retry-after", b"2"),))
ONLY_GET = Refusal(405, "Use GET.", ((b"allow", b"GET"),))


class Hub:
    """All streams of a kind in one process. `serve` is the ASGI application of one of them.

    The event loop does no reading of its own: one thread reads events, another one recognises people, and whoever asks
    while it is busy is asked for with the next batch.
    """

    def __init__(self, source: Source, limits: Limits = Limits()) -> None:
        self._source, self._limits = source, limits
        self._most = limits.streams
        self._rooms: dict[int, Room] = {}
        self._streams: dict[Stream, None] = {}
        self._by_user: dict[int | None, dict[Stream, None]] = {}  # each person's, the oldest first
        self._asked: list[tuple[Caller, int, asyncio.Future[Decision]]] = []
        self._read_events = Reader("live-events")
        self._read_people = Reader("live-people")
        self._listener = Listener(source.kind, self._hear, self._look_soon)
        self._look_now = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._porter: asyncio.Task[None] | None = None
        self._is_stopping = False

    # -- the process ---------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to listen, in the event loop that the streams will run in."""
        self._most = min(self._limits.streams, _open_files() - OTHER_FILES)
        self._read_events.start()
        self._read_people.start()
        for work in (self._look, self._beat, self._listener.listen):
            self._keep_doing(work)

    def _keep_doing(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(partial(self._do_again, work))

    def _do_again(self, work: Callable[[], Coroutine[None, None, None]], task: asyncio.Task[None]) -> None:
        """Nothing may end what all streams of the process live on, not even a mistake of ours."""
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            logger.error("The streams' work was broken off and begins again", exc_info=error)
            asyncio.get_running_loop().call_later(1, self._keep_doing, work)

    def stop(self) -> None:
        """End every stream. A server that stops waits for open connections before it tells anybody that it stops."""
        self._is_stopping = True
        for task in list(self._tasks):
            task.cancel()
        for stream in list(self._streams):
            stream.end()
        self._read_events.stop()
        self._read_people.stop()

    # -- one stream ----------------------------------------------------------------------------------------------

    async def serve(self, scope: Message, receive: Receive, send: Send, pk: int) -> None:
        """Answer one request for the events of `pk`, until the client or the server has had enough."""
        decision = await self._decide(scope, pk)
        if isinstance(decision, Refusal):
            await answer(send, decision.status, {"detail": decision.detail}, *decision.headers)
            return
        after = sse.position(scope)
        scope.clear()  # the server keeps it for as long as the stream lives: some KiB each
        await send(START)
        stream = self._admit(send, decision.person, pk, after)
        try:
            await self._enter(stream, decision.latest)
            while (await receive())["type"] != "http.disconnect":
                pass
        except asyncio.CancelledError:
            if not self._is_stopping:  # then the server waits no longer for the client to notice
                raise
        finally:
            self._leave(stream)

    async def _decide(self, scope: Message, pk: int) -> Decision:
        if scope["method"] != "GET":
            return ONLY_GET
        if self._is_stopping:
            return STOPPING
        decision = await self._ask(Caller.of(scope), pk)
        return self._no_place_for(decision.person) or decision if isinstance(decision, Admission) else decision

    def _no_place_for(self, person: Person) -> Refusal | None:
        if self._is_stopping:
            return STOPPING
        visitors = len(self._by_user.get(None, ()))
        too_many_visitors = person.user_id is None and visitors >= min(self._limits.visitors, self._most // 2)
        return FULL if too_many_visitors or len(self._streams) >= self._most else None

    def _admit(self, send: Send, person: Person, pk: int, after: int) -> Stream:
        lifetime = self._limits.lifetime * random.uniform(0.8, 1)  # noqa: S311 - so that they do not all come back at once
        if person.seconds is not None:
            lifetime = min(lifetime, person.seconds)
        stream = Stream(send, person, pk, after, asyncio.get_running_loop().time() + lifetime)
        own = self._by_user.setdefault(person.user_id, {})
        own[stream] = self._streams[stream] = None
        if person.user_id is not None:
            for oldest in list(own)[: -self._limits.per_user]:
                oldest.end(sse.REPLACED)
        return stream

    async def _enter(self, stream: Stream, latest: int) -> None:
        room = self._rooms.get(stream.pk)
        if room is None:
            room = self._rooms[stream.pk] = Room(stream.pk, self._source, self._read_events, latest)
        greeting = sse.retry(random.randint(1000, 3000))  # noqa: S311 - the same
        if stream.seq == sse.GARBAGE or stream.seq > max(latest, room.last):
            stream.seq, greeting = 0, greeting + sse.RESET
        stream.write(body(greeting), stream.seq, room.offer)
        try:
            await room.enter(stream)
        except DatabaseError as error:
            logger.warning("A stream of %s %s does not begin: %s", self._source.kind, stream.pk, error)
            stream.end()

    def _leave(self, stream: Stream) -> None:
        stream.is_over = True
        if stream.work is not None:
            stream.work.cancel()
        self._streams.pop(stream, None)
        own = self._by_user.get(stream.person.user_id, {})
        own.pop(stream, None)
        if not own:
            self._by_user.pop(stream.person.user_id, None)
        room = self._rooms.get(stream.pk)
        if room is not None:
            room.streams.pop(stream, None)
            if not room.streams:
                del self._rooms[stream.pk]

    # -- the door ------------------------------------------------------------------------------------------------

    async def _ask(self, caller: Caller, pk: int) -> Decision:
        answered: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self._asked.append((caller, pk, answered))
        if self._porter is None:
            self._porter = asyncio.create_task(self._answer())
        return await answered

    async def _answer(self) -> None:
        """Decide for all who wait, as long as somebody does."""
        try:
            while self._asked:
                batch, self._asked = self._asked, []
                decisions: list[Decision] = [AWAY] * len(batch)
                try:
                    decisions = await self._decisions(batch)
                finally:
                    for decision, (_, _, answered) in zip(decisions, batch, strict=True):
                        if not answered.done():  # who has gone meanwhile does not wait
                            answered.set_result(decision)
        finally:
            self._porter = None

    async def _decisions(self, batch: Sequence[tuple[Caller, int, object]]) -> list[Decision]:
        try:
            return await self._read_people(self._judge, [(caller, pk) for caller, pk, _ in batch])
        except DatabaseError as error:
            logger.warning("Nobody can be let in now: %s", error)
            return [AWAY] * len(batch)

    def _judge(self, asked: list[tuple[Caller, int]]) -> list[Decision]:
        people = recognise([caller for caller, _ in asked])
        allowed = self._source.visible({(person, pk) for person, (_, pk) in zip(people, asked, strict=True) if person})
        latest = self._source.latest(sorted({pk for _, pk in allowed}))

        def judge(person: Person | None, pk: int) -> Decision:
            if person is None:
                return BAD_TOKEN
            return Admission(person, latest[pk]) if (person, pk) in allowed and pk in latest else NOT_THERE

        return [judge(person, pk) for person, (_, pk) in zip(people, asked, strict=True)]

    # -- heartbeats ----------------------------------------------------------------------------------------------

    async def _beat(self) -> None:
        """Now and then ask again who may listen, end what is over, and show all others that the line is open."""
        while True:
            await asyncio.sleep(self._limits.heartbeat)
            streams = list(self._streams)
            try:
                allowed = await self._read_people(self._still_allowed, {(one.person, one.pk) for one in streams})
            except DatabaseError as error:
                logger.warning("Who may listen cannot be read now: %s", error)
                allowed = {(one.person, one.pk) for one in streams}
            await self._end_or_greet(streams, allowed)

    def _still_allowed(self, listening: set[tuple[Person, int]]) -> set[tuple[Person, int]]:
        there = still_there({person for person, _ in listening})
        return self._source.visible({(person, pk) for person, pk in listening if person in there})

    async def _end_or_greet(self, streams: list[Stream], allowed: set[tuple[Person, int]]) -> None:
        message, now = body(sse.BEAT), asyncio.get_running_loop().time()
        for count, stream in enumerate(streams, 1):
            if (stream.person, stream.pk) not in allowed or now + self._limits.heartbeat > stream.ends_at:
                stream.end()
            elif stream.work is None and not stream.is_over and (room := self._rooms.get(stream.pk)):
                stream.write(message, stream.seq, room.offer)
            if count % BURST == 0:
                await asyncio.sleep(0)

    # -- news ----------------------------------------------------------------------------------------------------

    def _hear(self, pk: int, seq: int) -> None:
        if room := self._rooms.get(pk):
            room.hear(seq)

    def _look_soon(self) -> None:
        self._look_now.set()

    async def _look(self) -> None:
        """Look at the numbers of what is followed: often without Redis, else in case that a message was lost."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look_now.wait(), self._look_interval())
            self._look_now.clear()
            if self._rooms:
                await self._look_once()

    def _look_interval(self) -> float:
        if not settings.REDIS_URL:
            return self._limits.look_embedded
        return self._limits.look_with_redis if self._listener.is_connected else self._limits.look_without_redis

    async def _look_once(self) -> None:
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
            if seq < known[pk]:  # known before the question was asked, so this is no race
                room.start_anew(seq)
            else:
                room.hear(seq)


def _open_files() -> int:
    """How many files this process may have open, after raising that to the most that it may ask for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
            soft = hard
    return soft if soft != resource.RLIM_INFINITY else 1 << 20
