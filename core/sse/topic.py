"""A topic: the latest events of one followed object, and the connections that receive them in this process."""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Protocol

from django.db import Error as DatabaseError

from .auth import Subscriber
from .connection import Connection, body_message
from .db_thread import DatabaseThread
from .protocol import RESET

logger = logging.getLogger(__name__)

# Events that are buffered for clients that reconnect, and that one query reads: more than most drafts ever have.
BUFFER_SIZE = 256
# After this many streams, give the event loop a chance to do something else, such as serving a page.
YIELD_EVERY = 200

Event = tuple[int, bytes]


class EventStore(Protocol):
    """The events of one kind of topic. The methods run in a database thread and need few queries for any number.

    `kind` is for the log. Messages on `channels` say that there may be new events. `query_parameters` are those that
    a request may have. With `needs_sign_in`, visitors are told to sign in.
    """

    kind: str
    channels: Sequence[str]
    query_parameters: Collection[str]
    needs_sign_in: bool

    def topic_of(self, subscriber: Subscriber, pk: int) -> int:
        """The topic that a subscriber asks for with a number in the URL, which is 0 if the URL has none."""

    def visible(self, asked: set[tuple[Subscriber, int]]) -> set[tuple[Subscriber, int]]:
        """Authorize: return the pairs of subscriber and primary key that may receive events."""

    def latest(self, pks: Sequence[int]) -> dict[int, int]:
        """The number of the latest event of each topic that exists."""

    def events_after(self, pk: int, seq: int, limit: int) -> list[Event]:
        """The events after a number as pairs of number and bytes to send, in order and without gaps."""


class Topic:
    """The connections of one process that follow the same object.

    `last_seq` is the number of the latest event read from the database. `_buffer` holds the bytes of that event and of
    those right before it, without gaps. `announced` is the highest number that a message or a poll has reported.
    """

    def __init__(self, pk: int, source: EventStore, read: DatabaseThread, latest: int) -> None:
        self.pk, self.last_seq, self.announced = pk, latest, latest
        self.connections: dict[Connection, None] = {}
        self._source, self._read = source, read
        self._buffer: deque[bytes] = deque(maxlen=BUFFER_SIZE)
        self._is_loaded = False
        self._loading = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def subscribe(self, connection: Connection) -> None:
        """Add the connection and send it what it missed. Raises a database error if that cannot be read."""
        self.connections[connection] = None
        await self._load()
        self.send_missed(connection)

    async def _load(self) -> None:
        """Fill the buffer once, for all who subscribe at the same time."""
        async with self._loading:
            if not self._is_loaded:
                self._append(
                    await self._read(
                        self._source.events_after, self.pk, max(0, self.last_seq - BUFFER_SIZE), BUFFER_SIZE
                    )
                )
                self._is_loaded = True
                self.notify(self.announced)

    def notify(self, seq: int) -> None:
        """There may be an event with this number: start reading new events, unless that is already going on."""
        self.announced = max(self.announced, seq)
        if self._is_loaded and self._reading is None and self.announced > self.last_seq:
            self._reading = asyncio.create_task(self._read_new_events())

    async def _read_new_events(self) -> None:
        try:
            while self.announced > self.last_seq:
                rows = await self._read(self._source.events_after, self.pk, self.last_seq, BUFFER_SIZE)
                if not rows:
                    self.announced = self.last_seq
                else:
                    await self._broadcast(rows)
        except DatabaseError as error:
            logger.warning("Cannot read the events of %s %s now: %s", self._source.kind, self.pk, error)
        finally:
            self._reading = None

    async def _broadcast(self, rows: list[Event]) -> None:
        """Send new events as one message to all streams that are up to date; send the others what they missed."""
        before = self.last_seq
        self._append(rows)
        message, last_seq = body_message(b"".join(data for _, data in rows)), self.last_seq
        for count, connection in enumerate(list(self.connections), 1):
            if connection.seq == before and connection.task is None and not connection.is_closed:
                connection.write(message, last_seq, self.send_missed)
            else:
                self.send_missed(connection)
            if count % YIELD_EVERY == 0:
                await asyncio.sleep(0)

    def _append(self, rows: list[Event]) -> None:
        for seq, data in rows:
            self.last_seq = seq
            self._buffer.append(data)

    def send_missed(self, connection: Connection) -> None:
        """Send the connection what it missed: from the buffer, or from the database by a task."""
        if connection.task is not None or connection.is_closed or not self._is_loaded:
            return
        missed = self.events_since(connection.seq)
        if missed is None:
            connection.task = asyncio.create_task(self._send_from_database(connection))
        elif missed:
            connection.write(body_message(missed), self.last_seq, self.send_missed)

    def events_since(self, seq: int) -> bytes | None:
        """The events after a number; None if the buffer does not reach back that far."""
        count = self.last_seq - seq
        if count > len(self._buffer):
            return None
        return b"".join(islice(self._buffer, len(self._buffer) - count, None)) if count > 0 else b""

    async def _send_from_database(self, connection: Connection) -> None:
        """Read a batch for a stream that is far behind, then continue from the buffer or with the next batch."""
        try:
            rows = await self._read(self._source.events_after, self.pk, connection.seq, BUFFER_SIZE)
        except DatabaseError as error:
            logger.warning("Closing a stream of %s %s that cannot be read: %s", self._source.kind, self.pk, error)
            connection.task = None
            connection.close()
            return
        connection.task = None
        if rows and not connection.is_closed:
            connection.write(body_message(b"".join(data for _, data in rows)), rows[-1][0], self.send_missed)
            self.send_missed(connection)

    def reset(self, latest: int) -> None:
        """Forget everything: the log is shorter than before, so the database was restored from a backup."""
        self._buffer.clear()
        self.last_seq, self.announced = 0, 0
        for connection in list(self.connections):
            if connection.task is not None:
                connection.close()
            elif not connection.is_closed:
                connection.write(body_message(RESET), 0, self.send_missed)
        self.notify(latest)
