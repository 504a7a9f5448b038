"""What the pages of all apps share: how a refusal reaches a form."""

from django import forms

from fantasyf1.kit.errors import Invalid, Refused


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Show a refusal at the field that it is about, else above the form."""
    field = refused.field if isinstance(refused, Invalid) else None
    form.add_error(field if field in form.fields else None, refused.sentence)
