"""What the API reads and writes of drafts."""

from typing import Any

from rest_framework import serializers

from fantasyf1.kit.api.fields import IdField, MomentField

from ..models import Draft, Pick


class NewPickSerializer(serializers.Serializer[Any]):
    race_id = IdField()
    driver_id = serializers.CharField(max_length=50, help_text="The F1 API's, such as “norris”.")


# `source` and `label` are published names; a field's own attributes are called the same, hence the ignored types.


class PickSerializer(serializers.Serializer[Any]):
    """A driver held by a constructor for a race."""

    slot = serializers.IntegerField(source="slot.number")
    round = serializers.IntegerField(source="slot.round")
    constructor_id = serializers.IntegerField(source="slot.constructor_id")
    constructor = serializers.CharField(source="slot.constructor.name")
    driver_id = serializers.CharField(source="entry.driver.ref")
    code = serializers.CharField(source="entry.driver.code")
    name = serializers.CharField(source="entry.driver")
    source = serializers.ChoiceField(choices=Pick.Source.choices)  # type: ignore[assignment]
    picked_at = MomentField()


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
    opens_at = MomentField(source="draft.opens_at")
    locks_at = MomentField(source="draft.locks_at")
    lock_is_provisional = serializers.BooleanField(source="draft.lock_is_provisional")
    on_the_clock = TurnSerializer(allow_null=True)
    turn_ends_at = MomentField(
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
    server_time = MomentField()


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


class NewOrderSerializer(serializers.Serializer[Any]):
    order = serializers.ListField(
        child=IdField(),
        max_length=100,
        help_text="The ids of all constructors of the league, first to last.",
    )
