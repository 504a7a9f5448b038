"""URLs of accounts.

allauth reverses its pages by its own names: `allauth_urls`, outside of the namespace. Pages that our own templates link
to also have a name in the namespace.
"""

from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from accounts.views import auth, email, languages, mfa, profile, security

app_name = "accounts"

sign_up, sign_in, sign_out = auth.SignUpView.as_view(), auth.SignInView.as_view(), auth.SignOutView.as_view()
forgot_password = never_cache(auth.ForgotPasswordView.as_view())
reset_password = never_cache(auth.ResetPasswordView.as_view())
confirm_email = never_cache(email.ConfirmEmailView.as_view())
change_email = email.ChangeEmailView.as_view()
security_page, codes = security.SecurityView.as_view(), mfa.MfaView.as_view()

urlpatterns = [
    path("sign-up/", sign_up, name="sign_up"),
    path("sign-in/", sign_in, name="sign_in"),
    path("sign-out/", sign_out, name="sign_out"),
    path("language/", languages.choose_language, name="choose_language"),
    path("profile/", profile.profile, name="profile"),
    path("profile/language/", profile.language, name="language"),
    path("profile/quiet-hours/", profile.quiet_hours, name="quiet_hours"),
    path("profile/pick-links/", profile.pick_links, name="pick_links"),
    path("forgotten/", forgot_password, name="forgot_password"),
    path("profile/email/", change_email, name="change_email"),
    path("undo-email/<str:token>/", email.undo_email_change, name="undo_email_change"),
    path("security/", security_page, name="security"),
    path("security/browsers/<int:pk>/end/", security.end_browser, name="end_browser"),
    path("security/apps/<uuid:pk>/end/", security.end_app, name="end_app"),
    path("profile/name/", profile.display_name, name="display_name"),
    path("profile/user-name/", profile.username, name="username"),
    path("profile/mark/", profile.mark, name="mark"),
    path("profile/about/", profile.about_me, name="about_me"),
    path("profile/data/", profile.own_data, name="own_data"),
    path("profile/delete/", profile.delete_account, name="delete_account"),
    path("security/codes/", codes, name="mfa"),
    path("security/everywhere/", security.sign_out_everywhere, name="sign_out_everywhere"),
]

allauth_urls = [
    path("sign-up/", sign_up, name="account_signup"),
    path("sign-in/", sign_in, name="account_login"),
    path("sign-in/code/", mfa.EnterMfaCodeView.as_view(), name="mfa_authenticate"),
    path("sign-out/", sign_out, name="account_logout"),
    path("forgotten/", forgot_password, name="account_reset_password"),
    # Users without a password set one through the same page.
    path("forgotten/", forgot_password, name="account_set_password"),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[-\w]+)/$", reset_password, name="account_reset_password_from_key"
    ),
    path("confirm/<str:key>/", confirm_email, name="account_confirm_email"),
    path("profile/email/", change_email, name="account_email"),
    path("security/", security_page, name="account_change_password"),
    path("security/again/", auth.ReauthenticateView.as_view(), name="account_reauthenticate"),
    path("security/codes/", codes, name="mfa_index"),
    path("security/codes/set-up/", mfa.SetUpTotpView.as_view(), name="mfa_activate_totp"),
    path("security/codes/off/", mfa.TurnOffTotpView.as_view(), name="mfa_deactivate_totp"),
    path("security/codes/recovery/", mfa.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("security/codes/recovery/new/", mfa.NewRecoveryCodesView.as_view(), name="mfa_generate_recovery_codes"),
]
