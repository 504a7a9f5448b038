"""How django-allauth acts here: by our services and in our words, telling nobody who has an account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import rules, services
from accounts.models import Letter, User
from fantasyf1.kit import clock
from fantasyf1.kit.errors import Invalid
from fantasyf1.kit.web import site_of

# In the session, while somebody signs in.
COMES_BY = "accounts.comes_by"
WRONG = "The user name or e-mail address and the password do not belong together."


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right. Look at the clock of your phone, and try the next one.",
    }


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "email_password_mismatch": WRONG,
        "incorrect_password": services.NOT_YOURS,
        "duplicate_email": "You have given this address already.",
    }

    # -- making an account ---------------------------------------------------------------------------------------------

    def new_user(self, request: HttpRequest) -> User:
        return User(date_joined=clock.now())

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        assert isinstance(user, User), "new_user made one"
        user.time_zone = form.cleaned_data["time_zone"]
        return super().save_user(request, user, form, commit)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """The name as it is kept. Whether it is taken says the database: asking it beforehand would leave a gap."""
        name = User.normalize_username(username)
        try:
            rules.check_username(name)
        except Invalid as refusal:
            raise ValidationError(refusal.sentence) from refusal
        return super().clean_username(name, shallow=True)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """No address is confirmed before its account is made. (allauth asks the session, which apps have none of.)"""
        return False

    def unstash_verified_email(self, request: HttpRequest) -> None:
        """The same."""

    # -- signing in ----------------------------------------------------------------------------------------------------

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **facts: Any) -> HttpResponse | None:
        """Note by what the person comes in, since it may take him a while to enter his code."""
        request.session[COMES_BY] = user.get_session_auth_hash()
        return super().pre_login(request, user, **facts)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Let the person in, unless his password was changed or his sign-ins ended since he said it."""
        if not constant_time_compare(request.session.pop(COMES_BY, ""), user.get_session_auth_hash()):
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Whoever was shut out while he signed in."""
        return redirect("account_login")

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        assert isinstance(user, User), "the only kind there is"
        try:
            services.check_own_password(user=user, password=password, now=clock.now())
        except Invalid:
            return False
        return True

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """The password, which everybody has; for whoever is not signed in none, by which he is sent to sign in."""
        if not user.is_authenticated:
            return []
        return [{"id": "reauthenticate", "description": "Your password", "url": reverse("account_reauthenticate")}]

    # -- addresses and passwords ---------------------------------------------------------------------------------------

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC, signup: bool
    ) -> None:
        """Have the address confirmed by mail; where no mail is sent it counts at once, unless somebody else has it."""
        address = emailconfirmation.email_address
        if settings.CONFIRM_EMAIL or not self.confirm_email(request, address):
            services.ask_to_confirm(address=address, site=site_of(request), now=clock.now())

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Make the address its user's own in the place of the one before, unless another was first."""
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:
            return False

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("accounts:profile" if self.request.user.is_authenticated else "accounts:sign_in")

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        assert isinstance(user, User), "the only kind there is"
        services.post_letter(
            kind=Letter.Kind.RESET, address=email, user=user, site=site_of(self.request), now=clock.now()
        )

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        assert isinstance(user, User), "the only kind there is"
        services.set_password(user=user, password=password, site=site_of(self.request), now=clock.now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:security")

    # -- pages ---------------------------------------------------------------------------------------------------------

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: our pages say themselves what has happened."""

    def is_ajax(self, request: HttpRequest) -> bool:
        """No: programs have the API."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Is it a page of this host?"""
        here = self.request
        return url_has_allowed_host_and_scheme(url, {here.get_host()}, require_https=here.is_secure())
