"""Refusals of services as form errors."""

from django import forms

from core.errors import Invalid, Refused


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Add a refusal to the form: at its field, or above the form if it has none or the field is missing or hidden."""
    field = refused.field if isinstance(refused, Invalid) else None
    is_seen = field in form.fields and not form[field].is_hidden
    form.add_error(field if is_seen else None, refused.sentence)
