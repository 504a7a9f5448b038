"""API viewsets of constructors, and of the members of a league with their constructors."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import permissions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from accounts.models import User
from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from core.errors import Invalid, NotAllowed
from leagues.api import viewsets as leagues
from leagues.models import League, Membership

from .. import selectors, services
from ..models import Constructor
from . import serializers


def visible_constructor(request: Request, constructor_id: int) -> Constructor:
    """Return a constructor of a league visible to the caller. Raises 404 for any other."""
    return get_object_or_404(selectors.constructors_visible_to(request.user), pk=constructor_id)


@extend_schema(tags=["constructors"])
class ConstructorsViewSet(BaseViewSet):
    @extend_schema(
        summary="List your constructors, or another player's, one per league",
        parameters=[serializers.ConstructorQuery],
        responses={200: serializers.ConstructorSerializer(many=True), **error_responses(400, 401, 404)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        filters = self.validate_query(serializers.ConstructorQuery)
        constructors = selectors.constructors_of(request.user)
        if user_id := filters.pop("user_id", None):
            constructors = selectors.constructors_visible_to(request.user).filter(owner=user_id, left_at=None)
        return self.respond_with_page(serializers.ConstructorSerializer, constructors.filter(**filters))


@extend_schema(tags=["leagues"])
class LeagueConstructorsViewSet(BaseViewSet):
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="List the constructors in a league, also those of bots",
        responses={200: serializers.ConstructorSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: Request, league_id: int) -> Response:
        present = selectors.constructors_in(leagues.visible_league(request, league_id))
        return self.respond_with_page(serializers.ConstructorSerializer, present.select_related("league__season"))


@extend_schema(tags=["constructors"])
class ConstructorViewSet(BaseViewSet):
    permission_classes = (permissions.IsAuthenticatedOrReadOnly,)

    @extend_schema(
        summary="Get a constructor", responses={200: serializers.ConstructorSerializer, **error_responses(401, 404)}
    )
    def retrieve(self, request: Request, constructor_id: int) -> Response:
        return self.respond(serializers.ConstructorSerializer, visible_constructor(request, constructor_id))

    @extend_schema(
        summary="Rename your constructor",
        request=serializers.NameSerializer,
        responses={200: serializers.ConstructorSerializer, **error_responses(400, 401, 403, 404, 409)},
    )
    def partial_update(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = visible_constructor(request, constructor_id)
        name = self.validate_body(serializers.NameSerializer)["name"]
        services.rename_constructor(constructor=constructor, by=request.user, name=name)
        return self.respond(serializers.ConstructorSerializer, constructor)


@extend_schema(tags=["constructors"])
class DeputyViewSet(BaseViewSet):
    """The deputy is for the player and the league's managers to see and name. They pick at the constructor's drafts."""

    @extend_schema(
        summary="Get the deputy who picks for an absent player",
        responses={200: serializers.DeputySerializer, **error_responses(401, 403, 404)},
    )
    def show(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = self._constructor(request, constructor_id)
        return self.respond(serializers.DeputySerializer, {"user_id": constructor.deputy_id})

    @extend_schema(
        summary="Name a deputy, or end it",
        request=serializers.DeputySerializer,
        responses={200: serializers.DeputySerializer, **error_responses(400, 401, 403, 404, 409)},
        description="Another player of the league picks for the player, who can still pick too.",
    )
    def replace(self, request: SignedInApiRequest, constructor_id: int) -> Response:
        constructor = self._constructor(request, constructor_id)
        user_id = self.validate_body(serializers.DeputySerializer)["user_id"]
        services.name_deputy(
            constructor=constructor, deputy=self._deputy(constructor, user_id), by=request.user, now=clock.now()
        )
        return self.respond(serializers.DeputySerializer, {"user_id": user_id})

    def _constructor(self, request: SignedInApiRequest, constructor_id: int) -> Constructor:
        constructor = visible_constructor(request, constructor_id)
        if not selectors.can_name_deputy(request.user, constructor):
            raise NotAllowed(_("Only the player and the league's managers can name a deputy."))
        return constructor

    def _deputy(self, constructor: Constructor, user_id: int | None) -> User | None:
        if user_id is None:
            return None
        deputy = selectors.possible_deputies(constructor).filter(pk=user_id).first()
        if deputy is None:
            raise Invalid(_("A deputy is another player of the league."), field="user_id")
        return deputy


@extend_schema_view(
    list=extend_schema(responses={200: serializers.MemberSerializer(many=True), **error_responses(401, 404)}),
    partial_update=extend_schema(
        responses={200: serializers.MemberSerializer, **error_responses(400, 401, 403, 404, 409)}
    ),
)
class MemberViewSet(leagues.MemberViewSet):
    member_serializer = serializers.MemberSerializer

    def members_of(self, league: League) -> QuerySet[Membership]:
        return selectors.with_constructor_ids(super().members_of(league))
