"""Sign-up, sign-in and password flows of the API: they run the forms of the pages, with the same errors."""

from collections.abc import Mapping

from allauth.account.forms import UserTokenForm
from django.http import HttpRequest

from accounts.key_forms import ChangePasswordForm, ForgottenForm, NewPasswordForm, Refusing, SignInForm, SignUpForm
from accounts.models import User
from accounts.selectors import has_second_factor
from accounts.services import CodeNeeded, links, use_code
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Invalid, Refused

# Names of form fields in the API.
PASSWORD, NEW_PASSWORD = {"password1": "password"}, {"password1": "new_password", "oldpassword": "current_password"}


def sign_up(request: HttpRequest, *, password: str, **words: str) -> User:
    """Create an account. Raises `Invalid` for a bad field, `Refused` if registration is closed, or `TooMany`."""
    form = SignUpForm({"time_zone": "UTC", **words, "password1": password})
    _check(form, PASSWORD)
    return form.save(request)


def sign_in(request: HttpRequest, *, username: str, password: str, code: str) -> User | None:
    """The user with this name or address and password, else None.

    Raises `CodeNeeded` if only the MFA code is missing or wrong, `TooMany` after too many attempts.
    """
    form = SignInForm({"login": username, "password": password}, request=request)
    if not form.is_valid():
        if form.refusal:
            raise form.refusal
        return None
    user: User = form.user
    if has_second_factor(user):
        _use_code(user, code)
    return user


def change_password(user: User, *, current_password: str, new_password: str) -> None:
    """Raises `Invalid` for `field` current_password or new_password, or `TooMany`."""
    form = ChangePasswordForm(user, {"oldpassword": current_password, "password1": new_password})
    _check(form, NEW_PASSWORD)
    form.save()


def ask_for_reset(request: HttpRequest, *, email: str) -> None:
    """E-mail a password reset link if an account has this address. The caller cannot tell whether one has."""
    form = ForgottenForm({"email": email})
    _check(form, {})
    form.save(request)


def reset_password(*, token: str, new_password: str) -> None:
    """Set a new password with the token of the e-mailed link. Raises `Invalid` for `field` token or new_password."""
    user_part, _, key = token.partition("-")
    link = UserTokenForm({"uidb36": user_part, "key": key})
    if not link.is_valid():
        raise Invalid(links.NO_GOOD, field="token", code="bad_link")
    form = NewPasswordForm({"password1": new_password}, user=link.reset_user)
    _check(form, NEW_PASSWORD)
    form.save()


def _use_code(user: User, code: str) -> None:
    if not code:
        raise CodeNeeded("Enter the code that your authenticator app shows now, and the password once more.")
    use_code(user=user, code=code, now=clock.now()).record_usage()


def _check(form: Refusing, names: Mapping[str, str]) -> None:
    """Raise the form's first error, under the API's name of the field."""
    if form.is_valid():
        return
    if form.refusal:
        raise _renamed(form.refusal, names)
    field, errors = next(iter(form.errors.items()))
    raise Invalid(" ".join(str(error) for error in errors), field=names.get(field, field))


def _renamed(refusal: Refused, names: Mapping[str, str]) -> Refused:
    if isinstance(refusal, Invalid) and refusal.field:
        return Invalid(refusal.sentence, field=names.get(refusal.field, refusal.field), code=refusal.code)
    return refusal
