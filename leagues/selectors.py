"""Queries and permissions of leagues, used by pages, API and admin."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import User, UserOrAnonymous
from accounts.selectors import users_visible_to
from core.querysets import values_as_dicts
from notifications.kinds import Recipient
from races.selectors import awaits_results, has_ended

from . import rules
from .models import (
    ActivityLogEntry,
    Ban,
    Block,
    BlockedAddress,
    Invitation,
    League,
    Membership,
    SettingsVersion,
    SkippedRace,
    Webhook,
    WebhookDelivery,
    address_digest,
)
from .signals import drafted_asked, newcomer_asked, scoring_examples_asked

# A manager who has not been seen for this long loses the role if a draft waits for them.
ABSENCE = timedelta(days=60)
# Webhooks that were turned off, but not by a manager, and those that are failing.
FAILED_WEBHOOK = Q(is_active=False) & ~Q(disabled_reason=Webhook.DisabledReason.BY_MANAGER) | Q(
    is_active=True, failing_since__isnull=False
)
MANAGING_ROLES = (Membership.Role.MANAGER, Membership.Role.CO_MANAGER)
# How many deliveries of each webhook are kept and shown.
WEBHOOK_LOG_LENGTH = 20


def leagues_visible_to(user: UserOrAnonymous) -> QuerySet[League]:
    """Return public leagues and the user's own; all for an administrator. Others are treated as missing."""
    if user.is_superuser:
        return League.objects.all()
    visible = Q(visibility=League.Visibility.PUBLIC)
    if user.is_authenticated:
        visible |= Q(pk__in=Membership.objects.active().filter(user=user).values("league"))
    return League.objects.filter(visible)


def leagues_of(user: User) -> QuerySet[League]:
    """Return the leagues that the user plays in, annotated with `players`."""
    own = Membership.objects.active().filter(user=user).values("league")
    return with_players(League.objects.filter(pk__in=own))


def league_names(user: User) -> dict[int, str]:
    """Return the names of the leagues that the user plays in and that are not archived, by league id."""
    own = Membership.objects.active().filter(user=user).values("league")
    return dict(League.objects.filter(pk__in=own, archived_at=None).order_by("name", "pk").values_list("pk", "name"))


def public_leagues() -> QuerySet[League]:
    return with_players(League.objects.filter(visibility=League.Visibility.PUBLIC, archived_at=None))


def with_players(leagues: QuerySet[League]) -> QuerySet[League]:
    """Annotate `players`, the number of current members, join the season, and order by name."""
    players = Count("memberships", filter=Q(memberships__left_at=None))
    # Explicit, because Meta.ordering is not applied to a query with GROUP BY.
    return leagues.select_related("season").annotate(players=players).order_by("name", "pk")


def visible_leagues_with_role(user: UserOrAnonymous) -> QuerySet[League]:
    """Return the visible leagues with `players` and the user's `role`, None if the user is not a member."""
    return with_players(leagues_visible_to(user)).annotate(role=role_in(OuterRef("pk"), user))


def leagues_accessible_to(user: UserOrAnonymous) -> QuerySet[League]:
    """Return the leagues whose member pages are open to the user: their own, or all for an administrator."""
    if user.is_superuser:
        return League.objects.all()
    return League.objects.filter(pk__in=own_memberships(user).values("league"))


def leagues_managed_by(user: UserOrAnonymous) -> QuerySet[League]:
    """Return the leagues that the user manages as manager or co-manager; all for an administrator."""
    if user.is_superuser:
        return League.objects.all()
    managing = own_memberships(user).exclude(role=Membership.Role.MEMBER)
    return League.objects.filter(pk__in=managing.values("league"))


def own_memberships(user: UserOrAnonymous) -> QuerySet[Membership]:
    """Return the user's current memberships. An anonymous user has none, not even those with user=None."""
    memberships = Membership.objects.active()
    return memberships.filter(user=user) if user.is_authenticated else memberships.none()


def role_in(league: OuterRef, user: UserOrAnonymous) -> Subquery:
    """Return a subquery for the user's current role in a league, NULL if they are not a member."""
    return Subquery(own_memberships(user).filter(league=league).order_by().values("role")[:1])


