"""Delete the drafts of a league that is deleted before its first pick."""

from django.utils.translation import gettext as _

from core.errors import Refused
from core.transactions import atomic
from leagues.models import League

from ..models import Draft
from ..selectors import has_picks


@atomic
def delete_drafts(*, league: League) -> None:
    """Delete the league's drafts. Raises `Refused` if it has ever had a pick: such a league is archived instead."""
    drafts = Draft.objects.filter(league=league)
    list(drafts.locked())  # Evaluated to lock the rows: a pick waits, and then finds no draft.
    if has_picks(league):
        raise Refused(_("This league has drafted, so it can only be archived."), code="has_drafted")
    drafts.delete()
