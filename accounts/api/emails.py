"""API viewsets of the user's e-mail address: change and confirm it, resend the e-mail, cancel or undo the change."""

from drf_spectacular.utils import extend_schema
from rest_framework import permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.http import SignedInApiRequest
from accounts.selectors import new_email_of
from accounts.services import signed_links
from core import clock
from core.api.viewsets import BaseViewSet, error_responses

from . import auth_flows, serializers
from .responses import NO_CONTENT_RESPONSE


@extend_schema(tags=["auth"])
class EmailViewSet(BaseViewSet):
    @extend_schema(
        summary="Get your e-mail address",
        responses={200: serializers.EmailAddressSerializer, **error_responses(401)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        new = new_email_of(request.user)
        values = {"email": request.user.email, "new_email": new.email if new else None}
        return self.respond(serializers.EmailAddressSerializer, values)

    @extend_schema(
        summary="Change your e-mail address",
        description="The new address gets an e-mail with a link, and replaces the old one once it is confirmed.",
        request=serializers.EmailChangeSerializer,
        responses={200: serializers.EmailAddressSerializer, **error_responses(400, 401)},
    )
    def replace(self, request: SignedInApiRequest) -> Response:
        auth_flows.change_email(request._request, request.user, **self.validate_body(serializers.EmailChangeSerializer))
        request.user.refresh_from_db(fields=["email"])
        return self.show(request)

    @extend_schema(
        summary="Send the e-mail with the link to confirm your new address again",
        request=None,
        responses={202: NO_CONTENT_RESPONSE, **error_responses(401, 409)},
    )
    def resend(self, request: SignedInApiRequest) -> Response:
        auth_flows.resend_confirmation(request._request, request.user)
        return Response(status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        summary="Cancel the change of your e-mail address",
        request=None,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(401, 409)},
    )
    def cancel(self, request: SignedInApiRequest) -> Response:
        auth_flows.cancel_new_email(request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["auth"])
class EmailConfirmationViewSet(BaseViewSet):
    """The token in the link is enough. Any other token in the request is ignored."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)

    @extend_schema(
        summary="Confirm an e-mail address with the token from the e-mail",
        request=serializers.EmailTokenSerializer,
        responses={204: NO_CONTENT_RESPONSE, **error_responses(400)},
    )
    def confirm(self, request: Request) -> Response:
        auth_flows.confirm_email(request._request, **self.validate_body(serializers.EmailTokenSerializer))
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["auth"])
class EmailUndoViewSet(BaseViewSet):
    """The token in the link is enough. Any other token in the request is ignored."""

    authentication_classes = ()
    permission_classes = (permissions.AllowAny,)
    # A stored response would keep the token in the table of idempotency keys.
    without_idempotency_key = ("undo",)

    @extend_schema(
        summary="Undo a change of an e-mail address with the token from the e-mail to the old address",
        description="Works once, for seven days. The account gets the old address back. All its sessions end, all its "
        "tokens are revoked, and its password stops working: set a new one with the token in the response.",
        request=serializers.EmailTokenSerializer,
        responses={200: serializers.PasswordResetTokenSerializer, **error_responses(400, 409, 410)},
    )
    def undo(self, request: Request) -> Response:
        body = self.validate_body(serializers.EmailTokenSerializer)
        user = services.undo_email_change(token=body["token"], now=clock.now())
        return self.respond(
            serializers.PasswordResetTokenSerializer, {"token": signed_links.password_reset_token(user)}
        )
