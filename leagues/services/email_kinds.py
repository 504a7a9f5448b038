"""The kind of e-mail that invites somebody to a league, which the outbox in `notifications` sends."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.email_kinds import EmailContent, EmailKind, EmailRequest

from ..models import Invitation

INVITATION_LIFETIME = timedelta(days=14)


def _invitation(email: EmailRequest) -> EmailContent | None:
    """The link to answer an invitation; None if it was cancelled, answered or has expired."""
    invitations = Invitation.objects.select_related("league__season", "invited_by")
    invitation = invitations.filter(pk=email.params["invitation"]).first()
    if invitation is None or not invitation.can_be_answered(email.now):
        return None
    return EmailContent(invitation.path, {"invitation": invitation, "league": invitation.league})


LEAGUE_INVITATION = EmailKind(
    "league_invitation",
    _("Invitation to a league"),
    "leagues/emails/invitation.txt",
    _invitation,
    retry_for=INVITATION_LIFETIME,
)
