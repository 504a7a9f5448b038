"""Serializers of drafts."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from constructors.models import Constructor
from core.api.fields import IdField, UTCDateTimeField

from ..models import Draft, DraftEvent, Pick, Slot
from ..selectors import DraftOpening, counted_opening
from ..services.wish_lists import MAX_LIST_LENGTH

MAX_EVENT_NUMBER = 2**31 - 1
WAITS_FOR_START = "Whether this is a league's first draft that waits for the manager to start it."
OPENS_BY = (
    "When the draft opens by itself. A league's first draft may open later, as soon as two constructors are in the "
    "league. Null once it is open."
)
WISH_CHANGES = ("add", "remove", "up", "down", "team", "unwant")


@extend_schema_serializer(component_name="NewPick")  # clients know this name
class ChangedPickSerializer(serializers.Serializer[Any]):
    race_id = IdField()
    driver_id = serializers.CharField(max_length=50, help_text="The id in the F1 API, such as “norris”.")


class NewPickSerializer(ChangedPickSerializer):
    slot = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**31 - 1,
        help_text="The number of the slot that you mean to fill. If the pick would fill another one, because you have "
        "picked elsewhere in the meantime, it is refused (409, `turn_changed`).",
    )


class SubstitutionSerializer(serializers.Serializer[Any]):
    race_id = IdField()
    out_driver_id = serializers.CharField(
        max_length=50, help_text="The driver who is out and was picked by the constructor."
    )
    driver_id = serializers.CharField(max_length=50, help_text="The driver to take instead: any available driver.")


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
        help_text="The driver will not take part. You can substitute them until the lock; see `substitution`.",
    )
    source = serializers.ChoiceField(choices=Pick.Source.choices)  # type: ignore[assignment]
    picked_at = UTCDateTimeField()


class HeldPickSerializer(PickSerializer):
    """A pick with the user who made it."""

    picked_by = serializers.CharField(
        allow_null=True, help_text="The user who made the pick. Null for autopicks and bots."
    )


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
    """A driver who can be picked, with their points so far in the league's scoring."""

    id = serializers.CharField(source="entry.driver.ref")
    code = serializers.CharField(source="entry.driver.code")
    name = serializers.CharField(source="entry.driver")
    team_id = serializers.CharField(source="entry.team.ref", default=None, allow_null=True)
    team = serializers.CharField(source="entry.team.name", default="", help_text="Empty if not known yet.")
    number = serializers.IntegerField(source="entry.number", allow_null=True)
    points = serializers.CharField()


class LinkPickSerializer(serializers.Serializer[Any]):
    driver_id = serializers.CharField(max_length=50, help_text="One of `free_drivers`.")


class LinkedPickSerializer(serializers.Serializer[Any]):
    """The pick of a pick link's turn. It can be changed until the next pick is made."""

    driver_id = serializers.CharField(source="entry.driver.ref")
    code = serializers.CharField(source="entry.driver.code")
    name = serializers.CharField(source="entry.driver")
    source = serializers.ChoiceField(choices=Pick.Source.choices)  # type: ignore[assignment]


class LinkedTurnSerializer(serializers.Serializer[Any]):
    """What the holder of a pick link sees: this turn, and nothing else of the league."""

    league = serializers.CharField(source="turn.draft.league.name")
    race = serializers.CharField(source="turn.draft.race.name")
    constructor = serializers.CharField(source="turn.constructor.name")
    slot = serializers.IntegerField(source="turn.slot.number")
    turn_ends_at = UTCDateTimeField(source="turn.ends_at", help_text="The lock of the draft if no clock is running.")
    locks_at = UTCDateTimeField(source="turn.draft.locks_at")
    pick = LinkedPickSerializer(source="turn.pick", allow_null=True)
    autopick_driver_id = serializers.CharField(
        source="autopick.driver.ref",
        default=None,
        allow_null=True,
        help_text="The driver whom the player gets if nothing is done. Null for none, or if the pick is made.",
    )
    best_drivers = FreeDriverSerializer(
        many=True, help_text="The three best free drivers by the player's wish list, then by the league's ranking."
    )
    free_drivers = FreeDriverSerializer(many=True, help_text="Ordered by the league's default ranking.")
    can_ask_for_time = serializers.BooleanField(help_text="Whether there is a manager to ask, and nobody has asked.")
    has_asked_for_time = serializers.BooleanField()
    server_time = UTCDateTimeField()


