"""The notifications of accounts: what somebody who has got into an account would do first."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notifications.kinds import EMAIL, IN_APP, Message, NotificationKind, Params, Recipient, Timing

ACCOUNT_SECURITY = NotificationKind(
    "account_security",
    gettext_lazy("Security of your account"),
    is_optional=False,
    defaults=frozenset({IN_APP, EMAIL}),
    timing=Timing.AT_ONCE,
    waits_for_quiet_hours=False,
)


def _security_page(_: Params) -> str:
    return reverse("accounts:security")


def _forgotten_password(_: Recipient) -> str:
    """Who did not change the password cannot sign in to do something about it."""
    return reverse("accounts:forgot_password")


def _never(_: Recipient) -> bool:
    return False


def _device(params: Params) -> Params:
    return {"device": params["device"] or _("Unknown device")}


PASSWORD_CHANGED = Message(
    ACCOUNT_SECURITY,
    "password_changed",
    title=gettext_lazy("Your password was changed"),
    body=gettext_lazy(
        "%(device)s, %(happened_at)s. Every browser and app that was signed in with the old password is signed out. "
        "If this was not you, set a new password now: choose “Forgot your password?” where you sign in."
    ),
    link=_security_page,
    values=_device,
    signed_link=_forgotten_password,
    action=gettext_lazy("This was not me"),
)
# The e-mail about it goes to the old address: `services.email_kinds.ADDRESS_CHANGED`.
EMAIL_CHANGED = Message(
    ACCOUNT_SECURITY,
    "email_changed",
    title=gettext_lazy("Your e-mail address was changed"),
    body=gettext_lazy("%(device)s, %(happened_at)s. If this was not you, change your password and your address."),
    link=_security_page,
    values=_device,
    is_current=_never,
)
EMAIL_RESTORED = Message(
    ACCOUNT_SECURITY,
    "email_restored",
    title=gettext_lazy("You have your old e-mail address again"),
    body=gettext_lazy(
        "%(device)s, %(happened_at)s. The link in the e-mail to this address was used. Every browser and app is signed "
        "out, and the old password no longer works. If you have not set a new one yet, choose “Forgot your password?” "
        "where you sign in."
    ),
    link=_security_page,
    values=_device,
    signed_link=_forgotten_password,
    action=gettext_lazy("Set a new password"),
)
MFA_TURNED_ON = Message(
    ACCOUNT_SECURITY,
    "mfa_turned_on",
    title=gettext_lazy("Two-factor authentication is on"),
    body=gettext_lazy(
        "%(device)s, %(happened_at)s. Signing in now takes a code. If this was not you, change your password."
    ),
    link=_security_page,
    values=_device,
)
MFA_TURNED_OFF = Message(
    ACCOUNT_SECURITY,
    "mfa_turned_off",
    title=gettext_lazy("Two-factor authentication is off"),
    body=gettext_lazy(
        "%(device)s, %(happened_at)s. Your password is now enough to sign in. If this was not you, change your "
        "password, and turn it on again."
    ),
    link=_security_page,
    values=_device,
)
RECOVERY_CODES_REPLACED = Message(
    ACCOUNT_SECURITY,
    "codes_replaced",
    title=gettext_lazy("Your recovery codes were replaced"),
    body=gettext_lazy(
        "%(device)s, %(happened_at)s. Your old codes no longer work. If this was not you, change your password."
    ),
    link=_security_page,
    values=_device,
)
NEW_SIGN_IN = Message(
    ACCOUNT_SECURITY,
    "new_sign_in",
    title=gettext_lazy("New sign-in to your account"),
    body=gettext_lazy(
        "%(device)s, %(happened_at)s. If this was not you, change your password: that signs out every device."
    ),
    link=_security_page,
    values=_device,
)
SIGNED_OUT_EVERYWHERE = Message(
    ACCOUNT_SECURITY,
    "signed_out_everywhere",
    title=gettext_lazy("You were signed out everywhere else"),
    body=gettext_lazy("%(device)s, %(happened_at)s. If this was not you, change your password."),
    link=_security_page,
    values=_device,
)

MESSAGES = (
    PASSWORD_CHANGED, EMAIL_CHANGED, EMAIL_RESTORED, MFA_TURNED_ON, MFA_TURNED_OFF, RECOVERY_CODES_REPLACED,
    NEW_SIGN_IN, SIGNED_OUT_EVERYWHERE,
)  # fmt: skip
