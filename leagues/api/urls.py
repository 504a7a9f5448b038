"""URLs of leagues and invitations below /api/v1/."""

from django.urls import path

from .invitations import ReceivedInvitationDoor, SentInvitationDoor
from .views import LeagueDoor, MemberDoor, MembershipDoor, SettingsDoor

urlpatterns = [
    path("leagues", LeagueDoor.as_view({"get": "list", "post": "create"}), name="leagues"),
    path("leagues/join", MembershipDoor.as_view({"post": "join_by_code"}), name="join-by-code"),
    path("leagues/<int:league_id>", LeagueDoor.as_view({"get": "show", "patch": "change"}), name="league"),
    path("leagues/<int:league_id>/join", MembershipDoor.as_view({"post": "join"}), name="join"),
    path("leagues/<int:league_id>/leave", MembershipDoor.as_view({"post": "leave"}), name="leave"),
    path("leagues/<int:league_id>/transfer", MembershipDoor.as_view({"post": "transfer"}), name="transfer"),
    path("leagues/<int:league_id>/members", MemberDoor.as_view({"get": "list"}), name="members"),
    path("leagues/<int:league_id>/archive", MembershipDoor.as_view({"post": "archive"}), name="archive"),
    path(
        "leagues/<int:league_id>/members/<int:user_id>",
        MemberDoor.as_view({"patch": "change", "delete": "remove"}),
        name="member",
    ),
    path("leagues/<int:league_id>/settings", SettingsDoor.as_view({"get": "list", "post": "create"}), name="settings"),
    path("leagues/<int:league_id>/settings/next", SettingsDoor.as_view({"get": "next"}), name="next-settings"),
    path(
        "leagues/<int:league_id>/invitations",
        SentInvitationDoor.as_view({"get": "list", "post": "create"}),
        name="sent-invitations",
    ),
    path(
        "leagues/<int:league_id>/invitations/<int:invitation_id>",
        SentInvitationDoor.as_view({"delete": "cancel"}),
        name="sent-invitation",
    ),
    path("invitations", ReceivedInvitationDoor.as_view({"get": "list"}), name="invitations"),
    path("invitations/accept", ReceivedInvitationDoor.as_view({"post": "accept_by_token"}), name="accept-by-token"),
    path("invitations/decline", ReceivedInvitationDoor.as_view({"post": "decline_by_token"}), name="decline-by-token"),
    path("invitations/<int:invitation_id>/accept", ReceivedInvitationDoor.as_view({"post": "accept"}), name="accept"),
    path(
        "invitations/<int:invitation_id>/decline", ReceivedInvitationDoor.as_view({"post": "decline"}), name="decline"
    ),
]
