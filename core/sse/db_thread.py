"""A thread for short database reads, so that they do not block the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import connections

P = ParamSpec("P")
R = TypeVar("R")


class DatabaseThread:
    """One thread that runs one read after the other, and holds a connection only while it reads."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)

    async def __call__(self, read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._pool, lambda: _run(read, *args, **kwargs))

    def start(self) -> None:
        """Create the thread now instead of with the first stream."""
        self._pool.submit(int)

    def stop(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)


def _run(read: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        return read(*args, **kwargs)
    finally:
        connections.close_all()  # only those of this thread; with a pool they are returned to it
