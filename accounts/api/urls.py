"""URLs of accounts under /api/v1/."""

from django.urls import path

from .notifications import NotificationPreferencesViewSet, NotificationViewSet
from .viewsets import CredentialsViewSet, CurrentUserViewSet, TokenViewSet, UserViewSet

urlpatterns = [
    path("auth/register", TokenViewSet.as_view({"post": "register"}), name="register"),
    path("auth/login", TokenViewSet.as_view({"post": "login"}), name="login"),
    path("auth/refresh", TokenViewSet.as_view({"post": "refresh"}), name="refresh"),
    path("auth/logout", TokenViewSet.as_view({"post": "logout"}), name="logout"),
    path("auth/logout-all", CredentialsViewSet.as_view({"post": "logout_all"}), name="logout_all"),
    path("auth/password", CredentialsViewSet.as_view({"post": "change_password"}), name="password"),
    path("auth/password-reset", TokenViewSet.as_view({"post": "request_password_reset"}), name="password-reset"),
    path(
        "auth/password-reset/confirm", TokenViewSet.as_view({"post": "reset_password"}), name="password-reset-confirm"
    ),
    path("auth/me", CurrentUserViewSet.as_view({"get": "show", "patch": "change"}), name="me"),
    path("auth/me/data", CurrentUserViewSet.as_view({"get": "data"}), name="me-data"),
    path("users", UserViewSet.as_view({"get": "list"}), name="users"),
    path("users/<int:pk>", UserViewSet.as_view({"get": "show"}), name="user"),
    path("notifications", NotificationViewSet.as_view({"get": "list"}), name="notifications"),
    path("notifications/read-all", NotificationViewSet.as_view({"post": "read_all"}), name="notifications-read-all"),
    path(
        "notifications/preferences",
        NotificationPreferencesViewSet.as_view({"get": "show", "put": "change"}),
        name="notification-preferences",
    ),
    path("notifications/<int:pk>/read", NotificationViewSet.as_view({"post": "mark_read"}), name="notification-read"),
]
