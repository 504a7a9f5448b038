"""A circuit breaker for a server without which the site works, but which may take its time to fail: the cache, the
broker, pub/sub.
"""

import threading
import time


class Circuit:
    """Says whether to call a server. One for all threads of a process.

    After a failure nobody calls it for `cooldown` seconds. Then one caller tries it, and the others still do without:
    of all the threads, only one waits for the timeout of a server that does not respond.
    """

    def __init__(self, cooldown: float) -> None:
        self.cooldown = cooldown
        self._lock = threading.Lock()
        # On the monotonic clock; None while the circuit is closed, that is, while the server works.
        self._open_until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the last call failed."""
        return self._open_until is not None

    def allows_call(self) -> bool:
        """Whether to call the server. Tell the outcome to `record_success` or `record_failure`."""
        with self._lock:
            if self._open_until is None:
                return True
            now = time.monotonic()
            if now < self._open_until:
                return False
            self._open_until = now + self.cooldown
            return True

    def record_success(self) -> None:
        with self._lock:
            self._open_until = None

    def record_failure(self) -> None:
        with self._lock:
            self._open_until = time.monotonic() + self.cooldown
