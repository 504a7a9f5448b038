"""API serializers of constructors."""

from typing import Any

from rest_framework import serializers

from core.api.fields import IdField, UTCDateTimeField
from leagues.api import serializers as leagues


class ConstructorQuery(serializers.Serializer[Any]):
    league_id = IdField(required=False, help_text="Only the constructor in this league.")
    user_id = IdField(required=False, help_text="The constructors of this player in leagues that you can see.")


class ConstructorLeagueSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    season = serializers.IntegerField(source="season.year")


class ConstructorSerializer(serializers.Serializer[Any]):
    """A player's fantasy team in one league."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    user_id = serializers.IntegerField(
        source="owner_id", allow_null=True, help_text="The player. Null for bots and former players."
    )
    player = serializers.CharField()
    is_bot = serializers.BooleanField()
    league = ConstructorLeagueSerializer()
    joined_at = UTCDateTimeField()
    left_at = UTCDateTimeField(allow_null=True)


class DeputySerializer(serializers.Serializer[Any]):
    """Who picks for a constructor while its player is absent."""

    user_id = IdField(allow_null=True, help_text="Another player of the league. Null: nobody.")


class MemberSerializer(leagues.MemberSerializer):
    """A member of a league."""

    constructor_id = serializers.IntegerField(help_text="The member's constructor in the league.")


class NameSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=40)
