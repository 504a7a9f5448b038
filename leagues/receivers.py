"""What leagues hear: roles and removals, of which members are told. One call each."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.models import User
from fantasyf1.kit import clock

from . import services
from .models import Membership
from .signals import member_removed, role_changed


@receiver(role_changed)
def tell_of_the_role(*, membership: Membership, by: User, **_: Any) -> None:
    services.tell_of_role(membership=membership, by=by, now=clock.now())


@receiver(member_removed)
def tell_of_the_removal(*, membership: Membership, by: User, now: datetime, **_: Any) -> None:
    services.tell_of_removal(membership=membership, by=by, now=now)
