"""API viewsets of invitations: sent and cancelled by managers, answered by the invited person."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts.http import SignedInApiRequest
from core import clock
from core.api.viewsets import BaseViewSet, error_responses

from .. import selectors, services
from ..models import Invitation
from . import serializers
from .filters import InvitationFilter
from .viewsets import BaseLeagueViewSet, managed_league

MANAGERS_ONLY = gettext_lazy("Only the league's managers can see and send invitations.")


@extend_schema(tags=["invitations"])
class SentInvitationViewSet(BaseViewSet):
    queryset = Invitation.objects.none()
    filter_backends = (DjangoFilterBackend,)
    filterset_class = InvitationFilter

    @extend_schema(
        summary="List a league's invitations, latest first",
        responses={200: serializers.SentInvitationSerializer(many=True), **error_responses(400, 401, 403, 404)},
    )
    def list(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        sent = self.filter_queryset(selectors.invitations_of(league))
        return self.respond_with_page(serializers.SentInvitationSerializer, sent)

    @extend_schema(
        summary="Invite someone by user name or e-mail address",
        request=serializers.NewInvitationSerializer,
        responses={201: serializers.SentInvitationSerializer, **error_responses(400, 401, 403, 404, 409)},
        description="An address gets an e-mail with a link. The response does not say whether it has an account.",
    )
    def create(self, request: SignedInApiRequest, league_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        data = self.validate_body(serializers.NewInvitationSerializer)
        site = request.build_absolute_uri("/").rstrip("/")
        invitation = services.invite(league=league, by=request.user, now=clock.now(), site=site, **data)
        return self.respond(serializers.SentInvitationSerializer, invitation, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Cancel an invitation",
        request=None,
        responses={200: serializers.SentInvitationSerializer, **error_responses(401, 403, 404, 409)},
    )
    def cancel(self, request: SignedInApiRequest, league_id: int, invitation_id: int) -> Response:
        league = managed_league(request, league_id, MANAGERS_ONLY)
        invitation = get_object_or_404(selectors.invitations_of(league), pk=invitation_id)
        services.cancel_invitation(invitation=invitation, by=request.user, now=clock.now())
        invitation.refresh_from_db()
        return self.respond(serializers.SentInvitationSerializer, invitation)


@extend_schema(tags=["invitations"])
class ReceivedInvitationViewSet(BaseLeagueViewSet):
    """Answer an invitation to your user name by its id, and one by e-mail with the token in its link."""

    @extend_schema(
        summary="List the pending invitations to your user name",
        responses={200: serializers.ReceivedInvitationSerializer(many=True), **error_responses(401, 404)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        received = selectors.invitations_to(request.user, clock.now())
        return self.respond_with_page(serializers.ReceivedInvitationSerializer, received)

    @extend_schema(
        summary="Accept an invitation to your user name",
        request=serializers.JoinSerializer,
        responses={201: serializers.LeagueDetailSerializer, **error_responses(400, 401, 404, 409)},
    )
    def accept(self, request: SignedInApiRequest, invitation_id: int) -> Response:
        name = self.validate_body(serializers.JoinSerializer)["constructor_name"]
        return self._accept(request, _received_or_404(request, invitation_id), name)

    @extend_schema(
        summary="Decline an invitation to your user name",
        request=None,
        responses={204: None, **error_responses(401, 404, 409)},
    )
    def decline(self, request: SignedInApiRequest, invitation_id: int) -> Response:
        return self._decline(request, _received_or_404(request, invitation_id))

    @extend_schema(
        summary="Accept an invitation with the token in its e-mail",
        operation_id="invitations_accept_by_token",
        request=serializers.TokenJoinSerializer,
        responses={201: serializers.LeagueDetailSerializer, **error_responses(400, 401, 403, 404, 409)},
        description="Your account must have the e-mail address that was invited.",
    )
    def accept_by_token(self, request: SignedInApiRequest) -> Response:
        data = self.validate_body(serializers.TokenJoinSerializer)
        return self._accept(request, _by_token_or_404(request, data["token"]), data["constructor_name"])

    @extend_schema(
        summary="Decline an invitation with the token in its e-mail",
        operation_id="invitations_decline_by_token",
        request=serializers.InvitationTokenSerializer,
        responses={204: None, **error_responses(400, 401, 403, 404, 409)},
    )
    def decline_by_token(self, request: SignedInApiRequest) -> Response:
        data = self.validate_body(serializers.InvitationTokenSerializer)
        return self._decline(request, _by_token_or_404(request, data["token"]))

    def _accept(self, request: SignedInApiRequest, invitation: Invitation, name: str) -> Response:
        services.accept_invitation(invitation=invitation, user=request.user, now=clock.now(), constructor_name=name)
        return self.league_response(invitation.league_id, status.HTTP_201_CREATED)

    def _decline(self, request: SignedInApiRequest, invitation: Invitation) -> Response:
        services.decline_invitation(invitation=invitation, user=request.user, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _received_or_404(request: SignedInApiRequest, invitation_id: int) -> Invitation:
    """Return an invitation to the caller, in any state. Raises `Http404` for an invitation to another user."""
    return get_object_or_404(Invitation.objects.select_related("league"), pk=invitation_id, user=request.user)


def _by_token_or_404(request: SignedInApiRequest, token: str) -> Invitation:
    invitation = selectors.invitation_by_token(token, request.user)
    if invitation is None:
        raise NotFound(_("No invitation has this token."))
    return invitation
