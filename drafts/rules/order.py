"""In which order the constructors of a league draft: drawn by lot, kept, rotated, by the table or by hand."""

import hashlib
from collections.abc import Collection, Iterable, Sequence


def commitment(seed: str) -> str:
    """The SHA-256 of a seed, in hex: shown before the draw, so that the seed cannot be chosen afterwards.

    >>> commitment("spa")[:8]
    '01698ce1'
    """
    return hashlib.sha256(seed.encode()).hexdigest()


def drawn_order(constructors: Iterable[int], seed: str) -> list[int]:
    """Draw the order by lot (the game's rules, Draft: a random order is provable).

    The constructors stand in the order of the SHA-256 of `seed:id`, so that anybody who knows the seed can repeat
    the draw, in a shell with `for id in 1 2 3; do printf %s:%s "$seed" $id | sha256sum; done`.

    >>> drawn_order([1, 2, 3], "spa")
    [3, 1, 2]
    >>> drawn_order([3, 1, 2], "spa")
    [3, 1, 2]
    """
    return sorted(constructors, key=lambda constructor: commitment(f"{seed}:{constructor}"))


def check_command(constructors: Iterable[int], seed: str) -> str:
    """Write the draw as a line for a shell: it prints the seed's commitment, then the digests with their constructors.

    >>> check_command([3, 1], "spa").partition("; for")[0]
    'seed=spa; printf %s "$seed" | sha256sum'
    >>> check_command([3, 1], "spa").partition("; for")[2]
    ' id in 1 3; do echo "$(printf %s:%s "$seed" $id | sha256sum) $id"; done | sort'
    """
    numbers = " ".join(str(one) for one in sorted(constructors))
    each = 'echo "$(printf %s:%s "$seed" $id | sha256sum) $id"'
    return f'seed={seed}; printf %s "$seed" | sha256sum; for id in {numbers}; do {each}; done | sort'


def carried_over(previous: Sequence[int], present: Collection[int]) -> list[int]:
    """Keep an order: whoever left drops out, whoever is new comes last, the earliest to join first.

    This is also the order that follows a void draft (the game's rules, Season and races).

    >>> carried_over([4, 2, 3], {2, 4, 7, 9})
    [4, 2, 7, 9]
    """
    return [one for one in dict.fromkeys([*previous, *sorted(present)]) if one in present]


def rotated(previous: Sequence[int], *, present: Collection[int], exempt: Collection[int] = ()) -> list[int]:
    """The last becomes first, whoever picked (the game's rules, Draft: rotation).

    `exempt` are those whose first draft was the previous one: they joined last in the order, and are let off once from
    becoming first, so that nobody gains the first pick by joining. The last one who is not exempt moves instead.

    >>> rotated([1, 2, 3], present={1, 2, 3})
    [3, 1, 2]
    >>> rotated([1, 2, 3], present={1, 2, 3, 4})
    [3, 1, 2, 4]
    >>> rotated([3, 1, 2, 4], present={1, 2, 3, 4}, exempt={4})
    [2, 3, 1, 4]
    >>> rotated([1, 2, 3], present={1, 2})
    [2, 1]
    """
    first = [one for one in previous if one in present and one not in exempt][-1:]
    return carried_over([*first, *previous], present)


def reverse_standings(standings: Sequence[int], present: Collection[int]) -> list[int]:
    """The last in the table picks first; whoever is not in the table yet picks last.

    >>> reverse_standings([1, 2, 3], {1, 2, 3, 8})
    [3, 2, 1, 8]
    """
    return carried_over(standings[::-1], present)


def manual_order(planned: Sequence[int], previous: Sequence[int], present: Collection[int]) -> list[int]:
    """The order that the manager set; whoever it leaves out follows in the order of the draft before.

    >>> manual_order([3, 1], [1, 2, 3, 4], {1, 2, 3, 4, 5})
    [3, 1, 2, 4, 5]
    """
    return carried_over([*planned, *previous], present)
