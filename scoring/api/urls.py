"""API routes of scores, under /api/v1/."""

from django.urls import path

from .corrections import LeagueCorrectionsViewSet, RaceCorrectionsViewSet
from .previews import SettingsPreviewViewSet
from .records import RecordsViewSet
from .seasons import PlayedSeasonsViewSet
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
        "leagues/<int:league_id>/races/<int:race_id>/corrections",
        LeagueCorrectionsViewSet.as_view({"get": "list"}),
        name="league-corrections",
    ),
    path("races/<int:race_id>/corrections", RaceCorrectionsViewSet.as_view({"get": "list"}), name="race-corrections"),
    path(
        "leagues/<int:league_id>/settings/preview",
        SettingsPreviewViewSet.as_view({"post": "show"}),
        name="settings-preview",
    ),
    path("users/<int:user_id>/seasons", PlayedSeasonsViewSet.as_view({"get": "list"}), name="user-seasons"),
    path(
        "constructors/<int:constructor_id>/drafts",
        ConstructorDraftsViewSet.as_view({"get": "list", "post": "create", "patch": "change"}),
        name="constructor-drafts",
    ),
]
