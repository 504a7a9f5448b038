"""API routes of scores, under /api/v1/."""

from django.urls import path

from .records import RecordsViewSet
from .viewsets import ConstructorDraftsViewSet, LeaderboardViewSet, RankingViewSet

urlpatterns = [
    path("drivers/rankings", RankingViewSet.as_view({"get": "list"}), name="rankings"),
    path("leagues/<int:league_id>/leaderboard", LeaderboardViewSet.as_view({"get": "list"}), name="leaderboard"),
    path("leagues/<int:league_id>/records", RecordsViewSet.as_view({"get": "retrieve"}), name="records"),
    path(
        "leagues/<int:league_id>/records/head-to-head",
        RecordsViewSet.as_view({"get": "head_to_head"}),
        name="head-to-head",
    ),
    path(
        "leagues/<int:league_id>/records/players/<int:constructor_id>",
        RecordsViewSet.as_view({"get": "honours"}),
        name="honours",
    ),
    path(
        "constructors/<int:constructor_id>/drafts",
        ConstructorDraftsViewSet.as_view({"get": "list", "post": "create", "patch": "change"}),
        name="constructor-drafts",
    ),
]
