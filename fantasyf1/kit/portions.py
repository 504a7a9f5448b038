"""Work of the beat that comes in heaps is done in portions, so that no moment that it writes down is long gone.

A service does everything of one call at one `now`: what it does last is dated back by all that came before, and clocks
that it starts have lost as much. On a busy machine three hundred picks are more than half a minute.
"""

from collections.abc import Callable

# What one call of a service does at most.
PORTION = 50
# How many portions a task does before it lets others work; what is left is done at the next tick.
PORTIONS = 6


def in_portions(do: Callable[[], int]) -> int:
    """Call `do`, which returns how much it has done, until it does less than a portion; returns how much in all.

    >>> heap = [50, 50, 7, 0]
    >>> in_portions(lambda: heap.pop(0)), heap
    (107, [0])
    """
    done = 0
    for _ in range(PORTIONS):
        portion = do()
        done += portion
        if portion < PORTION:
            break
    return done
