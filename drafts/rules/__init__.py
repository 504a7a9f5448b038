"""The rules of a draft: order, slots, opening window, picks, clocks, wish lists. Plain values in, plain values out.

Constructors and drivers are integers, datetimes are aware, and nothing reads the clock or a random generator.
"""

from .clocks import (
    GRACE,
    LEAST_SHARE,
    LONGEST_IN_ALL,
    MARGIN,
    UNNOTICED,
    Kind,
    QuietHours,
    Share,
    after_downtime,
    after_waking,
    deadline,
    extended,
    fair_share,
    longest_share,
    resumed,
    waking_time,
)
from .order import carried_over, commitment, drawn_order, manual_order, reverse_standings, rotated
from .picks import Candidate, Situation, Swap, bot_choice, check_candidate, check_pick, check_swap
from .slots import SlotPlan, lowest_unfilled, slot_sequence
from .windows import LEAST_WINDOW, NEW_YORK, OPENING_TIME, Lock, lock, opens_at
from .wishes import Wish, WishChange, WishLists, changed_lists, choose, preview, reorder_wishes

__all__ = [
    "GRACE",
    "LEAST_SHARE",
    "LEAST_WINDOW",
    "LONGEST_IN_ALL",
    "MARGIN",
    "NEW_YORK",
    "OPENING_TIME",
    "UNNOTICED",
    "Candidate",
    "Kind",
    "Lock",
    "QuietHours",
    "Share",
    "Situation",
    "SlotPlan",
    "Swap",
    "Wish",
    "WishChange",
    "WishLists",
    "after_downtime",
    "after_waking",
    "bot_choice",
    "carried_over",
    "changed_lists",
    "check_candidate",
    "check_pick",
    "check_swap",
    "choose",
    "commitment",
    "deadline",
    "drawn_order",
    "extended",
    "fair_share",
    "lock",
    "longest_share",
    "lowest_unfilled",
    "manual_order",
    "opens_at",
    "preview",
    "reorder_wishes",
    "resumed",
    "reverse_standings",
    "rotated",
    "slot_sequence",
    "waking_time",
]
