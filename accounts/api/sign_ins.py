"""API viewset of where the user is signed in: the browsers and apps of the security page."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from accounts import services
from accounts.http import SignedInApiRequest
from accounts.selectors import app_sign_ins_of, browser_sessions_of
from core import clock
from core.api.viewsets import BaseViewSet, error_responses

from . import serializers
from .responses import NO_CONTENT_RESPONSE


@extend_schema(tags=["auth"])
class SignInViewSet(BaseViewSet):
    @extend_schema(
        summary="List the browsers and apps in which you are signed in",
        responses={200: serializers.SignInsSerializer, **error_responses(401)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        values = {
            "browsers": browser_sessions_of(request.user),
            "apps": app_sign_ins_of(request.user, clock.now()),
        }
        return self.respond(serializers.SignInsSerializer, values)

    @extend_schema(
        summary="Sign out in a browser",
        request=None,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(401, 404)},
    )
    def end_browser(self, request: SignedInApiRequest, browser_id: int) -> Response:
        return self._ended(services.end_browser_session(user=request.user, pk=browser_id))

    @extend_schema(
        summary="Sign out an app",
        request=None,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(401, 404)},
    )
    def end_app(self, request: SignedInApiRequest, app_id: UUID) -> Response:
        return self._ended(services.revoke_app(user=request.user, pk=str(app_id), now=clock.now()))

    @extend_schema(
        summary="Sign out everywhere else",
        description="The app that sends this request stays signed in. `logout-all` signs it out too.",
        request=None,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(401)},
    )
    def end_others(self, request: SignedInApiRequest) -> Response:
        services.log_out_elsewhere(user=request.user, family=request.auth["family"], now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _ended(self, has_ended: bool) -> Response:
        if not has_ended:
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)
