"""The notifications of leagues: invitations, changes of a member's role, removal, webhooks that were turned off."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.kinds import EMAIL, IN_APP, PUSH, Message, NotificationKind, Params, Recipient, Timing

from .models import Invitation, Webhook
from .selectors import can_manage, is_delivered, is_still_member

# At once: the league may wait for the answer.
YOUR_LEAGUES = gettext_lazy("Your leagues")

INVITATION = NotificationKind(
    "invitation",
    gettext_lazy("You are invited to a league"),
    section=YOUR_LEAGUES,
    defaults=frozenset({IN_APP, EMAIL, PUSH}),
    timing=Timing.AT_ONCE,
)
LEAGUE_CHANGED = NotificationKind(
    "league_changed",
    gettext_lazy("Something changed in one of your leagues"),
    section=YOUR_LEAGUES,
    defaults=frozenset({IN_APP, EMAIL}),
    timing=Timing.DIGEST,
)
WEBHOOK_OFF = NotificationKind(
    "webhook_disabled",
    gettext_lazy("A webhook of a league that you manage stopped working"),
    section=YOUR_LEAGUES,
    timing=Timing.AT_ONCE,
)


def _members_page(params: Params) -> str:
    return reverse("leagues:members", args=[params["league_id"]])


def _my_leagues(_: Params) -> str:
    return reverse("pages:my_leagues")


def _invitation_page(params: Params) -> str:
    return reverse("leagues:answer", args=[params["token"]])


def _can_be_answered(recipient: Recipient) -> bool:
    invitations = Invitation.objects.select_related("league", "invited_by", "user")
    invitation = invitations.filter(token=recipient.params["token"]).first()
    return invitation is not None and invitation.can_be_answered(recipient.now) and is_delivered(invitation)


def _named_by(params: Params) -> Params:
    return {"by": params["by"] or _("An administrator")}


BECAME_MANAGER = Message(
    LEAGUE_CHANGED,
    "became_manager",
    title=gettext_lazy("You now manage “%(league)s”"),
    body=gettext_lazy(
        "%(by)s made you the manager. You can change the rules and the roles, and use the commissioner tools in drafts."
    ),
    link=_members_page,
    is_current=is_still_member,
    values=_named_by,
)
BECAME_CO_MANAGER = Message(
    LEAGUE_CHANGED,
    "became_co_manager",
    title=gettext_lazy("You are now a co-manager of “%(league)s”"),
    body=gettext_lazy("%(by)s gave you this role. You can change the rules and use the commissioner tools in drafts."),
    link=_members_page,
    is_current=is_still_member,
    values=_named_by,
)
BECAME_MEMBER = Message(
    LEAGUE_CHANGED,
    "became_member",
    title=gettext_lazy("You are no longer a co-manager of “%(league)s”"),
    body=gettext_lazy("%(by)s changed your role to member. You keep playing as before."),
    link=_members_page,
    is_current=is_still_member,
    values=_named_by,
)
# The link does not lead to the league, which former members may not see.
REMOVED = Message(
    LEAGUE_CHANGED,
    "removed",
    title=gettext_lazy("You are no longer in “%(league)s”"),
    body=gettext_lazy("%(by)s removed you from the league. Your picks and points stay in its history."),
    link=_my_leagues,
    values=_named_by,
    timing=Timing.AT_ONCE,
)
REMOVED_WITH_REASON = Message(
    LEAGUE_CHANGED,
    "removed_with_reason",
    title=gettext_lazy("You are no longer in “%(league)s”"),
    body=gettext_lazy(
        "%(by)s removed you from the league. The reason: %(reason)s\nYour picks and points stay in its history."
    ),
    link=_my_leagues,
    values=_named_by,
    timing=Timing.AT_ONCE,
)
BANNED = Message(
    LEAGUE_CHANGED,
    "banned",
    title=gettext_lazy("You are no longer in “%(league)s”"),
    body=gettext_lazy(
        "%(by)s removed you from the league, and you cannot join it again. Your picks and points stay in its history."
    ),
    link=_my_leagues,
    values=_named_by,
    timing=Timing.AT_ONCE,
)
BANNED_WITH_REASON = Message(
    LEAGUE_CHANGED,
    "banned_with_reason",
    title=gettext_lazy("You are no longer in “%(league)s”"),
    body=gettext_lazy(
        "%(by)s removed you from the league, and you cannot join it again. The reason: %(reason)s\n"
        "Your picks and points stay in its history."
    ),
    link=_my_leagues,
    values=_named_by,
    timing=Timing.AT_ONCE,
)
TOOK_OVER = Message(
    LEAGUE_CHANGED,
    "took_over",
    title=gettext_lazy("You now manage “%(league)s”"),
    body=gettext_lazy(
        "The manager has not been seen for %(days)s days, and a draft waits for them. You have been in the league "
        "longest, so the management passed to you."
    ),
    link=_members_page,
    is_current=is_still_member,
)
LOST_TO_ABSENCE = Message(
    LEAGUE_CHANGED,
    "lost_to_absence",
    title=gettext_lazy("You no longer manage “%(league)s”"),
    body=gettext_lazy(
        "You had not been here for %(days)s days, and a draft waited for you. The league has a new manager, and you "
        "are a co-manager now."
    ),
    link=_members_page,
    is_current=is_still_member,
)
LEAGUE_DELETED = Message(
    LEAGUE_CHANGED,
    "league_deleted",
    title=gettext_lazy("“%(league)s” was deleted"),
    body=gettext_lazy("%(by)s deleted the league before its first draft."),
    link=_my_leagues,
    values=_named_by,
)
INVITED = Message(
    INVITATION,
    "invited",
    title=gettext_lazy("“%(by)s” invites you to “%(league)s”"),
    body=gettext_lazy("You can accept or decline the invitation until %(expires_at)s."),
    link=_invitation_page,
    is_current=_can_be_answered,
)
REMINDED = Message(
    INVITATION,
    "reminded",
    title=gettext_lazy("“%(by)s” is still waiting for you in “%(league)s”"),
    body=gettext_lazy("The first draft is near. You can accept or decline the invitation until %(expires_at)s."),
    link=_invitation_page,
    is_current=_can_be_answered,
)
CONTINUED = Message(
    INVITATION,
    "continued",
    title=gettext_lazy("“%(league)s” continues in %(season)s. Are you in?"),
    body=gettext_lazy("%(by)s invites you to the new season. You can accept or decline until %(expires_at)s."),
    link=_invitation_page,
    is_current=_can_be_answered,
    values=_named_by,
)


def _webhook_page(params: Params) -> str:
    return reverse("leagues:webhooks", args=[params["league_id"]])


def _webhook_values(params: Params) -> Params:
    reason = params["why"]
    known = reason in Webhook.DisabledReason.values
    return {"why": Webhook.DisabledReason(reason).label if known else reason}


def _is_still_off(recipient: Recipient) -> bool:
    webhook = (
        Webhook.objects.filter(pk=recipient.params["webhook_id"], is_active=False).select_related("league").first()
    )
    return webhook is not None and can_manage(recipient.user, webhook.league)


WEBHOOK_DISABLED = Message(
    WEBHOOK_OFF,
    "webhook_disabled",
    title=gettext_lazy("“%(webhook)s” of “%(league)s” was turned off"),
    body=gettext_lazy("%(why)s Check the address, send a test, and turn the webhook on again."),
    link=_webhook_page,
    values=_webhook_values,
    is_current=_is_still_off,
)

MESSAGES = (
    INVITED, REMINDED, CONTINUED, BECAME_MANAGER, BECAME_CO_MANAGER, BECAME_MEMBER, REMOVED, REMOVED_WITH_REASON,
    BANNED, BANNED_WITH_REASON, TOOK_OVER, LOST_TO_ABSENCE, LEAGUE_DELETED, WEBHOOK_DISABLED,
)  # fmt: skip
