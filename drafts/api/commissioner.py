"""Commissioner tools: actions of a league's managers on a draft. Each responds with the draft's new state."""

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import permissions, status
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from constructors.selectors import constructors_in
from core import clock
from core.api.viewsets import error_responses
from core.errors import Invalid

from .. import selectors, services
from . import serializers
from .viewsets import BaseDraftViewSet, entry_for, managed_draft, visible_draft

DRAFT_STATUS_RESPONSES = {200: serializers.DraftStatusSerializer, **error_responses(400, 401, 403, 404, 409)}


@extend_schema(tags=["commissioner"])
class CommissionerViewSet(BaseDraftViewSet):
    permission_classes = (permissions.IsAuthenticated,)

    @extend_schema(summary="Pause a draft", request=serializers.SeenSerializer, responses=DRAFT_STATUS_RESPONSES)
    def pause(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = visible_draft(request, draft_id)
        seen = self.validate_body(serializers.SeenSerializer).get("seen")
        services.pause_draft(draft=draft, by=request.user, now=clock.now(), seen=seen)
        return self.draft_status_response(visible_draft(request, draft_id))

    @extend_schema(summary="Resume a draft", request=serializers.SeenSerializer, responses=DRAFT_STATUS_RESPONSES)
    def resume(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = visible_draft(request, draft_id)
        seen = self.validate_body(serializers.SeenSerializer).get("seen")
        services.resume_draft(draft=draft, by=request.user, now=clock.now(), seen=seen)
        return self.draft_status_response(visible_draft(request, draft_id))

    @extend_schema(
        summary="Extend the clock of the current turn",
        request=serializers.ExtensionSerializer,
        responses=DRAFT_STATUS_RESPONSES,
        description="The clock cannot run beyond the lock, and the other players keep the time they need.",
    )
    def extend(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = visible_draft(request, draft_id)
        body = self.validate_body(serializers.ExtensionSerializer)
        services.extend_turn(
            draft=draft, by=request.user, minutes=body["minutes"], now=clock.now(), seen=body.get("seen")
        )
        return self.draft_status_response(visible_draft(request, draft_id))

    @extend_schema(
        summary="Pick for a player",
        request=serializers.PickForSerializer,
        responses={201: serializers.MadePickSerializer, **error_responses(400, 401, 403, 404, 409)},
    )
    def pick_for(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = managed_draft(request, draft_id)
        body = self.validate_body(serializers.PickForSerializer)
        constructor = constructors_in(draft.league).filter(pk=body["constructor_id"]).first()
        if constructor is None:
            raise Invalid(_("There is no such constructor in this league."), field="constructor_id")
        pick = services.pick_for(
            draft=draft,
            constructor=constructor,
            entry=entry_for(draft.race, body["driver_id"]),
            by=request.user,
            now=clock.now(),
            seen=body.get("seen"),
        )
        return self.respond(serializers.MadePickSerializer, pick, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Substitute a driver who is out, for the player who holds them",
        request=serializers.SubstitutionForSerializer,
        responses={200: serializers.MadePickSerializer, **error_responses(400, 401, 403, 404, 409)},
        description="Possible until the lock, even while the draft is paused.",
    )
    def substitute_for(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = managed_draft(request, draft_id)
        body = self.validate_body(serializers.SubstitutionForSerializer)
        pick = services.substitute_driver_for(
            draft=draft,
            out=entry_for(draft.race, body["out_driver_id"], field="out_driver_id"),
            entry=entry_for(draft.race, body["driver_id"]),
            by=request.user,
            now=clock.now(),
            seen=body.get("seen"),
        )
        return self.respond(serializers.MadePickSerializer, pick)

    @extend_schema(
        summary="Preview which picks would be undone",
        parameters=[serializers.UndoQuery],
        responses={200: serializers.UndoPreviewSerializer, **error_responses(400, 401, 403, 404)},
    )
    def preview_undo(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = managed_draft(request, draft_id)
        count = self.validate_query(serializers.UndoQuery)["count"]
        preview = {"seen": draft.last_seq, "picks": selectors.latest_picks(draft)[:count]}
        return self.respond(serializers.UndoPreviewSerializer, preview)

    @extend_schema(
        summary="Undo the last picks",
        request=serializers.UndoSerializer,
        responses=DRAFT_STATUS_RESPONSES,
        description="Their slots become open again. `GET` previews which picks would be undone.",
    )
    def undo(self, request: SignedInApiRequest, draft_id: int) -> Response:
        draft = visible_draft(request, draft_id)
        body = self.validate_body(serializers.UndoSerializer)
        services.undo_picks(draft=draft, by=request.user, count=body["count"], now=clock.now(), seen=body.get("seen"))
        return self.draft_status_response(visible_draft(request, draft_id))
