"""The state of the site, read when Prometheus asks: drafts, outbox, feed, queues, background processes, disk.

Each source is read in a thread of its own and has a few seconds. If one is away or slow, its gauge `..._up` is 0 and
its metrics are missing: an old value would hide the trouble.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from prometheus_client import Metric

from . import sources
from .gauges import Value, families

logger = logging.getLogger(__name__)

# Less than Prometheus waits (deploy/prometheus/prometheus.yml).
SECONDS = 5.0

Read = Callable[[], Iterable[Value]]


class Source:
    """Something to read, in a thread of its own. Those who ask while it is being read share the result."""

    def __init__(self, name: str, read: Read) -> None:
        self.name, self.read = name, read
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=f"metrics-{name}")
        self._running: Future[list[Value]] | None = None
        self._lock = threading.Lock()

    def begin(self) -> "Future[list[Value]]":
        """Begin to read, unless that is under way."""
        with self._lock:
            if self._running is None or self._running.done():
                self._running = self._executor.submit(lambda: list(self.read()))
            return self._running

    def values(self, running: "Future[list[Value]]") -> list[Value]:
        """What has been read, and whether it could be."""
        up = f"fantasyf1_{self.name}_up"
        if not running.done():
            logger.warning("The metrics of the %s could not be read in %g s.", self.name, SECONDS)
            return [Value(up, 0)]
        if error := running.exception():
            logger.warning("The metrics of the %s could not be read: %s", self.name, error)
            return [Value(up, 0)]
        return [Value(up, 1), *running.result()]


DATABASE = Source("database", sources.database)
CACHE = Source("cache", sources.cache_source)
BROKER = Source("broker", sources.broker)
MACHINE = Source("machine", sources.machine)
CERTIFICATE = Source("certificate", sources.certificate)


def used_sources() -> list[Source]:
    """The sources that this installation has: an embedded one keeps its messages in a file."""
    optional = [
        *([BROKER] if settings.BROKER_URL else []),
        *([CERTIFICATE] if settings.METRICS_CERTIFICATE_ADDRESS else []),
    ]
    return [DATABASE, CACHE, MACHINE, *optional]


def collect() -> Iterator[Metric]:
    """The gauges of all sources, after at most `SECONDS`."""
    return families(read_all(used_sources()))


def read_all(used: Iterable[Source]) -> list[Value]:
    """The values of these sources."""
    begun = [(source, source.begin()) for source in used]
    wait([running for _, running in begun], timeout=SECONDS)
    return [value for source, running in begun for value in source.values(running)]
