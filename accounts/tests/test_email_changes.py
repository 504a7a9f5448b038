"""The old address is told of a change of the e-mail address, with a link that undoes it for seven days."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import BrowserSession, EmailChange, User
from accounts.services import signed_links
from core import clock
from core.errors import Refused
from notifications.models import OutgoingEmail
from notifications.services import dispatch_notifications, send_due_deliveries, send_due_emails
from tests.support.cast import FOUNDED_AT, access_token
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

FORGOT, SECURITY = reverse("accounts:forgot_password"), reverse("accounts:security")
UNDO = "/api/v1/auth/email/undo"
NEW_PASSWORD = "dry line at Silverstone"
DORAS, EVES, EVES_OTHER = "dora@example.org", "eve@example.org", "eve@elsewhere.example"
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def addresses_are_confirmed(settings):
    settings.CONFIRM_EMAIL = settings.HAS_MAIL_SERVER = True


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", email=DORAS, password=PASSWORD)


def confirm(user, email):
    """Give the account another address and confirm it, as somebody who has its password can."""
    address = EmailAddress.objects.create(user=user, email=email)
    assert Client().post(signed_links.email_confirmation_path(address)).status_code == 302


def link_to(address, mailoutbox):
    """The path of the link in the last e-mail to this address."""
    send_due_emails(now=clock.now())
    body = next(mail.body for mail in reversed(mailoutbox) if mail.to == [address])
    match = re.search(r"http://testserver(\S+)", body)
    assert match
    return match[1]


def undo(link, client=None):
    return (client or Client()).post(link)


def email_of(user):
    return User.objects.get(pk=user.pk).email


def can_sign_in(password):
    response = Client().post(reverse("accounts:sign_in"), {"login": "dora", "password": password})
    return response.status_code == 302


@pytest.fixture
def link(dora, mailoutbox):
    """The link that Dora got at her old address."""
    confirm(dora, EVES)
    return link_to(DORAS, mailoutbox)


class TestPage:
    def test_opening_the_link_changes_nothing(self, client, dora, link):
        page = client.get(link)
        assert (page.status_code, "Undo the change" in page.text, DORAS in page.text) == (200, True, True)
        client.head(link)
        assert (email_of(dora), can_sign_in(PASSWORD)) == (EVES, True)

    def test_the_button_restores_the_address_and_leads_to_a_new_password(self, client, dora, link):
        form = client.get(undo(link, client).url).url
        assert client.post(form, {"password1": NEW_PASSWORD}).status_code == 302
        addresses = EmailAddress.objects.filter(user=dora).values_list("email", "verified", "primary")
        assert (email_of(dora), list(addresses)) == (DORAS, [(DORAS, True, True)])
        assert can_sign_in(NEW_PASSWORD)

    def test_it_signs_everybody_out_also_without_a_new_password(self, api, dora, link):
        eve, token = Client(), access_token(dora)
        eve.post(reverse("accounts:sign_in"), {"login": "dora", "password": PASSWORD})
        undo(link)
        assert eve.get(SECURITY).status_code == 302
        assert api().get("/api/v1/auth/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
        assert not can_sign_in(PASSWORD)
        assert not BrowserSession.objects.exists()

    def test_it_works_in_a_browser_that_is_signed_in(self, client, dora, link):
        client.post(reverse("accounts:sign_in"), {"login": "dora", "password": PASSWORD})
        response = client.post(link, follow=True)
        assert (response.status_code, "Set a new password" in response.text) == (200, True)

    def test_it_works_once(self, client, dora, link):
        undo(link)
        page = client.get(link)
        assert (page.status_code, "the change was undone before" in page.text) == (410, True)
        assert undo(link).status_code == 410

    def test_it_works_for_seven_days(self, client, dora, mailoutbox, at):
        at(FOUNDED_AT)
        confirm(dora, EVES)
        link = link_to(DORAS, mailoutbox)
        at(FOUNDED_AT + WEEK - timedelta(seconds=1))
        assert client.get(link).status_code == 200
        at(FOUNDED_AT + WEEK)
        page = client.get(link)
        assert (page.status_code, "This link has expired. It worked for seven days." in page.text) == (410, True)
        assert (undo(link).status_code, email_of(dora)) == (410, EVES)
        assert services.delete_old_email_changes(now=FOUNDED_AT + timedelta(days=31)) == 1
        assert "This link has expired" in client.get(link).text

    @pytest.mark.parametrize("token", ["nonsense", "1:x", "é"])
    def test_a_wrong_link_undoes_nothing(self, client, dora, token):
        path = reverse("accounts:undo_email_change", args=[token])
        assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)

    def test_a_deactivated_account_stays_as_it_is(self, dora, link):
        services.deactivate(user=dora, now=clock.now())
        assert (undo(link).status_code, email_of(dora)) == (410, EVES)

    def test_it_does_not_take_the_address_from_another_account(self, dora, link):
        emil = UserFactory.create(username="emil", email="")
        confirm(emil, DORAS)
        page = undo(link)
        assert (page.status_code, "Another account has this address" in page.text) == (422, True)
        assert (email_of(dora), email_of(emil), can_sign_in(PASSWORD)) == (EVES, DORAS, True)

    def test_an_address_that_an_administrator_removed_comes_back(self, dora, mailoutbox):
        dora.email = ""
        dora.save()
        undo(link_to(DORAS, mailoutbox))
        assert email_of(dora) == DORAS


class TestAdmin:
    @pytest.fixture
    def save(self, client, dora):
        """Saves Dora's page in the admin with this address."""
        client.force_login(UserFactory.create(username="root", password=PASSWORD, is_superuser=True, is_staff=True))
        page = reverse("admin:accounts_user_change", args=[dora.pk])
        data = {"username": "dora", "time_zone": "UTC", "is_active": "on"}
        return lambda email: client.post(page, data | {"email": email})

    def test_changing_an_address_takes_the_password_of_the_administrator(self, client, dora, save):
        asked = save(EVES)
        assert (asked.status_code, asked.url.partition("?")[0]) == (302, reverse("account_reauthenticate"))
        assert email_of(dora) == DORAS
        assert client.post(asked.url, {"password": "wrong"}).status_code == 422
        again = asked.url.partition("next=")[2].replace("%2F", "/")
        assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": again}).status_code == 302
        assert email_of(dora) == EVES

    def test_other_changes_do_not(self, dora, save):
        assert "security/again" not in save(DORAS).url


