"""API viewsets of notifications, their preferences, and the devices to which they are pushed."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.response import Response

from core import clock
from core.api.viewsets import BaseViewSet, error_responses
from notifications import services
from notifications.channels import web_push
from notifications.http import SignedInApiRequest
from notifications.leagues import leagues_of
from notifications.models import Notification, PushSubscription
from notifications.selectors import (
    notification_preferences,
    notification_summary,
    notifications_of,
    push_subscriptions_of,
)

from .serializers import (
    AddDeviceSerializer,
    DeviceKeySerializer,
    DeviceSerializer,
    NotificationPreferencesSerializer,
    NotificationQuery,
    NotificationSerializer,
    PreferencesQuery,
    ReadAllSerializer,
    ReadSerializer,
    SummarySerializer,
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
        summary="Count your unread notifications",
        request=None,
        responses={200: SummarySerializer, **error_responses(401)},
    )
    def summary(self, request: SignedInApiRequest) -> Response:
        return self.respond(SummarySerializer, notification_summary(request.user))

    @extend_schema(
        summary="Show a notification",
        request=None,
        responses={200: NotificationSerializer, **error_responses(401, 404)},
    )
    def show(self, request: SignedInApiRequest, notification_id: int) -> Response:
        return self.respond(NotificationSerializer, self._notification(request, notification_id))

    @extend_schema(
        summary="Delete a notification",
        request=None,
        responses={204: None, **error_responses(401, 404)},
    )
    def destroy(self, request: SignedInApiRequest, notification_id: int) -> Response:
        services.delete_notification(notification=self._notification(request, notification_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Mark a notification as read",
        request=None,
        responses={200: NotificationSerializer, **error_responses(401, 404)},
    )
    def mark_read(self, request: SignedInApiRequest, notification_id: int) -> Response:
        notification = self._notification(request, notification_id)
        services.mark_read(notification=notification, now=clock.now())
        return self.respond(NotificationSerializer, notification)

    @extend_schema(
        summary="Mark a notification as unread",
        request=None,
        responses={200: NotificationSerializer, **error_responses(401, 404)},
    )
    def mark_unread(self, request: SignedInApiRequest, notification_id: int) -> Response:
        notification = self._notification(request, notification_id)
        services.mark_unread(notification=notification)
        return self.respond(NotificationSerializer, notification)

    @extend_schema(
        summary="Mark all notifications as read",
        request=ReadAllSerializer,
        responses={200: ReadSerializer, **error_responses(400, 401)},
    )
    def read_all(self, request: SignedInApiRequest) -> Response:
        count = services.mark_all_read(user=request.user, **self.validate_body(ReadAllSerializer), now=clock.now())
        return self.respond(ReadSerializer, {"read": count})

    def _notification(self, request: SignedInApiRequest, notification_id: int) -> Notification:
        return get_object_or_404(notifications_of(request.user), pk=notification_id)


@extend_schema(tags=["notifications"])
class NotificationPreferencesViewSet(BaseViewSet):
    @extend_schema(
        summary="Show by which channels notifications reach you",
        parameters=[PreferencesQuery],
        request=None,
        responses={200: NotificationPreferencesSerializer, **error_responses(400, 401, 404)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        preferences = notification_preferences(request.user, league=self._league(request))
        return self.respond(NotificationPreferencesSerializer, preferences)

    @extend_schema(
        summary="Choose by which channels notifications reach you",
        parameters=[PreferencesQuery],
        request=NotificationPreferencesSerializer,
        responses={200: NotificationPreferencesSerializer, **error_responses(400, 401, 404)},
    )
    def change(self, request: SignedInApiRequest) -> Response:
        services.set_notification_preferences(
            user=request.user,
            preferences=self.validate_body(NotificationPreferencesSerializer),
            league=self._league(request),
        )
        return self.show(request)

    def _league(self, request: SignedInApiRequest) -> int | None:
        league: int | None = self.validate_query(PreferencesQuery).get("league_id")
        if league is not None and league not in leagues_of(request.user):
            raise Http404
        return league


@extend_schema(tags=["notifications"])
class DeviceViewSet(BaseViewSet):
    @extend_schema(
        summary="List the devices to which your notifications are pushed",
        request=None,
        responses={200: DeviceSerializer(many=True), **error_responses(401)},
    )
    def list(self, request: SignedInApiRequest) -> Response:
        return self.respond_with_page(DeviceSerializer, push_subscriptions_of(request.user))

    @extend_schema(
        summary="Push your notifications to a device",
        description="An endpoint that is registered already is updated. You can have at most 10 devices.",
        request=AddDeviceSerializer,
        responses={201: DeviceSerializer, **error_responses(400, 401, 409)},
    )
    def create(self, request: SignedInApiRequest) -> Response:
        body = self.validate_body(AddDeviceSerializer)
        subscription = services.subscribe_to_push(user=request.user, **body, now=clock.now())
        return self.respond(DeviceSerializer, subscription, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Show the key with which devices subscribe",
        request=None,
        responses={200: DeviceKeySerializer, **error_responses(401)},
    )
    def key(self, request: SignedInApiRequest) -> Response:
        return self.respond(DeviceKeySerializer, {"public_key": web_push.public_key()})

    @extend_schema(
        summary="Remove a device",
        request=None,
        responses={204: None, **error_responses(401, 404)},
    )
    def remove(self, request: SignedInApiRequest, device_id: int) -> Response:
        services.remove_push_subscription(subscription=self._device(request, device_id))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        summary="Send a test message to a device",
        description="Responds once the push service has accepted the message. At most 20 an hour.",
        request=None,
        responses={204: None, **error_responses(401, 404, 409, 429)},
    )
    def test(self, request: SignedInApiRequest, device_id: int) -> Response:
        services.send_test_push(subscription=self._device(request, device_id), now=clock.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _device(self, request: SignedInApiRequest, device_id: int) -> PushSubscription:
        return get_object_or_404(push_subscriptions_of(request.user), pk=device_id)
