"""API serializers of seasons, races, drivers, and results with their revisions."""

from typing import Any

from rest_framework import serializers

from core.api.fields import PointsField, UTCDateTimeField

from ..models import Classification, Race, Season, Session

MAX_CARS = 40
IGNORED = "Ignored: it is here so that you can send back what you have read."
KINDS = Classification.Kind.choices
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
    id = serializers.CharField(source="ref")
    name = serializers.CharField()
    locality = serializers.CharField()
    country = serializers.CharField()


class TeamSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="ref")
    name = serializers.CharField()


class TeamDriverSerializer(serializers.Serializer[Any]):
    id = serializers.CharField(source="driver.ref", help_text="The id in the F1 API, such as “norris”.")
    code = serializers.CharField(source="driver.code")
    name = serializers.CharField(source="driver")
    number = serializers.IntegerField(allow_null=True)


class TeamDetailSerializer(serializers.Serializer[Any]):
    """A team with its drivers."""

    id = serializers.CharField(source="team.ref")
    name = serializers.CharField(source="team.name")
    nationality = serializers.CharField(source="team.nationality", help_text="Empty if unknown.")
    drivers = TeamDriverSerializer(many=True)


class TeamStandingSerializer(serializers.Serializer[Any]):
    """A team in the championship."""

    rank = serializers.IntegerField(help_text="Shared if a tie cannot be broken.")
    team_id = serializers.CharField(source="team.ref")
    team = serializers.CharField(source="team.name")
    points = PointsField()
    wins = serializers.IntegerField()


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

    id = serializers.CharField(source="driver.ref", help_text="The id in the F1 API, such as “norris”.")
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
    number = serializers.IntegerField(allow_null=True, help_text="Null if unknown.")
    grid = serializers.IntegerField(
        allow_null=True, help_text="0 if the car started from the pit lane or did not start; null if unknown."
    )
    laps = serializers.IntegerField(allow_null=True, help_text="Null if unknown.")
    status = serializers.CharField(help_text="Empty if unknown.")
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


class RevisionQuery(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        required=False, min_value=1, max_value=32_767, help_text="Which one; left out, those that count."
    )
    kind = serializers.ChoiceField(choices=KINDS, default="race", help_text="Whose revision is asked for.")


class RevisionsQuery(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS, required=False, help_text="Left out, both.")


class RevisionSerializer(serializers.Serializer[Any]):
    """One accepted revision of a race's or a sprint's results."""

    kind = serializers.ChoiceField(choices=KINDS)
    revision = serializers.IntegerField(help_text="1 is the first; the highest counts.")
    # The attribute must carry the published name, which a field's own property has as well.
    source = serializers.ChoiceField(choices=Classification.Source.choices)  # type: ignore[assignment]
    recorded_at = UTCDateTimeField()
    confirmed_at = UTCDateTimeField(help_text="When its source last said the same.")
    is_held = serializers.BooleanField(help_text="Entered by hand: the F1 API does not overwrite it.")
    reason = serializers.CharField(source="shown_reason", help_text="Why it was entered by hand.")
    difference = serializers.ListField(
        source="shown_difference",
        child=serializers.CharField(),
        help_text="What changed against the revision before, a sentence each.",
    )


class EnteredRowSerializer(serializers.Serializer[Any]):
    """One car, with the names that the results are read with."""

    position = serializers.IntegerField(min_value=1, max_value=MAX_CARS)
    position_text = serializers.CharField(max_length=4)
    driver_id = serializers.SlugField(max_length=50)
    team_id = serializers.SlugField(max_length=50)
    number = serializers.IntegerField(min_value=0, max_value=999, allow_null=True)
    grid = serializers.IntegerField(min_value=0, max_value=99, allow_null=True)
    laps = serializers.IntegerField(min_value=0, max_value=9_999, allow_null=True)
    status = serializers.CharField(max_length=40, allow_blank=True)
    points = serializers.DecimalField(max_digits=6, decimal_places=2, min_value=0)
    fastest_lap_rank = serializers.IntegerField(min_value=1, max_value=99, allow_null=True, default=None)
    time = serializers.CharField(max_length=20, allow_blank=True, default="")
    code = serializers.CharField(required=False, allow_blank=True, help_text=IGNORED)
    name = serializers.CharField(required=False, allow_blank=True, help_text=IGNORED)
    team = serializers.CharField(required=False, allow_blank=True, help_text=IGNORED)


class EnterResultsSerializer(serializers.Serializer[Any]):
    """A whole classification. Clients can read the results, change them and send them back."""

    kind = serializers.ChoiceField(choices=KINDS)
    reason = serializers.CharField(max_length=200, help_text="Players see it next to the revision.")
    rows = serializers.ListField(child=EnteredRowSerializer(), min_length=1, max_length=MAX_CARS)


class ReleaseSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)
