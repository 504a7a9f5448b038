"""Addresses of accounts."""

from django.urls import path

from accounts import news_views, views

app_name = "accounts"

urlpatterns = [
    path("sign-up/", views.sign_up, name="sign_up"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("profile/", views.profile, name="profile"),
    path("profile/quiet-hours/", views.quiet_hours, name="quiet_hours"),
    path("news/", news_views.news, name="news"),
    path("news/all/read/", news_views.read_all_news, name="read_all_news"),
    path("news/choice/", news_views.choose_news, name="choose_news"),
    path("news/<int:pk>/", news_views.open_news, name="open_news"),
    path("news/<int:pk>/read/", news_views.read_news, name="read_news"),
]
