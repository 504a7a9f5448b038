"""Forms of the notification page: preferences, and marking everything as read."""

from typing import Any

from django import forms

from .kinds import optional_kinds


class NotificationPreferencesForm(forms.Form):
    """One checkbox for each kind of notification that can be muted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in optional_kinds():
            self.fields[kind.name] = forms.BooleanField(label=kind.label, required=False)


class MarkAllReadForm(forms.Form):
    up_to = forms.IntegerField(min_value=1, max_value=2**63 - 1)
