"""CPU affinity: pin what is measured and the services it uses to different cores, where the machine allows it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

SERVICES_CORE, MEASURED_CORE = 0, -1


def can_pin_cores() -> bool:
    """Whether this process may use at least two cores and choose between them."""
    return hasattr(os, "sched_setaffinity") and len(os.sched_getaffinity(0)) > 1


@contextmanager
def on_core(which: int) -> Iterator[None]:
    """Pin this thread to one core for the block. Processes started in the block stay on that core for good."""
    if not can_pin_cores():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[which]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
