"""Users are told what happens to the security of their account, on the site and by one e-mail each time."""

from datetime import UTC, datetime, time, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.services import signed_links
from core import clock
from notifications.kinds import CHANNELS
from notifications.models import OutgoingEmail
from notifications.services import (
    dispatch_notifications,
    send_due_deliveries,
    send_due_emails,
    set_notification_preferences,
)
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER_FIREFOX = FIREFOX.replace("140", "141")
NEW_PASSWORD = "dry line at Silverstone"
SECURITY = reverse("accounts:security")


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.HAS_MAIL_SERVER = True


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", email="dora@example.org", password=PASSWORD)


def signed_in(device=FIREFOX):
    client = Client(headers={"User-Agent": device})
    assert client.post(reverse("accounts:sign_in"), {"login": "dora", "password": PASSWORD}).status_code == 302
    return client


def messages_to(user):
    return list(user.notifications.filter(kind="account_security").order_by("pk").values_list("message", flat=True))


def deliver():
    now = clock.now()
    dispatch_notifications(now=now)
    send_due_deliveries(now=now)
    send_due_emails(now=now)


class TestPassword:
    def test_a_changed_password_is_told_with_device_and_time(self, dora, mailoutbox):
        signed_in().post(SECURITY, {"oldpassword": PASSWORD, "password1": NEW_PASSWORD})
        news = dora.notifications.get(message="password_changed")
        assert (news.title, news.url) == ("Your password was changed", SECURITY)
        assert news.body.startswith("Firefox on Linux, ")
        assert set(news.params) == {"device", "happened_at"}

    def test_it_is_told_by_one_email_whose_link_works_without_signing_in(self, dora, mailoutbox):
        services.set_password(user=dora, password=NEW_PASSWORD, now=clock.now())
        deliver()
        (mail,) = mailoutbox
        assert (mail.subject, mail.to) == ("Your password was changed", ["dora@example.org"])
        assert reverse("accounts:forgot_password") in mail.body
        assert "List-Unsubscribe" not in mail.extra_headers

    def test_it_is_told_in_quiet_hours(self, dora, mailoutbox, at):
        at(datetime(2025, 7, 3, 3, tzinfo=UTC))
        services.set_quiet_hours(user=dora, begins=time(22), ends=time(7))
        services.set_password(user=dora, password=NEW_PASSWORD, now=clock.now())
        deliver()
        assert len(mailoutbox) == 1

    def test_it_cannot_be_turned_off(self, dora, mailoutbox):
        set_notification_preferences(user=dora, preferences={"account_security": dict.fromkeys(CHANNELS, False)})
        services.set_password(user=dora, password=NEW_PASSWORD, now=clock.now())
        deliver()
        assert len(mailoutbox) == 1


class TestAdministrators:
    """What an administrator does to an account is told like what its user does."""

    @pytest.fixture
    def root(self, client):
        root = UserFactory.create(is_superuser=True, is_staff=True)
        client.force_login(root)
        return root

    @pytest.fixture
    def in_admin(self, client, root):
        def change(user, **fields):
            """Submit the form of the user with these fields changed; None empties a box."""
            page = client.get(reverse("admin:accounts_user_change", args=[user.pk]))
            values = page.context["adminform"].form.initial | fields
            return client.post(page.request["PATH_INFO"], {name: value for name, value in values.items() if value})

        return change

    @pytest.fixture
    def set_password(self, client, root):
        def set_password(user, **values):
            values = values or {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
            return client.post(reverse("admin:auth_user_password_change", args=[user.pk]), values)

        return set_password

    def test_a_new_password(self, dora, set_password, mailoutbox):
        browser = signed_in()
        assert set_password(dora).status_code == 302
        assert User.objects.get(pk=dora.pk).check_password(NEW_PASSWORD)
        assert messages_to(dora) == ["password_changed"]
        assert dora.notifications.get().body.startswith("Unknown device, ")
        assert browser.get(SECURITY).status_code == 302
        deliver()
        assert [mail.subject for mail in mailoutbox] == ["Your password was changed"]

    def test_a_password_that_is_taken_away(self, dora, set_password):
        assert set_password(dora, **{"usable_password": "false", "unset-password": "1"}).status_code == 302
        assert not User.objects.get(pk=dora.pk).has_usable_password()
        assert messages_to(dora) == ["password_changed"]

    def test_their_own_password_keeps_them_signed_in(self, client, root, set_password):
        assert set_password(root).status_code == 302
        assert messages_to(root) == ["password_changed"]
        assert client.get(reverse("admin:index")).status_code == 200

    def test_another_address(self, dora, in_admin, mailoutbox):
        assert in_admin(dora, email="new@example.org").status_code == 302
        deliver()
        assert messages_to(dora) == ["email_changed"]
        assert [mail.to for mail in mailoutbox] == [["dora@example.org"]]

    def test_an_address_that_is_taken_away(self, dora, in_admin, mailoutbox):
        assert in_admin(dora, email=None).status_code == 302
        deliver()
        assert messages_to(dora) == ["email_changed"]
        assert [mail.to for mail in mailoutbox] == [["dora@example.org"]]

    def test_two_factor_authentication_that_is_turned_off(self, dora, root, client):
        Authenticator.objects.create(user=dora, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "X"})
        totp = Authenticator.objects.create(user=dora, type=Authenticator.Type.TOTP, data={"secret": encrypt("X")})
        client.post(reverse("admin:mfa_authenticator_delete", args=[totp.pk]), {"post": "yes"})
        assert not Authenticator.objects.filter(user=dora).exists()
        assert messages_to(dora) == ["mfa_turned_on", "mfa_turned_off"]

    def test_a_deactivated_account(self, dora, in_admin, mailoutbox):
        assert in_admin(dora, is_active=None).status_code == 302
        deliver()
        (mail,) = mailoutbox
        assert (mail.subject, mail.to) == ("Your account was deactivated", ["dora@example.org"])

    def test_an_account_that_is_active_again_before_the_email_is_sent(self, dora, in_admin, mailoutbox):
        in_admin(dora, is_active=None)
        in_admin(User.objects.get(pk=dora.pk), is_active="on")
        deliver()
        assert mailoutbox == []


