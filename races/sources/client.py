"""HTTP client for the Jolpica F1 API (https://github.com/jolpica/jolpica-f1/tree/main/docs), Ergast's successor.

The client is rate limited (`races.sources.rate_limit`), retries with backoff, validates all responses and returns DTOs.
Every failure is a `SourceError` with a readable message. All values in the API's responses are strings.
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

from core.errors import Refused

from ..rules import is_truncated
from . import parser
from .dto import ClassificationDTO, EntryDTO, SeasonDTO
from .parser import SourceError
from .rate_limit import wait_for_rate_limit

USER_AGENT = "FantasyF1/0.1 (Fantasy F1, a game for leagues of friends; python-httpx)"
PAGE_SIZE = 100
MAX_PAGES = 40
MAX_RESPONSE_BYTES = 5_000_000
MAX_ATTEMPTS = 4
# The whole response may take this many times the read timeout.
TOTAL_TIMEOUT_FACTOR = 3
MAX_RETRY_WAIT_SECONDS = 30.0
RESULT_PATHS = {"race": ("results", "Results"), "sprint": ("sprint", "SprintResults")}


class UnknownSeason(Refused):
    """The API does not have this season."""

    code = "unknown_season"


class _RetryableError(Exception):
    """The attempt failed but may succeed if retried; `after` is the API's Retry-After in seconds."""

    def __init__(self, sentence: str, after: float | None = None) -> None:
        super().__init__(sentence)
        self.after = after


