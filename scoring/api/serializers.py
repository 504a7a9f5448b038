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
    sprints = serializers.BooleanField(default=False, help_text="Whether sprints count.")


class RankedDriverSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    driver_id = serializers.CharField(help_text="The F1 API's, such as “norris”.")
    code = serializers.CharField()
    name = serializers.CharField()
    points = serializers.CharField()


class LeaderboardQuery(serializers.Serializer[Any]):
    race_id = IdField(required=False, help_text="One race; left out, the season.")
    as_of = UTCDateTimeField(required=False, help_text="As it stood then, by the results that counted; left out, now.")


class LeaderboardRowSerializer(serializers.Serializer[Any]):
    """A constructor's place. What only a season or only a race has is left out of the other."""

    rank = serializers.IntegerField(help_text="Shared where a tie cannot be broken.")
    constructor_id = serializers.IntegerField()
    constructor = serializers.CharField()
    player = serializers.CharField()
    points = serializers.CharField()
    autopicks = serializers.IntegerField()
    races = serializers.IntegerField(required=False, help_text="Season: counted races that it drafted for.")
    wins = serializers.IntegerField(required=False, help_text="Season: races with the most points.")
    best_race = serializers.CharField(required=False, help_text="Season: the points of its best race.")
    joined_late = serializers.BooleanField(required=False, help_text="Season: came in after the first draft.")
    has_left = serializers.BooleanField(required=False, help_text="Season: its player has left the league.")
    best_pick = serializers.CharField(required=False, help_text="Race: the points of its best driver.")


class SubstituteSerializer(serializers.Serializer[Any]):
    driver_id = serializers.CharField(source="ref")
    code = serializers.CharField()
    name = serializers.CharField(source="__str__")


class BreakdownLineSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    points = serializers.CharField()


class ScoredPickSerializer(serializers.Serializer[Any]):
    """A pick and what it brought; `points` are null until the race is scored."""

    slot = serializers.IntegerField(source="slot.number")
    driver_id = serializers.CharField(source="entry.driver.ref")
    code = serializers.CharField(source="entry.driver.code")
    name = serializers.CharField(source="entry.driver")
    source = serializers.ChoiceField(choices=Pick.Source.choices)  # type: ignore[assignment]
    points = PointsField(source="score.points", allow_null=True)
    breakdown = serializers.SerializerMethodField()
    substitute = serializers.SerializerMethodField(help_text="The driver who raced and scored instead, if any.")

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
    rank = serializers.SerializerMethodField(help_text="Among those who drafted; null until the race is scored.")
    picks = ScoredPickSerializer(many=True, source="own_picks")

    def get_points(self, draft: Any) -> str | None:
        return next((format_points(score.points) for score in draft.own_scores), None)

    def get_rank(self, draft: Any) -> int | None:
        return next((score.rank for score in draft.own_scores), None)
