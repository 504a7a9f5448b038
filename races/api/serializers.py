"""API serializers of seasons, races and drivers."""

from typing import Any

from rest_framework import serializers

from core.api.fields import PointsField, UTCDateTimeField

from ..models import Classification, Race, Season, Session

ORDERINGS = ("team", "-team", "name", "-name", "number", "-number", "code", "-code")


class SeasonQuery(serializers.Serializer[Any]):
    season = serializers.IntegerField(required=False, help_text="Year. The default is the current season.")


class DriverQuery(SeasonQuery):
    team_id = serializers.CharField(max_length=100, required=False, help_text="Only drivers of this team.")
    search = serializers.CharField(
        max_length=60, required=False, allow_blank=True, help_text="Part of the name. Case does not matter."
    )
    ordering = serializers.ChoiceField(choices=ORDERINGS, default="team", help_text="A leading `-` reverses the order.")


class SeasonSerializer(serializers.ModelSerializer[Season]):
    class Meta:
        model = Season
        fields = ("year", "grid_size")
        read_only_fields = fields


class CircuitSerializer(serializers.Serializer[Any]):
    circuit_id = serializers.CharField(source="ref")
    name = serializers.CharField()
    locality = serializers.CharField()
    country = serializers.CharField()


class TeamSerializer(serializers.Serializer[Any]):
    team_id = serializers.CharField(source="ref")
    name = serializers.CharField()


class SessionSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=Session.Kind.choices)
    date = serializers.DateField()
    starts_at = UTCDateTimeField(allow_null=True, help_text="Null until the timetable is published.")


class RaceSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    season = serializers.IntegerField(source="season.year")
    round = serializers.IntegerField(help_text="Position in the current calendar. It may change.")
    name = serializers.CharField()
    circuit = CircuitSerializer()
    date = serializers.DateField(source="race_date")
    starts_at = UTCDateTimeField(allow_null=True, help_text="Null until the timetable is published.")
    state = serializers.ChoiceField(choices=Race.State.choices)
    sessions = SessionSerializer(many=True, source="sessions.all", help_text="Sessions before the race.")


class EnteredDriverSerializer(serializers.Serializer[Any]):
    """A driver, with the team and number of their latest race."""

    driver_id = serializers.CharField(source="driver.ref", help_text="The id in the F1 API, such as “norris”.")
    code = serializers.CharField(source="driver.code")
    name = serializers.CharField(source="driver")
    given_name = serializers.CharField(source="driver.given_name")
    family_name = serializers.CharField(source="driver.family_name")
    nationality = serializers.CharField(source="driver.nationality")
    number = serializers.IntegerField(allow_null=True)
    team = TeamSerializer(allow_null=True)


class FinishSerializer(serializers.Serializer[Any]):
    """A driver's result in a race or sprint."""

    race_id = serializers.IntegerField(source="classification.race_id")
    race = serializers.CharField(source="classification.race.name")
    kind = serializers.ChoiceField(choices=Classification.Kind.choices, source="classification.kind")
    position = serializers.IntegerField()
    position_text = serializers.CharField()
    grid = serializers.IntegerField()
    status = serializers.CharField()
    points = PointsField()
    team = TeamSerializer()


class DriverDetailSerializer(EnteredDriverSerializer):
    date_of_birth = serializers.DateField(source="driver.date_of_birth", allow_null=True)
    seasons = serializers.ListField(
        child=serializers.IntegerField(), help_text="Years in which the driver was entered."
    )
    results = FinishSerializer(many=True, help_text="Results of the requested season, by date.")


class ResultSerializer(serializers.Serializer[Any]):
    """One car of a classification, with its official points."""

    position = serializers.IntegerField(help_text="Position in the list, including retired cars.")
    position_text = serializers.CharField(help_text="A number if classified, otherwise R, D, W, N, E or F.")
    driver_id = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    team_id = serializers.CharField()
    team = serializers.CharField()
    number = serializers.IntegerField()
    grid = serializers.IntegerField(help_text="0 if the car started from the pit lane or did not start.")
    laps = serializers.IntegerField()
    status = serializers.CharField()
    points = serializers.CharField()
    fastest_lap_rank = serializers.IntegerField(allow_null=True)
    time = serializers.CharField()


class ClassificationSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(help_text="Increases with every correction of the result.")
    recorded_at = UTCDateTimeField()
    rows = ResultSerializer(many=True)


class RaceResultsSerializer(serializers.Serializer[Any]):
    """The classifications of a race. Null until published."""

    race_id = serializers.IntegerField()
    race = ClassificationSerializer(allow_null=True)
    sprint = ClassificationSerializer(allow_null=True)
