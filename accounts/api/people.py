"""API viewset and serializers of other users, as far as they are discoverable."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from accounts.models import User
from accounts.selectors import people_found, people_visible_to
from fantasyf1.kit.api.doors import Door, described_faults
from fantasyf1.kit.initials import initials


class PersonSerializer(serializers.ModelSerializer[User]):
    """A person, as others see him."""

    initials = serializers.SerializerMethodField(help_text="What stands for him beside his name: a letter or two.")

    class Meta:
        model = User
        fields = ("id", "username", "initials", "bio")
        read_only_fields = fields

    def get_initials(self, user: User) -> str:
        return initials(user.username)


class FindSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, default="", help_text="A whole user name, in any case.")
    email = serializers.CharField(max_length=254, default="", help_text="A whole address, in any case.")


@extend_schema(tags=["users"])
class PeopleDoor(Door):
    queryset = User.objects.none()

    @extend_schema(
        summary="Find a person by name or address",
        description="Finds those who let themselves be found by it. Without a name or an address, nobody.",
        parameters=[FindSerializer],
        responses={200: PersonSerializer(many=True), **described_faults(400, 401)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        query = self.read_query(FindSerializer)
        return self.answer_page(PersonSerializer, people_found(request.user, name=query["name"], email=query["email"]))

    @extend_schema(
        summary="A person",
        request=None,
        responses={200: PersonSerializer, **described_faults(401, 404)},
    )
    def show(self, request: SignedInApiRequest, pk: int) -> Response:
        return self.answer(PersonSerializer, get_object_or_404(people_visible_to(request.user), pk=pk))
