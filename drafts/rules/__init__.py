"""The draft as the rules know it: order, slots, windows, picks, clocks and wishes. Plain values in, plain values out.

Constructors and drivers are integers here, moments are aware datetimes, and nothing reads a clock or draws at random.
"""

from .order import carried_over, commitment, drawn_order, manual_order, reverse_standings, rotated
from .picks import Candidate, Situation, bot_choice, check_pick
from .slots import SlotPlan, lowest_unfilled, slot_sequence
from .windows import LEAST_WINDOW, NEW_YORK, OPENING_TIME, Lock, lock, opens_at
from .wishes import Wish, choose, preview

__all__ = [
    "LEAST_WINDOW",
    "NEW_YORK",
    "OPENING_TIME",
    "Candidate",
    "Lock",
    "Situation",
    "SlotPlan",
    "Wish",
    "bot_choice",
    "carried_over",
    "check_pick",
    "choose",
    "commitment",
    "drawn_order",
    "lock",
    "lowest_unfilled",
    "manual_order",
    "opens_at",
    "preview",
    "reverse_standings",
    "rotated",
    "slot_sequence",
]
