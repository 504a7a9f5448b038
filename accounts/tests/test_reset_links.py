"""One-time links to reset a password, which administrators issue where no e-mail reaches the user."""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from accounts.services import issue_reset_link
from core.errors import NotAllowed, Refused
from tests.support.factories import PASSWORD, UserFactory

NEW_PASSWORD = "dry line at Silverstone"


@pytest.fixture
def root(db):
    return UserFactory.create(username="root", is_superuser=True, is_staff=True)


@pytest.fixture
def dora(db):
    return UserFactory.create(username="dora", password=PASSWORD)


def set_new_password(client, path):
    form = client.get(path, follow=True)
    return client.post(form.redirect_chain[-1][0] if form.redirect_chain else path, {"password1": NEW_PASSWORD})


def test_the_link_works_once(client, root, dora):
    path = issue_reset_link(user=dora, by=root)
    assert set_new_password(client, path).headers["Location"] == reverse("accounts:sign_in")
    dora.refresh_from_db()
    assert dora.check_password(NEW_PASSWORD)
    assert client.get(path, follow=True).status_code == 404


def test_only_administrators_issue_it(dora, alice):
    with pytest.raises(NotAllowed):
        issue_reset_link(user=dora, by=alice)


def test_a_deactivated_account_gets_none(root, dora):
    dora.is_active = False
    with pytest.raises(Refused, match="deactivated"):
        issue_reset_link(user=dora, by=root)


def test_with_a_mail_server_only_users_without_an_address_get_it(settings, root, dora):
    settings.HAS_MAIL_SERVER = True
    with pytest.raises(Refused, match="by e-mail"):
        issue_reset_link(user=dora, by=root)
    dora.email = ""
    assert issue_reset_link(user=dora, by=root)


def test_the_admin_shows_it_once_and_keeps_no_copy(client, root, dora):
    client.force_login(root)
    url = reverse("admin:accounts_user_reset_link", args=[dora.pk])
    assert url in client.get(reverse("admin:accounts_user_change", args=[dora.pk])).text
    assert "/accounts/reset/" not in client.get(url).text
    response = client.post(url)
    assert "no-store" in response.headers["Cache-Control"]
    found = re.search(r"http://testserver(/accounts/reset/[^<\s]+)", response.text)
    assert found
    link = found[1]
    assert link.rsplit("-", 1)[1] not in str(list(LogEntry.objects.values()))
    assert LogEntry.objects.get().change_message == "Issued a link to reset the password."
    client.logout()
    assert set_new_password(client, link).status_code == 302


@pytest.fixture
def at_the_admin(client, root):
    """The browser of an administrator, who has a password."""
    root.set_password(PASSWORD)
    root.save()
    client.force_login(root)
    return client


def asked_for_the_password(response):
    return response.status_code == 302 and response.url.startswith(reverse("account_reauthenticate"))


def test_a_link_takes_the_password_of_the_administrator(at_the_admin, dora):
    url = reverse("admin:accounts_user_reset_link", args=[dora.pk])
    asked = at_the_admin.post(url)
    assert asked_for_the_password(asked)
    page = at_the_admin.post(asked.url, {"password": PASSWORD, "next": url})
    assert "/accounts/reset/" in page.text


def test_setting_a_password_in_the_admin_takes_that_of_the_administrator(at_the_admin, dora):
    url, data = (
        reverse("admin:auth_user_password_change", args=[dora.pk]),
        {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD, "usable_password": "true"},
    )
    asked = at_the_admin.post(url, data)
    assert asked_for_the_password(asked)
    assert NEW_PASSWORD not in str(dict(at_the_admin.session))
    at_the_admin.post(asked.url, {"password": PASSWORD, "next": url})
    at_the_admin.post(url, data)
    dora.refresh_from_db()
    assert dora.check_password(NEW_PASSWORD)


def test_managers_of_leagues_cannot(client, league, alice, dora):
    client.force_login(alice)
    url = reverse("admin:accounts_user_reset_link", args=[dora.pk])
    assert client.post(url).status_code == 404


def test_the_page_says_whom_to_ask(client, db):
    assert "Ask an administrator" in client.get(reverse("accounts:forgot_password")).text
