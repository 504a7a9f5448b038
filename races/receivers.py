"""Signal receivers: invalidate cached results, contribute to the personal data export."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import export_requested
from core.cache import tags

from .cache_tags import RESULTS_TAG
from .models import Season
from .selectors import exported_data
from .signals import classification_recorded


@receiver([post_save, post_delete], sender=Season)
@receiver(classification_recorded)
def on_classification_recorded(**_: Any) -> None:
    tags.invalidate(RESULTS_TAG)


@receiver(export_requested)
def on_export_requested(*, user: User, **_: Any) -> dict[str, Any]:
    return exported_data(user)
