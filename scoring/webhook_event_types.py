"""The events of scoring that a league's webhooks can announce."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from leagues.webhook_events import Data, EventType


def _race_page(data: Data) -> str:
    return reverse("pages:league_race", args=[data["league_id"], data["race_id"]])


def _scored_text(shown: Data) -> str:
    lines = [
        _("The %(race)s is scored.") % shown,
        *_places(shown["top"]),
        _("Standings:"),
        *_places(shown["standings"]),
    ]
    return "\n".join(lines)


def _places(places: list[Data]) -> list[str]:
    return [_("%(rank)s. %(constructor)s: %(points)s") % place for place in places]


def _corrected_text(shown: Data) -> str:
    line = _("%(constructor)s: %(points_before)s → %(points_after)s")
    sentence = _("The results of the %(race)s were corrected.") % shown
    return "\n".join([sentence, *(line % change for change in shown["changes"])])


RACE_SCORED = EventType("race.scored", gettext_lazy("A race was scored"), text=_scored_text, path=_race_page)
RESULT_CORRECTED = EventType(
    "result.corrected", gettext_lazy("A correction changed points"), text=_corrected_text, path=_race_page
)

TYPES = (RACE_SCORED, RESULT_CORRECTED)
