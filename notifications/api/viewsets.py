"""API viewsets of notifications and their preferences."""

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from notifications import services
from notifications.http import SignedInApiRequest
from notifications.selectors import notification_preferences, notifications_of

from .serializers import (
    NotificationPreferencesSerializer,
    NotificationQuery,
    NotificationSerializer,
    ReadAllSerializer,
    ReadSerializer,
)


@extend_schema(tags=["notifications"])
class NotificationViewSet(BaseViewSet):
    @extend_schema(
        summary="List your notifications, latest first",
        parameters=[NotificationQuery],
        responses={200: NotificationSerializer(many=True), **error_responses(400, 401)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        unread = self.validate_query(NotificationQuery)["unread"]
        return self.respond_with_page(NotificationSerializer, notifications_of(request.user, unread=unread))

    @extend_schema(
        summary="Mark a notification as read",
        request=None,
        responses={200: NotificationSerializer, **error_responses(401, 404)},
    )
    def mark_read(self, request: SignedInApiRequest, notification_id: int) -> Response:
        notification = get_object_or_404(notifications_of(request.user), pk=notification_id)
        services.mark_read(notification=notification, now=clock.now())
        return self.respond(NotificationSerializer, notification)

    @extend_schema(
        summary="Mark all notifications as read",
        request=ReadAllSerializer,
        responses={200: ReadSerializer, **error_responses(400, 401)},
    )
    def read_all(self, request: SignedInApiRequest) -> Response:
        count = services.mark_all_read(user=request.user, **self.validate_body(ReadAllSerializer), now=clock.now())
        return self.respond(ReadSerializer, {"read": count})


@extend_schema(tags=["notifications"])
class NotificationPreferencesViewSet(BaseViewSet):
    @extend_schema(
        summary="Show which kinds of notifications you want",
        request=None,
        responses={200: NotificationPreferencesSerializer, **error_responses(401)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        return self.respond(NotificationPreferencesSerializer, notification_preferences(request.user))

    @extend_schema(
        summary="Choose which kinds of notifications you want",
        request=NotificationPreferencesSerializer,
        responses={200: NotificationPreferencesSerializer, **error_responses(400, 401)},
    )
    def change(self, request: SignedInApiRequest) -> Response:
        services.set_notification_preferences(
            user=request.user, preferences=self.validate_body(NotificationPreferencesSerializer)
        )
        return self.show(request)
