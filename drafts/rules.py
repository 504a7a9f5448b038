"""The draft as the rules know it: order, slots, turns, windows and legality. Plain values in, plain values out."""

import hashlib


def commitment(seed: str) -> str:
    """The SHA-256 of a seed, in hex: shown before the draw, so that the seed cannot be chosen afterwards.

    >>> commitment("monaco")[:8]
    '6e6d3d52'
    """
    return hashlib.sha256(seed.encode()).hexdigest()