def settings_versions(league: League) -> QuerySet[SettingsVersion]:
    """Return all versions of the league's settings, latest first."""
    return league.settings_versions.select_related("created_by").order_by("-number")


def active_members(league: League) -> QuerySet[Membership]:
    """Return the current members: the manager first, then in the order of joining."""
    return (
        Membership.objects.active()
        .filter(league=league)
        .select_related("user")
        .annotate(is_first=Count("pk", filter=Q(role=Membership.Role.MANAGER)))
        .order_by("-is_first", "joined_at", "pk")
    )


@dataclass(frozen=True)
class LeaguePreview:
    """What everybody with the code of a league sees before they join. `members` as in `active_members`."""

    league: League
    members: list[Membership]
    settings: SettingsVersion

    @property
    def manager(self) -> User | None:
        """The manager; a league without members has none."""
        return next((member.user for member in self.members if member.role == Membership.Role.MANAGER), None)

    @property
    def players(self) -> int:
        return len(self.members)

    def has(self, user: UserOrAnonymous) -> bool:
        """Whether the user is in the league."""
        return user.is_authenticated and any(member.user_id == user.pk for member in self.members)

    @property
    def is_full(self) -> bool:
        return self.players >= self.league.capacity


def preview_by_code(code: str) -> LeaguePreview | None:
    """Return the preview of the league with this code, in upper or lower case; None if there is none."""
    league = League.objects.select_related("season").filter(code=code.upper()).first()
    return LeaguePreview(league, list(active_members(league)), current_settings(league)) if league else None


def membership_of(user: UserOrAnonymous, league: League) -> Membership | None:
    if not user.is_authenticated:
        return None
    return Membership.objects.active().filter(league=league, user=user).first()


def current_settings(league: League) -> SettingsVersion:
    """Return the version that the next draft will open with."""
    return league.settings_versions.order_by("-number")[0]


class SettingsChange(NamedTuple):
    """A version of the settings, and what is different from the one before it."""

    version: SettingsVersion
    changes: list[str]


def settings_history(league: League) -> list[SettingsChange]:
    """Return all versions of the settings, the latest first, with who made them. One query."""
    versions = list(league.settings_versions.select_related("created_by").order_by("-number"))
    older = [*versions[1:], None]
    return [
        SettingsChange(version, version.changes_since(before) if before else [])
        for version, before in zip(versions, older, strict=True)
    ]


def current_settings_by_league(leagues: Collection[int]) -> dict[int, SettingsVersion]:
    """Return the current settings of many leagues by league id, in one query."""
    latest = SettingsVersion.objects.filter(league=OuterRef("league")).order_by("-number").values("number")[:1]
    versions = SettingsVersion.objects.filter(league__in=leagues, number=Subquery(latest))
    return {version.league_id: version for version in versions}


def current_settings_of(user: User) -> list[SettingsVersion]:
    """Return the current settings of the user's leagues that are not archived, with the leagues, by their names."""
    latest = SettingsVersion.objects.filter(league=OuterRef("league")).order_by("-number").values("number")[:1]
    own = Membership.objects.active().filter(user=user, league__archived_at=None).values("league")
    versions = SettingsVersion.objects.filter(league__in=own, number=Subquery(latest))
    return list(versions.select_related("league").order_by("league__name", "league_id"))


def invitations_of(league: League) -> QuerySet[Invitation]:
    """Return the league's invitations, latest first."""
    return league.invitations.select_related("user", "invited_by").order_by("-created_at", "-pk")


def invitations_to(user: User, now: datetime) -> QuerySet[Invitation]:
    """Return the pending invitations addressed to the user. Those by e-mail are found by the link in it.

    Without those that the user has blocked.
    """
    pending = _not_blocked(user).filter(state=Invitation.State.PENDING, expires_at__gt=now, league__archived_at=None)
    return pending.select_related("league__season", "invited_by").order_by("-created_at", "-pk")


def answered_invitations_to(user: User, now: datetime) -> QuerySet[Invitation]:
    """Return the invitations addressed to the user that can no longer be answered, latest first."""
    received = _not_blocked(user).exclude(pk__in=invitations_to(user, now).order_by().values("pk"))
    return received.select_related("league__season", "invited_by").order_by("-created_at", "-pk")


