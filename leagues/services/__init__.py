"""What can be done to a league. Every call is one transaction and refuses with a sentence."""

from .founding import create_league
from .membership import join_by_code, join_league, leave_league, remove_member, set_role, transfer_management
from .news import tell_of_removal, tell_of_role
from .settings import change_league, change_settings

__all__ = [
    "change_league",
    "change_settings",
    "create_league",
    "join_by_code",
    "join_league",
    "leave_league",
    "remove_member",
    "set_role",
    "tell_of_removal",
    "tell_of_role",
    "transfer_management",
]
