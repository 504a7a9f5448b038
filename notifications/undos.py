"""What can be undone about notifications: that all of them are read."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from core.undo import Params, Undo

from . import services


def _mark_unread_again(user: AbstractBaseUser, params: Params, now: datetime) -> str:
    services.mark_unread_again(user=user, read_at=datetime.fromisoformat(params["read_at"]))
    return _("They are unread again.")


ALL_READ = Undo("all_notifications_read", _mark_unread_again)

UNDOS = (ALL_READ,)
