"""What can be undone about an account: the user's new display name."""

from datetime import datetime

from django.utils.translation import gettext as _

from core.undo import ChangedSince, Params, Undo

from . import services
from .models import User


def _rename_back(user: User, params: Params, now: datetime) -> str:
    if user.display_name != params["after"]:
        raise ChangedSince
    services.change_display_name(user=user, display_name=params["before"])
    return _("Others see you as “%(name)s” again.") % {"name": user.shown_name}


RENAMED = Undo("display_name_changed", _rename_back)

UNDOS = (RENAMED,)
