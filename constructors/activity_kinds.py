"""What the activity log of a league says about its constructors."""

from django.utils.translation import gettext_lazy as _

from leagues.activity import ActivityKind

DEPUTY_NAMED = ActivityKind("deputy_named", _("%(by)s named %(member)s as deputy for %(constructor)s."))
DEPUTY_ENDED = ActivityKind("deputy_ended", _("%(by)s ended the time of %(member)s as deputy for %(constructor)s."))

KINDS = (DEPUTY_NAMED, DEPUTY_ENDED)
