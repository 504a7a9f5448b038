"""API viewsets and serializers of notifications and their preferences."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from accounts import services
from accounts.http import SignedInApiRequest
from accounts.models import Notification
from accounts.selectors import notification_preferences, notifications_of
from core import clock
from core.api.fields import IdField, UTCDateTimeField
from core.api.viewsets import BaseViewSet, error_responses


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    url = serializers.CharField(allow_null=True, help_text="The address on this site of the page that tells more.")
    created_at = UTCDateTimeField(read_only=True)
    read_at = UTCDateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "body", "url", "created_at", "read_at")
        read_only_fields = fields


class NotificationQuery(serializers.Serializer[Any]):
    unread = serializers.BooleanField(
        required=False, allow_null=True, default=None, help_text="`true`: what was not read yet; `false`: what was."
    )


class ReadAllSerializer(serializers.Serializer[Any]):
    up_to = IdField(
        required=False, help_text="The latest notification that was shown: what came after it stays unread."
    )


class ReadSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread until now.")


class NewsWishesSerializer(serializers.Serializer[Any]):
    """Which kinds of news the person wants. A kind that is left out stays as it is."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        kinds = Notification.Kind.optional()
        return {kind.value: serializers.BooleanField(required=False, help_text=f"{kind.label}.") for kind in kinds}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Reject unknown kinds: a typo would go unnoticed."""
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({unknown[0]: ["This is not a kind of news that one can do without."]})
        values: dict[str, Any] = super().to_internal_value(data)
        return values


@extend_schema(tags=["notifications"])
class NotificationViewSet(BaseViewSet):
    @extend_schema(
        summary="What one has been told, the latest first",
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
    def mark_read(self, request: SignedInApiRequest, pk: int) -> Response:
        notification = get_object_or_404(notifications_of(request.user), pk=pk)
        services.mark_read(notification=notification, now=clock.now())
        return self.respond(NotificationSerializer, notification)

    @extend_schema(
        summary="Mark everything as read",
        request=ReadAllSerializer,
        responses={200: ReadSerializer, **error_responses(400, 401)},
    )
    def read_all(self, request: SignedInApiRequest) -> Response:
        count = services.mark_all_read(user=request.user, **self.validate_body(ReadAllSerializer), now=clock.now())
        return self.respond(ReadSerializer, {"read": count})


@extend_schema(tags=["notifications"])
class NotificationPreferencesViewSet(BaseViewSet):
    @extend_schema(
        summary="What one wants to be told of",
        request=None,
        responses={200: NewsWishesSerializer, **error_responses(401)},
    )
    def show(self, request: SignedInApiRequest) -> Response:
        return self.respond(NewsWishesSerializer, notification_preferences(request.user))

    @extend_schema(
        summary="Choose what one wants to be told of",
        request=NewsWishesSerializer,
        responses={200: NewsWishesSerializer, **error_responses(400, 401)},
    )
    def change(self, request: SignedInApiRequest) -> Response:
        services.set_notification_preferences(user=request.user, preferences=self.validate_body(NewsWishesSerializer))
        return self.show(request)
