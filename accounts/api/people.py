"""API viewset and serializers of other users, as far as they are discoverable."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from accounts.models import User
from accounts.selectors import search_users, users_visible_to
from core.api.viewsets import BaseViewSet, error_responses
from core.formatting.avatars import initials


class PersonSerializer(serializers.ModelSerializer[User]):
    """A user, as others see them."""

    initials = serializers.SerializerMethodField(help_text="One or two letters for an avatar.")

    class Meta:
        model = User
        fields = ("id", "username", "initials", "bio")
        read_only_fields = fields

    def get_initials(self, user: User) -> str:
        return initials(user.username)


class FindSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=150, default="", help_text="A complete user name. Case is ignored.")
    email = serializers.CharField(max_length=254, default="", help_text="A complete e-mail address. Case is ignored.")


@extend_schema(tags=["users"])
class UserViewSet(BaseViewSet):
    queryset = User.objects.none()

    @extend_schema(
        summary="Find a user by name or e-mail address",
        description="Finds users who allow others to find them this way. Without a name or an address, nobody.",
        parameters=[FindSerializer],
        responses={200: PersonSerializer(many=True), **error_responses(400, 401)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        query = self.validate_query(FindSerializer)
        return self.respond_with_page(
            PersonSerializer, search_users(request.user, name=query["name"], email=query["email"])
        )

    @extend_schema(
        summary="Get a user",
        request=None,
        responses={200: PersonSerializer, **error_responses(401, 404)},
    )
    def show(self, request: SignedInApiRequest, pk: int) -> Response:
        return self.respond(PersonSerializer, get_object_or_404(users_visible_to(request.user), pk=pk))
