"""URLs of notifications, under /accounts/news/."""

from django.urls import path

from . import views

app_name = "notifications"

urlpatterns = [
    path("", views.notification_list, name="list"),
    path("all/read/", views.mark_all_notifications_read, name="mark_all_read"),
    path("counter/", views.notification_counter, name="counter"),
    path("choice/", views.notification_preferences_page, name="preferences"),
    path("push/", views.push, name="push"),
    path("push/check/", views.check_push, name="check_push"),
    path("push/<int:pk>/test/", views.test_push, name="test_push"),
    path("push/<int:pk>/remove/", views.remove_push, name="remove_push"),
    path("unsubscribe/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("<int:pk>/", views.open_notification, name="open"),
    path("<int:pk>/read/", views.mark_notification_read, name="mark_read"),
    path("<int:pk>/unread/", views.mark_notification_unread, name="mark_unread"),
    path("<int:pk>/delete/", views.delete_notification, name="delete"),
]
