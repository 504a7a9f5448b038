"""Serializers of drafts."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from constructors.models import Constructor
from core.api.fields import IdField, UTCDateTimeField

from ..models import Draft, DraftEvent, Pick, Slot
from ..services.wish_lists import MAX_LIST_LENGTH

MAX_EVENT_NUMBER = 2**31 - 1
WISH_CHANGES = ("add", "remove", "up", "down", "team", "unwant")


class NewPickSerializer(serializers.Serializer[Any]):
    race_id = IdField()
    driver_id = serializers.CharField(max_length=50, help_text="The F1 API's, such as “norris”.")


class SwapSerializer(serializers.Serializer[Any]):
    race_id = IdField()
    out_driver_id = serializers.CharField(max_length=50, help_text="Who is out, and held by the constructor.")
    driver_id = serializers.CharField(max_length=50, help_text="Who takes his place: any driver who is free.")


# `source` is a published field name that shadows an attribute of Serializer, hence the ignored types.


class PickSerializer(serializers.Serializer[Any]):
    """A driver held by a constructor for a race."""

    slot = serializers.IntegerField(source="slot.number")
    round = serializers.IntegerField(source="slot.round")
    constructor_id = serializers.IntegerField(source="slot.constructor_id")
    constructor = serializers.CharField(source="slot.constructor.name")
    driver_id = serializers.CharField(source="entry.driver.ref")
    code = serializers.CharField(source="entry.driver.code")
    name = serializers.CharField(source="entry.driver")
    is_out = serializers.BooleanField(
        source="entry.is_withdrawn",
        help_text="The driver will not take part: until the lock another can be taken instead, see `swap`.",
    )
    source = serializers.ChoiceField(choices=Pick.Source.choices)  # type: ignore[assignment]
    picked_at = UTCDateTimeField()


class HeldPickSerializer(PickSerializer):
    """A pick with the person who made it, as all in the room see it."""

    picked_by = serializers.CharField(allow_null=True, help_text="Null where nobody picked himself.")


class MadePickSerializer(PickSerializer):
    race_id = serializers.IntegerField(source="entry.race_id")


class TurnSerializer(serializers.Serializer[Any]):
    """Whose turn it is."""

    constructor_id = serializers.IntegerField()
    name = serializers.CharField(source="constructor.name")
    player = serializers.CharField(source="constructor.player")
    slot = serializers.IntegerField(source="number")
    round = serializers.IntegerField()


class FreeDriverSerializer(serializers.Serializer[Any]):
    """A driver who can be picked, with his points so far in the league's own scoring."""

    driver_id = serializers.CharField(source="entry.driver.ref")
    code = serializers.CharField(source="entry.driver.code")
    name = serializers.CharField(source="entry.driver")
    team = serializers.CharField(source="entry.team.name", default="", help_text="Empty where it is not known yet.")
    number = serializers.IntegerField(source="entry.number", allow_null=True)
    points = serializers.CharField()


class DraftStatusSerializer(serializers.Serializer[Any]):
    """A league's draft for a race, as it stands at `server_time`."""

    league_id = serializers.IntegerField(source="draft.league_id")
    race_id = serializers.IntegerField(source="draft.race_id")
    race = serializers.CharField(source="draft.race.name")
    round = serializers.IntegerField(source="draft.race.round")
    state = serializers.ChoiceField(choices=Draft.State.choices, source="draft.state")
    void_reason = serializers.CharField(source="draft.void_reason", help_text="Empty unless the draft is void.")
    opens_at = UTCDateTimeField(source="draft.opens_at")
    locks_at = UTCDateTimeField(source="draft.locks_at")
    lock_is_provisional = serializers.BooleanField(source="draft.lock_is_provisional")
    on_the_clock = TurnSerializer(allow_null=True)
    turn_ends_at = UTCDateTimeField(
        source="draft.turn_ends_at", allow_null=True, help_text="The deadline of the pick; null where no clock runs."
    )
    last_seq = serializers.IntegerField(
        source="draft.last_seq", help_text="The latest event: follow from here at /live/drafts/{id}/?after=."
    )
    draft_id = serializers.IntegerField(source="draft.pk")
    picks_made = serializers.IntegerField()
    picks_total = serializers.IntegerField()
    picks = PickSerializer(many=True)
    free_drivers = FreeDriverSerializer(many=True, help_text="By the league's ranking.")
    constructor_id = serializers.IntegerField(allow_null=True, help_text="The caller's own, if he has one here.")
    can_pick = serializers.BooleanField(help_text="Whether it is the caller's turn at this moment.")
    server_time = UTCDateTimeField()


