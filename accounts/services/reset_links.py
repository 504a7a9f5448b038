"""One-time links with which users set a new password: sent by e-mail, or issued by an administrator."""

import logging
from datetime import datetime

from django.utils.translation import gettext as _

from core.errors import NotAllowed, Refused
from notifications.services import enqueue_email

from ..models import User
from ..selectors import can_get_email, user_with_email
from . import signed_links
from .email_kinds import RESET

logger = logging.getLogger(__name__)


def request_reset_link(*, address: str, now: datetime) -> None:
    """E-mail a link to the account that has confirmed this address, if there is one.

    Without an account, the same row is written, and dropped when its turn to be sent comes: the work does not tell.
    """
    user = user_with_email(address)
    enqueue_email(kind=RESET, address=user.email if user else address, user=user, now=now)


def issue_reset_link(*, user: User, by: User) -> str:
    """Return the path of a page on which the user sets a new password, once, within two hours.

    The link is not stored. It stops working with the next change of the password. A second factor stays in force.
    """
    if not by.is_superuser:
        raise NotAllowed(_("Only administrators can issue such links."))
    if not user.is_active:
        raise Refused(_("This account is deactivated. Activate it first."), code="inactive")
    if can_get_email(user):
        raise Refused(_("This person can request a link by e-mail, under “Forgot your password?”."), code="has_email")
    logger.info("User %s issued a password reset link for user %s", by.pk, user.pk)
    return signed_links.password_reset_path(user)
