"""API viewset for results and their revisions, including manual results by administrators."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, permissions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.viewsets import error_responses

from .. import selectors, services
from ..models import Race
from ..sources.dto import ResultDTO
from . import serializers
from .viewsets import RaceViewSet


class IsAdministrator(permissions.BasePermission):
    message = gettext_lazy("Only administrators can enter results.")

    def has_permission(self, request: HttpRequest, view: Any) -> bool:
        return selectors.is_administrator(request.user)


@extend_schema(tags=["races"])
class RevisionViewSet(RaceViewSet):
    def get_permissions(self) -> Any:
        if self.action in ("enter", "release"):
            return [permissions.IsAuthenticated(), IsAdministrator()]
        return super().get_permissions()

    @extend_schema(
        summary="Get the results of a race, current or in an earlier revision",
        description="With `revision`, the response has results of the requested `kind` only. The other kind is null.",
        parameters=[serializers.RevisionQuery],
        responses={200: serializers.RaceResultsSerializer, **error_responses(400, 404)},
    )
    def results(self, request: Request, race_id: int) -> HttpResponse:
        query = self.validate_query(serializers.RevisionQuery)
        if "revision" not in query:
            return super().results(request, race_id)
        found = selectors.results_in_revision(_race(race_id), query["kind"], query["revision"])
        if found is None:
            raise exceptions.NotFound(_("There is no such revision."))
        return self.respond(serializers.RaceResultsSerializer, found)

    @extend_schema(
        summary="List the revisions of a race's results, latest first",
        parameters=[serializers.RevisionsQuery],
        filters=False,
        responses={200: serializers.RevisionSerializer(many=True), **error_responses(400, 404)},
    )
    def revisions(self, request: Request, race_id: int) -> Response:
        revisions = selectors.revisions(_race(race_id))
        kind = self.validate_query(serializers.RevisionsQuery).get("kind")
        return self.respond_with_page(
            serializers.RevisionSerializer, revisions.filter(kind=kind) if kind else revisions
        )

    @extend_schema(
        summary="Enter or correct the results of a race (administrators)",
        description="Takes effect at once as the next revision. The F1 API does not replace it until it is released.",
        request=serializers.EnterResultsSerializer,
        responses={
            201: OpenApiResponse(serializers.RevisionSerializer, "The new current revision."),
            **error_responses(400, 403, 404, 409),
        },
    )
    def enter(self, request: SignedInApiRequest, race_id: int) -> Response:
        race, data = _race(race_id), self.validate_body(serializers.EnterResultsSerializer)
        classification = services.record_manual_classification(
            race=race,
            kind=data["kind"],
            rows=[_result_dto(row) for row in data["rows"]],
            by=request.user,
            reason=data["reason"],
            now=clock.now(),
        )
        return self.respond(serializers.RevisionSerializer, classification, status=201)

    @extend_schema(
        summary="Let the F1 API replace results entered by hand (administrators)",
        request=serializers.ReleaseSerializer,
        responses={200: serializers.RevisionSerializer, **error_responses(400, 403, 404, 409)},
    )
    def release(self, request: SignedInApiRequest, race_id: int) -> Response:
        race, data = _race(race_id), self.validate_body(serializers.ReleaseSerializer)
        released = services.release_manual_classification(
            race=race, kind=data["kind"], by=request.user, now=clock.now()
        )
        return self.respond(serializers.RevisionSerializer, released)


def _race(race_id: int) -> Race:
    return get_object_or_404(Race.objects.select_related("circuit", "season"), pk=race_id)


def _result_dto(row: dict[str, Any]) -> ResultDTO:
    renamed = {"driver_id": "driver", "team_id": "team", "time": "time_text"}
    read_only = ("code", "name", "team")
    return ResultDTO(**{renamed.get(name, name): value for name, value in row.items() if name not in read_only})
