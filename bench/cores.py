"""Keeping what is measured and what serves it on cores of their own, where the machine has two and allows it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

SERVICES, MEASURED = 0, -1


def are_apart() -> bool:
    """Whether there are two cores that can be told apart."""
    return hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


@contextmanager
def on_core(which: int) -> Iterator[None]:
    """Keep this thread, and every process that it starts meanwhile for ever, on one core."""
    if not are_apart():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[which]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
