"""API viewset of the seasons that a person has played, in leagues that the caller can see."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from accounts.models import User
from accounts.selectors import users_visible_to
from core.api.viewsets import BaseViewSet, error_responses

from .. import selectors
from . import serializers


@extend_schema(tags=["users"])
class PlayedSeasonsViewSet(BaseViewSet):
    @extend_schema(
        summary="List the seasons that a person has played, latest first",
        operation_id="users_seasons_list",
        responses={200: serializers.PlayedSeasonSerializer(many=True), **error_responses(401, 404)},
        description="In leagues that you can see. Your own list also has the leagues that you have left.",
    )
    def list(self, request: SignedInApiRequest, user_id: int) -> Response:
        person = get_object_or_404(User, pk=user_id)
        played = selectors.seasons_played_by(person, visible_to=request.user)
        if not played.exists() and not users_visible_to(request.user).filter(pk=user_id).exists():
            raise Http404
        return self.respond_with_page(serializers.PlayedSeasonSerializer, played)
