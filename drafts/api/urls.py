"""Addresses of drafts below /api/v1/. The pick is at `constructors/<id>/drafts`, see scoring."""

from django.urls import path

from .views import DraftDoor

_DRAFT = "races/<int:race_id>/leagues/<int:league_id>"

urlpatterns = [
    path(f"{_DRAFT}/draft-status", DraftDoor.as_view({"get": "status"}), name="draft-status"),
    path(f"{_DRAFT}/draft-order", DraftDoor.as_view({"get": "order", "post": "set_order"}), name="draft-order"),
]