def _not_blocked(user: User) -> QuerySet[Invitation]:
    """Return the invitations to the user that they have not blocked, or had answered before."""
    origin = Coalesce(OuterRef("league__origin"), OuterRef("league"))
    blocks = Block.objects.filter(Q(blocked_user=OuterRef("invited_by")) | Q(league=origin), user=user)
    waiting = Q(state__in=(Invitation.State.PENDING, Invitation.State.EXPIRED, Invitation.State.CANCELLED))
    return Invitation.objects.filter(user=user).exclude(waiting & Exists(blocks))


def blocks_of(user: User) -> QuerySet[Block]:
    """Return the people and leagues that the user has blocked, latest first."""
    return Block.objects.filter(user=user).select_related("blocked_user", "league")


def has_blocked(user: User, *, sender: User | None, league: League) -> bool:
    """Return whether the user gets no invitations of this person or this league."""
    return Block.objects.filter(
        Q(blocked_user=sender, league=None) | Q(league=league.origin_or_self), user=user
    ).exists()


def is_address_blocked(address: str, *, league: League | None) -> bool:
    """Return whether the address gets no invitations of this league; None: no invitations at all."""
    blocked = Q(league=None) | Q(league=league.origin_or_self) if league else Q(league=None)
    return BlockedAddress.objects.filter(blocked, digest=address_digest(address)).exists()


def is_delivered(invitation: Invitation) -> bool:
    """Return whether the recipient wants to know of the invitation. The sender must not see the difference."""
    league, sender = invitation.league, invitation.invited_by
    if invitation.user is not None:
        return not has_blocked(invitation.user, sender=sender, league=league)
    owner = User.objects.filter(email__iexact=invitation.email).first()
    if owner is not None and has_blocked(owner, sender=sender, league=league):
        return False
    return not is_address_blocked(invitation.email, league=league)


def users_to_block(user: User) -> QuerySet[User]:
    """Return the people whom the user may know: who can be seen, who plays in their leagues, and who invited them."""
    teammates = Membership.objects.active().filter(league__in=own_memberships(user).values("league"))
    senders = Invitation.objects.filter(user=user)
    return User.objects.filter(
        Q(pk__in=users_visible_to(user).values("pk"))
        | Q(pk__in=teammates.values("user"))
        | Q(pk__in=senders.values("invited_by"))
    )


def leagues_to_block(user: User) -> QuerySet[League]:
    """Return the leagues that the user may know: those they can see, and those that invited them."""
    invited = Invitation.objects.filter(user=user).values("league")
    return League.objects.filter(Q(pk__in=leagues_visible_to(user).values("pk")) | Q(pk__in=invited))


def invitation_by_token(token: str, user: User) -> Invitation | None:
    """Return the invitation with this token; None if there is none or it is addressed to another user."""
    invitation = Invitation.objects.filter(token=token).select_related("league__season", "invited_by").first()
    return invitation if invitation and invitation.user_id in (None, user.pk) else None


def is_invitee(invitation: Invitation, user: User) -> bool:
    """Return whether the invitation is addressed to the user or to their e-mail address."""
    if invitation.user_id is not None:
        return invitation.user_id == user.pk
    return bool(user.email) and invitation.email.lower() == user.email.lower()


def is_member(user: UserOrAnonymous, league: League) -> bool:
    return membership_of(user, league) is not None


def is_still_member(recipient: Recipient) -> bool:
    """Return whether somebody who was notified about a league, with `league_id` in the params, is in it now."""
    return own_memberships(recipient.user).filter(league=recipient.params["league_id"]).exists()


def can_manage(user: UserOrAnonymous, league: League) -> bool:
    """Return whether the user is the manager, a co-manager or an administrator."""
    return user.is_superuser or manages(membership_of(user, league))


def manages(membership: Membership | None) -> bool:
    """Return whether this is the membership of the manager or a co-manager."""
    return membership is not None and membership.role in MANAGING_ROLES


def can_manage_as(user: UserOrAnonymous, role: str | None) -> bool:
    """As `can_manage`, for a role that was read with the league."""
    return user.is_superuser or role in MANAGING_ROLES