class TestTheOldestWins:
    @pytest.fixture
    def links(self, dora, link, mailoutbox):
        """Dora's link, and that of a second change, which Eve got."""
        confirm(dora, EVES_OTHER)
        return link, link_to(EVES, mailoutbox)

    def test_a_second_change_does_not_outrun_the_first_link(self, dora, links):
        doras, eves = links
        assert undo(doras).status_code == 302
        assert email_of(dora) == DORAS
        assert undo(eves).status_code == 410
        assert email_of(dora) == DORAS

    def test_undoing_the_second_change_leaves_the_first_link(self, dora, links):
        doras, eves = links
        undo(eves)
        assert email_of(dora) == EVES
        undo(doras)
        assert email_of(dora) == DORAS

    def test_undoing_gives_the_replaced_address_no_link(self, dora, link, mailoutbox):
        undo(link)
        assert link_to(EVES, mailoutbox) == FORGOT
        assert mailoutbox[-1].subject == "A change of your e-mail address was undone"

    def test_going_back_to_the_old_address_gives_the_one_in_between_no_link(self, dora, links, mailoutbox):
        doras, eves = links
        confirm(dora, DORAS)
        assert link_to(EVES_OTHER, mailoutbox) == SECURITY
        assert undo(eves).status_code == 410
        assert (undo(doras).status_code, email_of(dora)) == (302, DORAS)


