"""What accounts hear: their own rows, so that no answer outlives what it hangs on. One call each.

Changes by `update()` are not heard: whoever makes one that matters says so himself.
"""

from collections.abc import Collection
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from fantasyf1.kit import stamps

from .models import TokenFamily, User
from .stamps import of_user

# What a person is signed in by, and what opens doors to him.
MATTERS = {*User.CREDENTIALS, "is_active", "is_superuser"}


@receiver(post_save, sender=User)
def forget_who_he_was(*, instance: User, update_fields: Collection[str] | None, **_: Any) -> None:
    if update_fields is None or MATTERS & set(update_fields):
        stamps.change(of_user(instance.pk))


@receiver(post_save, sender=TokenFamily)
def forget_a_changed_sign_in(*, instance: TokenFamily, created: bool, **_: Any) -> None:
    if not created:
        stamps.change(of_user(instance.user_id))


@receiver(post_delete, sender=User)
def forget_who_has_gone(*, instance: User, **_: Any) -> None:
    stamps.change(of_user(instance.pk))


@receiver(post_delete, sender=TokenFamily)
def forget_a_sign_in(*, instance: TokenFamily, **_: Any) -> None:
    stamps.change(of_user(instance.user_id))
