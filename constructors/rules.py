"""The names of bots, as plain Python."""

import hashlib
from collections.abc import Collection

from core.confusables import folded, skeleton

BOT_NAMES = (
    "Apex Hunters", "Late Brakers", "Box Box Box", "Gravel Trap", "Undercut United", "Purple Sectors", "Blue Flags",
    "Tyre Whisperers", "Slipstream Six", "Parc Fermé", "Kerb Riders", "Cold Tyres", "Dirty Air", "Green Track",
    "Lift and Coast", "Chequered Past", "Formation Lap", "Hard Compound", "Pit Wall Poets", "Racing Line",
    "Safety Car", "Short Shift", "Tow Truck", "Understeer Union", "Yellow Sector",
)  # fmt: skip


def bot_name(*, seed: str, taken: Collection[str]) -> str:
    """Return the name of a league's next bot: the same for the same seed and the same names in use.

    >>> first = bot_name(seed="7", taken=())
    >>> first == bot_name(seed="7", taken=()) and first != bot_name(seed="7", taken=[first.upper()])
    True
    >>> bot_name(seed="7", taken=BOT_NAMES) in {f"{name} 2" for name in BOT_NAMES}
    True
    """
    in_use = keys_of(*taken)
    drawn = sorted(BOT_NAMES, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())
    number = 1
    while not (free := [name for name in (_numbered(name, number) for name in drawn) if not keys_of(name) & in_use]):
        number += 1
    return free[0]


def keys_of(*names: str) -> set[str]:
    """Return what the names share with those that differ from them in case only, or look like them.

    >>> keys_of("Box Box Box") & keys_of("BOX Box Box"), keys_of("Undercut") & keys_of("Overcut")
    ({'box box box'}, set())
    """
    return {key(name) for name in names for key in (folded, skeleton)}


def _numbered(name: str, number: int) -> str:
    return name if number == 1 else f"{name} {number}"