class OrderedConstructorSerializer(serializers.Serializer[Any]):
    constructor_id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    player = serializers.CharField()


class SlotSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField(source="number")
    round = serializers.IntegerField()
    constructor_id = serializers.IntegerField()


class DraftOrderSerializer(serializers.Serializer[Any]):
    """In which order a draft picks, and the proof of a drawn one.

    The constructors stand in the order of the SHA-256 of `seed:constructor_id`. `commitment` is the SHA-256 of the
    seed: it is shown before the draft opens, the seed afterwards.
    """

    league_id = serializers.IntegerField(source="draft.league_id")
    race_id = serializers.IntegerField(source="draft.race_id")
    state = serializers.ChoiceField(choices=Draft.State.choices, source="draft.state")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Draft.OrderSource.choices,
        allow_blank=True,
        source="draft.order_source",
        help_text="Empty until it opens.",
    )
    commitment = serializers.CharField(source="draft.order_commitment")
    seed = serializers.CharField(allow_null=True, help_text="Null until the draft opens.")
    planned_order = serializers.ListField(
        child=serializers.IntegerField(),
        source="draft.planned_order",
        allow_null=True,
        help_text="Constructor ids as the manager set them; null where he has not.",
    )
    order = OrderedConstructorSerializer(many=True, help_text="Empty until the draft opens.")
    slots = SlotSerializer(many=True, help_text="Every slot, as it was written down when the draft opened.")


class DraftSerializer(serializers.Serializer[Any]):
    """A draft in a list."""

    id = serializers.IntegerField(source="pk")
    league_id = serializers.IntegerField()
    league = serializers.CharField(source="league.name")
    race_id = serializers.IntegerField()
    race = serializers.CharField(source="race.name")
    season = serializers.IntegerField(source="race.season.year")
    round = serializers.IntegerField(source="race.round")
    state = serializers.ChoiceField(choices=Draft.State.choices)
    opens_at = UTCDateTimeField()
    locks_at = UTCDateTimeField()
    lock_is_provisional = serializers.BooleanField()
    turn_ends_at = UTCDateTimeField(allow_null=True, help_text="The deadline of the pick; null where no clock runs.")
    last_seq = serializers.IntegerField(help_text="The number of the latest event.")


class RoomSlotSerializer(SlotSerializer):
    """A place in the sequence, with the pick that fills it."""

    constructor = serializers.CharField(source="constructor.name")
    passed_at = UTCDateTimeField(
        allow_null=True, help_text="When its time ran out without a pick; it can be filled late until the lock."
    )
    pick = serializers.SerializerMethodField(help_text="Null as long as nobody has picked.")

    @extend_schema_field(PickSerializer(allow_null=True))
    def get_pick(self, slot: Slot) -> dict[str, Any] | None:
        pick = next(iter(slot.picks.all()), None)
        return PickSerializer(pick).data if pick else None


class EventQuery(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        min_value=0, max_value=MAX_EVENT_NUMBER, default=0, help_text="Only those with a larger number."
    )


class EventSerializer(serializers.Serializer[Any]):
    """Something that happened in a draft. The numbers of a draft's events have no gaps."""

    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=DraftEvent.Kind.choices)
    at = UTCDateTimeField(source="happened_at")
    by = serializers.CharField(allow_null=True, help_text="Who did it; null where the server or nobody did.")
    payload = serializers.JSONField(help_text="What it was, by its kind.")


