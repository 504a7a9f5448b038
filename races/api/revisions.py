"""API viewset for results and their revisions, including manual results by administrators."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions, permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.fields import UTCDateTimeField
from core.api.viewsets import error_responses

from .. import selectors, services
from ..models import Classification, Race
from ..sources.dto import ResultDTO
from .serializers import RaceResultsSerializer
from .viewsets import RaceViewSet

MAX_CARS = 40
KINDS = Classification.Kind.choices


class IsAdministrator(permissions.BasePermission):
    message = gettext_lazy("Only administrators can enter results.")

    def has_permission(self, request: HttpRequest, view: Any) -> bool:
        return selectors.is_administrator(request.user)


class RevisionQuery(serializers.Serializer[Any]):
    revision = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=32_767,
        help_text="Number of a revision. The default is the current results.",
    )
    kind = serializers.ChoiceField(choices=KINDS, default="race", help_text="Kind of result that `revision` refers to.")


class RevisionsQuery(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS, required=False, help_text="Only this kind. The default is both.")


class RevisionSerializer(serializers.Serializer[Any]):
    """One accepted revision of a race's or a sprint's results."""

    kind = serializers.ChoiceField(choices=KINDS)
    revision = serializers.IntegerField(help_text="1 is the first. The highest is the current one.")
    # The attribute must carry the published name, which a field's own property has as well.
    source = serializers.ChoiceField(choices=Classification.Source.choices)  # type: ignore[assignment]
    recorded_at = UTCDateTimeField()
    confirmed_at = UTCDateTimeField(help_text="When the source last returned the same result.")
    is_held = serializers.BooleanField(help_text="Entered by an administrator. The F1 API does not replace it.")
    reason = serializers.CharField(help_text="Why an administrator entered it.")
    difference = serializers.ListField(
        child=serializers.CharField(), help_text="What changed since the previous revision, one sentence per change."
    )


class EnteredRowSerializer(serializers.Serializer[Any]):
    """One car, with the same fields as in the results."""

    position = serializers.IntegerField(min_value=1, max_value=MAX_CARS)
    position_text = serializers.CharField(max_length=4)
    driver_id = serializers.SlugField(max_length=50)
    team_id = serializers.SlugField(max_length=50)
    number = serializers.IntegerField(min_value=0, max_value=999)
    grid = serializers.IntegerField(min_value=0, max_value=99)
    laps = serializers.IntegerField(min_value=0, max_value=9_999)
    status = serializers.CharField(max_length=40)
    points = serializers.DecimalField(max_digits=6, decimal_places=2, min_value=0)
    fastest_lap_rank = serializers.IntegerField(min_value=1, max_value=99, allow_null=True, default=None)
    time = serializers.CharField(max_length=20, allow_blank=True, default="")


class EnterResultsSerializer(serializers.Serializer[Any]):
    """A complete classification. Read the results, change them, and send them back."""

    kind = serializers.ChoiceField(choices=KINDS)
    reason = serializers.CharField(max_length=200, help_text="Players see this next to the revision.")
    rows = serializers.ListField(child=EnteredRowSerializer(), min_length=1, max_length=MAX_CARS)


class ReleaseSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=KINDS)


@extend_schema(tags=["races"])
class RevisionViewSet(RaceViewSet):
    def get_permissions(self) -> Any:
        if self.action in ("enter", "release"):
            return [permissions.IsAuthenticated(), IsAdministrator()]
        return super().get_permissions()

    @extend_schema(
        summary="Get the results of a race, current or in an earlier revision",
        description="With `revision`, the response has results of the requested `kind` only. The other kind is null.",
        parameters=[RevisionQuery],
        responses={200: RaceResultsSerializer, **error_responses(400, 404)},
    )
    def results(self, request: Request, race_id: int) -> HttpResponse:
        query = self.validate_query(RevisionQuery)
        if "revision" not in query:
            return super().results(request, race_id)
        found = selectors.results_in_revision(_race(race_id), query["kind"], query["revision"])
        if found is None:
            raise exceptions.NotFound(_("There is no such revision."))
        return self.respond(RaceResultsSerializer, found)

    @extend_schema(
        summary="List the revisions of a race's results, latest first",
        parameters=[RevisionsQuery],
        filters=False,
        responses={200: RevisionSerializer(many=True), **error_responses(400, 404)},
    )
    def revisions(self, request: Request, race_id: int) -> Response:
        revisions = selectors.revisions(_race(race_id))
        kind = self.validate_query(RevisionsQuery).get("kind")
        return self.respond_with_page(RevisionSerializer, revisions.filter(kind=kind) if kind else revisions)

    @extend_schema(
        summary="Enter or correct the results of a race (administrators)",
        description="Takes effect at once as the next revision. The F1 API does not replace it until it is released.",
        request=EnterResultsSerializer,
        responses={
            201: OpenApiResponse(RevisionSerializer, "The new current revision."),
            **error_responses(400, 403, 404, 409),
        },
    )
    def enter(self, request: SignedInApiRequest, race_id: int) -> Response:
        race, data = _race(race_id), self.validate_body(EnterResultsSerializer)
        classification = services.record_manual_classification(
            race=race,
            kind=data["kind"],
            rows=[_facts(row) for row in data["rows"]],
            by=request.user,
            reason=data["reason"],
            now=clock.now(),
        )
        return self.respond(RevisionSerializer, classification, status=201)

    @extend_schema(
        summary="Let the F1 API replace results entered by hand (administrators)",
        request=ReleaseSerializer,
        responses={200: RevisionSerializer, **error_responses(400, 403, 404, 409)},
    )
    def release(self, request: SignedInApiRequest, race_id: int) -> Response:
        race, data = _race(race_id), self.validate_body(ReleaseSerializer)
        released = services.release_manual_classification(
            race=race, kind=data["kind"], by=request.user, now=clock.now()
        )
        return self.respond(RevisionSerializer, released)


def _race(race_id: int) -> Race:
    return get_object_or_404(Race.objects.select_related("circuit", "season"), pk=race_id)


def _facts(row: dict[str, Any]) -> ResultDTO:
    renamed = {"driver_id": "driver", "team_id": "team", "time": "time_text"}
    return ResultDTO(**{renamed.get(name, name): value for name, value in row.items()})
