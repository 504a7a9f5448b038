"""URLs of leagues and invitations below /api/v1/. Those of members are in `constructors.api`."""

from django.urls import path

from .blocks import BlockViewSet
from .invitations import ReceivedInvitationViewSet, SentInvitationViewSet
from .viewsets import (
    ActivityViewSet,
    BanViewSet,
    LeagueByCodeViewSet,
    LeagueViewSet,
    MembershipViewSet,
    SettingsViewSet,
)
from .webhooks import WebhookViewSet

urlpatterns = [
    path("leagues", LeagueViewSet.as_view({"get": "list", "post": "create"}), name="leagues"),
    path("leagues/join/<slug:code>", LeagueByCodeViewSet.as_view({"get": "retrieve"}), name="league-by-code"),
    path("leagues/join", MembershipViewSet.as_view({"post": "join_by_code"}), name="join-by-code"),
    path(
        "leagues/<int:league_id>",
        LeagueViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="league",
    ),
    path("leagues/<int:league_id>/join", MembershipViewSet.as_view({"post": "join"}), name="join"),
    path("leagues/<int:league_id>/leave", MembershipViewSet.as_view({"post": "leave"}), name="leave"),
    path("leagues/<int:league_id>/transfer", MembershipViewSet.as_view({"post": "transfer"}), name="transfer"),
    path("leagues/<int:league_id>/archive", MembershipViewSet.as_view({"post": "archive"}), name="archive"),
    path("leagues/<int:league_id>/unarchive", MembershipViewSet.as_view({"post": "unarchive"}), name="unarchive"),
    path("leagues/<int:league_id>/continue", MembershipViewSet.as_view({"post": "continue_league"}), name="continue"),
    path("leagues/<int:league_id>/bans", BanViewSet.as_view({"get": "list"}), name="bans"),
    path("leagues/<int:league_id>/bans/<int:user_id>", BanViewSet.as_view({"delete": "destroy"}), name="ban"),
    path("leagues/<int:league_id>/activity", ActivityViewSet.as_view({"get": "list"}), name="activity"),
    path(
        "leagues/<int:league_id>/settings", SettingsViewSet.as_view({"get": "list", "post": "create"}), name="settings"
    ),
    path("leagues/<int:league_id>/settings/next", SettingsViewSet.as_view({"get": "next"}), name="next-settings"),
    path(
        "leagues/<int:league_id>/invitations",
        SentInvitationViewSet.as_view({"get": "list", "post": "create"}),
        name="sent-invitations",
    ),
    path(
        "leagues/<int:league_id>/invitations/<int:invitation_id>",
        SentInvitationViewSet.as_view({"delete": "cancel"}),
        name="sent-invitation",
    ),
    path("blocks", BlockViewSet.as_view({"get": "list", "post": "create"}), name="blocks"),
    path("blocks/<int:block_id>", BlockViewSet.as_view({"delete": "destroy"}), name="block"),
    path(
        "leagues/<int:league_id>/webhooks", WebhookViewSet.as_view({"get": "list", "post": "create"}), name="webhooks"
    ),
    path(
        "leagues/<int:league_id>/webhooks/<int:webhook_id>",
        WebhookViewSet.as_view({"get": "retrieve", "patch": "partial_update", "delete": "destroy"}),
        name="webhook",
    ),
    path(
        "leagues/<int:league_id>/webhooks/<int:webhook_id>/test",
        WebhookViewSet.as_view({"post": "test"}),
        name="webhook-test",
    ),
    path(
        "leagues/<int:league_id>/webhooks/<int:webhook_id>/rotate-secret",
        WebhookViewSet.as_view({"post": "rotate_secret"}),
        name="webhook-secret",
    ),
    path(
        "leagues/<int:league_id>/webhooks/<int:webhook_id>/deliveries",
        WebhookViewSet.as_view({"get": "deliveries"}),
        name="webhook-deliveries",
    ),
    path("invitations", ReceivedInvitationViewSet.as_view({"get": "list"}), name="invitations"),
    path("invitations/accept", ReceivedInvitationViewSet.as_view({"post": "accept_by_token"}), name="accept-by-token"),
    path(
        "invitations/decline", ReceivedInvitationViewSet.as_view({"post": "decline_by_token"}), name="decline-by-token"
    ),
    path(
        "invitations/<int:invitation_id>/accept", ReceivedInvitationViewSet.as_view({"post": "accept"}), name="accept"
    ),
    path(
        "invitations/<int:invitation_id>/decline",
        ReceivedInvitationViewSet.as_view({"post": "decline"}),
        name="decline",
    ),
]