def managers_of(league: League) -> list[User]:
    """Return the active users who are the manager or a co-manager of the league, the manager first."""
    managing = Membership.objects.active().filter(league=league, role__in=MANAGING_ROLES, user__is_active=True)
    memberships = managing.select_related("user").order_by("joined_at", "pk")
    by_role = sorted(memberships, key=lambda membership: membership.role != Membership.Role.MANAGER)
    return [membership.user for membership in by_role if membership.user is not None]


def seasons_of(league: League, user: UserOrAnonymous) -> QuerySet[League]:
    """Return the leagues of all seasons that the user may see, the latest first; at least this one.

    A member also sees the seasons before their own, which a stranger to a private league does not.
    """
    series = Q(pk=league.origin_or_self) | Q(origin=league.origin_or_self)
    seasons = League.objects.filter(series).select_related("season").order_by("-season__year", "-pk")
    if user.is_superuser:
        return seasons
    visible = Q(pk=league.pk) | Q(pk__in=leagues_visible_to(user).values("pk"))
    own = seasons.filter(pk__in=own_memberships(user).values("league")).values("season__year")[:1]
    return seasons.filter(visible | Q(season__year__lt=Subquery(own)))


def reason_not_to_continue(league: League, now: datetime) -> tuple[str, str] | None:
    """Return why the league cannot be continued into the next season, as a code and a sentence; None if it can."""
    season = league.season
    if season.is_demonstration:
        return "demonstration", _("A demonstration league cannot be continued.")
    if successor_of(league) is not None:
        return "already_continued", _("This league already continues in a later season.")
    if not has_ended(season, now):
        sentence = _("You can continue this league after the last race of %(year)s.")
        return "season_not_over", sentence % {"year": season.year}
    if awaits_results(season, now):
        sentence = _("The results of the last race are not in yet. You can continue the league as soon as they are.")
        return "results_missing", sentence
    return None


def successor_of(league: League) -> League | None:
    """Return the league that continues this one."""
    return League.objects.filter(predecessor=league).select_related("season").first()


def can_transfer_management(user: UserOrAnonymous, league: League) -> bool:
    """Return whether the user may assign roles and transfer the management: the manager or an administrator."""
    return user.is_superuser or leads(membership_of(user, league))


def leads(membership: Membership | None) -> bool:
    """Return whether this is the membership of the manager."""
    return membership is not None and membership.role == Membership.Role.MANAGER


def leads_as(user: UserOrAnonymous, role: str | None) -> bool:
    """As `can_transfer_management`, for a role that was read with the league."""
    return user.is_superuser or role == Membership.Role.MANAGER


def newcomer_sentence(league: League) -> str:
    """Tell somebody who joins now from which race they play; empty if no draft is planned. `drafts` answers."""
    answers = newcomer_asked.send(sender=League, league=league)
    return " ".join(str(sentence) for _, sentence in answers if sentence)


def scoring_examples(rule_sets: Mapping[str, rules.RuleSet]) -> dict[str, str]:
    """Tell by key what each rule set makes of the last real race; empty if there is none. `scoring` answers."""
    answers: Iterable[tuple[object, Any]] = scoring_examples_asked.send(sender=League, rule_sets=rule_sets)
    return {key: str(sentence) for _, sentences in answers for key, sentence in sentences.items()}


def has_drafted(league: League) -> bool:
    """Return whether the league has ever had a pick."""
    return any(has_picks for _, has_picks in drafted_asked.send(sender=League, league=league))


def can_delete(user: UserOrAnonymous, league: League) -> bool:
    """Return whether the user may delete the league: its manager, as long as it has never drafted."""
    return can_transfer_management(user, league) and not has_drafted(league)


def activity_of(league: League) -> QuerySet[ActivityLogEntry]:
    """Return the league's activity log, latest first."""
    return ActivityLogEntry.objects.filter(league=league).select_related("by", "member").order_by("-pk")


def bans_of(league: League) -> QuerySet[Ban]:
    """Return the people who cannot join the league again, latest first."""
    return Ban.objects.filter(league=league).select_related("user", "by")


