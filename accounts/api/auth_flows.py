"""Sign-up, sign-in, password and e-mail flows of the API: they run the forms of the pages, with the same errors."""

from collections.abc import Mapping

from allauth.account.forms import UserTokenForm
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import services
from accounts.forms.auth import (
    ChangeEmailForm,
    ChangePasswordForm,
    ForgotPasswordForm,
    NewPasswordForm,
    RefusableForm,
    SignInForm,
    SignUpForm,
)
from accounts.models import User
from accounts.selectors import has_mfa, new_email_of
from accounts.services import MfaCodeRequired, rate_limits, signed_links, verify_mfa_code
from core import clock
from core.errors import Invalid, Refused
from core.services.rate_limits import consume
from core.web.requests import client_address

# Names of form fields in the API.
PASSWORD_FIELDS, NEW_PASSWORD_FIELDS = (
    {"password1": "password"},
    {"password1": "new_password", "oldpassword": "current_password"},
)


def sign_up(request: HttpRequest, *, password: str, **fields: str) -> User:
    """Create an account. Raises `Invalid` for a bad field, `Refused` if registration is closed, or `RateLimited`."""
    form = SignUpForm({"time_zone": "UTC", **fields, "password1": password})
    _raise_form_errors(form, PASSWORD_FIELDS)
    return form.save(request)


def sign_in(request: HttpRequest, *, username: str, password: str, code: str) -> User | None:
    """The user with this name or address and password, else None.

    Raises `MfaCodeRequired` if only the MFA code is missing or wrong, `RateLimited` after too many attempts.
    """
    form = SignInForm({"login": username, "password": password}, request=request)
    if not form.is_valid():
        if form.refusal:
            raise form.refusal
        return None
    user: User = form.user
    if has_mfa(user):
        _verify_code(user, code)
    return user


def change_password(user: User, *, current_password: str, new_password: str) -> None:
    """Raises `Invalid` for `field` current_password or new_password, or `RateLimited`."""
    form = ChangePasswordForm(user, {"oldpassword": current_password, "password1": new_password})
    _raise_form_errors(form, NEW_PASSWORD_FIELDS)
    form.save()


def request_password_reset(request: HttpRequest, *, email: str) -> None:
    """E-mail a password reset link if an account has this address. The caller cannot tell whether one has."""
    form = ForgotPasswordForm({"email": email})
    _raise_form_errors(form, {})
    form.save(request)


def reset_password(*, token: str, new_password: str) -> None:
    """Set a new password with the token of the e-mailed link. Raises `Invalid` for `field` token or new_password."""
    user_part, _, key = token.partition("-")
    link = UserTokenForm({"uidb36": user_part, "key": key})
    if not link.is_valid():
        raise Invalid(str(signed_links.BAD_LINK), field="token", code="bad_link")
    form = NewPasswordForm({"password1": new_password}, user=link.reset_user)
    _raise_form_errors(form, NEW_PASSWORD_FIELDS)
    form.save()


def change_email(request: HttpRequest, user: User, *, email: str, password: str) -> None:
    """Give a new address, which replaces the user's once it is confirmed. Raises `Invalid` or `RateLimited`."""
    form = ChangeEmailForm(user, {"email": email, "password": password})
    _raise_form_errors(form, {})
    form.save(request)


def resend_confirmation(request: HttpRequest, user: User) -> None:
    """Send the confirmation e-mail again. Raises `Refused` if no address waits for one, or `RateLimited`."""
    address = _new_email_or_refused(user)
    services.check_can_confirm_email()
    consume(rate_limits.email_limits(address.email, client_address(request)), now=clock.now())
    address.send_confirmation(request)


def cancel_new_email(user: User) -> None:
    """Forget the address that waits to be confirmed. Raises `Refused` if there is none."""
    _new_email_or_refused(user).remove()


def confirm_email(request: HttpRequest, *, token: str) -> None:
    """Confirm an address with the token of the e-mailed link. Raises `Invalid` for `field` token."""
    confirmation = EmailConfirmationHMAC.from_key(token)
    is_confirmed = (
        confirmation is not None
        and confirmation.email_address.user.is_active
        and confirmation.confirm(request) is not None
    )
    if not is_confirmed:
        raise Invalid(str(signed_links.BAD_LINK), field="token", code="bad_link")


def _new_email_or_refused(user: User) -> EmailAddress:
    address = new_email_of(user)
    if address is None:
        raise Refused(_("No address waits to be confirmed."), code="no_new_email")
    return address


def _verify_code(user: User, code: str) -> None:
    if not code:
        raise MfaCodeRequired(_("Enter your password again, with the code that your authenticator app shows now."))
    verify_mfa_code(user=user, code=code, now=clock.now()).record_usage()


def _raise_form_errors(form: RefusableForm, names: Mapping[str, str]) -> None:
    """Raise the form's first error, under the API's name of the field."""
    if form.is_valid():
        return
    if form.refusal:
        raise _with_api_field(form.refusal, names)
    field, errors = next(iter(form.errors.items()))
    raise Invalid(" ".join(str(error) for error in errors), field=names.get(field, field))


def _with_api_field(refusal: Refused, names: Mapping[str, str]) -> Refused:
    if isinstance(refusal, Invalid) and refusal.field:
        return Invalid(refusal.sentence, field=names.get(refusal.field, refusal.field), code=refusal.code)
    return refusal
