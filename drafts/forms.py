"""Is a request about a draft well-formed? Whether it is allowed is for the services."""

from collections.abc import Sequence
from typing import Any

from django import forms

from constructors.models import Constructor


class PickForm(forms.Form):
    """The entry to take, by its id."""

    entry = forms.IntegerField(min_value=1)


class OrderForm(forms.Form):
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
        if len(set(cleaned.values())) != len(self.constructors):
            raise forms.ValidationError("Give every constructor a place of its own.")
        return cleaned

    def order(self) -> list[int]:
        """The constructors' ids, first to last."""
        return sorted((one.pk for one in self.constructors), key=lambda pk: self.cleaned_data[f"place_{pk}"])
