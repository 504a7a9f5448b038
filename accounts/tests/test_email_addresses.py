"""E-mail addresses and their confirmation, without user enumeration; password reset; the e-mail outbox."""

import re
import smtplib
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from accounts import services
from accounts.models import User
from accounts.services import email_kinds, signed_links
from core import clock
from notifications.models import OutgoingEmail
from notifications.services import delete_old_emails, enqueue_email, send_due_emails
from tests.support.cast import access_token
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

AUTH = "/api/v1/auth"
NEW_PASSWORD = "dry line at Silverstone"
FORGOT, CHANGE = reverse("accounts:forgot_password"), reverse("accounts:change_email")
NEW_ADDRESS = {"email": "dora@elsewhere.example", "password": PASSWORD, "action_add": ""}
EMIL = {"username": "emil", "email": "emil@example.org", "password": PASSWORD}


@pytest.fixture(autouse=True)
def addresses_are_confirmed(settings):
    settings.CONFIRM_EMAIL = True


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", email="dora@example.org", password=PASSWORD)


@pytest.fixture
def register(api):
    return lambda **changes: api().post(f"{AUTH}/register", EMIL | changes)


def link_of(email):
    match = re.search(r"http://testserver(\S+)", email.body)
    assert match
    return match[1]


def last_email():
    send_due_emails(now=clock.now())
    return mail.outbox[-1]


def follow_link(client, link):
    """Follow an e-mailed link; returns the URL it redirects to, which does not contain the secret."""
    response = client.get(link)
    assert response.status_code == 302
    assert client.get(response.url).status_code == 200
    return response.url


def unconfirmed(user):
    return list(EmailAddress.objects.filter(user=user, verified=False).values_list("email", flat=True))


def comparable(response):
    """The parts of a sign-up response that must not depend on whether the address is known."""
    body = response.json()
    return response.status_code, set(body), {name: body["user"][name] for name in ("email", "time_zone")}


# -- signing up ------------------------------------------------------------------------------------------------------


def test_an_address_is_confirmed_by_the_link_in_its_email(client, register):
    assert register().json()["user"]["email"] == "emil@example.org"
    emil = User.objects.get()
    assert (emil.email, emil.shown_email) == ("", "emil@example.org")
    link = link_of(last_email())
    assert client.get(link).status_code == 200
    emil.refresh_from_db()
    assert emil.email == "", "programs that look at mails follow links"
    client.post(link)
    emil.refresh_from_db()
    assert (emil.email, unconfirmed(emil)) == ("emil@example.org", [])


def test_a_sign_up_with_a_known_address_gets_the_usual_response(register, dora):
    known = register(username="fritz", email="Dora@example.org")
    unknown = register(username="gustav", email="Else@example.org")
    compared = [comparable(response) for response in (known, unknown)]
    assert [(status, keys) for status, keys, _ in compared] == [(201, {"user", "access", "expires_in", "refresh"})] * 2
    assert compared[0][2] | {"email": ""} == compared[1][2] | {"email": ""}


def test_the_owner_of_a_known_address_is_told_by_email(client, register, dora):
    register(email="DORA@example.org")
    email = last_email()
    assert (email.to, email.subject) == (["dora@example.org"], "You already have an account")
    assert "“dora”" in email.body
    assert "emil" not in email.body
    assert User.objects.get(username="emil").email == ""


def test_of_two_users_with_one_address_the_one_who_confirms_it_gets_it(client, register):
    for name in ("fritz", "gustav"):
        register(username=name)
    send_due_emails(now=clock.now())
    first, second = (link_of(email) for email in mail.outbox)
    assert client.post(second).status_code == 302
    response = client.post(first)
    assert (response.status_code, "Another account has confirmed this address" in response.text) == (422, True)


def test_a_constraint_decides_between_concurrent_confirmations(client, register, dora, monkeypatch):
    register(email=dora.email)
    emils = EmailAddress.objects.get(user__username="emil")
    monkeypatch.setattr(EmailAddress, "can_set_verified", lambda self: True)
    assert client.post(signed_links.email_confirmation_path(emils)).status_code == 422
    assert unconfirmed(emils.user) == [dora.email]


def test_where_addresses_need_not_be_confirmed_they_are_at_once(register, settings, dora):
    settings.CONFIRM_EMAIL, settings.HAS_MAIL_SERVER = False, True
    register()
    assert User.objects.get(username="emil").email == "emil@example.org"
    assert not OutgoingEmail.objects.exists()
    assert register(username="fritz", email="dora@example.org").status_code == 201
    assert User.objects.get(username="fritz").email == ""


def test_the_address_can_be_changed_on_the_profile(client, dora):
    client.force_login(dora)
    client.post(CHANGE, NEW_ADDRESS)
    dora.refresh_from_db()
    assert (dora.email, unconfirmed(dora)) == ("dora@example.org", ["dora@elsewhere.example"])
    assert "Not confirmed" in client.get(reverse("accounts:profile")).text
    client.post(link_of(last_email()))
    dora.refresh_from_db()
    assert dora.email == "dora@elsewhere.example"
    assert EmailAddress.objects.filter(user=dora).count() == 1, "one takes the place of the other"


