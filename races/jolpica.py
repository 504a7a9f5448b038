"""The client for the Jolpica F1 API (https://github.com/jolpica/jolpica-f1/tree/main/docs), Ergast's successor.

It asks politely (see `races.budget`), never believes what it gets, and hands out facts. Whatever goes wrong is a
`FeedError` with a sentence. Every value in the feed is a string.
"""

import json
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx
from django.conf import settings

from fantasyf1.kit.errors import Refused

from . import feed
from .budget import wait_for_turn
from .facts import ClassificationFacts, EntryFacts, SeasonFacts
from .feed import FeedError
from .rules import is_cut_off

USER_AGENT = "FantasyF1/0.1 (Fantasy F1, a game for leagues of friends; python-httpx)"
PAGE_SIZE = 100
MOST_PAGES = 40
MOST_BYTES = 5_000_000
ATTEMPTS = 4
# The whole answer may take this many times as long as one silence within it.
TOTAL_TIMEOUTS = 3
LONGEST_WAIT = 30.0
PATHS = {"race": ("results", "Results"), "sprint": ("sprint", "SprintResults")}


class UnknownSeason(Refused):
    """The API has no such season."""

    code = "unknown_season"


class _Again(Exception):  # noqa: N818 - a request to try once more
    """This attempt failed in a way that may pass; `after` is what the API asks to wait, in seconds."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class Jolpica(AbstractContextManager["Jolpica"]):
    """One conversation with the API. `timeout` is in seconds, `attempts` counts every try of one request.

    `progress` is called with a sentence for each page that was read.
    """

    def __init__(
        self,
        *,
        timeout: float | None = None,
        attempts: int = ATTEMPTS,
        progress: Callable[[str], None] | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.address: str = settings.F1_API_URL
        self.timeout: float = timeout or settings.F1_API_TIMEOUT_SECONDS
        self.attempts, self.progress, self.sleep = attempts, progress, sleep
        self.http = httpx.Client(
            base_url=self.address,
            timeout=httpx.Timeout(self.timeout, connect=min(self.timeout, 5.0)),
            follow_redirects=False,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    # -- what it can tell --------------------------------------------------------------------------------------------

    def season(self, year: int) -> SeasonFacts:
        """Calendar, circuits, teams, drivers, and the first race's line-up as far as the API knows it.

        Raises `UnknownSeason` for a year without a calendar, `FeedError` for an answer that is none.
        """
        races = self._rows(f"{year}/races/", "RaceTable", "Races")
        if not races:
            raise UnknownSeason(f"The F1 API has no calendar of {year}.")
        teams = self._rows(f"{year}/constructors/", "ConstructorTable", "Constructors")
        drivers = self._rows(f"{year}/drivers/", "DriverTable", "Drivers")
        calendar = feed.calendar(races, year)
        first = min(calendar, key=lambda race: (race.date, race.round))
        return SeasonFacts(
            year=year,
            circuits=feed.circuits(races),
            teams=tuple(feed.team(one) for one in teams),
            drivers=tuple(feed.driver(one) for one in drivers),
            races=calendar,
            entries=self._first_entries(year, first.round, drivers, grid_size=2 * len(teams)),
        )

    def _first_entries(
        self, year: int, first_round: int, drivers: list[Any], *, grid_size: int
    ) -> tuple[EntryFacts, ...]:
        """The cars of the first race; before it, the season's drivers, whose teams the API does not tell."""
        for classification in self.classifications(year, "race", first_round):
            if not is_cut_off(len(classification.rows), grid_size):
                return tuple(EntryFacts(row.driver, row.team, row.number) for row in classification.rows)
        return tuple(EntryFacts(feed.driver(one).ref) for one in drivers)

    def classifications(self, year: int, kind: str, only_round: int | None = None) -> tuple[ClassificationFacts, ...]:
        """The classifications of a season or of one round, "race" or "sprint"; none before the API has them."""
        path, key = PATHS[kind]
        place = f"{year}/{only_round}/{path}/" if only_round else f"{year}/{path}/"
        merged: dict[int, dict[str, Any]] = {}
        for race in self._rows(place, "RaceTable", "Races", key):
            # A season's rows are paged without regard to races: the end of one race may open the next page.
            number = feed.whole(race, "round", "a race")
            known = merged.setdefault(number, {**feed.mapping(race, "a race"), key: []})
            known[key] = [*known[key], *feed.rows_of(race, key)]
        return tuple(feed.classification(race, kind, key, year) for _, race in sorted(merged.items()))

    # -- how it asks -------------------------------------------------------------------------------------------------

    def _rows(self, path: str, table: str, name: str, inner: str | None = None) -> list[Any]:
        """All pages of a list. `inner` names what the API counts where that is the rows inside (races' results)."""
        rows: list[Any] = []
        seen = 0
        for _ in range(MOST_PAGES):
            found, total = feed.page(self._ask(path, {"limit": PAGE_SIZE, "offset": seen}), table)
            items = feed.rows_of(found, name)
            seen += sum(len(feed.rows_of(one, inner)) for one in items) if inner else len(items)
            rows += items
            if self.progress:
                self.progress(f"{path} {seen} of {total}")
            if seen >= total:
                return rows
            if not items:
                break
        raise FeedError(f"The F1 API announced more rows for {path} than it sent.")

    def _ask(self, path: str, params: dict[str, int]) -> Any:
        for attempt in range(1, self.attempts + 1):
            wait_for_turn(self.address)
            try:
                return self._json(path, params)
            except _Again as failure:
                self._wait_or_give_up(failure, attempt)
        raise AssertionError("the last attempt gives up")

    def _wait_or_give_up(self, failure: _Again, attempt: int) -> None:
        if attempt == self.attempts:
            raise FeedError(str(failure)) from failure
        if failure.after is not None and failure.after > LONGEST_WAIT:
            raise FeedError(f"{failure} It asks to be left alone for {failure.after:.0f} seconds.") from failure
        back_off = 0.5 * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - spreads clients, keeps no secret
        self.sleep(failure.after if failure.after is not None else min(back_off, LONGEST_WAIT))

    def _json(self, path: str, params: dict[str, int]) -> Any:
        try:
            body = self._body(path, params)
        except httpx.TimeoutException as error:
            raise _Again(f"The F1 API at {self.address} did not answer in time.") from error
        except httpx.RemoteProtocolError as error:
            raise _Again("The F1 API's answer ended before it was complete.") from error
        except httpx.TransportError as error:
            raise _Again(f"The F1 API at {self.address} cannot be reached.") from error
        except (httpx.DecodingError, httpx.InvalidURL) as error:
            raise FeedError("The F1 API's answer cannot be decoded.") from error
        try:
            return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise FeedError(f"The F1 API's answer for {path} is not JSON.") from error

    def _body(self, path: str, params: dict[str, int]) -> bytes:
        give_up_at = time.monotonic() + TOTAL_TIMEOUTS * self.timeout
        with self.http.stream("GET", path, params=params) as response:
            _check_status(response, path)
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise FeedError(f"The F1 API's answer for {path} is larger than {MOST_BYTES:,} bytes.")
                if time.monotonic() > give_up_at:
                    raise _Again(f"The F1 API took too long to answer {path}.")
            return bytes(body)


def _check_status(response: httpx.Response, path: str) -> None:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise _Again(f"The F1 API answered {path} with status {status}.", _retry_after(response))
    if status == httpx.codes.NOT_FOUND:
        raise UnknownSeason(f"The F1 API knows no {path.rstrip('/')}.")
    if status != httpx.codes.OK:
        raise FeedError(f"The F1 API answered {path} with status {status}.")


def _retry_after(response: httpx.Response) -> float | None:
    """The seconds in Retry-After; its other form, a date, is not used by this API and counts as no answer."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