class TestAddress:
    def test_the_account_and_the_old_address_are_told_of_a_new_one(self, client, dora, mailoutbox):
        address = EmailAddress.objects.create(user=dora, email="eve@example.org")
        client.get(signed_links.email_confirmation_path(address), follow=True)
        client.post(signed_links.email_confirmation_path(address), follow=True)
        deliver()
        assert messages_to(dora) == ["email_changed"]
        (mail,) = mailoutbox
        assert (mail.subject, mail.to) == ("Your e-mail address was changed", ["dora@example.org"])
        assert "eve@example.org" not in mail.body

    def test_it_is_told_too_if_an_administrator_changes_it(self, dora):
        dora.email = "new@example.org"
        dora.save()
        assert messages_to(dora) == ["email_changed"]
        assert OutgoingEmail.objects.get().address == "dora@example.org"

    def test_the_first_address_is_no_change(self):
        emil = UserFactory.create(username="emil", email="")
        EmailAddress.objects.create(user=emil, email="emil@example.org", verified=True, primary=True)
        assert User.objects.get(pk=emil.pk).email == "emil@example.org"
        assert messages_to(emil) == []


class TestSecondFactor:
    @pytest.fixture
    def factor(self, dora):
        Authenticator.objects.create(user=dora, type=Authenticator.Type.TOTP, data={"secret": encrypt("X")})
        Authenticator.objects.create(user=dora, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "X"})

    def test_turning_it_on_is_told_once(self, dora, factor):
        assert messages_to(dora) == ["mfa_turned_on"]

    def test_turning_it_off_is_told_once(self, dora, factor):
        services.turn_off_mfa(user=dora)
        assert messages_to(dora) == ["mfa_turned_on", "mfa_turned_off"]

    def test_new_recovery_codes_are_told(self, dora, factor):
        services.replace_recovery_codes(user=dora)
        assert messages_to(dora) == ["mfa_turned_on", "codes_replaced"]

    def test_deleting_the_account_tells_nobody(self, dora, factor):
        services.delete_account(user=dora, password=PASSWORD, now=clock.now())
        assert not User.objects.filter(username="dora").exists()


class TestSignIns:
    def test_the_first_sign_in_is_not_told(self, dora):
        signed_in()
        assert messages_to(dora) == []

    def test_a_new_browser_is_told(self, dora):
        signed_in("Pit Wall 2.1")
        signed_in()
        assert messages_to(dora) == ["new_sign_in"]
        assert dora.notifications.get().body.startswith("Firefox on Linux, ")

    def test_a_known_browser_is_not_told_even_after_its_update(self, dora):
        signed_in()
        signed_in(NEWER_FIREFOX)
        assert messages_to(dora) == []

    def test_a_new_app_is_told(self, dora, api):
        signed_in()
        credentials = {"username": "dora", "password": PASSWORD}
        api().post("/api/v1/auth/login", credentials, headers={"User-Agent": "Pit Wall 2.1"})
        assert messages_to(dora) == ["new_sign_in"]

    def test_a_changed_password_keeps_this_browser_without_news_of_a_sign_in(self, dora):
        signed_in("Pit Wall 2.1")
        signed_in().post(SECURITY, {"oldpassword": PASSWORD, "password1": NEW_PASSWORD})
        assert messages_to(dora) == ["new_sign_in", "password_changed"]

    def test_signing_out_everywhere_is_told_from_page_and_api(self, dora, api):
        signed_in().post(reverse("accounts:sign_out_everywhere"))
        dora.refresh_from_db()
        assert api(dora).post("/api/v1/auth/sign-ins/end-others").status_code == 204
        assert messages_to(dora) == ["signed_out_everywhere", "new_sign_in", "signed_out_everywhere"]

    def test_what_others_do_does_not_name_their_device(self, dora, client):
        root = UserFactory.create(is_superuser=True, is_staff=True)
        client.force_login(root)
        services.log_out_everywhere(user=dora, now=clock.now() + timedelta(seconds=1))
        assert dora.notifications.get().body.startswith("Unknown device, ")
