"""Addresses of accounts below /api/v1/."""

from django.urls import path

from .views import MeDoor, TokenDoor

urlpatterns = [
    path("auth/register", TokenDoor.as_view({"post": "register"}), name="register"),
    path("auth/login", TokenDoor.as_view({"post": "login"}), name="login"),
    path("auth/refresh", TokenDoor.as_view({"post": "refresh"}), name="refresh"),
    path("auth/me", MeDoor.as_view({"get": "show", "patch": "change"}), name="me"),
]
