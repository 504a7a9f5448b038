"""What is read of constructors."""

from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from leagues.models import League
from leagues.selectors import Person, leagues_visible_to

from .models import Constructor


def constructors_visible_to(user: Person) -> QuerySet[Constructor]:
    """Those of the leagues that the person can see."""
    return Constructor.objects.filter(league__in=leagues_visible_to(user)).select_related("league__season", "owner")


def constructors_of(user: User) -> QuerySet[Constructor]:
    """The person's own, in the leagues that he is in now."""
    return own_constructors(user).select_related("league__season", "owner")


def constructors_in(league: League) -> QuerySet[Constructor]:
    """Who plays in the league now, in the order of joining."""
    return Constructor.objects.active().filter(league=league).select_related("owner")


def own_constructor(user: Person, league: League) -> Constructor | None:
    return own_constructors(user).filter(league=league).select_related("owner").first()


def own_constructors(user: Person) -> QuerySet[Constructor]:
    """What the person plays with now; a visitor, who has no id, plays with none, not even with those of nobody."""
    constructors = Constructor.objects.active()
    return constructors.filter(owner=user) if user.is_authenticated else constructors.none()


def can_play_for(user: Person, constructor: Constructor) -> bool:
    """Only its player picks for a constructor; a manager's pick for someone is an act of its own."""
    return constructor.left_at is None and user.is_authenticated and constructor.owner_id == user.pk


def data_of(user: User) -> list[dict[str, Any]]:
    """The constructors that the user plays or played, for the export of his data."""
    rows = Constructor.objects.filter(owner=user).order_by("joined_at", "pk")
    columns = ("id", "league_id", "name", "autodraft", "autodraft_set_at", "joined_at", "left_at")
    return [dict(row) for row in rows.values(*columns)]
