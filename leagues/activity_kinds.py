"""What the activity log says about a league itself: its life, its members, its settings and its races."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .activity import ActivityKind, Params
from .models import League, SettingsVersion, Webhook

CREATED = ActivityKind("league_created", gettext_lazy("%(by)s created the league."))
JOINED = ActivityKind("joined", gettext_lazy("%(member)s joined."))
LEFT = ActivityKind("left", gettext_lazy("%(member)s left."))
INVITED = ActivityKind("invited", gettext_lazy("%(by)s invited somebody."))
INVITATION_CANCELLED = ActivityKind("invitation_cancelled", gettext_lazy("%(by)s cancelled an invitation."))
INVITATION_REOPENED = ActivityKind(
    "invitation_reopened", gettext_lazy("%(by)s did not cancel an invitation after all.")
)
ARCHIVED = ActivityKind("archived", gettext_lazy("%(by)s archived the league."))
UNARCHIVED = ActivityKind("unarchived", gettext_lazy("%(by)s restored the league from the archive."))
CONTINUED = ActivityKind("continued", gettext_lazy("%(by)s continued the league in %(season)s."))
BECAME_MANAGER = ActivityKind("became_manager", gettext_lazy("%(by)s made %(member)s the manager."))
BECAME_CO_MANAGER = ActivityKind("became_co_manager", gettext_lazy("%(by)s made %(member)s a co-manager."))
BECAME_MEMBER = ActivityKind("became_member", gettext_lazy("%(by)s made %(member)s a member without a role."))
MANAGER_REPLACED = ActivityKind(
    "manager_replaced",
    gettext_lazy(
        "%(member)s became the manager, because the manager had not been seen for %(days)s days and a draft waited."
    ),
)
BAN_LIFTED = ActivityKind("ban_lifted", gettext_lazy("%(by)s allowed %(member)s to join again."))
BAN_RESTORED = ActivityKind("ban_restored", gettext_lazy("%(by)s decided that %(member)s cannot join again after all."))
RACE_SKIPPED = ActivityKind("race_skipped", gettext_lazy("%(by)s decided that the league skips the %(race)s."))
RACE_RESTORED = ActivityKind("race_restored", gettext_lazy("%(by)s decided that the league drafts for the %(race)s."))


def _service(params: Params) -> Params:
    """Its label; entries of earlier versions have that instead of the name."""
    return {"service": dict(Webhook.Service.choices).get(params["service"], params["service"])}


WEBHOOK_ADDED = ActivityKind(
    "webhook_added", gettext_lazy("%(by)s connected “%(webhook)s” (%(service)s)."), values=_service
)
WEBHOOK_REMOVED = ActivityKind(
    "webhook_removed", gettext_lazy("%(by)s disconnected “%(webhook)s” (%(service)s)."), values=_service
)


def _reason(params: Params) -> Sequence[str]:
    return [_("Reason: %(reason)s") % params] if params["reason"] else []


REMOVED = ActivityKind("removed", gettext_lazy("%(by)s removed %(member)s."), details=_reason)
BANNED = ActivityKind("banned", gettext_lazy("%(by)s removed %(member)s, who cannot join again."), details=_reason)


def _changed_settings(params: Params) -> Sequence[str]:
    """The settings that read differently afterwards. A setting that did not apply before or after shows a dash."""
    before, after = (dict(SettingsVersion(**params[name]).summary) for name in ("before", "after"))
    line = _("%(setting)s: %(before)s → %(after)s")
    return [
        line % {"setting": label, "before": before.get(label, "–"), "after": after.get(label, "–")}
        for label in dict.fromkeys([*before, *after])
        if before.get(label) != after.get(label)
    ]


SETTINGS_CHANGED = ActivityKind(
    "settings_changed",
    gettext_lazy("%(by)s changed the rules. Version %(number)s applies from the next draft that opens."),
    details=_changed_settings,
)


def _changed_league(params: Params) -> Sequence[str]:
    line = _("%(setting)s: %(before)s → %(after)s")
    return [
        line
        % {"setting": _league_label(name), "before": _league_text(name, before), "after": _league_text(name, after)}
        for name, (before, after) in params["changes"].items()
    ]


def _league_label(name: str) -> str:
    field: Any = League._meta.get_field(name)
    label = str(field.verbose_name)
    return label[:1].upper() + label[1:]


def _league_text(name: str, value: Any) -> str:
    """The value in words. Fields with choices show their labels."""
    field: Any = League._meta.get_field(name)
    return str(dict(field.flatchoices).get(value, value))


LEAGUE_CHANGED = ActivityKind("league_changed", gettext_lazy("%(by)s changed the league."), details=_changed_league)

KINDS = (
    CREATED, JOINED, LEFT, REMOVED, BANNED, BAN_LIFTED, BAN_RESTORED, INVITED, INVITATION_CANCELLED,
    INVITATION_REOPENED, ARCHIVED, UNARCHIVED, CONTINUED, BECAME_MANAGER, BECAME_CO_MANAGER, BECAME_MEMBER,
    MANAGER_REPLACED, SETTINGS_CHANGED, LEAGUE_CHANGED, RACE_SKIPPED, RACE_RESTORED, WEBHOOK_ADDED, WEBHOOK_REMOVED,
)  # fmt: skip
