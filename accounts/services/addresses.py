"""E-mail addresses: given, confirmed by whoever reads the mail, and never told to belong to somebody.

Until it is confirmed, an address is only what somebody says. Whether another account has it makes no difference that
he could see: the letter goes to the address, and says there what is so.
"""

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from fantasyf1.kit.errors import Invalid, Refused

from ..models import Letter, User
from ..selectors import user_with_email
from . import letters, limits, links
from .checks import check_fields


@transaction.atomic
def give_email(*, user: User, email: str, site: str, now: datetime) -> None:
    """Note the address as the user's, and ask whoever reads its mail. Raises `Invalid` where it cannot be one."""
    address = User.objects.normalize_email(email.strip())
    if not address:
        raise Invalid("An e-mail address is needed.", field="email")
    user.pending_email = address
    check_fields(user, names={"pending_email": "email"})
    if not settings.CONFIRM_EMAIL and _take(user, address):
        return
    user.save(update_fields=["pending_email"])
    owner = user_with_email(address)
    if owner is None or owner.pk == user.pk:
        letters.post(kind=Letter.Kind.CONFIRM, address=address, user=user, site=site, now=now)
    else:
        letters.post(kind=Letter.Kind.KNOWN, address=owner.email, user=owner, site=site, now=now)


def change_email(*, user: User, email: str, site: str, client: str, now: datetime) -> None:
    """The same from the profile, as often as letters may be asked for. `client` is where the request comes from."""
    limits.use_up(limits.mail_limits(email, client), now=now)
    give_email(user=user, email=email, site=site, now=now)


def confirm_email(*, token: str) -> User:
    """Take the address for good. Raises `Invalid` for a link that is no good, `Refused` where another was first."""
    pk, address = links.read(token, links.CONFIRM)
    user = User.objects.filter(pk=pk, is_active=True).first()
    if user is None or address not in (user.pending_email, user.email):
        raise Invalid(links.NO_GOOD, field="token", code="bad_link")
    if user.email != address and not _take(user, address):
        raise Refused("This address belongs to another account by now.", code="taken")
    return user


def _take(user: User, address: str) -> bool:
    """Make the address the user's own, unless it is somebody else's: the database decides."""
    user.email, user.pending_email, before = address, "", user.email
    try:
        with transaction.atomic():
            user.save(update_fields=["email", "pending_email"])
    except IntegrityError:
        user.email, user.pending_email = before, address
        return False
    return True
