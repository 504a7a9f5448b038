"""Signal receivers: invalidate caches, notify members, send invitations, and react to deleted accounts."""

from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import export_requested, invitation_shown, user_deleted
from core import clock
from core.cache import tags
from core.tasks.enqueue import enqueue_on_commit

from . import services, tasks
from .cache_tags import league_tag, membership_tag
from .models import Invitation, League, Membership
from .selectors import exported_data, is_code_or_invitation_token
from .signals import invitation_created, member_removed, role_changed


@receiver([post_save, post_delete], sender=League)
def on_league_saved(*, instance: League, **_: Any) -> None:
    tags.invalidate(league_tag(instance.pk))


@receiver([post_save, post_delete], sender=Membership)
def on_membership_saved(*, instance: Membership, **_: Any) -> None:
    if instance.user_id is not None:
        tags.invalidate(membership_tag(instance.league_id, instance.user_id))


@receiver(role_changed)
def on_role_changed(*, membership: Membership, by: User, **_: Any) -> None:
    services.notify_role_changed(membership=membership, by=by, now=clock.now())


@receiver(member_removed)
def on_member_removed(*, membership: Membership, by: User, now: datetime, **_: Any) -> None:
    services.notify_member_removed(membership=membership, by=by, now=now)


@receiver(invitation_created)
def on_invitation_created(*, invitation: Invitation, **_: Any) -> None:
    if invitation.email:
        enqueue_on_commit(tasks.send_invitation, invitation.pk)


@receiver(invitation_shown)
def on_invitation_shown(*, invitation: str, **_: Any) -> bool:
    return is_code_or_invitation_token(invitation)


@receiver(user_deleted)
def on_user_deleted(*, user: User, now: datetime, **_: Any) -> None:
    services.leave_all_leagues(user=user, now=now)


@receiver(export_requested)
def on_export_requested(*, user: User, **_: Any) -> dict[str, Any]:
    return exported_data(user)
