"""Addresses of accounts."""

from django.urls import path

from accounts import key_views, news_views, views

app_name = "accounts"

urlpatterns = [
    path("sign-up/", views.sign_up, name="sign_up"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("profile/", views.profile, name="profile"),
    path("profile/quiet-hours/", views.quiet_hours, name="quiet_hours"),
    path("forgotten/", key_views.forgot_password, name="forgot_password"),
    path("reset/<str:token>/", key_views.reset_password, name="reset_password"),
    path("confirm/<str:token>/", key_views.confirm_email, name="confirm_email"),
    path("profile/email/", key_views.change_email, name="change_email"),
    path("security/", key_views.security, name="security"),
    path("security/browsers/<int:pk>/end/", key_views.end_browser, name="end_browser"),
    path("security/apps/<uuid:pk>/end/", key_views.end_app, name="end_app"),
    path("profile/about/", key_views.about_me, name="about_me"),
    path("profile/data/", key_views.own_data, name="own_data"),
    path("profile/delete/", key_views.delete_account, name="delete_account"),
    path("security/code/", key_views.second_factor, name="second_factor"),
    path("security/everywhere/", key_views.sign_out_everywhere, name="sign_out_everywhere"),
    path("news/", news_views.news, name="news"),
    path("news/all/read/", news_views.read_all_news, name="read_all_news"),
    path("news/choice/", news_views.choose_news, name="choose_news"),
    path("news/<int:pk>/", news_views.open_news, name="open_news"),
    path("news/<int:pk>/read/", news_views.read_news, name="read_news"),
]
