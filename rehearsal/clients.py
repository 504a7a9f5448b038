"""The clients of a rehearsal: two players, a reader of pages, a follower of live streams, and a watch on the clock.

Each runs in a thread of its own until it is told to stop, and records every attempt.
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import psycopg

# As a patient client: between attempts, and for one response.
RETRY_SECONDS, RESPONSE_SECONDS = 0.25, 60
# Between two picks of a player, and between two requests of a reader.
PICK_PAUSE_SECONDS, PAGE_PAUSE_SECONDS = 0.25, 0.1
# The longest pause between two signs of life of a stream.
STREAM_SECONDS = 30
KINDS = ("pick", "page", "stream", "clock")


@dataclass(frozen=True)
class Attempt:
    """One request, or one sign that a stream or the clock works. `status` is 0 if there was no response."""

    kind: str
    began: float
    ended: float
    status: int
    detail: str = ""
    is_request: bool = True

    @property
    def succeeded(self) -> bool:
        return 200 <= self.status < 400


class Ledger:
    """Every attempt, every acknowledged pick, and every observation that nothing explains."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # So that the picks can be compared with the database while none is in flight.
        self._picking = threading.Condition()
        self._in_flight = 0
        self._is_closed = False
        self._attempts: list[Attempt] = []
        self.picks: list[tuple[int, int, str]] = []
        self.replayed = 0
        self.violations: list[str] = []

    def record(self, kind: str, began: float, status: int, detail: str = "") -> None:
        with self._lock:
            self._attempts.append(Attempt(kind, began, time.monotonic(), status, detail))

    def record_sign(self, kind: str) -> None:
        """Record that something works, without a request."""
        with self._lock:
            now = time.monotonic()
            self._attempts.append(Attempt(kind, now, now, 200, is_request=False))

    def acknowledge(self, draft: int, constructor: int, driver: str, *, is_replayed: bool) -> None:
        with self._lock:
            self.picks.append((draft, constructor, driver))
            self.replayed += is_replayed

    def violate(self, sentence: str) -> None:
        with self._lock:
            self.violations.append(sentence)

    @contextmanager
    def pick_in_flight(self) -> Iterator[None]:
        """Until the pick is acknowledged. Waits while somebody compares the picks."""
        with self._picking:
            self._picking.wait_for(lambda: not self._is_closed)
            self._in_flight += 1
            self._picking.notify_all()
        try:
            yield
        finally:
            with self._picking:
                self._in_flight -= 1
                self._picking.notify_all()

    def wait_for_pick(self) -> None:
        """Wait until no pick is in flight, and then until one has just been sent."""
        with self._picking:
            for is_so in (lambda: self._in_flight == 0, lambda: self._in_flight > 0):
                self._picking.wait_for(is_so, RESPONSE_SECONDS)

    @contextmanager
    def no_pick_in_flight(self) -> Iterator[None]:
        """Wait for the picks in flight, and let nobody begin another."""
        with self._picking:
            self._is_closed = True
            self._picking.wait_for(lambda: self._in_flight == 0)
        try:
            yield
        finally:
            with self._picking:
                self._is_closed = False
                self._picking.notify_all()

    def since(self, moment: float) -> list[Attempt]:
        """The attempts that ended after this moment."""
        with self._lock:
            return [attempt for attempt in self._attempts if attempt.ended >= moment]


@dataclass
class Draft:
    """A draft as its clients know it."""

    league: int
    draft: int
    constructors: list[int]
    slots: list[int]
    taken: list[str] = field(default_factory=list)

    @property
    def on_the_clock(self) -> int | None:
        """The constructor whose turn it is; None if the draft is complete."""
        return self.slots[len(self.taken)] if len(self.taken) < len(self.slots) else None


