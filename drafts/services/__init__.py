"""Writes to drafts. Every call is one transaction, takes `now`, and raises `Refused` with a sentence for the player."""

from .bots import pick_for_bot, play_bots
from .desk import extend_turn, pause_draft, pick_for, resume_draft, swap_for, undo_picks
from .following import follow_race
from .locking import lock_draft, lock_due_drafts
from .opening import admit_to_first_draft, open_draft, set_order
from .picking import change_pick, make_pick, release_slots
from .scheduling import follow_settings, schedule_draft, schedule_drafts
from .spectators import end_spectator_link, renew_spectator_link
from .swapping import note_withdrawals, swap_pick
from .turns import expire_due_turns, expire_turn, meet_the_clock
from .wishing import change_wishes, order_wishes, set_autodraft, set_wishes

__all__ = [
    "admit_to_first_draft",
    "change_pick",
    "change_wishes",
    "end_spectator_link",
    "expire_due_turns",
    "expire_turn",
    "extend_turn",
    "follow_race",
    "follow_settings",
    "lock_draft",
    "lock_due_drafts",
    "make_pick",
    "meet_the_clock",
    "note_withdrawals",
    "open_draft",
    "order_wishes",
    "pause_draft",
    "pick_for",
    "pick_for_bot",
    "play_bots",
    "release_slots",
    "renew_spectator_link",
    "resume_draft",
    "schedule_draft",
    "schedule_drafts",
    "set_autodraft",
    "set_order",
    "set_wishes",
    "swap_for",
    "swap_pick",
    "undo_picks",
]