class JolpicaClient(AbstractContextManager["JolpicaClient"]):
    """A session with the API. `timeout` is in seconds; `attempts` is the maximum number of tries per request.

    `progress` is called with a line of text for each page that was read.
    """

    def __init__(
        self,
        *,
        timeout: float | None = None,
        attempts: int = MAX_ATTEMPTS,
        progress: Callable[[str], None] | None = None,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url: str = settings.F1_API_URL
        self.timeout: float = timeout or settings.F1_API_TIMEOUT_SECONDS
        self.attempts, self.progress, self.sleep = attempts, progress, sleep
        self.http = httpx.Client(
            base_url=self.base_url,
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

    # -- resources ---------------------------------------------------------------------------------------------------

    def season(self, year: int) -> SeasonDTO:
        """Fetch the calendar, circuits, teams, drivers, and the first race's line-up as far as the API knows it.

        Raises `UnknownSeason` for a year without a calendar, `SourceError` for an invalid response.
        """
        races = self._fetch_all(f"{year}/races/", "RaceTable", "Races")
        if not races:
            raise UnknownSeason(f"The F1 API has no calendar for {year}.")
        teams = self._fetch_all(f"{year}/constructors/", "ConstructorTable", "Constructors")
        drivers = self._fetch_all(f"{year}/drivers/", "DriverTable", "Drivers")
        calendar = parser.parse_calendar(races, year)
        first = min(calendar, key=lambda race: (race.date, race.round))
        return SeasonDTO(
            year=year,
            circuits=parser.parse_circuits(races),
            teams=tuple(parser.parse_team(row) for row in teams),
            drivers=tuple(parser.parse_driver(row) for row in drivers),
            races=calendar,
            entries=self._first_entries(year, first.round, drivers, grid_size=2 * len(teams)),
        )

    def _first_entries(
        self, year: int, first_round: int, drivers: list[Any], *, grid_size: int
    ) -> tuple[EntryDTO, ...]:
        """Return the cars of the first race; before that race, the season's drivers, without teams."""
        for classification in self.classifications(year, "race", first_round):
            if not is_truncated(len(classification.rows), grid_size):
                return tuple(EntryDTO(row.driver, row.team, row.number) for row in classification.rows)
        return tuple(EntryDTO(parser.parse_driver(row).ref) for row in drivers)

    def classifications(self, year: int, kind: str, only_round: int | None = None) -> tuple[ClassificationDTO, ...]:
        """Fetch the classifications of a season or one round. `kind` is "race" or "sprint". Empty until published."""
        path, key = RESULT_PATHS[kind]
        url = f"{year}/{only_round}/{path}/" if only_round else f"{year}/{path}/"
        merged: dict[int, dict[str, Any]] = {}
        for race in self._fetch_all(url, "RaceTable", "Races", key):
            # Pages split a season by rows, not by races: the rest of a race may be on the next page.
            number = parser.read_int(race, "round", "a race")
            known = merged.setdefault(number, {**parser.read_object(race, "a race"), key: []})
            known[key] = [*known[key], *parser.read_list(race, key)]
        return tuple(parser.parse_classification(race, kind, key, year) for _, race in sorted(merged.items()))

    def poles(self, year: int, only_round: int | None = None) -> dict[int, str]:
        """Fetch who was fastest in the qualifyings of a season or one round, by round. Empty until published."""
        url = f"{year}/{only_round}/qualifying/" if only_round else f"{year}/qualifying/"
        poles: dict[int, str] = {}
        for race in self._fetch_all(url, "RaceTable", "Races", "QualifyingResults"):
            number = parser.read_int(race, "round", "a race")
            poles[number] = poles.get(number) or parser.parse_pole(race)
        return poles

    # -- requests, pagination and retries ----------------------------------------------------------------------------

    def _fetch_all(self, path: str, table: str, name: str, inner: str | None = None) -> list[Any]:
        """Fetch all pages of a list. `inner` names the nested list if the API counts those rows (race results)."""
        rows: list[Any] = []
        seen = 0
        for _ in range(MAX_PAGES):
            found, total = parser.parse_page(self._request(path, {"limit": PAGE_SIZE, "offset": seen}), table)
            items = parser.read_list(found, name)
            seen += sum(len(parser.read_list(item, inner)) for item in items) if inner else len(items)
            rows += items
            if self.progress:
                self.progress(f"{path} {seen} of {total}")
            if seen >= total:
                return rows
            if not items:
                break
        raise SourceError(f"The F1 API returned fewer rows for {path} than announced.")

    def _request(self, path: str, params: dict[str, int]) -> Any:
        for attempt in range(1, self.attempts + 1):
            wait_for_rate_limit(self.base_url)
            try:
                return self._request_json(path, params)
            except _RetryableError as failure:
                self._back_off_or_fail(failure, attempt)
        raise AssertionError("the last attempt raises")

    def _back_off_or_fail(self, failure: _RetryableError, attempt: int) -> None:
        if attempt == self.attempts:
            raise SourceError(str(failure)) from failure
        if failure.after is not None and failure.after > MAX_RETRY_WAIT_SECONDS:
            raise SourceError(f"{failure} It asks clients to wait {failure.after:.0f} seconds.") from failure
        backoff = 0.5 * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not cryptography
        self.sleep(failure.after if failure.after is not None else min(backoff, MAX_RETRY_WAIT_SECONDS))

    def _request_json(self, path: str, params: dict[str, int]) -> Any:
        try:
            body = self._request_body(path, params)
        except httpx.TimeoutException as error:
            raise _RetryableError(f"The F1 API at {self.base_url} did not respond in time.") from error
        except httpx.RemoteProtocolError as error:
            raise _RetryableError("The F1 API sent an incomplete response.") from error
        except httpx.TransportError as error:
            raise _RetryableError(f"The F1 API at {self.base_url} cannot be reached.") from error
        except (httpx.DecodingError, httpx.InvalidURL) as error:
            raise SourceError("The F1 API sent a response that cannot be decoded.") from error
        try:
            return json.loads(body, parse_float=Decimal, parse_constant=_reject_constant)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"The F1 API responded to {path} with something that is not JSON.") from error

    def _request_body(self, path: str, params: dict[str, int]) -> bytes:
        deadline = time.monotonic() + TOTAL_TIMEOUT_FACTOR * self.timeout
        with self.http.stream("GET", path, params=params) as response:
            _raise_for_status(response, path)
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_RESPONSE_BYTES:
                    raise SourceError(f"The F1 API sent more than {MAX_RESPONSE_BYTES:,} bytes in response to {path}.")
                if time.monotonic() > deadline:
                    raise _RetryableError(f"The F1 API took too long to respond to {path}.")
            return bytes(body)


def _raise_for_status(response: httpx.Response, path: str) -> None:
    status = response.status_code
    if status == httpx.codes.TOO_MANY_REQUESTS or status >= 500:
        raise _RetryableError(f"The F1 API responded to {path} with status {status}.", _retry_after(response))
    if status == httpx.codes.NOT_FOUND:
        raise UnknownSeason(f"The F1 API does not have {path.rstrip('/')}.")
    if status != httpx.codes.OK:
        raise SourceError(f"The F1 API responded to {path} with status {status}.")


def _retry_after(response: httpx.Response) -> float | None:
    """Return the seconds in Retry-After. Its other form, a date, is not used by this API and is ignored."""
    text = response.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