def skipped_races(league: League) -> QuerySet[SkippedRace]:
    """Return the races that the league does not draft for, in the order of the calendar."""
    return SkippedRace.objects.filter(league=league).select_related("race", "by").order_by("race__race_date")


def webhooks_of(league: League) -> QuerySet[Webhook]:
    """Return the league's webhooks, the oldest first."""
    return Webhook.objects.filter(league=league).select_related("created_by", "league").order_by("pk")


def failed_webhooks(leagues: QuerySet[League]) -> QuerySet[Webhook]:
    """Return the webhooks of these leagues that were turned off because nothing arrived, or that are failing."""
    return Webhook.objects.filter(FAILED_WEBHOOK, league__in=leagues)


def webhook_log(webhook: Webhook) -> QuerySet[WebhookDelivery]:
    """Return the last deliveries to a webhook, latest first."""
    return WebhookDelivery.objects.filter(webhook=webhook).order_by("-pk")[:WEBHOOK_LOG_LENGTH]


def absent_managers(now: datetime) -> QuerySet[Membership]:
    """Return the managers who have not been seen for 60 days, of leagues that are not archived."""
    managers = Membership.objects.active().filter(role=Membership.Role.MANAGER, league__archived_at=None)
    return managers.filter(~seen_since(now - ABSENCE)).select_related("league", "user").order_by("league_id")


def seen_since(moment: datetime) -> Q:
    """Select memberships of users who were seen at or after a moment. Signing up counts."""
    return Q(user__last_seen_at__gte=moment) | Q(user__last_seen_at=None, user__date_joined__gte=moment)


def is_code_or_invitation_token(text: str) -> bool:
    """Return whether the text is the code (in any case) of an open league, or a pending invitation's token for one."""
    codes = League.objects.filter(code=text.strip().upper(), archived_at=None)
    return codes.exists() or Invitation.objects.pending().filter(token=text, league__archived_at=None).exists()


def exported_data(user: User) -> dict[str, Any]:
    """Return the user's memberships, leagues, settings and invitations, for the personal data export."""
    league = {"league_id": "league_id", "league": "league__name"}
    memberships = Membership.objects.filter(user=user).order_by("joined_at", "pk")
    sent = Invitation.objects.filter(invited_by=user)
    return {
        "leagues": values_as_dicts(memberships, **league, role="role", joined_at="joined_at", left_at="left_at"),
        "leagues_founded": values_as_dicts(
            League.objects.filter(creator=user), league_id="id", league="name", at="created_at"
        ),
        "rules_set": values_as_dicts(
            SettingsVersion.objects.filter(created_by=user), **league, number="number", at="created_at"
        ),
        "invitations": values_as_dicts(
            _all_invitations_to(user), **league, state="state", at="created_at", answered_at="answered_at"
        ),
        "blocks": values_as_dicts(
            Block.objects.filter(user=user), user_id="blocked_user_id", league_id="league_id", at="created_at"
        ),
        "league_bans": values_as_dicts(Ban.objects.filter(user=user), **league, reason="reason", at="created_at"),
        "league_activity": values_as_dicts(
            ActivityLogEntry.objects.filter(Q(by=user) | Q(member=user)).order_by("pk"),
            **league,
            kind="kind",
            at="happened_at",
        ),
        # Without addresses, which are secrets of the league.
        "webhooks_added": values_as_dicts(
            Webhook.objects.filter(created_by=user).order_by("pk"),
            **league,
            service="service",
            name="name",
            at="created_at",
        ),
        # Without recipients: those are other people's personal data.
        "invitations_sent": values_as_dicts(sent, **league, state="state", at="created_at", answered_at="answered_at"),
    }


def _all_invitations_to(user: User) -> QuerySet[Invitation]:
    """Return all invitations addressed to the user or their e-mail address, whatever their state."""
    by_mail = Q(email__iexact=user.email) if user.email else Q()
    return Invitation.objects.filter(Q(user=user) | by_mail)


def first_league_created_at() -> datetime | None:
    """When the first league was created that is not a demonstration's; None if there is none."""
    leagues = League.objects.filter(season__is_demonstration=False).order_by("created_at")
    return leagues.values_list("created_at", flat=True).first()
