"""Serializers of notifications, their preferences, and the devices to which they are pushed."""

from typing import Any

from rest_framework import serializers

from core.api.fields import IdField, UTCDateTimeField
from notifications.kinds import kind_choices, optional_kinds
from notifications.models import Notification, PushSubscription


class KindField(serializers.ChoiceField):
    """A kind of notification, one of those that are registered when the serializer is used."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=kind_choices(), **kwargs)


class NotificationSerializer(serializers.ModelSerializer[Notification]):
    kind = KindField(read_only=True)
    title = serializers.CharField(read_only=True)
    body = serializers.CharField(read_only=True)
    league_id = IdField(read_only=True, allow_null=True, help_text="The league that it is about, if there is one.")
    url = serializers.CharField(allow_null=True, help_text="The path on this site of the page that tells more.")
    is_urgent = serializers.BooleanField(read_only=True, help_text="Whether time runs, as in your turn.")
    created_at = UTCDateTimeField(read_only=True)
    read_at = UTCDateTimeField(read_only=True, allow_null=True)

    class Meta:
        model = Notification
        fields = ("id", "kind", "title", "body", "league_id", "url", "is_urgent", "created_at", "read_at")
        read_only_fields = fields


class NotificationQuery(serializers.Serializer[Any]):
    unread = serializers.BooleanField(
        required=False,
        allow_null=True,
        default=None,
        help_text="`true`: only unread ones; `false`: only the others: read, or about a time that has passed.",
    )


class ReadAllSerializer(serializers.Serializer[Any]):
    up_to = IdField(
        required=False, help_text="The id of the latest notification that was shown. Later ones stay unread."
    )


class ReadSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many notifications were marked as read.")


class SummarySerializer(serializers.Serializer[Any]):
    unread = serializers.IntegerField(help_text="How many notifications are unread.")
    latest_notification_id = IdField(allow_null=True, help_text="The id of the latest notification.")


class PreferencesQuery(serializers.Serializer[Any]):
    league_id = IdField(
        required=False, help_text="One of your leagues, to choose channels for it alone. Without it: all leagues."
    )


class ChannelsSerializer(serializers.Serializer[Any]):
    """The channels of a kind. A channel that is left out stays as it is."""

    in_app = serializers.BooleanField(required=False, help_text="On the site, in apps and in `/live/me/`.")
    email = serializers.BooleanField(required=False, help_text="By e-mail, if the site can send it.")
    push = serializers.BooleanField(required=False, help_text="By push to your browsers and devices.")


class NotificationPreferencesSerializer(serializers.Serializer[Any]):
    """The channels by which each kind of notification reaches you. A kind that is left out stays as it is."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {kind.name: ChannelsSerializer(required=False, help_text=f"{kind.label}.") for kind in optional_kinds()}


class DeviceSerializer(serializers.ModelSerializer[PushSubscription]):
    name = serializers.CharField(source="shown_name", read_only=True)
    created_at = UTCDateTimeField(read_only=True)
    last_success_at = UTCDateTimeField(
        read_only=True, allow_null=True, help_text="When the last message was accepted for the device."
    )
    last_error = serializers.CharField(
        read_only=True, allow_null=True, help_text="Why the last message was not accepted; null if it was."
    )

    class Meta:
        model = PushSubscription
        fields = ("id", "kind", "name", "created_at", "last_success_at", "last_error")
        read_only_fields = fields

    def to_representation(self, instance: PushSubscription) -> dict[str, Any]:
        values: dict[str, Any] = super().to_representation(instance)
        return values | {"last_error": instance.shown_error or None}


class AddDeviceSerializer(serializers.Serializer[Any]):
    """A device to add.

    `webpush`: a browser with its keys. `unifiedpush`: an endpoint of a distributor; with keys, messages are encrypted
    as for browsers (RFC 8291). `webhook`: the server of an app, which gets JSON signed with `secret` by the Standard
    Webhooks specification.
    """

    kind = serializers.ChoiceField(choices=PushSubscription.Kind.choices)
    endpoint = serializers.CharField(max_length=2000, help_text="An `https://` address to which messages are sent.")
    p256dh = serializers.CharField(
        required=False, max_length=100, help_text="The public key of the browser or app, in base64 for URLs."
    )
    auth = serializers.CharField(
        required=False, max_length=40, help_text="The secret of the subscription: 16 bytes in base64 for URLs."
    )
    secret = serializers.CharField(
        required=False, max_length=100, help_text="For webhooks: `whsec_` and 24 to 64 bytes in base64."
    )
    name = serializers.CharField(required=False, max_length=100, help_text="What you call the device.")


class DeviceKeySerializer(serializers.Serializer[Any]):
    public_key = serializers.CharField(
        help_text="The `applicationServerKey` (VAPID) with which browsers and apps subscribe, in base64 for URLs."
    )
