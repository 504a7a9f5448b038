"""What can be undone about a constructor: its new name."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.undo import ChangedSince, Params, Undo

from . import services
from .selectors import constructors_visible_to


def _rename_back(user: User, params: Params, now: datetime) -> str:
    constructor = constructors_visible_to(user).filter(pk=params["constructor"]).first()
    if constructor is None or constructor.name != params["after"]:
        raise ChangedSince
    services.rename_constructor(constructor=constructor, by=user, name=params["before"])
    return _("Your constructor is called “%(name)s” again.") % {"name": constructor.name}


RENAMED = Undo("constructor_renamed", _rename_back)

UNDOS = (RENAMED,)
