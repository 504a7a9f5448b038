"""URLs of accounts under /api/v1/."""

from django.urls import path

from .notifications import NewsWishesDoor, NotificationDoor
from .people import PeopleDoor
from .views import KeysDoor, MeDoor, TokenDoor

urlpatterns = [
    path("auth/register", TokenDoor.as_view({"post": "register"}), name="register"),
    path("auth/login", TokenDoor.as_view({"post": "login"}), name="login"),
    path("auth/refresh", TokenDoor.as_view({"post": "refresh"}), name="refresh"),
    path("auth/logout", TokenDoor.as_view({"post": "logout"}), name="logout"),
    path("auth/logout-all", KeysDoor.as_view({"post": "logout_all"}), name="logout_all"),
    path("auth/password", KeysDoor.as_view({"post": "change_password"}), name="password"),
    path("auth/password-reset", TokenDoor.as_view({"post": "ask_for_reset"}), name="password-reset"),
    path("auth/password-reset/confirm", TokenDoor.as_view({"post": "reset_password"}), name="password-reset-confirm"),
    path("auth/me", MeDoor.as_view({"get": "show", "patch": "change"}), name="me"),
    path("auth/me/data", MeDoor.as_view({"get": "data"}), name="me-data"),
    path("users", PeopleDoor.as_view({"get": "list"}), name="users"),
    path("users/<int:pk>", PeopleDoor.as_view({"get": "show"}), name="user"),
    path("notifications", NotificationDoor.as_view({"get": "list"}), name="notifications"),
    path("notifications/read-all", NotificationDoor.as_view({"post": "read_all"}), name="notifications-read-all"),
    path(
        "notifications/preferences",
        NewsWishesDoor.as_view({"get": "show", "put": "change"}),
        name="notification-preferences",
    ),
    path("notifications/<int:pk>/read", NotificationDoor.as_view({"post": "mark_read"}), name="notification-read"),
]
