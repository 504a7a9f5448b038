"""Filters shared by the API's filter sets."""

from typing import Any

import django_filters
from django import forms
from drf_spectacular.utils import extend_schema_field

from .fields import MAX_ID


@extend_schema_field({"type": "integer", "minimum": 1})
class IdFilter(django_filters.Filter):  # type: ignore[misc]  # it has no types
    """Filters by the id of a related object."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=MAX_ID, **kwargs)
