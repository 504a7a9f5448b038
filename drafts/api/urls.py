"""URLs of drafts below /api/v1/. The pick is at `constructors/<id>/drafts`, see scoring.api.urls."""

from django.urls import path

from .calendars import CalendarDoor
from .desk import DeskDoor
from .spectators import SpectatorDoor
from .views import DraftDoor, DraftListDoor, OneDraftDoor, SettingsInForceDoor, SwapDoor
from .wishes import AutodraftDoor, WishDoor

_OF_A_RACE = "races/<int:race_id>/leagues/<int:league_id>"
_DRAFT = "drafts/<int:draft_id>"
_CONSTRUCTOR = "constructors/<int:constructor_id>"

urlpatterns = [
    path(f"{_OF_A_RACE}/draft-status", DraftDoor.as_view({"get": "status"}), name="draft-status"),
    path(f"{_OF_A_RACE}/draft-order", DraftDoor.as_view({"get": "order", "post": "set_order"}), name="draft-order"),
    path("drafts", DraftListDoor.as_view({"get": "list"}), name="drafts"),
    path("drafts/calendar", CalendarDoor.as_view({"get": "show"}), name="calendar"),
    path(_DRAFT, OneDraftDoor.as_view({"get": "show"}), name="draft"),
    path(f"{_DRAFT}/order", OneDraftDoor.as_view({"get": "order", "post": "set_order"}), name="order"),
    path(f"{_DRAFT}/slots", OneDraftDoor.as_view({"get": "slots"}), name="slots"),
    path(f"{_DRAFT}/picks", OneDraftDoor.as_view({"get": "picks"}), name="picks"),
    path(f"{_DRAFT}/events", OneDraftDoor.as_view({"get": "events"}), name="events"),
    path(f"{_DRAFT}/pause", DeskDoor.as_view({"post": "pause"}), name="pause"),
    path(f"{_DRAFT}/resume", DeskDoor.as_view({"post": "resume"}), name="resume"),
    path(f"{_DRAFT}/extend", DeskDoor.as_view({"post": "extend"}), name="extend"),
    path(f"{_DRAFT}/pick-for", DeskDoor.as_view({"post": "pick_for"}), name="pick-for"),
    path(f"{_DRAFT}/swap", DeskDoor.as_view({"post": "swap_for"}), name="swap-for"),
    path(f"{_DRAFT}/undo", DeskDoor.as_view({"get": "preview_undo", "post": "undo"}), name="undo"),
    path(f"{_CONSTRUCTOR}/drafts/swap", SwapDoor.as_view({"post": "swap"}), name="swap"),
    path(f"{_CONSTRUCTOR}/wishes", WishDoor.as_view({"get": "show", "put": "replace"}), name="wishes"),
    path(f"{_CONSTRUCTOR}/wishes/changes", WishDoor.as_view({"post": "change"}), name="wish-changes"),
    path(f"{_CONSTRUCTOR}/wishes/preview", WishDoor.as_view({"get": "preview"}), name="wish-preview"),
    path(f"{_CONSTRUCTOR}/autodraft", AutodraftDoor.as_view({"get": "show", "put": "switch"}), name="autodraft"),
    path(
        "leagues/<int:league_id>/settings/current",
        SettingsInForceDoor.as_view({"get": "show"}),
        name="settings-in-force",
    ),
    path(
        "leagues/<int:league_id>/spectator-link",
        SpectatorDoor.as_view({"get": "show", "post": "renew", "delete": "end"}),
        name="spectator-link",
    ),
]
