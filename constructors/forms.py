"""Forms of constructors. They check the format; the services check permissions and rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .models import Constructor
from .selectors import possible_deputies


class DeputyForm(forms.Form):
    """The player who picks for a constructor, or nobody."""

    deputy: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        queryset=User.objects.none(), required=False, label=_("Deputy"), empty_label=_("Nobody")
    )

    def __init__(self, *args: Any, constructor: Constructor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy"].initial = constructor.deputy_id
        self.fields["deputy"].queryset = possible_deputies(constructor)  # type: ignore[attr-defined]