class DraftStatusSerializer(serializers.Serializer[Any]):
    """The state of a league's draft for a race at `server_time`."""

    id = serializers.IntegerField(source="draft.pk")
    league_id = serializers.IntegerField(source="draft.league_id")
    race_id = serializers.IntegerField(source="draft.race_id")
    race = serializers.CharField(source="draft.race.name")
    round = serializers.IntegerField(source="draft.race.round")
    state = serializers.ChoiceField(choices=Draft.State.choices, source="draft.state")
    void_reason = serializers.CharField(source="draft.shown_void_reason", help_text="Empty unless the draft is void.")
    opens_at = UTCDateTimeField(source="draft.opens_at")
    locks_at = UTCDateTimeField(source="draft.locks_at")
    lock_is_provisional = serializers.BooleanField(source="draft.lock_is_provisional")
    waits_for_start = serializers.BooleanField(help_text=WAITS_FOR_START)
    opens_by = UTCDateTimeField(allow_null=True, help_text=OPENS_BY)
    on_the_clock = TurnSerializer(allow_null=True)
    turn_ends_at = UTCDateTimeField(
        source="draft.turn_ends_at",
        allow_null=True,
        help_text="Deadline of the current turn. Null if no clock is running.",
    )
    last_seq = serializers.IntegerField(
        source="draft.last_seq", help_text="Number of the latest event. Follow from here at /live/drafts/{id}/?after=."
    )
    picks_made = serializers.IntegerField()
    picks_total = serializers.IntegerField()
    picks = PickSerializer(many=True)
    free_drivers = FreeDriverSerializer(many=True, help_text="Ordered by the league's default ranking.")
    constructor_id = serializers.IntegerField(
        allow_null=True, help_text="Your constructor in this league, if you have one."
    )
    can_pick = serializers.BooleanField(
        help_text="Whether you can pick now: it is your turn, or a turn of yours has passed without a pick."
    )
    server_time = UTCDateTimeField()


class OrderedConstructorSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    player = serializers.CharField()


class AddedConstructorSerializer(OrderedConstructorSerializer):
    """A constructor that was not in the draw: it took over the place of a bot, or is last in the order."""

    bot_id = serializers.IntegerField(
        allow_null=True,
        help_text="The bot that was drawn and gave up its place. Null if there was none.",
    )


class SlotSerializer(serializers.Serializer[Any]):
    slot = serializers.IntegerField(source="number")
    round = serializers.IntegerField()
    constructor_id = serializers.IntegerField()


class DraftOrderSerializer(serializers.Serializer[Any]):
    """The order of a draft, with the proof if it was drawn at random.

    A random order sorts the constructors by the SHA-256 of `seed:constructor_id`. `commitment` is the SHA-256 of the
    seed. It is published before the draft opens, and the seed afterwards.
    """

    draft_id = serializers.IntegerField(source="draft.pk")
    league_id = serializers.IntegerField(source="draft.league_id")
    race_id = serializers.IntegerField(source="draft.race_id")
    state = serializers.ChoiceField(choices=Draft.State.choices, source="draft.state")
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=Draft.OrderSource.choices,
        allow_blank=True,
        source="draft.order_source",
        help_text="How the order was determined. Empty until the draft opens.",
    )
    commitment = serializers.CharField(source="draft.order_commitment")
    seed = serializers.CharField(allow_null=True, help_text="Null until the draft opens.")
    planned_order = serializers.ListField(
        child=serializers.IntegerField(),
        source="draft.planned_order",
        allow_null=True,
        help_text="Constructor ids in the order that the manager set. Null if the manager did not set one.",
    )
    order = OrderedConstructorSerializer(many=True, help_text="Empty until the draft opens.")
    drawn = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Ids of the constructors in the draw, in its order. Null unless the order was drawn.",
    )
    added_later = AddedConstructorSerializer(
        many=True, help_text="Constructors that joined between the draw and the first pick."
    )
    slots = SlotSerializer(many=True, help_text="All slots of the draft.")


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
    waits_for_start = serializers.SerializerMethodField(help_text=WAITS_FOR_START)
    opens_by = serializers.SerializerMethodField(help_text=OPENS_BY)
    turn_ends_at = UTCDateTimeField(
        allow_null=True, help_text="Deadline of the current turn. Null if no clock is running."
    )
    last_seq = serializers.IntegerField(help_text="Number of the latest event.")

    def get_waits_for_start(self, draft: Draft) -> bool:
        opening = self._opening(draft)
        return opening is not None and opening.waits_for_start

    @extend_schema_field(UTCDateTimeField(allow_null=True))
    def get_opens_by(self, draft: Draft) -> str | None:
        opening = self._opening(draft)
        return UTCDateTimeField().to_representation(opening.opens_by) if opening else None

    def _opening(self, draft: Draft) -> DraftOpening | None:
        return counted_opening(draft) if draft.state == Draft.State.UPCOMING else None


