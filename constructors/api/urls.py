"""URLs of constructors below /api/v1/."""

from django.urls import path

from .viewsets import (
    ConstructorsViewSet,
    ConstructorViewSet,
    DeputyViewSet,
    LeagueConstructorsViewSet,
    MemberViewSet,
)

urlpatterns = [
    path("constructors", ConstructorsViewSet.as_view({"get": "list"}), name="constructors"),
    path(
        "constructors/<int:constructor_id>",
        ConstructorViewSet.as_view({"get": "retrieve", "patch": "partial_update"}),
        name="constructor",
    ),
    path(
        "constructors/<int:constructor_id>/deputy",
        DeputyViewSet.as_view({"get": "show", "put": "replace"}),
        name="deputy",
    ),
    path(
        "leagues/<int:league_id>/constructors",
        LeagueConstructorsViewSet.as_view({"get": "list"}),
        name="league-constructors",
    ),
    path("leagues/<int:league_id>/members", MemberViewSet.as_view({"get": "list"}), name="members"),
    path(
        "leagues/<int:league_id>/members/<int:user_id>",
        MemberViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="member",
    ),
    path(
        "leagues/<int:league_id>/members/<int:user_id>/remove",
        MemberViewSet.as_view({"post": "remove"}),
        name="remove-member",
    ),
]
