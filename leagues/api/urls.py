"""Addresses of leagues below /api/v1/."""

from django.urls import path

from .views import LeagueDoor, MemberDoor, MembershipDoor, SettingsDoor

urlpatterns = [
    path("leagues", LeagueDoor.as_view({"get": "list", "post": "create"}), name="leagues"),
    path("leagues/join", MembershipDoor.as_view({"post": "join_by_code"}), name="join-by-code"),
    path("leagues/<int:league_id>", LeagueDoor.as_view({"get": "show", "patch": "change"}), name="league"),
    path("leagues/<int:league_id>/join", MembershipDoor.as_view({"post": "join"}), name="join"),
    path("leagues/<int:league_id>/leave", MembershipDoor.as_view({"post": "leave"}), name="leave"),
    path("leagues/<int:league_id>/transfer", MembershipDoor.as_view({"post": "transfer"}), name="transfer"),
    path("leagues/<int:league_id>/members", MemberDoor.as_view({"get": "list"}), name="members"),
    path("leagues/<int:league_id>/members/<int:user_id>", MemberDoor.as_view({"patch": "change"}), name="member"),
    path("leagues/<int:league_id>/settings", SettingsDoor.as_view({"get": "list", "post": "create"}), name="settings"),
]
