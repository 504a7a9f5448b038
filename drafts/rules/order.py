"""The draft order: random from a committed seed, carried over, rotated, by reverse standings, or set by hand."""

import hashlib
from collections.abc import Collection, Iterable, Sequence


def commitment(seed: str) -> str:
    """Return the SHA-256 of a seed in hex. Published before the draw, so that the seed cannot be chosen afterwards.

    >>> commitment("spa")[:8]
    '01698ce1'
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def drawn_order(constructors: Iterable[int], seed: str) -> list[int]:
    """Return a random but provable order (the game's rules, Draft: a random order is provable).

    Constructors are sorted by the SHA-256 of `seed:id`, so that anybody who knows the seed can repeat the draw, in a
    shell with `for id in 1 2 3; do printf %s:%s "$seed" $id | sha256sum; done`.

    >>> drawn_order([1, 2, 3], "spa")
    [3, 1, 2]
    >>> drawn_order([3, 1, 2], "spa")
    [3, 1, 2]
    """
    return sorted(constructors, key=lambda constructor: commitment(f"{seed}:{constructor}"))


def verification_command(constructors: Iterable[int], seed: str) -> str:
    """Return a shell command that prints the seed's commitment, then the digests with their constructors, sorted.

    >>> verification_command([3, 1], "spa").partition("; for")[0]
    'seed=spa; printf %s "$seed" | sha256sum'
    >>> verification_command([3, 1], "spa").partition("; for")[2]
    ' id in 1 3; do echo "$(printf %s:%s "$seed" $id | sha256sum) $id"; done | sort'
    """
    numbers = " ".join(str(constructor) for constructor in sorted(constructors))
    each = 'echo "$(printf %s:%s "$seed" $id | sha256sum) $id"'
    return f'seed={seed}; printf %s "$seed" | sha256sum; for id in {numbers}; do {each}; done | sort'


def carried_over(previous: Sequence[int], present: Collection[int]) -> list[int]:
    """Keep an order: drop constructors that left, append new ones in the order in which they joined.

    It is also the order after a void draft (the game's rules, Season and races).

    >>> carried_over([4, 2, 3], {2, 4, 7, 9})
    [4, 2, 7, 9]
    """
    order = dict.fromkeys([*previous, *sorted(present)])
    return [constructor for constructor in order if constructor in present]


def rotated(previous: Sequence[int], *, present: Collection[int], exempt: Collection[int] = ()) -> list[int]:
    """Move the last constructor to the front, no matter who picked (the game's rules, Draft: rotation).

    `exempt` are the constructors whose first draft was the previous one. They joined at the end of the order, and are
    exempt once, so that nobody gains the first pick by joining. The last constructor that is not exempt moves instead.

    >>> rotated([1, 2, 3], present={1, 2, 3})
    [3, 1, 2]
    >>> rotated([1, 2, 3], present={1, 2, 3, 4})
    [3, 1, 2, 4]
    >>> rotated([3, 1, 2, 4], present={1, 2, 3, 4}, exempt={4})
    [2, 3, 1, 4]
    >>> rotated([1, 2, 3], present={1, 2})
    [2, 1]
    """
    movable = [constructor for constructor in previous if constructor in present and constructor not in exempt]
    return carried_over([*movable[-1:], *previous], present)


def reverse_standings(standings: Sequence[int], present: Collection[int]) -> list[int]:
    """The last in the standings picks first; constructors without a place in the standings pick last.

    >>> reverse_standings([1, 2, 3], {1, 2, 3, 8})
    [3, 2, 1, 8]
    """
    return carried_over(standings[::-1], present)


def manual_order(planned: Sequence[int], previous: Sequence[int], present: Collection[int]) -> list[int]:
    """Return the order that the manager set; constructors missing from it follow in the previous draft's order.

    >>> manual_order([3, 1], [1, 2, 3, 4], {1, 2, 3, 4, 5})
    [3, 1, 2, 4, 5]
    """
    return carried_over([*planned, *previous], present)
