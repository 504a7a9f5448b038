"""The metrics that this process counts, in the form of Prometheus, and what a request or a task does.

Every process has values of its own in memory; `fantasyf1.metrics` exposes them. Labels take few values: names of views,
tasks and cache keys' families, never paths, ids or what people type.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Summary, disable_created_metrics

PREFIX = "fantasyf1_"
# More values of a label than the code can have: what exceeds them is counted as one.
MAX_LABEL_VALUES = 500
OTHER = "other"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FAMILY = re.compile(r"[a-z][a-z_-]*")

# The time at which each counter began would double the number of series.
disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()

# -- requests ----------------------------------------------------------------------------------------------------------

REQUEST_SECONDS = Histogram(
    "fantasyf1_http_request_duration_seconds",
    "Time that a request took in its thread, without live streams.",
    ["view", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REGISTRY,
)
REQUEST_QUERIES = Summary(
    "fantasyf1_http_request_database_queries", "SQL statements of a request.", ["view"], registry=REGISTRY
)
REQUEST_QUERY_SECONDS = Summary(
    "fantasyf1_http_request_database_seconds",
    "Time that a request waited for its SQL statements.",
    ["view"],
    registry=REGISTRY,
)
STREAMS_OPEN = Gauge("fantasyf1_streams_open", "Live streams that are open.", ["kind"], registry=REGISTRY)
RATE_LIMITED = Counter(
    "fantasyf1_rate_limit_refusals_total", "Attempts that a rate limit refused.", ["scope"], registry=REGISTRY
)

# -- database and cache ------------------------------------------------------------------------------------------------

QUERY_SECONDS = Histogram(
    "fantasyf1_database_query_duration_seconds",
    "Time that an SQL statement took.",
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5, 10),
    registry=REGISTRY,
)
DATABASE_ERRORS = Counter(
    "fantasyf1_database_errors_total", "SQL statements that failed, by exception.", ["error"], registry=REGISTRY
)
CACHE_REQUESTS = Counter(
    "fantasyf1_cache_requests_total",
    "Reads of the cache that were a hit or a miss, by the first word of the key.",
    ["family", "result"],
    registry=REGISTRY,
)
CACHE_ERRORS = Counter(
    "fantasyf1_cache_errors_total", "Uses of the cache that failed, after which the cache rests.", registry=REGISTRY
)

# -- background tasks --------------------------------------------------------------------------------------------------

TASK_SECONDS = Histogram(
    "fantasyf1_task_duration_seconds",
    "Time that a background task took.",
    ["task"],
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900),
    registry=REGISTRY,
)
TASK_FAILURES = Counter(
    "fantasyf1_task_failures_total", "Background tasks that ended with an exception.", ["task"], registry=REGISTRY
)
TASK_QUERIES = Summary(
    "fantasyf1_task_database_queries", "SQL statements of a background task.", ["task"], registry=REGISTRY
)
TASK_WAIT_SECONDS = Histogram(
    "fantasyf1_task_wait_seconds",
    "Time that a message waited for a worker, until its task began.",
    ["queue"],
    buckets=(0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900),
    registry=REGISTRY,
)

# -- drafts ------------------------------------------------------------------------------------------------------------

PICK_SECONDS = Histogram(
    "fantasyf1_pick_duration_seconds",
    "Time from the request of a pick until it was committed.",
    ["source"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=REGISTRY,
)
TURN_LATENESS_SECONDS = Histogram(
    "fantasyf1_draft_turn_lateness_seconds",
    "Time from the deadline of a turn until its end was committed.",
    buckets=(0.5, 1, 2, 3, 5, 7.5, 10, 15, 30, 60, 300),
    registry=REGISTRY,
)


class Work:
    """A request or a task that runs now, and the SQL statements that it has waited for."""

    __slots__ = ("began_at", "is_request", "name", "queries", "query_seconds")

    def __init__(self, *, is_request: bool) -> None:
        self.is_request = is_request
        self.name = ""
        self.began_at = time.perf_counter()
        self.queries = 0
        self.query_seconds = 0.0

    @property
    def seconds(self) -> float:
        """The time since it began."""
        return time.perf_counter() - self.began_at


_current: ContextVar[Work | None] = ContextVar("measured_work", default=None)


def current() -> Work | None:
    """The request or the task that this thread works on."""
    return _current.get()


@contextmanager
def measured_work(*, is_request: bool = False) -> Iterator[Work]:
    """What happens inside the block belongs to one request or task."""
    work = Work(is_request=is_request)
    token = _current.set(work)
    try:
        yield work
    finally:
        _current.reset(token)


def record_query(seconds: float) -> None:
    """Count an SQL statement, also for the request or the task that waited for it."""
    QUERY_SECONDS.observe(seconds)
    if work := _current.get():
        work.queries += 1
        work.query_seconds += seconds


def record_request(work: Work, *, method: str, status: int) -> None:
    """Count a request that has ended."""
    seconds, view = work.seconds, _bounded("view", work.name)
    REQUEST_SECONDS.labels(view, method if method in METHODS else OTHER, f"{status // 100}xx").observe(seconds)
    REQUEST_QUERIES.labels(view).observe(work.queries)
    REQUEST_QUERY_SECONDS.labels(view).observe(work.query_seconds)


@contextmanager
def measured_task(name: str) -> Iterator[None]:
    """Measure a task while the block runs. An exception counts as its failure."""
    with measured_work() as work:
        try:
            yield
        except BaseException:
            TASK_FAILURES.labels(name).inc()
            raise
        finally:
            record_task(name, work)


def record_task(name: str, work: Work) -> None:
    """Count a task that has ended."""
    TASK_SECONDS.labels(name).observe(work.seconds)
    TASK_QUERIES.labels(name).observe(work.queries)


def record_cache_read(key: str, *, hit: bool) -> None:
    """Count a read of the cache."""
    CACHE_REQUESTS.labels(_bounded("family", cache_family(key)), "hit" if hit else "miss").inc()


def cache_family(key: str) -> str:
    """The first part of a key that is a word: what is cached, without ids and versions.

    >>> cache_family("leaderboard:7:all:v42"), cache_family("0.1.0:landing:en"), cache_family("7:8")
    ('leaderboard', 'landing', 'other')
    """
    return next((part for part in key.split(":") if FAMILY.fullmatch(part)), OTHER)


_label_values: dict[str, set[str]] = {}


def _bounded(label: str, value: str) -> str:
    """The value, or `OTHER` if the label has too many already: a mistake must not fill the memory."""
    values = _label_values.setdefault(label, set())
    if value not in values:
        if len(values) >= MAX_LABEL_VALUES:
            return OTHER
        values.add(value)
    return value
