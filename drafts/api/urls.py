"""URLs of drafts below /api/v1/. The pick is at `constructors/<id>/drafts`, see scoring.api.urls."""

from django.urls import path

from .calendars import CalendarViewSet
from .commissioner import CommissionerViewSet
from .lobby import LobbyViewSet
from .pick_links import PickLinkViewSet
from .skipped_races import SkippedRaceViewSet
from .spectator_links import SpectatorLinkViewSet
from .viewsets import CurrentSettingsViewSet, DraftListViewSet, DraftViewSet, RaceDraftViewSet, SubstitutionViewSet
from .wish_lists import AutodraftViewSet, WishListViewSet

_OF_A_RACE = "races/<int:race_id>/leagues/<int:league_id>"
_DRAFT = "drafts/<int:draft_id>"
_CONSTRUCTOR = "constructors/<int:constructor_id>"

urlpatterns = [
    path(f"{_OF_A_RACE}/draft-status", RaceDraftViewSet.as_view({"get": "status"}), name="draft-status"),
    path(
        f"{_OF_A_RACE}/draft-order", RaceDraftViewSet.as_view({"get": "order", "post": "set_order"}), name="draft-order"
    ),
    path("drafts", DraftListViewSet.as_view({"get": "list"}), name="drafts"),
    path("drafts/calendar", CalendarViewSet.as_view({"get": "show"}), name="calendar"),
    path(_DRAFT, DraftViewSet.as_view({"get": "show"}), name="draft"),
    path(f"{_DRAFT}/order", DraftViewSet.as_view({"get": "order", "post": "set_order"}), name="order"),
    path(f"{_DRAFT}/slots", DraftViewSet.as_view({"get": "slots"}), name="slots"),
    path(f"{_DRAFT}/picks", DraftViewSet.as_view({"get": "picks"}), name="picks"),
    path(f"{_DRAFT}/events", DraftViewSet.as_view({"get": "events"}), name="events"),
    path(f"{_DRAFT}/lobby", LobbyViewSet.as_view({"get": "show"}), name="lobby"),
    path(f"{_DRAFT}/ready", LobbyViewSet.as_view({"post": "set_ready"}), name="ready"),
    path(f"{_DRAFT}/nudge", LobbyViewSet.as_view({"post": "nudge"}), name="nudge"),
    path(f"{_DRAFT}/start", LobbyViewSet.as_view({"post": "start"}), name="start"),
    path(f"{_DRAFT}/pause", CommissionerViewSet.as_view({"post": "pause"}), name="pause"),
    path(f"{_DRAFT}/resume", CommissionerViewSet.as_view({"post": "resume"}), name="resume"),
    path(f"{_DRAFT}/extend", CommissionerViewSet.as_view({"post": "extend"}), name="extend"),
    path(f"{_DRAFT}/pick-for", CommissionerViewSet.as_view({"post": "pick_for"}), name="pick-for"),
    path(f"{_DRAFT}/substitution", CommissionerViewSet.as_view({"post": "substitute_for"}), name="substitution-for"),
    path(f"{_DRAFT}/undo", CommissionerViewSet.as_view({"get": "preview_undo", "post": "undo"}), name="undo"),
    path(f"{_CONSTRUCTOR}/substitution", SubstitutionViewSet.as_view({"post": "substitute"}), name="substitution"),
    path(f"{_CONSTRUCTOR}/wish-list", WishListViewSet.as_view({"get": "show", "put": "replace"}), name="wish-list"),
    path(f"{_CONSTRUCTOR}/wish-list/changes", WishListViewSet.as_view({"post": "change"}), name="wish-list-changes"),
    path(f"{_CONSTRUCTOR}/wish-list/preview", WishListViewSet.as_view({"get": "preview"}), name="wish-list-preview"),
    path(f"{_CONSTRUCTOR}/autodraft", AutodraftViewSet.as_view({"get": "show", "put": "switch"}), name="autodraft"),
    path("pick-links/<str:token>", PickLinkViewSet.as_view({"get": "show"}), name="pick-link"),
    path(
        "pick-links/<str:token>/pick",
        PickLinkViewSet.as_view({"post": "pick", "patch": "change"}),
        name="pick-link-pick",
    ),
    path(
        "pick-links/<str:token>/autodraft", PickLinkViewSet.as_view({"post": "autodraft"}), name="pick-link-autodraft"
    ),
    path(
        "pick-links/<str:token>/extension",
        PickLinkViewSet.as_view({"post": "ask_for_time"}),
        name="pick-link-extension",
    ),
    path(
        "leagues/<int:league_id>/settings/current",
        CurrentSettingsViewSet.as_view({"get": "show"}),
        name="settings-in-force",
    ),
    path("leagues/<int:league_id>/skipped-races", SkippedRaceViewSet.as_view({"get": "list"}), name="skipped-races"),
    path(
        "leagues/<int:league_id>/skipped-races/<int:race_id>",
        SkippedRaceViewSet.as_view({"put": "skip", "delete": "restore"}),
        name="skipped-race",
    ),
    path(
        "leagues/<int:league_id>/spectator-link",
        SpectatorLinkViewSet.as_view({"get": "show", "post": "renew", "delete": "end"}),
        name="spectator-link",
    ),
]
