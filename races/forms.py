"""Forms for manual classifications. They check the format; plausibility is checked by the service."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.forms import label_row

from . import rules
from .models import Classification, Driver, Entry, Race, Result, Team
from .sources.dto import ResultDTO

# Empty rows for additional cars.
EXTRA_ROWS = 2
FINISHED = ("Finished", "Lapped")
NOT_FINISHED = [word.capitalize() for letter, word in rules.NOT_CLASSIFIED.items() if letter != "D"]


def _sized_input(size: int) -> forms.TextInput:
    return forms.TextInput(attrs={"size": size})


class ResultRowForm(forms.Form):
    """One car. `place` is a position, or the letter that says why it is not classified."""

    place = forms.CharField(
        max_length=3, label=_("Place"), help_text=_("A number, or R, D, W, N, E or F"), widget=_sized_input(3)
    )
    driver = forms.ModelChoiceField(Driver.objects.all(), label=_("Driver"))
    team = forms.ModelChoiceField(Team.objects.all(), label=_("Team"))
    number = forms.IntegerField(min_value=1, max_value=99, label=_("Car"), required=False, widget=_sized_input(3))
    grid = forms.IntegerField(min_value=0, max_value=99, label=_("Grid"), required=False, widget=_sized_input(3))
    laps = forms.IntegerField(min_value=0, max_value=999, label=_("Laps"), required=False, widget=_sized_input(3))
    status = forms.CharField(max_length=40, label=_("Status"), required=False, widget=_sized_input(13))
    points = forms.DecimalField(
        min_value=0, max_digits=5, decimal_places=2, label=_("Points"), required=False, widget=_sized_input(5)
    )
    fastest_lap_rank = forms.IntegerField(
        min_value=1, max_value=99, label=_("Fastest lap"), required=False, widget=_sized_input(3)
    )
    time_text = forms.CharField(max_length=20, label=_("Time"), required=False, widget=_sized_input(11))

    def clean_place(self) -> str:
        place = str(self.cleaned_data["place"]).strip().upper()
        if not place.isdigit() and place not in rules.NOT_CLASSIFIED:
            raise forms.ValidationError(gettext("Enter a number, or one of R, D, W, N, E or F."))
        return str(int(place)) if place.isdigit() else place


class ReasonForm(forms.Form):
    pole = forms.ModelChoiceField(
        Driver.objects.all(),
        required=False,
        label=_("Pole position"),
        help_text=_("The driver who was fastest in qualifying. Left empty, the driver in grid position 1."),
    )
    reason = forms.CharField(max_length=200, label=_("Reason"), help_text=_("Players see this next to the revision."))
    official_points = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Official points by place"),
        help_text=_("Award the official points for each place. If off, the points in the table are used."),
    )


class BaseResultRowFormSet(forms.BaseFormSet[ResultRowForm]):
    def add_fields(self, form: ResultRowForm, index: int | None) -> None:
        super().add_fields(form, index)
        if index is not None:
            label_row(form, gettext("Row %(number)s") % {"number": index + 1})


ResultRowFormSet = forms.formset_factory(ResultRowForm, formset=BaseResultRowFormSet, extra=EXTRA_ROWS)


def initial_rows(race: Race, last: Classification | None, entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return the initial rows: the latest classification, or the entries if there is none."""
    if last is not None:
        return [_values(result) for result in last.results.all()]
    return [
        {"place": place, "driver": entry.driver_id, "team": entry.team_id, "number": entry.number}
        for place, entry in enumerate(entries, 1)
    ]


def _values(result: Result) -> dict[str, Any]:
    return {
        "place": result.position_text,
        "driver": result.driver_id,
        "team": result.team_id,
        **{name: getattr(result, name) for name in ("number", "grid", "laps", "status", "points")},
        **{name: getattr(result, name) for name in ("fastest_lap_rank", "time_text")},
    }


def results_from_rows(rows: Sequence[dict[str, Any]], kind: str, *, official_points: bool) -> list[ResultDTO]:
    """Convert the rows to DTOs: classified cars by place, renumbered without gaps, then the others in table order.

    To disqualify the car in fifth place you change one field, and the sixth moves up.
    """
    filled = [row for row in rows if row]
    classified = sorted((row for row in filled if row["place"].isdigit()), key=lambda row: int(row["place"]))
    others = [row for row in filled if not row["place"].isdigit()]
    points = rules.OFFICIAL_POINTS[kind] if official_points else None
    results = [_to_dto(row, place, str(place), points) for place, row in enumerate(classified, 1)]
    return results + [_to_dto(row, place, row["place"], points) for place, row in enumerate(others, len(results) + 1)]


def _to_dto(row: dict[str, Any], position: int, text: str, points: Sequence[int] | None) -> ResultDTO:
    given = row["points"] or Decimal(0)
    if points is not None:
        given = Decimal(points[position - 1]) if text.isdigit() and position <= len(points) else Decimal(0)
    letter = "" if text.isdigit() else text
    return ResultDTO(
        driver=row["driver"].ref,
        team=row["team"].ref,
        number=row["number"],
        position=position,
        position_text=text,
        grid=row["grid"],
        laps=row["laps"],
        status=_status(row["status"], letter),
        points=given,
        fastest_lap_rank=row["fastest_lap_rank"],
        time_text="" if letter else row["time_text"],
    )


def _status(given: str, letter: str) -> str:
    """Return the entered status, unless it contradicts the place: then the default status. A car with a place may still
    be disqualified: the API has sent such rows."""
    contradicts = given in FINISHED if letter else given in NOT_FINISHED
    if given and not contradicts:
        return given
    return rules.NOT_CLASSIFIED[letter].capitalize() if letter else FINISHED[0]


def duplicate_place_error(rows: Sequence[dict[str, Any]]) -> str:
    """Return a sentence about a place that was given to two cars, or an empty string."""
    places = [row["place"] for row in rows if row and row["place"].isdigit()]
    duplicates = sorted((place for place in set(places) if places.count(place) > 1), key=int)
    return gettext("Place %(place)s is used twice.") % {"place": duplicates[0]} if duplicates else ""
