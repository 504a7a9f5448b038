"""What the activity log of a league says about its drafts: the commissioner tools, the draft order, spectators."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from leagues.activity import ActivityKind

from .models import DraftEvent

Kind = DraftEvent.Kind

PICKED_FOR = ActivityKind("picked_for", _("%(by)s picked %(driver)s for %(constructor)s (%(race)s)."))
SUBSTITUTED_FOR = ActivityKind(
    "substituted_for", _("%(by)s took %(driver)s for %(constructor)s, whose driver was out (%(race)s).")
)
SPECTATORS_ALLOWED = ActivityKind("spectators_allowed", _("%(by)s created a new link for spectators."))
SPECTATORS_ENDED = ActivityKind("spectators_ended", _("%(by)s ended the link for spectators."))

# Events of a draft that are the act of a manager if somebody did them, whatever else they hold.
COMMISSIONER_KINDS: dict[str, ActivityKind] = {
    Kind.OPENED: ActivityKind("draft_started", _("%(by)s started the draft (%(race)s).")),
    Kind.PAUSED: ActivityKind("draft_paused", _("%(by)s paused the draft (%(race)s).")),
    Kind.RESUMED: ActivityKind("draft_resumed", _("%(by)s resumed the draft (%(race)s).")),
    Kind.EXTENDED: ActivityKind(
        "clock_extended",
        ngettext_lazy(
            "%(by)s extended the clock by %(minutes)s minute (%(race)s).",
            "%(by)s extended the clock by %(minutes)s minutes (%(race)s).",
            "minutes",
        ),
    ),
    Kind.ORDER_SET: ActivityKind("order_set", _("%(by)s set the order of the draft (%(race)s).")),
    Kind.UNDONE: ActivityKind(
        "picks_undone",
        ngettext_lazy(
            "%(by)s undid the last pick (%(race)s).", "%(by)s undid the last %(count)s picks (%(race)s).", "count"
        ),
    ),
}

KINDS = (PICKED_FOR, SUBSTITUTED_FOR, SPECTATORS_ALLOWED, SPECTATORS_ENDED, *COMMISSIONER_KINDS.values())
