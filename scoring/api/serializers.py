"""Serializers and query parameters of leaderboards, driver rankings, records and scored picks."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.serializers import MarkSerializer
from constructors.models import Constructor
from core.api.fields import IdField, PointsField, UTCDateTimeField
from core.formatting.points import format_points
from drafts.api.serializers import DriverSerializer
from drafts.models import Draft, Pick
from races.api.serializers import SeasonQuery

from ..models import PickScore
from ..records import Honours


class RankingQuery(SeasonQuery):
    scoring = serializers.ChoiceField(choices=["standard_f1", "inverted_position"], default="inverted_position")
    sprints = serializers.BooleanField(default=False, help_text="Whether sprints score points.")


class RankedDriverSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    id = serializers.CharField(help_text="The driver's id in the F1 API, such as “norris”.")
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
    user_id = serializers.IntegerField(allow_null=True, help_text="Null for bots and former players.")
    player = serializers.CharField()
    mark = MarkSerializer()
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
        lines = pick.score.shown_breakdown if _score(pick) else []
        return [{"label": label, "points": points} for label, points in lines]

    @extend_schema_field(DriverSerializer(allow_null=True))
    def get_substitute(self, pick: Pick) -> dict[str, Any] | None:
        score = _score(pick)
        if score is None or not score.is_replacement:
            return None
        driver: dict[str, Any] = DriverSerializer(score.driver).data
        return driver


def _score(pick: Pick) -> PickScore | None:
    return getattr(pick, "score", None)


class ConstructorDraftSerializer(serializers.Serializer[Any]):
    """One race of a constructor: its picks, and its points once the race is scored."""

    id = serializers.IntegerField()
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


class PickCorrectionSerializer(serializers.Serializer[Any]):
    """A pick whose points changed."""

    slot = serializers.IntegerField(source="pick.slot.number")
    driver_id = serializers.CharField(source="pick.entry.driver.ref")
    code = serializers.CharField(source="pick.entry.driver.code")
    name = serializers.CharField(source="pick.entry.driver")
    points_before = PointsField()
    points_after = PointsField()


class CorrectedScoreSerializer(serializers.Serializer[Any]):
    """What a correction changed for a constructor. Points and rank of the race are null if it had not drafted."""

    constructor_id = serializers.IntegerField()
    constructor = serializers.CharField(source="constructor.name")
    user_id = serializers.IntegerField(
        source="constructor.owner_id", allow_null=True, help_text="Null for bots and former players."
    )
    player = serializers.CharField(source="constructor.player")
    points_before = PointsField(allow_null=True)
    points_after = PointsField(allow_null=True)
    rank_before = serializers.IntegerField(allow_null=True)
    rank_after = serializers.IntegerField(allow_null=True)
    season_rank_before = serializers.IntegerField()
    season_rank_after = serializers.IntegerField()
    picks = PickCorrectionSerializer(many=True, source="picks.all")


class CorrectionSerializer(serializers.Serializer[Any]):
    """One rescoring of a race in a league."""

    league_id = serializers.IntegerField(source="league.pk")
    league = serializers.CharField(source="league.name")
    corrected_at = UTCDateTimeField(source="at")
    what_changed = serializers.ListField(
        child=serializers.CharField(), source="sentences", help_text="What changed in the results, a sentence each."
    )
    scores = CorrectedScoreSerializer(many=True, source="changes")


class PreviewedDriverSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="driver.ref")
    code = serializers.CharField(source="driver.code")
    name = serializers.CharField(source="driver")
    points = serializers.CharField()
    breakdown = serializers.SerializerMethodField()

    @extend_schema_field(BreakdownLineSerializer(many=True))
    def get_breakdown(self, row: dict[str, Any]) -> list[dict[str, str]]:
        return [{"label": str(label), "points": points} for label, points in row["breakdown"]]


class SettingsPreviewSerializer(serializers.Serializer[Any]):
    """The last race under other rules. Null and empty before the first result."""

    race_id = serializers.IntegerField(source="race.pk", default=None, allow_null=True)
    race = serializers.CharField(source="race.name", default=None, allow_null=True)
    drivers = PreviewedDriverSerializer(many=True, help_text="Best first.")


class PlayedSeasonSerializer(serializers.Serializer[Any]):
    """A season that a person plays or played in a league."""

    season = serializers.IntegerField(source="league.season.year")
    league_id = serializers.IntegerField()
    league = serializers.CharField(source="league.name")
    constructor_id = serializers.IntegerField(source="pk")
    constructor = serializers.CharField(source="name")
    joined_at = UTCDateTimeField()
    left_at = UTCDateTimeField(allow_null=True)
    rank = serializers.IntegerField(source="season_score.rank", default=None, allow_null=True)
    points = serializers.SerializerMethodField(help_text="Null before the first scored race.")
    races = serializers.IntegerField(source="season_score.races", default=0)
    wins = serializers.IntegerField(source="season_score.wins", default=0)

    def get_points(self, constructor: Constructor) -> str | None:
        score = getattr(constructor, "season_score", None)
        return format_points(score.points) if score else None


class RecordPlayerSerializer(serializers.Serializer[Any]):
    """A player over all seasons, named by the constructor that they played last."""

    constructor_id = serializers.IntegerField(source="pk")
    player = serializers.CharField(source="name")


class SeasonStandingSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    constructor_id = serializers.IntegerField()
    constructor = serializers.CharField(source="constructor.name")
    player = serializers.CharField(source="constructor.player")
    points = PointsField()
    races = serializers.IntegerField()
    wins = serializers.IntegerField()


class RecordSeasonSerializer(serializers.Serializer[Any]):
    """A season of the league. The champions are those of rank 1 once the season is over, several if they tie."""

    league_id = serializers.IntegerField(source="league.pk")
    season = serializers.IntegerField(source="year")
    is_over = serializers.BooleanField(help_text="Whether the results of the last race are in.")
    champions = SeasonStandingSerializer(many=True)
    standings = SeasonStandingSerializer(many=True)


class AllTimeRowSerializer(serializers.Serializer[Any]):
    rank = serializers.IntegerField()
    constructor_id = serializers.IntegerField(source="player.pk", help_text="The player's latest constructor.")
    player = serializers.CharField(source="player.name")
    seasons = serializers.IntegerField()
    titles = serializers.IntegerField()
    races = serializers.IntegerField()
    wins = serializers.IntegerField()
    points = PointsField(source="totals.points")


class RaceRecordSerializer(serializers.Serializer[Any]):
    """A player's points in one race, or the points left unused there."""

    constructor_id = serializers.IntegerField(source="player.pk", help_text="The player's latest constructor.")
    player = serializers.CharField(source="player.name")
    season = serializers.IntegerField(source="league.season.year")
    race_id = serializers.IntegerField(source="race.pk")
    race = serializers.CharField(source="race.name")
    points = PointsField()


