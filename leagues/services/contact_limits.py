"""Limits on what one person can cause at others: invitations, reminders and nudges, by sender and by recipient.

Call it in the transaction of the service. A refusal rolls the count back, so only what is sent counts. The counts are
exact under concurrent requests, whatever the leagues.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import RateLimited
from core.services.rate_limits import RateLimitRule, consume, wait_text
from core.transactions import atomic

DAY = timedelta(days=1)


# In a savepoint: a refusal takes back what it has counted, also from a caller who goes on with the next recipient.
@atomic
def count_contact(
    *, sender: User, recipient: User | None, address: str = "", by_recipient_only: bool = False, now: datetime
) -> None:
    """Count a message from the sender to a user, or to an address. Raises `RateLimited` where there were too many.

    With `by_recipient_only`, the limit on how many messages the sender sends in all does not matter.
    """
    if not by_recipient_only:
        _count(
            RateLimitRule("contacts by", str(sender.pk), settings.INVITATIONS_PER_DAY_AND_SENDER, DAY),
            _("You have sent many invitations. You can send the next one in %(wait)s."),
            now,
        )
    # A user and their address count apart: otherwise a refusal would tell whose address it is.
    to = f"user {recipient.pk}" if recipient else f"address {address.strip().casefold()}"
    _count(
        RateLimitRule("contacts of", f"{sender.pk} with {to}", settings.INVITATIONS_PER_DAY_AND_RECIPIENT, DAY),
        _("You have invited or reminded this person many times. You can do so again in %(wait)s."),
        now,
    )


def _count(limit: RateLimitRule, sentence: str, now: datetime) -> None:
    try:
        consume([limit], now=now)
    except RateLimited as refusal:
        raise RateLimited(sentence % {"wait": wait_text(refusal.seconds)}, seconds=refusal.seconds) from refusal
