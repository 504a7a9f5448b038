"""URLs of accounts under /api/v1/."""

from django.urls import path

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
    path("users/<int:user_id>", UserViewSet.as_view({"get": "show"}), name="user"),
]
