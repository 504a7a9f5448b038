"""What pages do by allauth's views, for the doors of the API: the same forms, which say no in the same words."""

from collections.abc import Mapping

from allauth.account.forms import UserTokenForm
from django.http import HttpRequest

from accounts.key_forms import ChangePasswordForm, ForgottenForm, NewPasswordForm, Refusing, SignInForm, SignUpForm
from accounts.models import User
from accounts.selectors import has_second_factor
from accounts.services import CodeNeeded, links, use_code
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Invalid, Refused

# What the API calls the fields of the forms.
PASSWORD, NEW_PASSWORD = {"password1": "password"}, {"password1": "new_password", "oldpassword": "current_password"}


def sign_up(request: HttpRequest, *, password: str, **words: str) -> User:
    """Make an account. Raises `Invalid` with the field that is wrong, `Refused` or `TooMany` where nobody may now."""
    form = SignUpForm({"time_zone": "UTC", **words, "password1": password})
    _check(form, PASSWORD)
    return form.save(request)


def sign_in(request: HttpRequest, *, username: str, password: str, code: str) -> User | None:
    """Whose name or address, password and code these are; None where they are nobody's.

    Raises `CodeNeeded` where the code alone is missing or wrong, `TooMany` after too many tries.
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
    """Raises `Invalid` with `field` current_password or new_password."""
    form = ChangePasswordForm(user, {"oldpassword": current_password, "password1": new_password})
    _check(form, NEW_PASSWORD)
    form.save()


def ask_for_reset(request: HttpRequest, *, email: str) -> None:
    """Send a link to set a new password to whoever has this address. Nothing tells whether somebody has."""
    form = ForgottenForm({"email": email})
    _check(form, {})
    form.save(request)


def reset_password(*, token: str, new_password: str) -> None:
    """Set a new password by what stands in the link of a mail. Raises `Invalid` with `field` token or new_password."""
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
    """Raise what is wrong with the form, with the name that the API has for the field."""
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
