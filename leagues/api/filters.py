"""Filters of the invitation list."""

import django_filters

from ..models import Invitation


class InvitationFilter(django_filters.FilterSet):  # type: ignore[misc]  # it has no types
    state = django_filters.ChoiceFilter(choices=Invitation.State.choices, help_text="Only invitations in this state.")

    class Meta:
        model = Invitation
        fields = ("state",)
