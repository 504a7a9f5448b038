"""Is a request about a draft well-formed? Whether it is allowed is for the services."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from constructors.models import Constructor

Choices = Sequence[tuple[int, str]]


class PickForm(forms.Form):
    """The entry to take, by its id."""

    entry = forms.IntegerField(min_value=1)


class OutForm(forms.Form):
    """The entry of a driver who is out, by its id."""

    out = forms.IntegerField(min_value=1, max_value=2**63 - 1)


class SeenForm(forms.Form):
    """The number of the last event that a manager had before him when he decided."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    @property
    def seen_event(self) -> int | None:
        seen: int | None = self.cleaned_data.get("seen")
        return seen


class DeskForm(SeenForm):
    """One act of the commissioner's desk."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("pause", "resume", "extend", "pick_for", "swap")])
    minutes = forms.IntegerField(required=False, min_value=1, max_value=24 * 60)
    slot = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    out = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    entry = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


class ExtendForm(SeenForm):
    """How much more time whoever is on the clock gets."""

    minutes = forms.IntegerField(min_value=1, max_value=24 * 60, initial=60, help_text="At most until the lock.")


class ChoosingForm(SeenForm):
    """A form whose choices are given by the names of their fields: what a draft has to choose from now."""

    def __init__(self, *args: Any, choices: Mapping[str, Choices], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = offered


class PickForForm(ChoosingForm):
    """A slot that may be filled for someone, and the driver for it."""

    slot = forms.TypedChoiceField(coerce=int, label="Pick for")
    entry = forms.TypedChoiceField(coerce=int, label="Driver")


class SwapForm(ChoosingForm):
    """A driver who is out, and the one who takes his place."""

    out = forms.TypedChoiceField(coerce=int, label="In the place of")
    entry = forms.TypedChoiceField(coerce=int, label="Driver")


class UndoForm(SeenForm):
    """How many of the last picks to undo."""

    count = forms.IntegerField(min_value=1, max_value=200, initial=1, label="How many of the last picks")


class WishForm(forms.Form):
    """One change of a wish list: `up:7`, `down:7`, `remove:7`, `team:7`, `unwant:7` or `add:7`, 7 being a driver."""

    change = forms.RegexField(r"^(up|down|remove|team|unwant|add):[0-9]{1,18}$")


class WishOrderForm(forms.Form):
    """The whole order of a wish list, as drivers: `7,4,19`."""

    order = forms.RegexField(r"^[0-9]{1,18}(,[0-9]{1,18})*$", max_length=1000)

    def drivers(self) -> list[int]:
        return [int(driver) for driver in self.cleaned_data["order"].split(",")]


class AutodraftForm(forms.Form):
    autodraft = forms.ChoiceField(choices=Constructor.Autodraft.choices)


class OrderForm(SeenForm):
    """A place for every constructor, as fields `place_<id>`; no two may share one."""

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
            raise forms.ValidationError("Give every constructor a place of its own.")
        return cleaned

    def order(self) -> list[int]:
        """The constructors' ids, first to last."""
        return sorted((one.pk for one in self.constructors), key=lambda pk: self.cleaned_data[f"place_{pk}"])
