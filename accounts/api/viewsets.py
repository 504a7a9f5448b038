"""API viewsets of sign-up, API tokens, passwords, the current user, and other users who are discoverable."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError

from accounts import services
from accounts.api import auth_flows
from accounts.authentication import TokenNotValid
from accounts.http import SignedInApiRequest
from accounts.models import User
from accounts.selectors import exported_data, search_users, users_visible_to
from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from core.transactions import atomic

from . import serializers
from .responses import NO_CONTENT_RESPONSE

# The fields of the profile that are changed together.
PROFILE = {"bio", "discoverable", "found_by_name", "found_by_email"}


@extend_schema(tags=["auth"])
class TokenViewSet(BaseViewSet):
    """Sign-up, sign-in and password reset. Any token in the request is ignored."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'

    @extend_schema(
        summary="Create an account and sign in",
        request=serializers.RegisterSerializer,
        responses={201: serializers.RegisteredSerializer, **error_responses(400)},
    )
    def register(self, request: Request) -> Response:
        data = self.validate_body(serializers.RegisterSerializer)
        user = auth_flows.sign_up(request._request, **data)
        registered = {"user": user, **self._tokens_for(user)}
        return self.respond(serializers.RegisteredSerializer, registered, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Sign in and get tokens",
        request=serializers.LoginSerializer,
        responses={200: serializers.TokensSerializer, **error_responses(400, 401)},
    )
    def login(self, request: Request) -> Response:
        try:
            user = auth_flows.sign_in(request._request, **self.validate_body(serializers.LoginSerializer))
        except services.MfaCodeRequired as refusal:
            raise exceptions.AuthenticationFailed(refusal.sentence, code=refusal.code) from refusal
        if user is None:
            raise exceptions.AuthenticationFailed(_("The user name, e-mail address or password is wrong."))
        # Without the request, whose cookie may be that of somebody's browser.
        user_logged_in.send(sender=User, request=None, user=user)
        return self.respond(serializers.TokensSerializer, self._tokens_for(user))

    @extend_schema(
        summary="Exchange a refresh token for a new pair",
        description="A refresh token can be used once. If you send a used one again, all tokens of the sign-in are "
        "revoked, because the token may have been stolen. A second request within a few seconds does not revoke them.",
        request=serializers.RefreshSerializer,
        responses={200: serializers.TokensSerializer, **error_responses(400, 401)},
    )
    def refresh(self, request: Request) -> Response:
        refresh = self.validate_body(serializers.RefreshSerializer)["refresh"]
        try:
            tokens = services.refresh_tokens(refresh=refresh, now=clock.now())
        except TokenError as error:
            raise TokenNotValid(str(error)) from error
        return self.respond(serializers.TokensSerializer, tokens)

    @extend_schema(
        summary="Sign out",
        description="Ends the sign-in of this refresh token, including its access tokens.",
        request=serializers.RefreshSerializer,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(400, 401)},
    )
    def logout(self, request: Request) -> Response:
        try:
            services.log_out(refresh=self.validate_body(serializers.RefreshSerializer)["refresh"], now=clock.now())
        except TokenError as error:
            raise TokenNotValid(str(error)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Request a password reset e-mail",
        description="The response is the same whether an account has this address or not.",
        request=serializers.EmailSerializer,
        responses={202: NO_CONTENT_RESPONSE, **error_responses(400)},
    )
    def request_password_reset(self, request: Request) -> Response:
        auth_flows.request_password_reset(request._request, **self.validate_body(serializers.EmailSerializer))
        return Response(status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Set a new password with the token from the e-mail",
        description="Ends all your sessions and revokes all your tokens. Sign in with the new password.",
        request=serializers.ResetSerializer,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(400)},
    )
    def reset_password(self, request: Request) -> Response:
        auth_flows.reset_password(**self.validate_body(serializers.ResetSerializer))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _tokens_for(self, user: User) -> services.Tokens:
        device = self.request.headers.get("User-Agent", "")
        return services.issue_tokens(user=user, now=clock.now(), device=device)


