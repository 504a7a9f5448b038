"""URLs of notifications, under /accounts/news/."""

from django.urls import path

from . import views

app_name = "notifications"

urlpatterns = [
    path("", views.notification_list, name="list"),
    path("all/read/", views.mark_all_notifications_read, name="mark_all_read"),
    path("choice/", views.change_notification_preferences, name="preferences"),
    path("<int:pk>/", views.open_notification, name="open"),
    path("<int:pk>/read/", views.mark_notification_read, name="mark_read"),
]
