"""Writes to drafts. Every call is one transaction, takes `now`, and raises `Refused` with a sentence for the player."""

from .autopick import expire_due_turns, expire_turn, expire_turn_if_due, make_bot_picks, pick_for_bot
from .bots import balance_bots
from .commissioner import extend_turn, pause_draft, pick_for, resume_draft, substitute_driver_for, undo_picks
from .deletion import delete_drafts
from .hand_over import replace_absent_managers
from .lobby import nudge, set_ready, start_draft
from .locking import lock_draft, lock_due_drafts
from .missing_drivers import reopen_slots
from .opening import open_draft, open_due_drafts, set_order
from .pick_links import (
    HOURS_TO_ASK_FOR,
    ask_for_time,
    autodraft_by_link,
    change_pick_by_link,
    count_pick_link_request,
    live_turn,
    pick_by_link,
    switch_off_pick_links,
)
from .picks import change_own_pick, change_pick, make_own_pick, make_pick
from .reminders import remind_of_missing_picks, remind_of_turns
from .rescheduling import reschedule_drafts
from .scheduling import reschedule_upcoming_draft, schedule_draft, schedule_drafts
from .skipping import restore_race, skip_race
from .slots import admit_newcomer, release_slots
from .spectator_links import end_spectator_link, renew_spectator_link
from .substitutions import record_withdrawals, substitute_driver
from .wish_lists import ListsChange, change_wishes, order_wishes, set_autodraft, set_wishes, take_back_wish_change

__all__ = [
    "HOURS_TO_ASK_FOR",
    "ListsChange",
    "admit_newcomer",
    "ask_for_time",
    "autodraft_by_link",
    "balance_bots",
    "change_own_pick",
    "change_pick",
    "change_pick_by_link",
    "change_wishes",
    "count_pick_link_request",
    "delete_drafts",
    "end_spectator_link",
    "expire_due_turns",
    "expire_turn",
    "expire_turn_if_due",
    "extend_turn",
    "live_turn",
    "lock_draft",
    "lock_due_drafts",
    "make_bot_picks",
    "make_own_pick",
    "make_pick",
    "nudge",
    "open_draft",
    "open_due_drafts",
    "order_wishes",
    "pause_draft",
    "pick_by_link",
    "pick_for",
    "pick_for_bot",
    "record_withdrawals",
    "release_slots",
    "remind_of_missing_picks",
    "remind_of_turns",
    "renew_spectator_link",
    "reopen_slots",
    "replace_absent_managers",
    "reschedule_drafts",
    "reschedule_upcoming_draft",
    "restore_race",
    "resume_draft",
    "schedule_draft",
    "schedule_drafts",
    "set_autodraft",
    "set_order",
    "set_ready",
    "set_wishes",
    "skip_race",
    "start_draft",
    "substitute_driver",
    "substitute_driver_for",
    "switch_off_pick_links",
    "take_back_wish_change",
    "undo_picks",
]
