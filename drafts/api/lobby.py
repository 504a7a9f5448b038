"""The lobby of a league's first draft: who is in it, Ready, a nudge, and the start."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import permissions
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.viewsets import error_responses
from core.errors import NotAllowed, Refused
from leagues.selectors import leagues_accessible_to

from .. import selectors, services
from ..models import Draft
from . import serializers
from .viewsets import BaseDraftViewSet, visible_draft


@extend_schema(tags=["drafts"])
class LobbyViewSet(BaseDraftViewSet):
    permission_classes = (permissions.IsAuthenticated,)

    @extend_schema(
        summary="Get the lobby of a league's first draft",
        responses={200: serializers.LobbySerializer, **error_responses(401, 403, 404, 409)},
        description="For members. 409 once the draft is open, and for later drafts.",
    )
    def show(self, request: SignedInApiRequest, draft_id: int) -> Response:
        return self._lobby_response(_draft_of_member(request, draft_id))

    @extend_schema(
        summary="Say whether you are ready for the league's first draft",
        request=serializers.ReadySerializer,
        responses={200: serializers.ReadySerializer, **error_responses(400, 401, 403, 404, 409)},
        description="Possible until the first pick. Bots and autodraft wait for it until everyone is ready.",
    )
    def set_ready(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = _draft_of_member(request, draft_id)
        is_ready = self.validate_body(serializers.ReadySerializer)["is_ready"]
        services.set_ready(draft=draft, by=request.user, is_ready=is_ready, now=clock.now())
        return self.respond(serializers.ReadySerializer, {"is_ready": is_ready})

    @extend_schema(
        summary="Tell those who are missing that the lobby waits",
        request=None,
        responses={200: serializers.NudgedSerializer, **error_responses(401, 403, 404, 409, 429)},
        description=(
            "Players who are not ready, and people who are invited. Possible every half an hour. A nudge counts like "
            "an invitation against the daily limits; people whom you have contacted too often are left out."
        ),
    )
    def nudge(self, request: SignedInApiRequest, draft_id: int) -> Response:
        nudged = services.nudge(draft=_draft_of_member(request, draft_id), by=request.user, now=clock.now())
        return self.respond(serializers.NudgedSerializer, {"nudged": nudged})

    @extend_schema(
        summary="Start a league's first draft",
        request=serializers.SeenSerializer,
        responses={200: serializers.DraftStatusSerializer, **error_responses(400, 401, 403, 404, 409)},
        description="For managers of the league. A draft needs two constructors.",
    )
    def start(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = visible_draft(request, draft_id)
        seen = self.validate_body(serializers.SeenSerializer).get("seen")
        services.start_draft(draft=draft, by=request.user, now=clock.now(), seen=seen)
        return self.draft_status_response(visible_draft(request, draft_id))

    def _lobby_response(self, draft: Draft) -> Response:
        if not selectors.has_lobby(draft):
            raise Refused(_("The lobby has closed."), code="lobby_closed")
        return self.respond(serializers.LobbySerializer, selectors.lobby_of(draft))


def _draft_of_member(request: SignedInApiRequest, draft_id: int) -> Draft:
    """Return a draft of a league that the caller is in. Raises `NotAllowed` for others who may see the draft."""
    draft = visible_draft(request, draft_id)
    if not leagues_accessible_to(request.user).filter(pk=draft.league_id).exists():
        raise NotAllowed(_("Only players of the league can do this."))
    return draft
