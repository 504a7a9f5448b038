"""What a process knows of one thing that is followed: its latest events, and who listens."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from django.db import Error as DatabaseError

from .callers import Person
from .reader import Reader
from .sse import RESET
from .stream import Stream, body

logger = logging.getLogger(__name__)

# Events that are kept for those who come back, and that are read at a time: more than most drafts ever have.
KEPT = 256
# After so many streams the loop may do something else, such as answering a page.
BURST = 200

Event = tuple[int, bytes]


class Source(Protocol):
    """What is followed. Every method reads the database, in a reader's thread, in a few queries for any number."""

    kind: str

    def visible(self, asked: set[tuple[Person, int]]) -> set[tuple[Person, int]]:
        """Which of these (who, primary key of what) may listen, or go on listening."""

    def latest(self, pks: Sequence[int]) -> dict[int, int]:
        """The number of the latest event of each, for those that exist."""

    def events_after(self, pk: int, seq: int, limit: int) -> list[Event]:
        """The events after a number as (number, bytes to send), in order, without gaps."""


class Room:
    """The streams of one process that follow the same thing.

    `last` is the number of the latest event read from the database, and `_kept` holds the bytes of that one and of
    those right before it, without gaps. `heard` is the highest number that somebody has spoken of.
    """

    def __init__(self, pk: int, source: Source, read: Reader, latest: int) -> None:
        self.pk, self.last, self.heard = pk, latest, latest
        self.streams: dict[Stream, None] = {}
        self._source, self._read = source, read
        self._kept: deque[bytes] = deque(maxlen=KEPT)
        self._is_loaded = False
        self._loading = asyncio.Lock()
        self._following: asyncio.Task[None] | None = None

    async def enter(self, stream: Stream) -> None:
        """Take the stream in and send it what it missed. Raises a database error where that cannot be read."""
        self.streams[stream] = None
        await self._load()
        self.offer(stream)

    async def _load(self) -> None:
        """Fetch the latest events once, for all who come in with the first."""
        async with self._loading:
            if not self._is_loaded:
                self._append(await self._read(self._source.events_after, self.pk, max(0, self.last - KEPT), KEPT))
                self._is_loaded = True
                self.hear(self.heard)

    def hear(self, seq: int) -> None:
        """Somebody says that there is an event with this number: read on, unless that is being done."""
        self.heard = max(self.heard, seq)
        if self._is_loaded and self._following is None and self.heard > self.last:
            self._following = asyncio.create_task(self._follow())

    async def _follow(self) -> None:
        try:
            while self.heard > self.last:
                rows = await self._read(self._source.events_after, self.pk, self.last, KEPT)
                if not rows:
                    self.heard = self.last
                else:
                    await self._pass_on(rows)
        except DatabaseError as error:
            logger.warning("The events of %s %s cannot be read now: %s", self._source.kind, self.pk, error)
        finally:
            self._following = None

    async def _pass_on(self, rows: list[Event]) -> None:
        """Send new events in the same bytes to all who have everything before them; to others, what they lack."""
        before = self.last
        self._append(rows)
        message, last = body(b"".join(data for _, data in rows)), self.last
        for count, stream in enumerate(list(self.streams), 1):
            if stream.seq == before and stream.work is None and not stream.is_over:
                stream.write(message, last, self.offer)
            else:
                self.offer(stream)
            if count % BURST == 0:
                await asyncio.sleep(0)

    def _append(self, rows: list[Event]) -> None:
        for seq, data in rows:
            self.last = seq
            self._kept.append(data)

    def offer(self, stream: Stream) -> None:
        """Send the stream what it lacks, from memory, or by a task that reads it."""
        if stream.work is not None or stream.is_over or not self._is_loaded:
            return
        missed = self.missed_since(stream.seq)
        if missed is None:
            stream.work = asyncio.create_task(self._refill(stream))
        elif missed:
            stream.write(body(missed), self.last, self.offer)

    def missed_since(self, seq: int) -> bytes | None:
        """The events after a number; None where they reach further back than what is kept."""
        count = self.last - seq
        if count > len(self._kept):
            return None
        return b"".join(islice(self._kept, len(self._kept) - count, None)) if count > 0 else b""

    async def _refill(self, stream: Stream) -> None:
        """Read on for a stream that is far behind, until memory reaches back to where it is."""
        try:
            rows = await self._read(self._source.events_after, self.pk, stream.seq, KEPT)
        except DatabaseError as error:
            logger.warning("A stream of %s %s ends: %s", self._source.kind, self.pk, error)
            stream.work = None
            stream.end()
            return
        stream.work = None
        if rows and not stream.is_over:
            stream.write(body(b"".join(data for _, data in rows)), rows[-1][0], self.offer)
            self.offer(stream)

    def start_anew(self, latest: int) -> None:
        """The log is shorter than it was: the database was restored. Nothing that is known counts any more."""
        self._kept.clear()
        self.last, self.heard = 0, 0
        for stream in list(self.streams):
            if stream.work is not None:
                stream.end()
            elif not stream.is_over:
                stream.write(body(RESET), 0, self.offer)
        self.hear(latest)
