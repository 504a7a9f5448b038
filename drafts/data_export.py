"""The part of a user's data export that drafts hold (docs/own-data.md)."""

from typing import Any

from accounts.models import User
from core.querysets import values_as_dicts

from .models import DraftEvent, Pick, WishListItem


def data_of(user: User) -> dict[str, Any]:
    """Return the user's picks, wish lists and actions as a manager, for the data export."""
    race = {"season": "draft__race__season__year", "race": "draft__race__name"}
    pick = {"driver": "entry__driver__ref", "team": "entry__team__ref", "source": "source", "picked_at": "picked_at"}
    for_others = Pick.objects.filter(picked_by=user).exclude(slot__constructor__owner=user)
    return {
        "picks": values_as_dicts(
            Pick.objects.filter(slot__constructor__owner=user).order_by("picked_at", "pk"),
            constructor_id="slot__constructor_id", **race, slot="slot__number", **pick,
        ),
        "picks_for_others": values_as_dicts(
            for_others.order_by("picked_at", "pk"), league_id="draft__league_id", **race, **pick
        ),
        "acts_in_drafts": values_as_dicts(
            DraftEvent.objects.filter(by=user).order_by("happened_at", "pk"),
            league_id="draft__league_id", **race, act="kind", at="happened_at",
        ),
        "wishes": values_as_dicts(
            WishListItem.objects.filter(constructor__owner=user),
            constructor_id="constructor_id", place="place", driver="driver__ref",
            not_with_first_team="not_with_first_team",
        ),
    }  # fmt: skip
