"""Signal receivers: invalidate caches, notify members, send invitations, and react to deleted accounts."""

from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import account_closing, data_wanted, invitation_shown
from fantasyf1.kit import clock, stamps
from fantasyf1.kit.hints import hint

from . import services, tasks
from .models import Invitation, League, Membership
from .selectors import data_of, opens_a_league
from .signals import invitation_made, member_removed, role_changed
from .stamps import of_league, of_membership


@receiver([post_save, post_delete], sender=League)
def forget_what_it_was(*, instance: League, **_: Any) -> None:
    stamps.change(of_league(instance.pk))


@receiver([post_save, post_delete], sender=Membership)
def forget_who_was_in_it(*, instance: Membership, **_: Any) -> None:
    if instance.user_id is not None:
        stamps.change(of_membership(instance.league_id, instance.user_id))


@receiver(role_changed)
def tell_of_the_role(*, membership: Membership, by: User, **_: Any) -> None:
    services.tell_of_role(membership=membership, by=by, now=clock.now())


@receiver(member_removed)
def tell_of_the_removal(*, membership: Membership, by: User, now: datetime, **_: Any) -> None:
    services.tell_of_removal(membership=membership, by=by, now=now)


@receiver(invitation_made)
def send_the_invitation(*, invitation: Invitation, **_: Any) -> None:
    if invitation.email:
        hint(tasks.send_invitation, invitation.pk)


@receiver(invitation_shown)
def know_the_own_invitations(*, invitation: str, **_: Any) -> bool:
    return opens_a_league(invitation)


@receiver(account_closing)
def leave_before_the_account_goes(*, user: User, now: datetime, **_: Any) -> None:
    services.leave_all_leagues(user=user, now=now)


@receiver(data_wanted)
def hand_out_his_part_in_leagues(*, user: User, **_: Any) -> dict[str, Any]:
    return data_of(user)
