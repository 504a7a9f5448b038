"""The kind of e-mail that invites somebody to a league, which the outbox in `notifications` sends."""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from notifications.email_kinds import EmailContent, EmailKind, EmailRequest

from .. import unsubscribing
from ..models import Invitation
from ..selectors import is_delivered

INVITATION_LIFETIME = timedelta(days=14)


def _invitation(email: EmailRequest) -> EmailContent | None:
    """The link to answer an invitation; None if it was cancelled or answered, has expired, or is not wanted."""
    invitations = Invitation.objects.select_related("league__season", "invited_by")
    invitation = invitations.filter(pk=email.params["invitation"]).first()
    if invitation is None or not invitation.can_be_answered(email.now):
        return None
    if not is_delivered(invitation):
        # The sender sees what they would see if it had been sent.
        Invitation.objects.filter(pk=invitation.pk).update(sent_at=email.now)
        return None
    stop_link = f"{settings.SITE_URL}{unsubscribing.path_of(invitation.pk)}"
    context = {"invitation": invitation, "league": invitation.league, "stop_link": stop_link}
    return EmailContent(invitation.path, context)


LEAGUE_INVITATION = EmailKind(
    "league_invitation",
    _("Invitation to a league"),
    "leagues/emails/invitation.txt",
    _invitation,
    retry_for=INVITATION_LIFETIME,
)
