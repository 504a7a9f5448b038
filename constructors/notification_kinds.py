"""The notifications of constructors: deputies of absent players."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from leagues.notification_kinds import LEAGUE_CHANGED
from leagues.selectors import is_still_member
from notifications.kinds import Message, Params, Timing


def _league_home(params: Params) -> str:
    return reverse("pages:league_home", args=[params["league_id"]])


BECAME_DEPUTY = Message(
    LEAGUE_CHANGED,
    "became_deputy",
    title=_("You pick for “%(constructor)s” in “%(league)s”"),
    body=_("You are the deputy while the player is absent. Open the draft when it is their turn."),
    link=_league_home,
    is_current=is_still_member,
    timing=Timing.AT_ONCE,
)
NO_LONGER_DEPUTY = Message(
    LEAGUE_CHANGED,
    "no_longer_deputy",
    title=_("You no longer pick for “%(constructor)s” in “%(league)s”"),
    link=_league_home,
    is_current=is_still_member,
)
HAS_DEPUTY = Message(
    LEAGUE_CHANGED,
    "has_deputy",
    title=_("“%(deputy)s” picks for you in “%(league)s”"),
    body=_("You can still make your picks yourself, and end this on the page of your constructor."),
    link=_league_home,
    is_current=is_still_member,
    timing=Timing.AT_ONCE,
)
HAS_NO_DEPUTY = Message(
    LEAGUE_CHANGED,
    "has_no_deputy",
    title=_("Nobody picks for you in “%(league)s” any more"),
    link=_league_home,
    is_current=is_still_member,
)

MESSAGES = (BECAME_DEPUTY, NO_LONGER_DEPUTY, HAS_DEPUTY, HAS_NO_DEPUTY)