class TestWhatElseCouldKeepTheAccount:
    def test_reset_links_at_the_new_address_end(self, client, dora, link, mailoutbox):
        client.post(FORGOT, {"email": EVES})
        eves = link_to(EVES, mailoutbox)
        assert "/reset/" in eves
        undo(link)
        assert client.get(eves).status_code == 404

    def test_a_reset_email_that_waits_is_not_sent_to_the_replaced_address(self, client, dora, link, mailoutbox):
        client.post(FORGOT, {"email": EVES})
        undo(link)
        send_due_emails(now=clock.now())
        assert OutgoingEmail.objects.get(kind="reset").state == "dropped"

    def test_an_address_that_waits_to_be_confirmed_is_forgotten(self, dora, link):
        waiting = EmailAddress.objects.create(user=dora, email=EVES_OTHER)
        undo(link)
        assert Client().post(signed_links.email_confirmation_path(waiting)).status_code == 422

    def test_two_factor_authentication_since_the_change_is_turned_off(self, dora, link):
        Authenticator.objects.create(user=dora, type=Authenticator.Type.TOTP, data={"secret": encrypt("X")})
        undo(link)
        assert not Authenticator.objects.exists()

    def test_two_factor_authentication_from_before_stays_with_new_recovery_codes(self, dora, link):
        before = timezone.now() - timedelta(days=1)
        totp = Authenticator.objects.create(
            user=dora, type=Authenticator.Type.TOTP, data={"secret": encrypt("X")}, created_at=before
        )
        services.replace_recovery_codes(user=dora)
        seen = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
        undo(link)
        codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES)
        assert Authenticator.objects.filter(pk=totp.pk).exists()
        assert codes.data != seen.data

    def test_a_password_change_that_began_before_is_refused(self, dora, link):
        before = User.objects.get(pk=dora.pk)
        undo(link)
        with pytest.raises(Refused):
            services.set_password(user=before, password=NEW_PASSWORD, now=clock.now())


class TestWhatIsSaid:
    def test_the_old_address_is_told_without_the_new_one(self, dora, link, mailoutbox):
        (mail,) = (mail for mail in mailoutbox if mail.to == [DORAS])
        assert mail.subject == "Your e-mail address was changed"
        assert ("If this was not you, undo it until" in mail.body, EVES in mail.body) == (True, False)

    def test_the_account_is_told_when_it_is_undone(self, dora, link, mailoutbox):
        undo(link)
        dispatch_notifications(now=clock.now())
        send_due_deliveries(now=clock.now())
        assert dora.notifications.get(message="email_restored").title == "You have your old e-mail address again"
        (mail,) = (mail for mail in mailoutbox if mail.subject == "You have your old e-mail address again")
        assert (mail.to, FORGOT in mail.body) == ([DORAS], True)

    def test_where_addresses_are_not_confirmed_no_link_is_sent(self, client, dora, settings, mailoutbox):
        settings.CONFIRM_EMAIL = False
        client.force_login(dora)
        data = {"email": EVES, "password": PASSWORD, "action_add": ""}
        assert client.post(reverse("accounts:change_email"), data).status_code == 302
        assert (email_of(dora), EmailChange.objects.exists()) == (EVES, False)
        assert link_to(DORAS, mailoutbox) == SECURITY
        assert "undo" not in mailoutbox[-1].body

    def test_an_address_that_was_never_confirmed_is_told_nothing(self, client):
        emil = UserFactory.create(username="emil", email="", password=PASSWORD)
        EmailAddress.objects.create(user=emil, email="typo@example.org")
        client.force_login(emil)
        data = {"email": "emil@example.org", "password": PASSWORD, "action_add": ""}
        client.post(reverse("accounts:change_email"), data)
        client.post(signed_links.email_confirmation_path(EmailAddress.objects.get(email="emil@example.org")))
        assert email_of(emil) == "emil@example.org"
        assert set(OutgoingEmail.objects.values_list("address", flat=True)) == {"emil@example.org"}
        assert not EmailChange.objects.exists()

    def test_an_address_in_capitals_is_told_once(self, dora):
        dora.email = "Eve@Example.org"
        dora.save()
        assert (email_of(dora), list(OutgoingEmail.objects.values_list("address", flat=True))) == (EVES, [DORAS])


class TestApi:
    def token(self, link):
        return link.split("/")[-2]

    def test_an_app_undoes_the_change_and_sets_a_new_password(self, api, dora, link):
        response = api().post(UNDO, {"token": self.token(link)})
        assert (response.status_code, set(response.json())) == (200, {"token"})
        data = {"token": response.json()["token"], "new_password": NEW_PASSWORD}
        assert api().post("/api/v1/auth/password-reset/confirm", data).status_code == 204
        assert (email_of(dora), can_sign_in(NEW_PASSWORD)) == (DORAS, True)

    def test_a_link_that_does_not_work_is_told_apart(self, api, dora, link):
        undo(link)
        used, wrong = (api().post(UNDO, {"token": token}) for token in (self.token(link), "nonsense"))
        assert (used.status_code, used.json()["error"]["code"]) == (410, "gone")
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "bad_link")
