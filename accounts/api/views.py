"""Signing up, signing in for tokens, and one's own profile."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.http import SignedInApiRequest
from accounts.models import User
from fantasyf1.kit import clock
from fantasyf1.kit.api.doors import Door, described_faults

from . import serializers
from .tokens import renewed_tokens, tokens_for


@extend_schema(tags=["auth"])
class TokenDoor(Door):
    """For those who have no token yet: whatever token a request brings is not looked at."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)

    def get_authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'

    @extend_schema(
        summary="Make an account and sign in",
        request=serializers.RegisterSerializer,
        responses={201: serializers.RegisteredSerializer, **described_faults(400)},
    )
    def register(self, request: Request) -> Response:
        user = services.sign_up(**self.read(serializers.RegisterSerializer), now=clock.now())
        registered = {"user": user, **tokens_for(user)}
        return self.answer(serializers.RegisteredSerializer, registered, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Sign in for tokens",
        request=serializers.LoginSerializer,
        responses={200: serializers.TokensSerializer, **described_faults(400, 401)},
    )
    def login(self, request: Request) -> Response:
        user = authenticate(request._request, **self.read(serializers.LoginSerializer))
        if not isinstance(user, User):
            raise exceptions.AuthenticationFailed("The name or address and the password do not belong together.")
        user_logged_in.send(sender=User, request=request._request, user=user)
        return self.answer(serializers.TokensSerializer, tokens_for(user))

    @extend_schema(
        summary="Exchange a refresh token for a new pair",
        request=serializers.RefreshSerializer,
        responses={200: serializers.TokensSerializer, **described_faults(400, 401)},
    )
    def refresh(self, request: Request) -> Response:
        tokens = renewed_tokens(self.read(serializers.RefreshSerializer)["refresh"])
        return self.answer(serializers.TokensSerializer, tokens)


@extend_schema(tags=["auth"])
class MeDoor(Door):
    @extend_schema(
        summary="Who am I?", request=None, responses={200: serializers.UserSerializer, **described_faults(401)}
    )
    def show(self, request: SignedInApiRequest) -> Response:
        return self.answer(serializers.UserSerializer, request.user)

    @extend_schema(
        summary="Change one's time zone",
        request=serializers.ProfileSerializer,
        responses={200: serializers.UserSerializer, **described_faults(400, 401)},
    )
    def change(self, request: SignedInApiRequest) -> Response:
        changes = self.read(serializers.ProfileSerializer)
        if "time_zone" in changes:
            services.change_time_zone(user=request.user, time_zone=changes["time_zone"])
        return self.show(request)
