"""Run periodic work in batches, so that each batch uses a fresh `now`.

A service handles everything in one call at a single `now`. The rows it reaches last would get a timestamp from before
all the others were done, and clocks that it starts would lose that much time. On a busy machine three hundred picks
take more than half a minute.
"""

from collections.abc import Callable

# The most items that one call of a service handles.
BATCH_SIZE = 50
# The most batches that a task runs before it lets other tasks work. The next tick does the rest.
MAX_BATCHES = 6


def run_in_batches(do: Callable[[], int], *, size: int = BATCH_SIZE, most: int = MAX_BATCHES) -> int:
    """Call `do`, which returns how many items it handled, until it handles less than a full batch. Returns the total.

    >>> remaining = [50, 50, 7, 0]
    >>> run_in_batches(lambda: remaining.pop(0)), remaining
    (107, [0])
    """
    total = 0
    for _ in range(most):
        handled = do()
        total += handled
        if handled < size:
            break
    return total
