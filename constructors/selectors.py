"""Queries and permissions of constructors."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User, UserOrAnonymous
from leagues.models import League, Membership
from leagues.selectors import can_manage, leagues_visible_to

from .models import Constructor


def constructors_visible_to(user: UserOrAnonymous) -> QuerySet[Constructor]:
    """Return the constructors of leagues visible to the user."""
    return Constructor.objects.filter(league__in=leagues_visible_to(user)).select_related("league__season", "owner")


def constructors_of(user: User) -> QuerySet[Constructor]:
    """Return the user's constructors in their current leagues, with season and owner."""
    return own_constructors(user).select_related("league__season", "owner")


def constructors_in(league: League) -> QuerySet[Constructor]:
    """Return the active constructors of the league, in the order of joining."""
    return Constructor.objects.active().filter(league=league).select_related("owner")


def with_constructor_ids(members: QuerySet[Membership]) -> QuerySet[Membership]:
    """Annotate current members of leagues with `constructor_id`, the id of their constructor there."""
    own = Constructor.objects.active().filter(league=OuterRef("league"), owner=OuterRef("user"))
    return members.annotate(constructor_id=Subquery(own.values("pk")))


def constructors_in_opening_order(league: League) -> list[int]:
    """Return the ids of the active constructors whose players are in the league's opening order, in that order."""
    order = league.opening_order or []
    owners = dict(Constructor.objects.filter(pk__in=order).exclude(owner=None).values_list("pk", "owner"))
    present = dict(constructors_in(league).exclude(owner=None).values_list("owner", "pk"))
    return [present[owners[pk]] for pk in order if owners.get(pk) in present]


def name_in_previous_season(league: League, owner: User) -> str:
    """Return what the player's constructor was called in the league that this one continues, or an empty text."""
    previous = Constructor.objects.filter(league=league.predecessor_id, owner=owner).order_by("-joined_at", "-pk")
    return previous.values_list("name", flat=True).first() or ""


def own_constructor(user: UserOrAnonymous, league: League) -> Constructor | None:
    return own_constructors(user).filter(league=league).select_related("owner").first()


def own_constructors(user: UserOrAnonymous) -> QuerySet[Constructor]:
    """Return the user's active constructors. An anonymous user has none, not even those with owner=None."""
    constructors = Constructor.objects.active()
    return constructors.filter(owner=user) if user.is_authenticated else constructors.none()


def can_play_for(user: UserOrAnonymous, constructor: Constructor) -> bool:
    """Return whether the user plays this active constructor. Managers pick for others through a service of its own."""
    return constructor.left_at is None and user.is_authenticated and constructor.owner_id == user.pk


def is_deputy(user: UserOrAnonymous, constructor: Constructor) -> bool:
    """Return whether the user is the deputy of this active constructor."""
    return constructor.left_at is None and user.is_authenticated and constructor.deputy_id == user.pk


def deputized_constructors(user: UserOrAnonymous, league: League) -> QuerySet[Constructor]:
    """Return the constructors of the league whose deputy the user is."""
    constructors = constructors_in(league)
    return constructors.filter(deputy=user) if user.is_authenticated else constructors.none()


def can_name_deputy(user: UserOrAnonymous, constructor: Constructor) -> bool:
    """Return whether the user may name the constructor's deputy: its player, or a manager of the league."""
    return constructor.left_at is None and (can_play_for(user, constructor) or can_manage(user, constructor.league))


def possible_deputies(constructor: Constructor) -> QuerySet[User]:
    """Return the people who can be the constructor's deputy: the other players of its league."""
    others = constructors_in(constructor.league).exclude(owner=constructor.owner_id)
    return User.objects.filter(pk__in=others.values("owner"), is_active=True).order_by("username")


def exported_data(user: User) -> dict[str, Any]:
    """Return all constructors the user plays or played, for the personal data export."""
    rows = Constructor.objects.filter(owner=user).order_by("joined_at", "pk")
    columns = ("id", "league_id", "name", "autodraft", "autodraft_set_at", "joined_at", "left_at")
    deputized = Constructor.objects.filter(deputy=user).order_by("pk")
    return {
        "constructors": [dict(row) for row in rows.values(*columns)],
        "deputy_of": [dict(row) for row in deputized.values("id", "league_id")],
    }
