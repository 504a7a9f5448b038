"""API viewset of the preview of a league's rules: what each driver would have scored in the last race."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core.api.viewsets import BaseViewSet, error_responses
from leagues.api.serializers import SettingsSerializer
from leagues.api.viewsets import managed_league
from leagues.services import preview_settings

from ..selectors import preview
from . import serializers

MANAGERS_ONLY = _("Only the league's managers can preview settings.")


@extend_schema(tags=["leagues"])
class SettingsPreviewViewSet(BaseViewSet):
    @extend_schema(
        summary="Preview the points of the last race under other settings",
        operation_id="leagues_settings_preview",
        request=SettingsSerializer,
        responses={200: serializers.SettingsPreviewSerializer, **error_responses(400, 401, 403, 404)},
        description="Nothing changes. Settings that you leave out have their current values.",
    )
    def show(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        settings = preview_settings(league=league, changes=self.validate_body(SettingsSerializer))
        race, rows = preview(league.season, settings.rule_set)
        return self.respond(serializers.SettingsPreviewSerializer, {"race": race, "drivers": rows})
