"""URLs of accounts under /api/v1/."""

from django.urls import path

from .emails import EmailConfirmationViewSet, EmailUndoViewSet, EmailViewSet
from .mfa import MfaViewSet
from .sign_ins import SignInViewSet
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
    path("auth/me/delete", CurrentUserViewSet.as_view({"post": "delete_account"}), name="me-delete"),
    path("auth/me/data", CurrentUserViewSet.as_view({"get": "data"}), name="me-data"),
    path("auth/email", EmailViewSet.as_view({"get": "show", "put": "replace"}), name="email"),
    path("auth/email/resend", EmailViewSet.as_view({"post": "resend"}), name="email-resend"),
    path("auth/email/new", EmailViewSet.as_view({"delete": "cancel"}), name="email-new"),
    path("auth/email/confirm", EmailConfirmationViewSet.as_view({"post": "confirm"}), name="email-confirm"),
    path("auth/email/undo", EmailUndoViewSet.as_view({"post": "undo"}), name="email-undo"),
    path("auth/mfa", MfaViewSet.as_view({"get": "show"}), name="mfa"),
    path("auth/mfa/set-up", MfaViewSet.as_view({"post": "set_up"}), name="mfa-set-up"),
    path("auth/mfa/confirm", MfaViewSet.as_view({"post": "confirm"}), name="mfa-confirm"),
    path("auth/mfa/turn-off", MfaViewSet.as_view({"post": "turn_off"}), name="mfa-turn-off"),
    path("auth/mfa/recovery-codes", MfaViewSet.as_view({"post": "recovery_codes"}), name="mfa-recovery-codes"),
    path(
        "auth/mfa/recovery-codes/new",
        MfaViewSet.as_view({"post": "new_recovery_codes"}),
        name="mfa-new-recovery-codes",
    ),
    path("auth/sign-ins", SignInViewSet.as_view({"get": "show"}), name="sign-ins"),
    path("auth/sign-ins/end-others", SignInViewSet.as_view({"post": "end_others"}), name="sign-ins-end-others"),
    path("auth/sign-ins/browsers/<int:browser_id>", SignInViewSet.as_view({"delete": "end_browser"}), name="browser"),
    path("auth/sign-ins/apps/<uuid:app_id>", SignInViewSet.as_view({"delete": "end_app"}), name="app"),
    path("users", UserViewSet.as_view({"get": "list"}), name="users"),
    path("users/<int:user_id>", UserViewSet.as_view({"get": "show"}), name="user"),
]
