"""What can be done to a draft. Every call is one transaction, takes `now`, and refuses with a sentence."""

from .bots import pick_for_bot, play_bots
from .locking import lock_draft, lock_due_drafts
from .opening import admit_to_first_draft, open_draft, set_order
from .picking import make_pick, release_slots
from .scheduling import follow_race, follow_settings, schedule_draft, schedule_drafts

__all__ = [
    "admit_to_first_draft",
    "follow_race",
    "follow_settings",
    "lock_draft",
    "lock_due_drafts",
    "make_pick",
    "open_draft",
    "pick_for_bot",
    "play_bots",
    "release_slots",
    "schedule_draft",
    "schedule_drafts",
    "set_order",
]
