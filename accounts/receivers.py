"""Signal receivers of accounts: cache invalidation, e-mail addresses, the outbox, browser sessions. One call each.

`QuerySet.update()` sends no signals: code that uses it invalidates the cache tags itself.
"""

from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from fantasyf1.kit import clock, stamps
from fantasyf1.kit.hints import hint

from . import services, tasks
from .models import TokenFamily, User
from .signals import letter_posted
from .stamps import of_user

# Fields that decide whether a user is signed in and what they may do.
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


@receiver(post_save, sender=User)
def note_a_given_address(*, instance: User, update_fields: Collection[str] | None, **_: Any) -> None:
    if update_fields is None or "email" in update_fields:
        services.note_given(instance)


@receiver(post_save, sender=EmailAddress)
def note_a_confirmed_address(*, instance: EmailAddress, **_: Any) -> None:
    if instance.verified and instance.primary:
        services.note_confirmed(instance)


@receiver(post_delete, sender=EmailAddress)
def note_a_removed_address(*, instance: EmailAddress, **_: Any) -> None:
    services.note_removed(instance)


@receiver(letter_posted)
def send_the_letter(**_: Any) -> None:
    hint(tasks.send_letters)


@receiver([user_logged_in, password_changed])
def note_the_browser(*, request: HttpRequest, user: User, **_: Any) -> None:
    # Signing in through the API creates no session.
    if request.session.session_key:
        device = request.headers.get("User-Agent", "")
        services.note_browser(user=user, session_key=request.session.session_key, device=device, now=clock.now())
