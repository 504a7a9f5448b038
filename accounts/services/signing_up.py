"""Making an account."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction

from fantasyf1.kit.errors import Invalid

from ..models import User
from . import limits
from .addresses import give_email
from .checks import check_fields, check_password
from .invitations import admit

# Django's own rule allows “@”. Not here: a name that looks like somebody's e-mail address could sign in as him.
USERNAME = re.compile(r"[\w.+-]+")


def sign_up(
    *,
    username: str,
    email: str,
    password: str,
    time_zone: str = "UTC",
    invitation: str = "",
    site: str = "",
    client: str = "",
    now: datetime,
) -> User:
    """Make an account, where that is open or to whoever shows an invitation.

    Raises `Invalid` with a sentence and `field` (username, email, password, time_zone or invitation) where something is
    missing, malformed, too easy to guess, or the name taken by someone else in whatever case. Whether the address is
    someone else's is told to nobody but him, by mail. `client` is where the request comes from: raises `TooMany` when
    it makes too many accounts, or has too many letters sent to the address.
    """
    if client:
        limits.use_up(limits.mail_limits(email, client), now=now)
    user = User(username=User.normalize_username(username.strip()), time_zone=time_zone, date_joined=now)
    _check_username(user.username)
    check_password(User(username=user.username, email=email), password)
    user.set_password(password)
    check_fields(user)
    return _admit(user, email, invitation, site, now)


@transaction.atomic
def _admit(user: User, email: str, invitation: str, site: str, now: datetime) -> User:
    admit(invitation, now=now)
    saved = _save_new(user)
    give_email(user=saved, email=email, site=site, now=now)
    return saved


def _check_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise Invalid("A user name is made of letters, digits and the signs . + - _ only.", field="username")


def _save_new(user: User) -> User:
    # The database decides who was first: asking it beforehand would leave a gap.
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid("This user name is taken.", field="username", code="taken") from error
    return user
