"""E-mail addresses: allauth keeps them and has them confirmed; here is what mails say, and what `User.email` is.

Until it is confirmed, an address is only what somebody says. Whether another account has it makes no difference that
he could see: the letter goes to the address, and says there what is so.
"""

from datetime import datetime

from allauth.account.models import EmailAddress

from ..models import Letter, User
from ..selectors import user_with_email
from . import letters


def ask_to_confirm(*, address: EmailAddress, site: str, now: datetime) -> None:
    """Write to the address: how to confirm it, or to whom it belongs."""
    owner = user_with_email(address.email)
    if owner is None:
        letters.post(kind=Letter.Kind.CONFIRM, address=address.email, user=address.user, site=site, now=now)
    else:
        letters.post(kind=Letter.Kind.KNOWN, address=owner.email, user=owner, site=site, now=now)


def note_confirmed(address: EmailAddress) -> None:
    """Write the confirmed address beside the user's name, where others look for it."""
    User.objects.filter(pk=address.user_id).exclude(email=address.email).update(email=address.email)


def note_removed(address: EmailAddress) -> None:
    User.objects.filter(pk=address.user_id, email=address.email).update(email="")


def note_given(user: User) -> None:
    """Count the address that a command or an administrator has written beside a user's name as confirmed, or none."""
    email, own = user.email.lower(), EmailAddress.objects.filter(user=user)
    if own.filter(email=email, verified=True, primary=True).exists():
        return
    own.exclude(email=email).filter(verified=True).delete()
    if not email:
        return
    own.exclude(email=email).update(primary=False)
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
