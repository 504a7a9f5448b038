"""Adapters of django-allauth: they call our services, use our messages and never reveal who has an account."""

import logging
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
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts import rules, services
from accounts.models import User
from accounts.selectors import can_confirm_email
from core import clock, encryption
from core.errors import Invalid, Refused

logger = logging.getLogger(__name__)

# Session key, set during sign-in.
PENDING_LOGIN_HASH_KEY = "accounts.comes_by"
WRONG_CREDENTIALS = _("The user name, e-mail address or password is wrong.")


class SecondFactorAdapter(DefaultMFAAdapter):
    """Encrypts the secrets of authenticator apps, and the seeds of recovery codes, in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong. Check that your phone's clock is right, and try the next code."),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret. Raises `Refused` if its key is missing: the codes work again when it is back."""
        try:
            return encryption.decrypt(encrypted_text)
        except encryption.DecryptionError as error:
            logger.error("A secret of two-factor authentication has another key than those in ENCRYPTION_KEYS.")
            sentence = gettext("Codes cannot be checked at the moment. Ask the people who run the site for help.")
            raise Refused(sentence, code="codes_unavailable") from error


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG_CREDENTIALS,
        "email_password_mismatch": WRONG_CREDENTIALS,
        "incorrect_password": services.WRONG_PASSWORD,
        "duplicate_email": _("This is already your address."),
    }

    # -- sign-up -------------------------------------------------------------------------------------------------------

    def new_user(self, request: HttpRequest) -> User:
        return User(date_joined=clock.now())

    def save_user(
        self, request: HttpRequest, user: AbstractBaseUser, form: BaseForm, commit: bool = True
    ) -> AbstractBaseUser:
        assert isinstance(user, User), "new_user made one"
        user.time_zone = form.cleaned_data["time_zone"]
        # That of the page on which they signed up: e-mails need one, too.
        user.language = get_language() or ""
        return super().save_user(request, user, form, commit)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Normalize and validate the name. The unique constraint decides if it is taken: a check would leave a race."""
        name = User.normalize_username(username)
        try:
            rules.check_username(name)
        except Invalid as refusal:
            raise ValidationError(refusal.sentence) from refusal
        return super().clean_username(name, shallow=True)

    def is_email_verified(self, request: HttpRequest, email: str) -> bool:
        """No address is confirmed before sign-up. (allauth would read the session, which API clients do not have.)"""
        return False

    def unstash_verified_email(self, request: HttpRequest) -> None:
        """Do nothing, for the same reason."""

    # -- sign-in -------------------------------------------------------------------------------------------------------

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse | None:
        """Store the session auth hash: entering the MFA code may take a while."""
        request.session[PENDING_LOGIN_HASH_KEY] = user.get_session_auth_hash()
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in, unless the password was changed or the sessions were ended since the password was entered."""
        if not constant_time_compare(request.session.pop(PENDING_LOGIN_HASH_KEY, ""), user.get_session_auth_hash()):
            raise ImmediateHttpResponse(redirect("account_login"))
        super().login(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """The account was deactivated during sign-in: back to the sign-in page."""
        return redirect("account_login")

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        assert isinstance(user, User), "the only kind there is"
        try:
            services.check_own_password(user=user, password=password, now=clock.now())
        except Invalid:
            return False
        return True

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        """Password re-authentication; for anonymous users an empty list, which redirects them to sign in."""
        if not user.is_authenticated:
            return []
        return [{"id": "reauthenticate", "description": _("Your password"), "url": reverse("account_reauthenticate")}]

    # -- e-mail addresses and passwords --------------------------------------------------------------------------------

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC, signup: bool
    ) -> None:
        """Send the confirmation e-mail. If the site does not ask for it, confirm the address, unless it is taken.

        Where no e-mail is sent, do nothing: only an e-mail could tell somebody that their address is taken, without
        telling it to everybody. So the address stays unconfirmed, taken or not.
        """
        address = emailconfirmation.email_address
        if not can_confirm_email():
            return
        if settings.CONFIRM_EMAIL or not self.confirm_email(request, address):
            services.send_confirmation(address=address, now=clock.now())

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm the address and replace the previous one; False if another account was first."""
        try:
            with transaction.atomic():
                return super().confirm_email(request, email_address)
        except IntegrityError:
            return False

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("accounts:profile" if self.request.user.is_authenticated else "accounts:sign_in")

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        assert isinstance(user, User), "the only kind there is"
        services.set_password(user=user, password=password, now=clock.now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:security")

    # -- pages ---------------------------------------------------------------------------------------------------------

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: our views add their own messages."""

    def is_ajax(self, request: HttpRequest) -> bool:
        """Always False: programs use the API."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Is it a URL of this host?"""
        request = self.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
