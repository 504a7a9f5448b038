"""Forms of the notification pages: the channels of each kind, push in a browser, and marking everything as read."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django_stubs_ext import StrOrPromise

from .kinds import NotificationKind, optional_kinds
from .selectors import selectable_channels

Preferences = Mapping[str, Mapping[str, bool]]


class NotificationPreferencesForm(forms.Form):
    """One checkbox for each optional kind and each channel."""

    def __init__(self, *args: Any, preferences: Preferences, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = optional_kinds()
        self.channels = selectable_channels()
        for kind in self.kinds:
            for channel, label in self.channels:
                self.fields[_field(kind, channel)] = forms.BooleanField(
                    label=f"{kind.label}: {label}", required=False, initial=preferences[kind.name][channel]
                )

    @property
    def sections(self) -> list[tuple[StrOrPromise, list[tuple[StrOrPromise, list[BoundField]]]]]:
        """For each section, its name and rows: the label of a kind and its checkboxes. The most urgent one is first."""
        sections: dict[StrOrPromise, list[NotificationKind]] = {}
        for kind in self.kinds:
            sections.setdefault(kind.section, []).append(kind)
        by_urgency = sorted(sections.items(), key=lambda section: min(kind.priority for kind in section[1]))
        return [(name, [self._row(kind) for kind in kinds]) for name, kinds in by_urgency]

    def _row(self, kind: NotificationKind) -> tuple[StrOrPromise, list[BoundField]]:
        return kind.label, [self[_field(kind, channel)] for channel, _ in self.channels]

    @property
    def preferences(self) -> dict[str, dict[str, bool]]:
        """What the user has chosen, as the service takes it."""
        return {
            kind.name: {channel: self.cleaned_data[_field(kind, channel)] for channel, _ in self.channels}
            for kind in self.kinds
        }


def _field(kind: NotificationKind, channel: str) -> str:
    return f"{kind.name}.{channel}"


class MarkAllReadForm(forms.Form):
    up_to = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class PushSubscriptionForm(forms.Form):
    """What a browser says about its push subscription."""

    endpoint = forms.CharField(max_length=2000)
    p256dh = forms.CharField(max_length=100)
    auth = forms.CharField(max_length=40)