class StreakSerializer(serializers.Serializer[Any]):
    """Races won in a row."""

    constructor_id = serializers.IntegerField(source="player.pk", help_text="The player's latest constructor.")
    player = serializers.CharField(source="player.name")
    wins = serializers.IntegerField(source="length")
    first_race_id = serializers.IntegerField(source="first.pk")
    first_race = serializers.CharField(source="first.name")
    last_race_id = serializers.IntegerField(source="last.pk")
    last_race = serializers.CharField(source="last.name")


class RecordsSerializer(serializers.Serializer[Any]):
    """The records of a league over all its seasons, latest season first. Bots are in the standings only."""

    seasons = RecordSeasonSerializer(many=True)
    all_time = AllTimeRowSerializer(many=True)
    highest = RaceRecordSerializer(many=True, help_text="The most points in one race.")
    lowest = RaceRecordSerializer(many=True, help_text="The fewest points in one race.")
    longest_streaks = StreakSerializer(many=True, help_text="The most races won in a row.")
    most_unused = RaceRecordSerializer(
        many=True,
        help_text="How many more points were possible with other drivers who were free at the player's turns.",
    )


class HeadToHeadQuery(serializers.Serializer[Any]):
    constructor_id = IdField(help_text="A constructor of the one player, in any season.")
    other_constructor_id = IdField(help_text="A constructor of the other player, in any season.")


class HeadToHeadSerializer(serializers.Serializer[Any]):
    """Two players over the races in which both took part. A shared rank is a draw."""

    races = serializers.IntegerField()
    wins = serializers.IntegerField()
    losses = serializers.IntegerField()
    draws = serializers.IntegerField()
    points = PointsField()
    points_against = PointsField()


class RivalrySerializer(serializers.Serializer[Any]):
    opponent = RecordPlayerSerializer()
    result = HeadToHeadSerializer()


class PlaceSerializer(serializers.Serializer[Any]):
    """A player's row in the standings of one season."""

    season = serializers.IntegerField()
    standing = SeasonStandingSerializer()


class HonoursSerializer(serializers.Serializer[Any]):
    """What one player has achieved in a league over all its seasons."""

    player = RecordPlayerSerializer()
    all_time = AllTimeRowSerializer(allow_null=True)
    titles = serializers.SerializerMethodField(help_text="The seasons that the player has won.")
    podiums = serializers.IntegerField(help_text="Races in which the player was in the first three.")
    places = serializers.SerializerMethodField()
    best = RaceRecordSerializer(many=True)
    worst = RaceRecordSerializer(many=True)
    longest_streaks = StreakSerializer(many=True, source="streaks")
    unused = PointsField(help_text="Points left unused over all races.")
    most_unused = RaceRecordSerializer(many=True)
    head_to_head = RivalrySerializer(many=True, source="rivalries")

    def get_titles(self, honours: Honours) -> list[int]:
        return [season.year for season in honours.titles]

    @extend_schema_field(PlaceSerializer(many=True))
    def get_places(self, honours: Honours) -> list[dict[str, Any]]:
        rows = [{"season": season.year, "standing": score} for season, score in honours.places]
        return [dict(row) for row in PlaceSerializer(rows, many=True).data]