@extend_schema(tags=["auth"])
class CurrentUserViewSet(BaseViewSet):
    # The keys of an account are deleted with it.
    without_idempotency_key = ("delete_account",)

    @extend_schema(
        summary="Get the current user",
        request=None,
        responses={200: serializers.UserSerializer, **error_responses(401)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        return self.respond(serializers.UserSerializer, request.user)

    @extend_schema(
        summary="Change your user name, profile, avatar, language, appearance, time zone, quiet hours or pick links",
        description="New quiet hours apply from your next turn.",
        request=serializers.ProfileSerializer,
        responses={200: serializers.UserSerializer, **error_responses(400, 401, 409)},
    )
    def change(self, request: SignedInApiRequest) -> Response:
        self._change(request.user, self.validate_body(serializers.ProfileSerializer))
        return self.show(request)

    @atomic
    def _change(self, user: User, changes: dict[str, Any]) -> None:
        """Make all changes, or none if one of them is refused."""
        if "username" in changes:
            services.change_username(user=user, username=changes["username"])
        if "display_name" in changes:
            services.change_display_name(user=user, display_name=changes["display_name"])
        if "language" in changes:
            services.change_language(user=user, language=changes["language"])
        if changes.keys() & {"theme", "contrast"}:
            services.change_appearance(
                user=user,
                theme=changes.get("theme", user.theme),
                contrast=changes.get("contrast", user.contrast),
            )
        if "time_zone" in changes:
            services.change_time_zone(user=user, time_zone=changes["time_zone"])
        if changes.keys() & {"quiet_from", "quiet_until"}:
            services.set_quiet_hours(
                user=user,
                begins=changes.get("quiet_from", user.quiet_from),
                ends=changes.get("quiet_until", user.quiet_until),
            )
        if "pick_links" in changes:
            services.set_pick_links(user=user, is_on=changes["pick_links"])
        if changes.keys() & {"mark_colour", "mark_badge"}:
            services.change_mark(
                user=user,
                colour=changes.get("mark_colour", user.mark_colour),
                badge=changes.get("mark_badge", user.mark_badge),
            )
        if changes.keys() & PROFILE:
            services.change_profile(user=user, **{name: changes.get(name, getattr(user, name)) for name in PROFILE})

    @extend_schema(
        summary="Delete your account",
        description="Leagues that you manage pass to other members. Your picks stay, as those of a former player.",
        request=serializers.OwnPasswordSerializer,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(400, 401, 409)},
    )
    def delete_account(self, request: SignedInApiRequest) -> Response:
        body = self.validate_body(serializers.OwnPasswordSerializer)
        services.delete_account(user=request.user, password=body["password"], now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Export your data",
        description="The same data as the file that you can download from your profile. docs/own-data.md describes it.",
        request=None,
        responses={200: OpenApiTypes.OBJECT, **error_responses(401)},
    )
    def data(self, request: SignedInApiRequest) -> Response:
        return Response(exported_data(request.user))


@extend_schema(tags=["auth"])
class CredentialsViewSet(BaseViewSet):
    """The user's password and sign-ins."""

    @extend_schema(
        summary="Sign out everywhere",
        description="Ends all your sessions and revokes all your tokens, including the token of this request.",
        request=None,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(401)},
    )
    def logout_all(self, request: SignedInApiRequest) -> Response:
        services.log_out_everywhere(user=request.user, now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Change your password",
        description="Ends all your sessions and revokes all your tokens. Sign in with the new password to continue.",
        request=serializers.PasswordChangeSerializer,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(400, 401)},
    )
    def change_password(self, request: SignedInApiRequest) -> Response:
        auth_flows.change_password(request.user, **self.validate_body(serializers.PasswordChangeSerializer))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["users"])
class UserViewSet(BaseViewSet):
    queryset = User.objects.none()

    @extend_schema(
        summary="Find a user by name or e-mail address",
        description="Finds users who allow others to find them this way. Without a name or an address, nobody.",
        parameters=[serializers.FindSerializer],
        responses={200: serializers.PersonSerializer(many=True), **error_responses(400, 401)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        query = self.validate_query(serializers.FindSerializer)
        return self.respond_with_page(
            serializers.PersonSerializer, search_users(request.user, name=query["name"], email=query["email"])
        )

    @extend_schema(
        summary="Get a user",
        request=None,
        responses={200: serializers.PersonSerializer, **error_responses(401, 404)},
    )
    def show(self, request: SignedInApiRequest, user_id: int) -> Response:
        user = get_object_or_404(users_visible_to(request.user), pk=user_id)
        return self.respond(serializers.PersonSerializer, user)
