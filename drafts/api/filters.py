"""Query filters of the list of drafts."""

import django_filters

from core.api.fields import IdFilter

from ..models import Draft


class DraftFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    league_id = IdFilter(field_name="league", help_text="Those of this league, one's own or a public one.")
    race_id = IdFilter(field_name="race", help_text="Those for this race.")
    state = django_filters.ChoiceFilter(choices=Draft.State.choices, help_text="Those in this state.")

    class Meta:
        model = Draft
        fields = ("league_id", "race_id", "state")