class LobbyMemberSerializer(serializers.Serializer[Any]):
    constructor_id = serializers.IntegerField(source="constructor.pk")
    name = serializers.CharField(source="constructor.name")
    player = serializers.CharField(source="constructor.player")
    is_bot = serializers.BooleanField(source="constructor.is_bot")
    is_ready = serializers.BooleanField(help_text="Bots are always ready.")


class LobbySerializer(serializers.Serializer[Any]):
    """The lobby of a league's first draft."""

    draft_id = serializers.IntegerField(source="draft.pk")
    league_id = serializers.IntegerField(source="draft.league_id")
    race_id = serializers.IntegerField(source="draft.race_id")
    waits_for_start = serializers.BooleanField(source="opening.waits_for_start", help_text=WAITS_FOR_START)
    opens_by = UTCDateTimeField(source="opening.opens_by", help_text=OPENS_BY)
    locks_at = UTCDateTimeField(source="draft.locks_at")
    can_start = serializers.BooleanField(help_text="Whether there are two constructors, as a draft needs.")
    members = LobbyMemberSerializer(many=True)
    invited = serializers.ListField(child=serializers.CharField(), help_text="User names with a pending invitation.")
    invited_by_email = serializers.IntegerField(help_text="Number of pending invitations by e-mail.")


class ReadySerializer(serializers.Serializer[Any]):
    is_ready = serializers.BooleanField(default=True)


class NudgedSerializer(serializers.Serializer[Any]):
    nudged = serializers.IntegerField(help_text="How many people were told.")


class RoomSlotSerializer(SlotSerializer):
    """A slot with its pick."""

    constructor = serializers.CharField(source="constructor.name")
    passed_at = UTCDateTimeField(
        allow_null=True, help_text="When the time ran out without a pick. The slot can still be filled until the lock."
    )
    voided_at = UTCDateTimeField(
        allow_null=True, help_text="When no driver was left for this slot, so that it is void."
    )
    pick = serializers.SerializerMethodField(help_text="Null until a pick is made.")

    @extend_schema_field(PickSerializer(allow_null=True))
    def get_pick(self, slot: Slot) -> dict[str, Any] | None:
        pick = next(iter(slot.picks.all()), None)
        return PickSerializer(pick).data if pick else None


class EventQuery(serializers.Serializer[Any]):
    after = serializers.IntegerField(
        min_value=0, max_value=MAX_EVENT_NUMBER, default=0, help_text="Only events with a greater number."
    )


class EventSerializer(serializers.Serializer[Any]):
    """An event of a draft. The numbers of a draft's events have no gaps."""

    seq = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=DraftEvent.Kind.choices)
    at = UTCDateTimeField(source="happened_at")
    by = serializers.CharField(allow_null=True, help_text="The user who caused the event, or null if the server did.")
    payload = serializers.JSONField(help_text="Details, depending on `kind`.")


class SeenSerializer(serializers.Serializer[Any]):
    seen = serializers.IntegerField(
        min_value=0,
        max_value=MAX_EVENT_NUMBER,
        required=False,
        allow_null=True,
        help_text="The `last_seq` that you last saw. If the draft has changed since, the response is a 409.",
    )


