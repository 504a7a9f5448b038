"""Serializers and query parameters of leaderboards, driver rankings and scored picks."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.api.fields import IdField, PointsField, UTCDateTimeField
from core.formatting.points import format_points
from drafts.models import Draft, Pick
from races.api.serializers import SeasonQuery

from ..models import PickScore


class RankingQuery(SeasonQuery):
    scoring = serializers.ChoiceField(choices=["standard_f1", "inverted_position"], default="inverted_position")
    sprints = serializers.BooleanField(default=False, help_text="Whether sprints score points.")


class RankedDriverSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    driver_id = serializers.CharField(help_text="The driver's id in the F1 API, such as “norris”.")
    code = serializers.CharField()
    name = serializers.CharField()
    points = serializers.CharField()


class LeaderboardQuery(serializers.Serializer[Any]):
    race_id = IdField(required=False, help_text="Return the standings of this race. Default: the season.")
    as_of = UTCDateTimeField(
        required=False, help_text="Return the standings at this time, by the results known then. Default: now."
    )


class LeaderboardRowSerializer(serializers.Serializer[Any]):
    """A constructor's row in the standings. Fields marked “season only” or “race only” are left out of the other."""

    rank = serializers.IntegerField(help_text="Shared if a tie cannot be broken.")
    constructor_id = serializers.IntegerField()
    constructor = serializers.CharField()
    player = serializers.CharField()
    points = serializers.CharField()
    autopicks = serializers.IntegerField()
    races = serializers.IntegerField(
        required=False, help_text="Season only: scored races that the constructor drafted for."
    )
    wins = serializers.IntegerField(required=False, help_text="Season only: races in which it scored the most points.")
    best_race = serializers.CharField(required=False, help_text="Season only: points in its best race.")
    joined_late = serializers.BooleanField(required=False, help_text="Season only: joined after the first draft.")
    has_left = serializers.BooleanField(required=False, help_text="Season only: the player has left the league.")
    best_pick = serializers.CharField(required=False, help_text="Race only: points of its best driver.")


class SubstituteSerializer(serializers.Serializer[Any]):
    driver_id = serializers.CharField(source="ref")
    code = serializers.CharField()
    name = serializers.CharField(source="__str__")


class BreakdownLineSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    points = serializers.CharField()


class ScoredPickSerializer(serializers.Serializer[Any]):
    """A pick with its points. `points` is null until the race is scored."""

    slot = serializers.IntegerField(source="slot.number")
    driver_id = serializers.CharField(source="entry.driver.ref")
    code = serializers.CharField(source="entry.driver.code")
    name = serializers.CharField(source="entry.driver")
    source = serializers.ChoiceField(choices=Pick.Source.choices)  # type: ignore[assignment]
    points = PointsField(source="score.points", allow_null=True)
    breakdown = serializers.SerializerMethodField()
    substitute = serializers.SerializerMethodField(help_text="The replacement who drove and scored, if any.")

    @extend_schema_field(BreakdownLineSerializer(many=True))
    def get_breakdown(self, pick: Pick) -> list[dict[str, str]]:
        lines = pick.score.breakdown if _score(pick) else []
        return [{"label": label, "points": format_points(Decimal(points))} for label, points in lines]

    @extend_schema_field(SubstituteSerializer(allow_null=True))
    def get_substitute(self, pick: Pick) -> dict[str, Any] | None:
        score = _score(pick)
        if score is None or not score.is_replacement:
            return None
        driver: dict[str, Any] = SubstituteSerializer(score.driver).data
        return driver


def _score(pick: Pick) -> PickScore | None:
    return getattr(pick, "score", None)


class ConstructorDraftSerializer(serializers.Serializer[Any]):
    """One race of a constructor: its picks, and its points once the race is scored."""

    race_id = serializers.IntegerField()
    race = serializers.CharField(source="race.name")
    round = serializers.IntegerField(source="race.round")
    state = serializers.ChoiceField(choices=Draft.State.choices)
    opens_at = UTCDateTimeField()
    locks_at = UTCDateTimeField()
    points = serializers.SerializerMethodField(help_text="Null until the race is scored.")
    rank = serializers.SerializerMethodField(
        help_text="Rank among the constructors that drafted. Null until the race is scored."
    )
    picks = ScoredPickSerializer(many=True, source="own_picks")

    def get_points(self, draft: Any) -> str | None:
        return next((format_points(score.points) for score in draft.own_scores), None)

    def get_rank(self, draft: Any) -> int | None:
        return next((score.rank for score in draft.own_scores), None)