@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_new_address_takes_the_password(client, dora, password):
    client.force_login(dora)
    response = client.post(CHANGE, NEW_ADDRESS | {"password": password})
    assert (response.status_code, unconfirmed(dora)) == (422, [])
    assert not OutgoingEmail.objects.exists()


def test_wrong_passwords_use_up_no_emails(client, dora):
    client.force_login(dora)
    for _ in range(4):
        client.post(CHANGE, NEW_ADDRESS | {"password": "wrong"})
    assert client.post(CHANGE, NEW_ADDRESS).status_code == 302


@pytest.mark.parametrize("action", ["action_remove", "action_primary", "action_send"])
def test_the_confirmed_address_cannot_be_taken_away_without_the_password(client, dora, action):
    client.force_login(dora)
    client.post(CHANGE, {"email": dora.email, action: ""})
    dora.refresh_from_db()
    assert dora.email == "dora@example.org"
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "WzEsImEiXQ:1:x"])
def test_an_unsigned_link_confirms_nothing(client, token):
    assert "This link does not work" in client.post(reverse("account_confirm_email", args=[token])).text


# -- password reset --------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_reset_by_email(client, dora):
    client.post(FORGOT, {"email": "Dora@Example.org"})
    link = link_of(last_email())
    form = follow_link(client, link)
    assert client.post(form, {"password1": NEW_PASSWORD}).headers["Location"] == reverse("accounts:sign_in")
    dora.refresh_from_db()
    assert dora.check_password(NEW_PASSWORD)
    assert client.post(form, {"password1": "once more, please"}).status_code == 404
    assert client.get(link).status_code == 404
    assert dora.notifications.get().title == "Your password was changed"


