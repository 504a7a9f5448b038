"""API viewset of multi-factor authentication (MFA): set up, confirm, turn off, recovery codes."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from accounts import services
from accounts.http import SignedInApiRequest
from accounts.selectors import has_mfa, unused_recovery_codes
from core import clock
from core.api.viewsets import BaseViewSet, error_responses

from . import serializers
from .responses import NO_CONTENT_RESPONSE


@extend_schema(tags=["auth"])
class MfaViewSet(BaseViewSet):
    # A stored response would keep the secret and the recovery codes in the table of idempotency keys.
    without_idempotency_key = ("set_up", "confirm", "recovery_codes", "new_recovery_codes")

    @extend_schema(
        summary="Show whether two-factor authentication is on",
        responses={200: serializers.MfaSerializer, **error_responses(401)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        values = {"is_on": has_mfa(request.user), "recovery_codes_left": len(unused_recovery_codes(request.user))}
        return self.respond(serializers.MfaSerializer, values)

    @extend_schema(
        summary="Get a secret for your authenticator app",
        description="Nothing changes until you confirm it with a code from the app, within 10 minutes.",
        request=serializers.OwnPasswordSerializer,
        responses={200: serializers.MfaSetUpSerializer, **error_responses(400, 401, 409)},
    )
    def set_up(self, request: SignedInApiRequest) -> Response:
        self._check_password(request)
        return self.respond(serializers.MfaSetUpSerializer, services.begin_mfa_set_up(user=request.user))

    @extend_schema(
        summary="Turn on two-factor authentication with a code from your app",
        description="Responds with recovery codes, each of which replaces one code of the app.",
        request=serializers.MfaConfirmSerializer,
        responses={201: serializers.RecoveryCodesSerializer, **error_responses(400, 401, 409)},
    )
    def confirm(self, request: SignedInApiRequest) -> Response:
        services.turn_on_mfa(user=request.user, now=clock.now(), **self.validate_body(serializers.MfaConfirmSerializer))
        return self._recovery_codes_response(request, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Turn off two-factor authentication",
        description="Your recovery codes stop working too.",
        request=serializers.OwnPasswordSerializer,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(400, 401, 409)},
    )
    def turn_off(self, request: SignedInApiRequest) -> Response:
        self._check_password(request)
        services.turn_off_mfa(user=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Show the recovery codes that you have not used",
        request=serializers.OwnPasswordSerializer,
        responses={200: serializers.RecoveryCodesSerializer, **error_responses(400, 401, 409)},
    )
    def recovery_codes(self, request: SignedInApiRequest) -> Response:
        self._check_password(request)
        services.check_mfa_is_on(user=request.user)
        return self._recovery_codes_response(request)

    @extend_schema(
        summary="Replace your recovery codes",
        description="The old ones no longer work.",
        request=serializers.OwnPasswordSerializer,
        responses={201: serializers.RecoveryCodesSerializer, **error_responses(400, 401, 409)},
    )
    def new_recovery_codes(self, request: SignedInApiRequest) -> Response:
        self._check_password(request)
        services.replace_recovery_codes(user=request.user)
        return self._recovery_codes_response(request, status.HTTP_201_CREATED)

    def _check_password(self, request: SignedInApiRequest) -> None:
        body = self.validate_body(serializers.OwnPasswordSerializer)
        services.check_own_password(user=request.user, password=body["password"], now=clock.now())

    def _recovery_codes_response(self, request: SignedInApiRequest, status: int = status.HTTP_200_OK) -> Response:
        codes = unused_recovery_codes(request.user)
        return self.respond(serializers.RecoveryCodesSerializer, {"recovery_codes": codes}, status)
