"""API routes of scores, under /api/v1/."""

from django.urls import path

from .views import ConstructorDraftsDoor, LeaderboardDoor, RankingDoor

urlpatterns = [
    path("drivers/rankings", RankingDoor.as_view({"get": "list"}), name="rankings"),
    path("leagues/<int:league_id>/leaderboard", LeaderboardDoor.as_view({"get": "list"}), name="leaderboard"),
    path(
        "constructors/<int:constructor_id>/drafts",
        ConstructorDraftsDoor.as_view({"get": "list", "post": "create", "patch": "change"}),
        name="constructor-drafts",
    ),
]
