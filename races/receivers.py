"""Signal receivers: invalidate cached results, contribute to the personal data export."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import data_wanted
from fantasyf1.kit import stamps

from .models import Season
from .selectors import data_of
from .signals import classification_recorded
from .stamps import RESULTS


@receiver([post_save, post_delete], sender=Season)
@receiver(classification_recorded)
def forget_what_the_results_were(**_: Any) -> None:
    stamps.change(RESULTS)


@receiver(data_wanted)
def hand_out_what_he_did_to_results(*, user: User, **_: Any) -> dict[str, Any]:
    return data_of(user)
