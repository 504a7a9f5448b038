"""Form widgets that several apps can use."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

UNITS = (
    (timedelta(seconds=1), _("seconds")),
    (timedelta(minutes=1), _("minutes")),
    (timedelta(hours=1), _("hours")),
    (timedelta(days=1), _("days")),
)


def label_row(form: forms.BaseForm, row: str) -> None:
    """Give the fields of a form in a row of a table an accessible name: their labels are the headings of columns."""
    for field in form.fields.values():
        # The admin wraps the fields of relations; the attributes are those of the widget inside.
        widget: Any = getattr(field.widget, "widget", field.widget)
        widget.attrs["aria-label"] = gettext("%(row)s: %(column)s") % {"row": row, "column": field.label}


class DurationWidget(forms.MultiWidget):
    """A number and its unit, for an integer that counts seconds or minutes (`unit`).

    It posts the number as `<name>` and the unit as `<name>_unit`. Without the latter, the number is in `unit`.
    """

    template_name = "core/duration_widget.html"
    use_fieldset = False  # the label is the number's

    def __init__(self, unit: timedelta, attrs: dict[str, Any] | None = None) -> None:
        choices = [(str(size // unit), label) for size, label in UNITS if size >= unit]
        self.factors = {value: int(value) for value, _label in choices}
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "": forms.NumberInput(attrs={"min": 0}),
            "unit": forms.Select(choices=choices, attrs={"aria-label": _("Unit")}),
        }
        super().__init__(widgets, attrs)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name the unit after the field and itself: `templates/elements/field.html` gives the label its id."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        _number, unit = context["widget"]["subwidgets"]
        if id_ := context["widget"]["attrs"].get("id"):
            unit["attrs"]["aria-labelledby"] = f"{self.id_for_label(id_)}_label {unit['attrs']['id']}"
        # A required select would need an empty option in front. The unit always has a value.
        unit["attrs"].pop("required", None)
        return context

    def id_for_label(self, id_: str) -> str:
        return f"{id_}_0" if id_ else ""

    def decompress(self, value: Any) -> list[Any]:
        """Split a value into a number and the largest unit that divides it. Anything but a number stays as it is.

        >>> DurationWidget(timedelta(seconds=1)).decompress(14_400)
        [4, '3600']
        """
        if not isinstance(value, int):
            return [value, "1"]
        factor = max(factor for factor in self.factors.values() if factor == 1 or (value and value % factor == 0))
        return [value // factor, str(factor)]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        number, unit = super().value_from_datadict(data, files, name)
        try:
            return int(number) * self.factors[unit or "1"]
        except (TypeError, ValueError, KeyError):
            return number if unit in (None, *self.factors) else ""  # for the field to refuse
