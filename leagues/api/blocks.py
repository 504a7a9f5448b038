"""API viewset of blocks: the people and leagues of which the user gets no invitations."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.viewsets import BaseViewSet, error_responses

from .. import selectors, services
from ..models import Block
from . import serializers


@extend_schema(tags=["invitations"])
class BlockViewSet(BaseViewSet):
    @extend_schema(
        summary="List the people and leagues that you have blocked, latest first",
        responses={200: serializers.BlockSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        return self.respond_with_page(serializers.BlockSerializer, selectors.blocks_of(request.user))

    @extend_schema(
        summary="Block invitations from a person or a league",
        description="They are not told, and get the same responses as before. Blocking them again changes nothing.",
        request=serializers.NewBlockSerializer,
        responses={201: serializers.BlockSerializer, **error_responses(400, 401, 404, 409)},
    )
    def create(self, request: SignedInApiRequest) -> Response:
        block = self._block(request, **self.validate_body(serializers.NewBlockSerializer))
        return self.respond(serializers.BlockSerializer, block, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Unblock a person or a league",
        request=None,
        responses={204: None, **error_responses(401, 404)},
    )
    def destroy(self, request: SignedInApiRequest, block_id: int) -> Response:
        services.unblock(block=get_object_or_404(selectors.blocks_of(request.user), pk=block_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _block(self, request: SignedInApiRequest, *, user_id: int | None = None, league_id: int | None = None) -> Block:
        user, now = request.user, clock.now()
        if league_id is not None:
            league = get_object_or_404(selectors.leagues_to_block(user), pk=league_id)
            return services.block_league(user=user, league=league, now=now)
        sender = get_object_or_404(selectors.users_to_block(user), pk=user_id)
        return services.block_sender(user=user, sender=sender, now=now)