def test_apps_can_reset_a_password_too(api, dora):
    token = access_token(dora)
    assert api().post(f"{AUTH}/password-reset", {"email": "dora@example.org"}).status_code == 202
    data = {"token": link_of(last_email()).split("/")[-2], "new_password": NEW_PASSWORD}
    assert api().post(f"{AUTH}/password-reset/confirm", data).status_code == 204
    assert api().get(f"{AUTH}/me", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert api().post(f"{AUTH}/password-reset/confirm", data).status_code == 400


@pytest.mark.parametrize("host", ["testserver:6666", "localhost:6666", "127.0.0.1:1", "testserver."])
def test_links_in_emails_do_not_follow_the_host_of_the_request(client, api, dora, host, settings):
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
    client.post(FORGOT, {"email": "dora@example.org"}, headers={"Host": host})
    api().post(f"{AUTH}/password-reset", {"email": "dora@example.org"}, headers={"Host": host})
    api().post(f"{AUTH}/register", EMIL, headers={"Host": host})
    send_due_emails(now=clock.now())
    assert len(mail.outbox) == 3
    for email in mail.outbox:
        assert set(re.findall(r"https?://[^/\s]+", str(email.body))) == {"http://testserver"}
        assert email.extra_headers["Message-ID"].endswith("@testserver>")


@pytest.mark.parametrize("email", ["dora@example.org", "nobody@example.org", "closed@example.org"])
def test_a_reset_does_not_reveal_who_has_an_account(client, api, dora, email, settings):
    settings.HAS_MAIL_SERVER = True
    UserFactory.create(email="closed@example.org", is_active=False)
    response = client.post(FORGOT, {"email": email}, follow=True)
    assert (response.status_code, "If an account has this address" in response.text) == (200, True)
    app = api().post(f"{AUTH}/password-reset", {"email": email})
    assert (app.status_code, app.content) == (202, b"")
    assert list(OutgoingEmail.objects.values_list("address", flat=True)) == [email] * 2
    assert send_due_emails(now=clock.now()) == (2 if email == dora.email else 0)


def test_a_reset_email_can_be_requested_three_times_an_hour(client, api, dora):
    answers = [client.post(FORGOT, {"email": "dora@example.org"}).status_code for _ in range(4)]
    assert answers == [302, 302, 302, 429]
    assert api().post(f"{AUTH}/password-reset", {"email": "DORA@example.org"}).status_code == 429


def test_a_refused_password_does_not_use_up_the_link(client, dora):
    client.post(FORGOT, {"email": dora.email})
    form = follow_link(client, link_of(last_email()))
    assert client.post(form, {"password1": "12345678"}).status_code == 422
    assert client.post(form, {"password1": NEW_PASSWORD}).status_code == 302


@pytest.mark.parametrize("change", [{"email": "other@example.org"}, {"is_active": False}, {"credentials_version": 1}])
def test_a_reset_link_ends_when_the_account_changes(client, dora, change):
    client.post(FORGOT, {"email": dora.email})
    link = link_of(last_email())
    User.objects.filter(pk=dora.pk).update(**change)
    assert client.get(link).status_code == 404


def test_a_link_expires(client, dora, settings):
    client.post(FORGOT, {"email": dora.email})
    link = link_of(last_email())
    assert client.get(link).status_code == 302
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert client.get(link).status_code == 404


# -- User.email and EmailAddress stay in sync ------------------------------------------------------------------------


def test_an_address_entered_in_the_admin_counts_as_confirmed(dora):
    EmailAddress.objects.create(user=dora, email="dora@pending.example")
    dora.email = "Dora@Elsewhere.example"
    dora.save()
    addresses = set(EmailAddress.objects.filter(user=dora).values_list("email", "verified", "primary"))
    assert addresses == {("dora@elsewhere.example", True, True), ("dora@pending.example", False, False)}


def test_an_address_removed_in_the_admin_no_longer_signs_in(dora):
    dora.email = ""
    dora.save()
    assert not EmailAddress.objects.exists()


def test_a_removed_address_is_free_for_others(dora):
    EmailAddress.objects.get(user=dora).delete()
    dora.refresh_from_db()
    assert dora.email == ""


def test_an_unconfirmed_address_cannot_sign_in_or_reset_a_password(client, register, dora):
    register(username="fritz", email=dora.email)
    client.post(reverse("accounts:sign_in"), {"login": dora.email, "password": "not Dora's"})
    assert "_auth_user_id" not in client.session
    OutgoingEmail.objects.all().delete()
    client.post(FORGOT, {"email": dora.email})
    assert [email.user for email in OutgoingEmail.objects.all()] == [dora]


def test_the_confirmation_email_can_be_resent_or_the_address_removed(client, dora):
    client.force_login(dora)
    client.post(CHANGE, NEW_ADDRESS)
    link = link_of(last_email())
    client.post(CHANGE, {"email": "dora@elsewhere.example", "action_send": ""})
    assert OutgoingEmail.objects.count() == 2
    client.post(CHANGE, {"email": "dora@elsewhere.example", "action_remove": ""})
    assert unconfirmed(dora) == []
    assert client.post(link).status_code == 422
    assert send_due_emails(now=clock.now()) == 0, "the second letter has nothing to say any more"
    assert set(OutgoingEmail.objects.values_list("state", flat=True)) == {"sent", "dropped"}


def test_following_a_link_signs_nobody_out(client, register, dora):
    register()
    link = link_of(last_email())
    client.force_login(dora)
    client.get(link)
    client.post(link)
    assert client.session["_auth_user_id"] == str(dora.pk)


def test_a_deactivated_account_cannot_confirm_an_address(client, register):
    register()
    link = link_of(last_email())
    User.objects.update(is_active=False)
    assert client.post(link).status_code == 422


# -- the outbox ------------------------------------------------------------------------------------------------------


def test_an_email_is_retried_when_the_mail_server_is_down(client, dora, monkeypatch):
    def is_down(*_args, **_kwargs):
        raise smtplib.SMTPServerDisconnected

    now = clock.now()
    assert client.post(FORGOT, {"email": dora.email}).status_code == 302
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.open", is_down, raising=False)
        assert send_due_emails(now=clock.now()) == 0
    assert send_due_emails(now=clock.now()) == 0, "not at once"
    assert send_due_emails(now=now + timedelta(minutes=6)) == 1
    assert send_due_emails(now=now + timedelta(minutes=12)) == 0


def test_an_email_in_the_outbox_contains_no_secret(client, dora):
    client.post(FORGOT, {"email": dora.email})
    token = link_of(last_email()).split("/")[-2]
    assert not any(token in str(value) for row in OutgoingEmail.objects.values() for value in row.values())


def test_every_kind_of_email_has_a_one_line_subject_and_a_body(dora, settings):
    settings.SITE_URL = "https://f1.example"
    invitation = services.invite(by=dora, email="new@example.org", now=clock.now())
    EmailAddress.objects.create(user=dora, email="dora@elsewhere.example")
    for kind in email_kinds.KINDS:
        enqueue_email(
            kind=kind,
            address=dora.email if kind is email_kinds.RESET else "dora@elsewhere.example",
            user=dora,
            params={"invitation": invitation.pk},
            now=clock.now(),
        )
    send_due_emails(now=clock.now())
    # One of them says that the account is deactivated, and was dropped.
    User.objects.filter(pk=dora.pk).update(is_active=False)
    enqueue_email(kind=email_kinds.DEACTIVATED, address=dora.email, user=dora, now=clock.now())
    send_due_emails(now=clock.now())
    assert len(mail.outbox) == len(email_kinds.KINDS) + 1
    assert all("\n" not in email.subject and "https://f1.example/" in email.body for email in mail.outbox)
    assert delete_old_emails(now=clock.now() + timedelta(days=31)) > 0
