"""URLs of notifications under /api/v1/."""

from django.urls import path

from .viewsets import DeviceViewSet, NotificationPreferencesViewSet, NotificationViewSet

urlpatterns = [
    path("notifications", NotificationViewSet.as_view({"get": "list"}), name="notifications"),
    path("notifications/summary", NotificationViewSet.as_view({"get": "summary"}), name="notification-summary"),
    path(
        "notifications/<int:notification_id>",
        NotificationViewSet.as_view({"get": "show", "delete": "destroy"}),
        name="notification",
    ),
    path("notifications/read-all", NotificationViewSet.as_view({"post": "read_all"}), name="notifications-read-all"),
    path(
        "notifications/preferences",
        NotificationPreferencesViewSet.as_view({"get": "show", "put": "change"}),
        name="notification-preferences",
    ),
    path(
        "notifications/<int:notification_id>/read",
        NotificationViewSet.as_view({"post": "mark_read"}),
        name="notification-read",
    ),
    path(
        "notifications/<int:notification_id>/unread",
        NotificationViewSet.as_view({"post": "mark_unread"}),
        name="notification-unread",
    ),
    path("devices", DeviceViewSet.as_view({"get": "list", "post": "create"}), name="devices"),
    path("devices/key", DeviceViewSet.as_view({"get": "key"}), name="device-key"),
    path("devices/<int:device_id>", DeviceViewSet.as_view({"delete": "remove"}), name="device"),
    path("devices/<int:device_id>/test", DeviceViewSet.as_view({"post": "test"}), name="device-test"),
]
