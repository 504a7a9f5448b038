"""Signal receivers: invalidate caches, notify members, log changes, and react to renamed and deleted accounts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import export_requested, invitation_shown, user_deactivated, user_deleted, user_renamed
from core import clock
from core.cache import tags
from core.tasks.enqueue import enqueue_on_commit
from notifications.signals import email_sent

from . import services, tasks
from .cache_tags import league_tag, membership_tag
from .models import League, Membership
from .selectors import exported_data, is_code_or_invitation_token
from .services.email_kinds import LEAGUE_INVITATION
from .signals import (
    league_changed,
    member_joined,
    member_left,
    member_removed,
    role_changed,
    webhook_deliveries_created,
)
from .webhook_event_types import MEMBER_JOINED, MEMBER_LEFT


@receiver([post_save, post_delete], sender=League)
def on_league_saved(*, instance: League, **_: Any) -> None:
    tags.invalidate(league_tag(instance.pk))


@receiver([post_save, post_delete], sender=Membership)
def on_membership_saved(*, instance: Membership, **_: Any) -> None:
    if instance.user_id is not None:
        tags.invalidate(membership_tag(instance.league_id, instance.user_id))


@receiver(role_changed)
def on_role_changed(*, membership: Membership, was: str, by: User, **_: Any) -> None:
    services.notify_role_changed(membership=membership, by=by, now=clock.now())
    services.log_role_change(membership=membership, was=was, by=by, now=clock.now())


@receiver(league_changed)
def on_league_changed(*, league: League, by: User, changes: dict[str, tuple[Any, Any]], **_: Any) -> None:
    services.log_league_change(league=league, by=by, changes=changes, now=clock.now())


@receiver(member_removed)
def on_member_removed(
    *, membership: Membership, by: User, reason: str, is_banned: bool, now: datetime, **_: Any
) -> None:
    services.notify_member_removed(membership=membership, by=by, reason=reason, is_banned=is_banned, now=now)


@receiver(member_joined)
def on_member_joined(*, membership: Membership, now: datetime, **_: Any) -> None:
    services.announce_member(membership=membership, event=MEMBER_JOINED, now=now)


@receiver(member_left)
def on_member_left(*, membership: Membership, now: datetime, **_: Any) -> None:
    services.announce_member(membership=membership, event=MEMBER_LEFT, now=now)


@receiver(member_left)
def on_member_left_disable_webhooks(*, membership: Membership, now: datetime, **_: Any) -> None:
    if membership.user is not None:
        services.disable_webhooks_of(user=membership.user, league=membership.league, now=now)


@receiver(user_deactivated)
def on_user_deactivated(*, user: User, now: datetime, **_: Any) -> None:
    services.disable_webhooks_of(user=user, now=now)


@receiver(webhook_deliveries_created)
def on_webhook_deliveries_created(**_: Any) -> None:
    enqueue_on_commit(tasks.send_due_webhooks)


@receiver(email_sent)
def on_email_sent(*, kind: str, params: Mapping[str, Any], now: datetime, **_: Any) -> None:
    if kind == LEAGUE_INVITATION.name:
        services.mark_email_sent(invitation_id=params["invitation"], now=now)


@receiver(invitation_shown)
def on_invitation_shown(*, invitation: str, **_: Any) -> bool:
    return is_code_or_invitation_token(invitation)


@receiver(user_renamed)
def on_user_renamed(*, user: User, **_: Any) -> None:
    services.rename_member(user=user)


@receiver(user_deleted)
def on_user_deleted(*, user: User, now: datetime, **_: Any) -> None:
    services.leave_all_leagues(user=user, now=now)


@receiver(export_requested)
def on_export_requested(*, user: User, **_: Any) -> dict[str, Any]:
    return exported_data(user)
