"""Forms for drafts: they check whether a request is well-formed. The services check whether it is allowed."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from constructors.models import Constructor

Choices = Sequence[tuple[int, str]]


class PickForm(forms.Form):
    """The id of the entry to pick, and the number of the slot that the page offered to fill."""

    entry = forms.IntegerField(min_value=1)
    slot = forms.IntegerField(required=False, min_value=1)


class WithdrawnDriverForm(forms.Form):
    """The id of the entry of a driver who is out."""

    out = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class SeenForm(forms.Form):
    """The number of the last event that the manager saw, for optimistic locking."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    @property
    def seen_event(self) -> int | None:
        seen: int | None = self.cleaned_data.get("seen")
        return seen


class CommissionerForm(SeenForm):
    """One action of the commissioner tools."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("pause", "resume", "extend", "pick_for", "swap")])
    minutes = forms.IntegerField(required=False, min_value=1, max_value=24 * 60)
    slot = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    out = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    entry = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ExtendForm(SeenForm):
    """How much more time the constructor on the clock gets."""

    minutes = forms.IntegerField(
        min_value=1, max_value=24 * 60, label=_("Minutes"), initial=60, help_text=_("Not beyond the lock.")
    )


class DynamicChoicesForm(SeenForm):
    """A form whose choices are passed in by field name, because they depend on the draft."""

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field_choices in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = field_choices


class PickForForm(DynamicChoicesForm):
    """A slot to fill for a player, and the driver for it."""

    slot = forms.TypedChoiceField(coerce=int, label=_("Pick for"))
    entry = forms.TypedChoiceField(coerce=int, label=_("Driver"))


class DeputyPickForm(DynamicChoicesForm):
    """A constructor whose deputy the user is, and the driver to pick for it."""

    constructor = forms.TypedChoiceField(coerce=int, label=_("Pick for"))
    entry = forms.TypedChoiceField(coerce=int, label=_("Driver"))


class SubstitutionForm(DynamicChoicesForm):
    """A driver who is out, and the driver to take instead."""

    out = forms.TypedChoiceField(coerce=int, label=_("Instead of"))
    entry = forms.TypedChoiceField(coerce=int, label=_("Driver"))


class UndoForm(SeenForm):
    """How many of the last picks to undo."""

    count = forms.IntegerField(min_value=1, max_value=200, initial=1, label=_("Number of picks"))


class WishChangeForm(forms.Form):
    """A change of a wish list as action and driver id: `up:7`, `down:7`, `remove:7`, `team:7`, `unwant:7`, `add:7`."""

    change = forms.RegexField(r"^(up|down|remove|team|unwant|add):[0-9]{1,18}$")


class WishOrderForm(forms.Form):
    """The whole order of a wish list, as driver ids: `7,4,19`."""

    order = forms.RegexField(r"^[0-9]{1,18}(,[0-9]{1,18})*$", max_length=1000)

    def drivers(self) -> list[int]:
        return [int(driver) for driver in self.cleaned_data["order"].split(",")]


class AutodraftForm(forms.Form):
    autodraft = forms.ChoiceField(label=_("Autodraft"), choices=Constructor.Autodraft.choices, widget=forms.RadioSelect)


class OrderForm(SeenForm):
    """A unique place for every constructor, in fields named `place_<id>`."""

    def __init__(self, *args: Any, constructors: Sequence[Constructor], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.constructors = constructors
        for constructor in constructors:
            self.fields[f"place_{constructor.pk}"] = forms.IntegerField(
                label=constructor.name, min_value=1, max_value=len(constructors)
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        places = {place for name, place in cleaned.items() if name.startswith("place_")}
        if len(places) != len(self.constructors):
            raise forms.ValidationError(gettext("Give every constructor a different place."))
        return cleaned

    def order(self) -> list[int]:
        """Return the constructor ids, first to last."""
        ids = [constructor.pk for constructor in self.constructors]
        return sorted(ids, key=lambda pk: self.cleaned_data[f"place_{pk}"])