class Drafts:
    """All drafts, in the order in which they are played."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._drafts: list[Draft] = []

    def add(self, leagues: list[dict[str, Any]]) -> None:
        with self.changed:
            self._drafts += [Draft(**league) for league in leagues]
            self.changed.notify_all()

    def remaining(self) -> int:
        with self.changed:
            return sum(draft.on_the_clock is not None for draft in self._drafts)

    def next_turn(self, table: int, tables: int, player: int) -> tuple[Draft, int] | None:
        """The draft that is played at this table and the constructor of the player, if it is their turn."""
        draft = self.current(table, tables)
        if draft and draft.on_the_clock == draft.constructors[player]:
            return draft, draft.constructors[player]
        return None

    def current(self, table: int, tables: int) -> Draft | None:
        ours = self._drafts[table::tables]
        return next((draft for draft in ours if draft.on_the_clock is not None), None)


@dataclass(frozen=True)
class Site:
    """The address of the site, the certificate to trust, and what `rehearsal.game` has created."""

    url: str
    tls: ssl.SSLContext
    game: dict[str, Any]

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, verify=self.tls, headers=headers, timeout=RESPONSE_SECONDS)

    def bearer(self, player: int) -> str:
        return f"Bearer {self.game['tokens'][player]}"


class Clients:
    """All clients. A table is a draft that is played at the same time as those of the other tables."""

    def __init__(self, site: Site, ledger: Ledger, drafts: Drafts, connect: Callable[[], psycopg.Connection]) -> None:
        self.site, self.ledger, self.drafts, self._connect = site, ledger, drafts, connect
        self._stopped = threading.Event()
        tables = 2
        self._threads = [
            threading.Thread(target=self._draft, args=(table, tables, player), daemon=True)
            for table in range(tables)
            for player in range(len(site.game["tokens"]))
        ]
        self._threads += [
            threading.Thread(target=run, daemon=True) for run in (self._read_pages, self._follow, self._watch_clock)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let everybody finish what they do, picks that wait for their response included."""
        self._stopped.set()
        with self.drafts.changed:
            self.drafts.changed.notify_all()
        for thread in self._threads:
            thread.join(2 * RESPONSE_SECONDS)

    # -- players -----------------------------------------------------------------------------------------------------

    def _draft(self, table: int, tables: int, player: int) -> None:
        """Pick whenever it is the player's turn."""
        with self.site.client(Authorization=self.site.bearer(player)) as client:
            while not self._stopped.is_set():
                with self.drafts.changed:
                    turn = self.drafts.next_turn(table, tables, player)
                    if turn is None:
                        self.drafts.changed.wait(1)
                        continue
                draft, constructor = turn
                driver = next(ref for ref in self.site.game["drivers"] if ref not in draft.taken)
                with self.ledger.pick_in_flight():
                    self._pick(client, draft, constructor, driver)
                with self.drafts.changed:
                    draft.taken.append(driver)
                    self.drafts.changed.notify_all()
                self._stopped.wait(PICK_PAUSE_SECONDS)

    def _pick(self, client: httpx.Client, draft: Draft, constructor: int, driver: str) -> None:
        """Send a pick until it is acknowledged, always with the same key."""
        path, key = f"/api/v1/constructors/{constructor}/drafts", {"Idempotency-Key": str(uuid4())}
        body = {"race_id": self.site.game["race"], "driver_id": driver}
        deadline = time.monotonic() + 2 * RESPONSE_SECONDS
        while time.monotonic() < deadline:
            began = time.monotonic()
            try:
                response = client.post(path, json=body, headers=key)
            except httpx.HTTPError as error:
                self.ledger.record("pick", began, 0, repr(error))
            else:
                detail = "" if response.is_success else response.text[:300]
                self.ledger.record("pick", began, response.status_code, detail)
                if response.status_code == 201:
                    is_replayed = response.headers.get("Idempotent-Replayed") == "true"
                    self.ledger.acknowledge(draft.draft, constructor, driver, is_replayed=is_replayed)
                    return
                if 400 <= response.status_code < 500 and "idempotency_in_progress" not in response.text:
                    self.ledger.violate(f"a pick was refused with {response.status_code}: {detail}")
                    return
            time.sleep(RETRY_SECONDS)
        self.ledger.violate(f"the pick of {driver} for constructor {constructor} was never acknowledged")

    # -- readers -----------------------------------------------------------------------------------------------------

    def _read_pages(self) -> None:
        """Read a league's page and, as an app does, its draft."""
        game = self.site.game
        with self.site.client(Cookie=f"{game['session_cookie']}={game['session']}") as client:
            while not self._stopped.is_set():
                if draft := self.drafts.current(0, 1):
                    for path in (f"/leagues/{draft.league}/", f"/leagues/{draft.league}/drafts/{game['race']}/"):
                        self._get(client, path)
                self._stopped.wait(PAGE_PAUSE_SECONDS)

    def _get(self, client: httpx.Client, path: str) -> None:
        began = time.monotonic()
        try:
            response = client.get(path)
        except httpx.HTTPError as error:
            self.ledger.record("page", began, 0, repr(error))
        else:
            self.ledger.record("page", began, response.status_code, "" if response.is_success else response.text[:300])
            if 300 <= response.status_code < 500:
                self.ledger.violate(f"GET {path} was answered with {response.status_code}")

    def _follow(self) -> None:
        """Follow one draft after the other as an EventSource does: reconnect, and resume after the last event."""
        with self.site.client(Authorization=self.site.bearer(1)) as client:
            while not self._stopped.is_set():
                if draft := self.drafts.current(0, 1):
                    self._follow_draft(client, draft)
                self._stopped.wait(RETRY_SECONDS)

    def _follow_draft(self, client: httpx.Client, draft: Draft) -> None:
        seqs: list[int] = []
        while not self._stopped.is_set():
            began = time.monotonic()
            headers = {"Last-Event-ID": str(seqs[-1])} if seqs else {}
            try:
                with client.stream(
                    "GET", f"/live/drafts/{draft.draft}/", headers=headers, timeout=STREAM_SECONDS
                ) as response:
                    self.ledger.record("stream", began, response.status_code)
                    if response.is_success and self._read_events(response, seqs):
                        return
            except httpx.HTTPError as error:
                # A stream that has begun may end at any time. One that does not begin is a failure.
                if not isinstance(error, httpx.ReadError | httpx.RemoteProtocolError):
                    self.ledger.record("stream", began, 0, repr(error))
            self._stopped.wait(RETRY_SECONDS)

    def _read_events(self, response: httpx.Response, seqs: list[int]) -> bool:
        """Whether the draft is complete. Every event is a sign that the stream works."""
        for line in response.iter_lines():
            if self._stopped.is_set():
                return False
            if not line.startswith("data: {"):
                continue
            event = json.loads(line.removeprefix("data: "))
            if "seq" not in event:
                continue
            self.ledger.record_sign("stream")
            if event["seq"] != (seqs[-1] if seqs else 0) + 1:
                self.ledger.violate(f"a stream sent event {event['seq']} after {seqs[-1:]}")
            seqs.append(event["seq"])
            if event["kind"] == "completed":
                return True
        return False

    # -- the clock ---------------------------------------------------------------------------------------------------

    def _watch_clock(self) -> None:
        """Record when the clocks of the drafts have been swept."""
        while not self._stopped.is_set():
            with suppress(psycopg.Error), self._connect() as connection:
                last = None
                while not self._stopped.wait(0.2):
                    row = connection.execute("SELECT max(beat_at) FROM drafts_clockheartbeat").fetchone()
                    if row and row[0] != last:
                        last = row[0]
                        self.ledger.record_sign("clock")
            self._stopped.wait(RETRY_SECONDS)
