"""API routes of scores, under /api/v1/."""

from django.urls import path

from .viewsets import ConstructorDraftsViewSet, LeaderboardViewSet, RankingViewSet

urlpatterns = [
    path("drivers/rankings", RankingViewSet.as_view({"get": "list"}), name="rankings"),
    path("leagues/<int:league_id>/leaderboard", LeaderboardViewSet.as_view({"get": "list"}), name="leaderboard"),
    path(
        "constructors/<int:constructor_id>/drafts",
        ConstructorDraftsViewSet.as_view({"get": "list", "post": "create", "patch": "change"}),
        name="constructor-drafts",
    ),
]