class ExtensionSerializer(SeenSerializer):
    minutes = serializers.IntegerField(min_value=1, max_value=24 * 60)


class PickForSerializer(SeenSerializer):
    constructor_id = IdField(help_text="The constructor to pick for: on the clock, or their turn has passed.")
    driver_id = serializers.CharField(max_length=50)


class SubstitutionForSerializer(SeenSerializer):
    out_driver_id = serializers.CharField(
        max_length=50, help_text="The driver who is out and was picked in this draft."
    )
    driver_id = serializers.CharField(max_length=50, help_text="The driver to take instead: any available driver.")


class UndoQuery(serializers.Serializer[Any]):
    count = serializers.IntegerField(min_value=1, max_value=200, default=1, help_text="Number of picks to undo.")


class UndoSerializer(SeenSerializer):
    count = serializers.IntegerField(min_value=1, max_value=200, help_text="Number of picks to undo.")


@extend_schema_serializer(component_name="FallingPicks")  # clients know this name
class UndoPreviewSerializer(serializers.Serializer[Any]):
    """The picks that would be undone, latest first. Send `seen` to undo exactly these."""

    seen = serializers.IntegerField()
    picks = PickSerializer(many=True)


class NewOrderSerializer(SeenSerializer):
    order = serializers.ListField(
        child=IdField(),
        max_length=100,
        help_text="Ids of all constructors of the league, in order.",
    )


class DriverSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="ref")
    code = serializers.CharField()
    name = serializers.CharField(source="__str__")


class WishSerializer(serializers.Serializer[Any]):
    driver_id = serializers.CharField(source="driver.ref")
    code = serializers.CharField(source="driver.code")
    name = serializers.CharField(source="driver")
    not_with_first_team = serializers.BooleanField(
        help_text="Skip this driver if their team is the team of my first pick."
    )


class WishListsSerializer(serializers.Serializer[Any]):
    """A player's wish list in order, and their do-not-draft list."""

    constructor_id = serializers.IntegerField()
    wish_list = WishSerializer(many=True)
    do_not_draft = DriverSerializer(many=True)


class NewWishSerializer(serializers.Serializer[Any]):
    driver_id = serializers.CharField(max_length=50)
    not_with_first_team = serializers.BooleanField(default=False)


class NewWishListsSerializer(serializers.Serializer[Any]):
    wish_list = serializers.ListField(child=NewWishSerializer(), max_length=MAX_LIST_LENGTH)
    do_not_draft = serializers.ListField(
        child=serializers.CharField(max_length=50), max_length=MAX_LIST_LENGTH, default=list
    )


class WishChangeSerializer(serializers.Serializer[Any]):
    change = serializers.ChoiceField(
        choices=WISH_CHANGES,
        help_text="`team` toggles “not with my first pick's team”. `unwant` moves the driver to the do-not-draft list.",
    )
    driver_id = serializers.CharField(max_length=50)


class ForeseenSerializer(serializers.Serializer[Any]):
    """The picks that the lists would give in the next draft if nobody else picked. Null means no pick."""

    draft_id = serializers.IntegerField(allow_null=True)
    race_id = serializers.IntegerField(allow_null=True)
    picks = serializers.ListField(child=DriverSerializer(allow_null=True), help_text="One driver per remaining pick.")


class AutodraftSerializer(serializers.Serializer[Any]):
    autodraft = serializers.ChoiceField(choices=Constructor.Autodraft.choices)


class CalendarAddressSerializer(serializers.Serializer[Any]):
    """The URL of the caller's iCalendar feed."""

    url = serializers.CharField()


class SpectatorLinkSerializer(serializers.Serializer[Any]):
    """The secret URL to watch a league's drafts. Null if there is none."""

    token = serializers.CharField(allow_null=True)
    watch_url = serializers.CharField(allow_null=True)
    wall_url = serializers.CharField(allow_null=True)
    renewed_at = UTCDateTimeField(allow_null=True)


class SkippedRaceSerializer(serializers.Serializer[Any]):
    """A race that the league does not draft for."""

    race_id = serializers.IntegerField()
    race = serializers.CharField(source="race.name")
    created_at = UTCDateTimeField()
