"""What races hear: their own rows and results, so that no answer outlives what it hangs on."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from fantasyf1.kit import stamps

from .models import Season
from .signals import classification_recorded
from .stamps import RESULTS


@receiver([post_save, post_delete], sender=Season)
@receiver(classification_recorded)
def forget_what_the_results_were(**_: Any) -> None:
    stamps.change(RESULTS)