class SeenSerializer(serializers.Serializer[Any]):
    seen = serializers.IntegerField(
        min_value=0,
        max_value=MAX_EVENT_NUMBER,
        required=False,
        allow_null=True,
        help_text="`last_seq` as you saw it: where the room has moved on since, nothing is done and you get a 409.",
    )


class ExtensionSerializer(SeenSerializer):
    minutes = serializers.IntegerField(min_value=1, max_value=24 * 60)


class PickForSerializer(SeenSerializer):
    constructor_id = IdField(help_text="Whose slot is filled: it is on the clock, or let a turn pass.")
    driver_id = serializers.CharField(max_length=50)


class SwapForSerializer(SeenSerializer):
    out_driver_id = serializers.CharField(max_length=50, help_text="Who is out, and held by somebody in this draft.")
    driver_id = serializers.CharField(max_length=50, help_text="Who takes his place: any driver who is free.")


class UndoQuery(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=200, default=1, help_text="How many of the last picks.")


class UndoSerializer(SeenSerializer):
    count = serializers.IntegerField(min_value=1, max_value=200, help_text="How many of the last picks.")


class FallingPicksSerializer(serializers.Serializer[Any]):
    """What undoing would take back, the last pick first. Send `seen` along to undo just that."""

    seen = serializers.IntegerField()
    picks = PickSerializer(many=True)


class NewOrderSerializer(SeenSerializer):
    order = serializers.ListField(
        child=IdField(),
        max_length=100,
        help_text="The ids of all constructors of the league, first to last.",
    )


class DriverSerializer(serializers.Serializer[Any]):
    driver_id = serializers.CharField(source="ref")
    code = serializers.CharField()
    name = serializers.CharField(source="__str__")


class WishSerializer(DriverSerializer):
    not_with_first_team = serializers.BooleanField(help_text="Not when he drives for the team of my first pick.")


class WishListsSerializer(serializers.Serializer[Any]):
    """Whom a player wants, the first first, and whom he does not."""

    constructor_id = serializers.IntegerField()
    wishes = WishSerializer(many=True)
    do_not_draft = DriverSerializer(many=True)


class NewWishSerializer(serializers.Serializer[Any]):
    driver_id = serializers.CharField(max_length=50)
    not_with_first_team = serializers.BooleanField(default=False)


class NewWishListsSerializer(serializers.Serializer[Any]):
    wishes = serializers.ListField(child=NewWishSerializer(), max_length=MAX_LIST_LENGTH)
    do_not_draft = serializers.ListField(
        child=serializers.CharField(max_length=50), max_length=MAX_LIST_LENGTH, default=list
    )


class WishChangeSerializer(serializers.Serializer[Any]):
    change = serializers.ChoiceField(
        choices=WISH_CHANGES,
        help_text="`team` turns the condition “not with my first pick's team”, `unwant` means: do not draft.",
    )
    driver_id = serializers.CharField(max_length=50)


class ForeseenSerializer(serializers.Serializer[Any]):
    """Whom the lists would give now in the draft that is ahead, if nobody else picked. Null: nobody."""

    draft_id = serializers.IntegerField(allow_null=True)
    race_id = serializers.IntegerField(allow_null=True)
    picks = serializers.ListField(child=DriverSerializer(allow_null=True), help_text="One for each pick that is left.")


class AutodraftSerializer(serializers.Serializer[Any]):
    autodraft = serializers.ChoiceField(choices=Constructor.Autodraft.choices)


class CalendarAddressSerializer(serializers.Serializer[Any]):
    """Where a calendar program finds the caller's drafts and races."""

    url = serializers.CharField()


class SpectatorLinkSerializer(serializers.Serializer[Any]):
    """The secret address under which a league can be watched; null where it cannot."""

    token = serializers.CharField(allow_null=True)
    watch_url = serializers.CharField(allow_null=True)
    wall_url = serializers.CharField(allow_null=True)
    renewed_at = UTCDateTimeField(allow_null=True)
