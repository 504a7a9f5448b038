"""What is read of leagues, and who may see and do what. All doors ask here."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from fantasyf1.kit.named import named

from .models import Invitation, League, Membership, SettingsVersion

Person = User | AnonymousUser


def leagues_visible_to(user: Person) -> QuerySet[League]:
    """Public leagues and the person's own; an administrator sees all. Anything else does not exist for him."""
    if user.is_superuser:
        return League.objects.all()
    visible = Q(visibility=League.Visibility.PUBLIC)
    if user.is_authenticated:
        visible |= Q(pk__in=Membership.objects.active().filter(user=user).values("league"))
    return League.objects.filter(visible)


def leagues_of(user: User) -> QuerySet[League]:
    """The leagues that the person plays in, with the number of players as `players`."""
    own = Membership.objects.active().filter(user=user).values("league")
    return with_players(League.objects.filter(pk__in=own))


def public_leagues() -> QuerySet[League]:
    return with_players(League.objects.filter(visibility=League.Visibility.PUBLIC, archived_at=None))


def with_players(leagues: QuerySet[League]) -> QuerySet[League]:
    """Annotate `players`, the number of those who are in the league now, fetch the season, and order by name."""
    players = Count("memberships", filter=Q(memberships__left_at=None))
    # Said again, because the model's own order does not reach a query that counts.
    return leagues.select_related("season").annotate(players=players).order_by("name", "pk")


def leagues_seen_by(user: Person) -> QuerySet[League]:
    """The visible leagues with `players`, and `role`: the person's own in each, None where he is not in it."""
    role = own_memberships(user).filter(league=OuterRef("pk")).values("role")
    return with_players(leagues_visible_to(user)).annotate(role=Subquery(role))


def leagues_entered_by(user: Person) -> QuerySet[League]:
    """The leagues whose inner rooms are open to the person: his own, or all to an administrator."""
    if user.is_superuser:
        return League.objects.all()
    return League.objects.filter(pk__in=own_memberships(user).values("league"))


def leagues_managed_by(user: Person) -> QuerySet[League]:
    """The leagues that the person runs, as manager or co-manager; an administrator runs all."""
    if user.is_superuser:
        return League.objects.all()
    running = own_memberships(user).exclude(role=Membership.Role.MEMBER)
    return League.objects.filter(pk__in=running.values("league"))


def own_memberships(user: Person) -> QuerySet[Membership]:
    """The memberships that the person holds now; a visitor, who has no id, holds none, not even those of nobody."""
    memberships = Membership.objects.active()
    return memberships.filter(user=user) if user.is_authenticated else memberships.none()


def settings_versions(league: League) -> QuerySet[SettingsVersion]:
    """Every version of the league's settings, the latest first."""
    return league.settings_versions.select_related("created_by").order_by("-number")


def active_members(league: League) -> QuerySet[Membership]:
    """Who is in the league, the manager first, then in the order of joining."""
    return (
        Membership.objects.active()
        .filter(league=league)
        .select_related("user")
        .annotate(is_first=Count("pk", filter=Q(role=Membership.Role.MANAGER)))
        .order_by("-is_first", "joined_at", "pk")
    )


def membership_of(user: Person, league: League) -> Membership | None:
    if not user.is_authenticated:
        return None
    return Membership.objects.active().filter(league=league, user=user).first()


def current_settings(league: League) -> SettingsVersion:
    """The version that the next draft will open under."""
    return league.settings_versions.order_by("-number")[0]


def settings_of(leagues: Collection[int]) -> dict[int, SettingsVersion]:
    """The same of many leagues, by their ids, in one query."""
    latest = SettingsVersion.objects.filter(league=OuterRef("league")).order_by("-number").values("number")[:1]
    versions = SettingsVersion.objects.filter(league__in=leagues, number=Subquery(latest))
    return {one.league_id: one for one in versions}


def invitations_of(league: League) -> QuerySet[Invitation]:
    """Whom the league has invited, the latest first."""
    return league.invitations.select_related("user", "invited_by").order_by("-created_at", "-pk")


def invitations_to(user: User, now: datetime) -> QuerySet[Invitation]:
    """The invitations to the user's name that he can still answer. Those by mail are found by the link in it."""
    pending = Invitation.objects.pending().filter(user=user, expires_at__gt=now, league__archived_at=None)
    return pending.select_related("league__season", "invited_by").order_by("-created_at", "-pk")


def invitation_with(token: str, user: User) -> Invitation | None:
    """The invitation that a link leads to; None where it is for another user."""
    found = Invitation.objects.filter(token=token).select_related("league__season", "invited_by").first()
    return found if found and found.user_id in (None, user.pk) else None


def is_for(invitation: Invitation, user: User) -> bool:
    """Whether the user may answer it: it is to his name, or to the address of his account."""
    if invitation.user_id is not None:
        return invitation.user_id == user.pk
    return bool(user.email) and invitation.email.lower() == user.email.lower()


def is_member(user: Person, league: League) -> bool:
    return membership_of(user, league) is not None


def can_manage(user: Person, league: League) -> bool:
    """The manager, his co-managers, and administrators."""
    if user.is_superuser:
        return True
    membership = membership_of(user, league)
    return membership is not None and membership.role in (Membership.Role.MANAGER, Membership.Role.CO_MANAGER)


def can_hand_over(user: Person, league: League) -> bool:
    """Only the manager himself, or an administrator, gives roles and passes the management on."""
    if user.is_superuser:
        return True
    membership = membership_of(user, league)
    return membership is not None and membership.role == Membership.Role.MANAGER


def opens_a_league(text: str) -> bool:
    """Is it what lets people into a league that takes somebody in: its code in any case, or an invitation's token?"""
    codes = League.objects.filter(code=text.strip().upper(), archived_at=None)
    return codes.exists() or Invitation.objects.pending().filter(token=text, league__archived_at=None).exists()


def data_of(user: User) -> dict[str, Any]:
    """The user's part in leagues, for the export of his data: where he is or was, whom he could join, what he made."""
    league = {"league_id": "league_id", "league": "league__name"}
    memberships = Membership.objects.filter(user=user).order_by("joined_at", "pk")
    sent = Invitation.objects.filter(invited_by=user)
    return {
        "leagues": named(memberships, **league, role="role", joined_at="joined_at", left_at="left_at"),
        "leagues_founded": named(League.objects.filter(creator=user), league_id="id", league="name", at="created_at"),
        "rules_set": named(SettingsVersion.objects.filter(created_by=user), **league, number="number", at="created_at"),
        "invitations": named(_ever_invited(user), **league, state="state", at="created_at", answered_at="answered_at"),
        # Whom they went to is theirs to tell.
        "invitations_sent": named(sent, **league, state="state", at="created_at", answered_at="answered_at"),
    }


def _ever_invited(user: User) -> QuerySet[Invitation]:
    """The invitations to the user's name or to his address, whatever became of them."""
    by_mail = Q(email__iexact=user.email) if user.email else Q()
    return Invitation.objects.filter(Q(user=user) | by_mail)
