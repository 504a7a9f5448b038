"""Spectator link of a league: its managers create, renew and revoke it."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from core.web.site import absolute_url
from leagues.api.viewsets import managed_league
from leagues.models import League

from .. import selectors, services
from . import serializers

MANAGERS_ONLY = _("Only the league's managers can decide who may watch.")


@extend_schema(tags=["commissioner"])
class SpectatorLinkViewSet(BaseViewSet):
    @extend_schema(
        summary="Get the spectator link of a league",
        responses={200: serializers.SpectatorLinkSerializer, **error_responses(401, 403, 404)},
    )
    def show(self, request: SignedInApiRequest, league_id: int) -> Response:
        return self._link_response(managed_league(request, league_id, MANAGERS_ONLY))

    @extend_schema(
        summary="Create or replace the spectator link",
        request=None,
        responses={200: serializers.SpectatorLinkSerializer, **error_responses(401, 403, 404)},
        description="A previous link stops working.",
    )
    def renew(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        services.renew_spectator_link(league=league, by=request.user, now=clock.now())
        return self._link_response(league)

    @extend_schema(
        summary="Remove the spectator link",
        request=None,
        responses={200: serializers.SpectatorLinkSerializer, **error_responses(401, 403, 404)},
    )
    def end(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        services.end_spectator_link(league=league, by=request.user, now=clock.now())
        return self._link_response(league)

    def _link_response(self, league: League) -> Response:
        link = selectors.spectator_link(league)
        watch, wall = (
            absolute_url(reverse(name, args=[link.token])) if link else None for name in ("drafts:watch", "drafts:wall")
        )
        values = {
            "token": link.token if link else None,
            "watch_url": watch,
            "wall_url": wall,
            "renewed_at": link.renewed_at if link else None,
        }
        return self.respond(serializers.SpectatorLinkSerializer, values)
