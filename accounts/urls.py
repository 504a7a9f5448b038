"""URLs of accounts.

allauth reverses its pages by its own names: `allauth_urls`, outside of the namespace. Pages that our own templates link
to also have a name in the namespace.
"""

from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from accounts import code_views, key_views, news_views, views

app_name = "accounts"

sign_up, sign_in, sign_out = key_views.SignUp.as_view(), key_views.SignIn.as_view(), key_views.SignOut.as_view()
forgot_password = never_cache(key_views.ForgotPassword.as_view())
reset_password = never_cache(key_views.ResetPassword.as_view())
confirm_email = never_cache(key_views.ConfirmEmail.as_view())
security, email, codes = key_views.Security.as_view(), key_views.Email.as_view(), code_views.Codes.as_view()

urlpatterns = [
    path("sign-up/", sign_up, name="sign_up"),
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
    path("profile/", views.profile, name="profile"),
    path("profile/quiet-hours/", views.quiet_hours, name="quiet_hours"),
    path("forgotten/", forgot_password, name="forgot_password"),
    path("profile/email/", email, name="change_email"),
    path("security/", security, name="security"),
    path("security/browsers/<int:pk>/end/", key_views.end_browser, name="end_browser"),
    path("security/apps/<uuid:pk>/end/", key_views.end_app, name="end_app"),
    path("profile/about/", key_views.about_me, name="about_me"),
    path("profile/data/", key_views.own_data, name="own_data"),
    path("profile/delete/", key_views.delete_account, name="delete_account"),
    path("security/codes/", codes, name="second_factor"),
    path("security/everywhere/", key_views.sign_out_everywhere, name="sign_out_everywhere"),
    path("news/", news_views.news, name="news"),
    path("news/all/read/", news_views.read_all_news, name="read_all_news"),
    path("news/choice/", news_views.choose_news, name="choose_news"),
    path("news/<int:pk>/", news_views.open_news, name="open_news"),
    path("news/<int:pk>/read/", news_views.read_news, name="read_news"),
]

allauth_urls = [
    path("sign-up/", sign_up, name="account_signup"),
    path("sign-in/", sign_in, name="account_login"),
    path("sign-in/code/", code_views.EnterCode.as_view(), name="mfa_authenticate"),
    path("sign-out/", sign_out, name="account_logout"),
    path("forgotten/", forgot_password, name="account_reset_password"),
    # Users without a password set one through the same page.
    path("forgotten/", forgot_password, name="account_set_password"),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)/$", reset_password, name="account_reset_password_from_key"
    ),
    path("confirm/<str:key>/", confirm_email, name="account_confirm_email"),
    path("profile/email/", email, name="account_email"),
    path("security/", security, name="account_change_password"),
    path("security/again/", key_views.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("security/codes/", codes, name="mfa_index"),
    path("security/codes/set-up/", code_views.SetUpCodes.as_view(), name="mfa_activate_totp"),
    path("security/codes/off/", code_views.TurnOffCodes.as_view(), name="mfa_deactivate_totp"),
    path("security/codes/recovery/", code_views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"),
    path("security/codes/recovery/new/", code_views.NewRecoveryCodes.as_view(), name="mfa_generate_recovery_codes"),
]
