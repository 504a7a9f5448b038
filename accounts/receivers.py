"""Signal receivers of accounts: cache invalidation, e-mail addresses, browser sessions. One call each.

`QuerySet.update()` sends no signals: code that uses it invalidates the cache tags itself.
"""

from collections.abc import Collection
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_changed
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_in
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from core import clock
from core.cache import tags

from . import services
from .cache_tags import user_tag
from .models import TokenFamily, User

# Fields that decide whether a user is signed in and what they may do.
FIELDS_BEHIND_CACHED_ANSWERS = {*User.CREDENTIAL_FIELDS, "is_active", "is_superuser"}


@receiver(post_save, sender=User)
def on_user_saved(*, instance: User, update_fields: Collection[str] | None, **_: Any) -> None:
    if update_fields is None or FIELDS_BEHIND_CACHED_ANSWERS & set(update_fields):
        tags.invalidate(user_tag(instance.pk))


@receiver(post_save, sender=TokenFamily)
def on_token_family_saved(*, instance: TokenFamily, created: bool, **_: Any) -> None:
    if not created:
        tags.invalidate(user_tag(instance.user_id))


@receiver(post_delete, sender=User)
def on_user_deleted(*, instance: User, **_: Any) -> None:
    tags.invalidate(user_tag(instance.pk))


@receiver(post_delete, sender=TokenFamily)
def on_token_family_deleted(*, instance: TokenFamily, **_: Any) -> None:
    tags.invalidate(user_tag(instance.user_id))


@receiver(post_save, sender=User)
def on_user_saved_sync_email(*, instance: User, created: bool, update_fields: Collection[str] | None, **_: Any) -> None:
    if created:
        services.add_email_address_of_new_user(instance)
    elif update_fields is None or "email" in update_fields:
        services.sync_email_addresses_from_user(instance, now=clock.now())


@receiver(post_save, sender=EmailAddress)
def on_email_address_saved(*, instance: EmailAddress, **_: Any) -> None:
    if instance.verified and instance.primary:
        services.copy_confirmed_email_to_user(instance, now=clock.now())


@receiver(post_delete, sender=EmailAddress)
def on_email_address_deleted(*, instance: EmailAddress, **_: Any) -> None:
    services.clear_email_of_user(instance)


@receiver(post_save, sender=Authenticator)
def on_authenticator_saved(*, instance: Authenticator, created: bool, **_: Any) -> None:
    if created:
        services.notify_authenticator_added(authenticator=instance, now=clock.now())


@receiver(post_delete, sender=Authenticator)
def on_authenticator_deleted(*, instance: Authenticator, origin: Model | QuerySet[Any], **_: Any) -> None:
    # Not if it is deleted together with its user.
    if isinstance(origin, Authenticator) or getattr(origin, "model", None) is Authenticator:
        services.notify_authenticator_removed(authenticator=instance, now=clock.now())


@receiver(user_logged_in)
def on_user_logged_in_record_seen(*, user: User, **_: Any) -> None:
    services.record_seen(user=user, now=clock.now())


@receiver(user_logged_in)
def on_user_logged_in(*, request: HttpRequest | None, user: User, **_: Any) -> None:
    # No request: a sign-in of an app, which creates no session.
    if request is not None and request.session.session_key:
        device = request.headers.get("User-Agent", "")
        services.record_sign_in(user=user, session_key=request.session.session_key, device=device, now=clock.now())


@receiver(password_changed)
def on_password_changed(*, request: HttpRequest, user: User, **_: Any) -> None:
    if request.session.session_key:
        device = request.headers.get("User-Agent", "")
        services.record_browser_session(
            user=user, session_key=request.session.session_key, device=device, now=clock.now()
        )
