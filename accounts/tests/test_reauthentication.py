"""The password is asked for again where an open session must not be enough, and a fresh answer lasts five minutes."""

from itertools import product

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

AGAIN = reverse("account_reauthenticate")
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OF_MFA = [
    reverse(f"mfa_{name}")
    for name in ("activate_totp", "deactivate_totp", "view_recovery_codes", "generate_recovery_codes")
]


RECOVERY_CODES = reverse("mfa_view_recovery_codes")


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", password=PASSWORD, is_superuser=True)


@pytest.fixture
def emil():
    user = UserFactory.create(username="emil", password=PASSWORD)
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


@pytest.fixture
def browser(dora):
    return open_browser(dora)


def open_browser(user):
    client = Client()
    client.force_login(user, backend="accounts.backends.NameOrEmailBackend")
    return client


def answer(client, password=PASSWORD):
    return client.post(AGAIN, {"password": password})


def age(client, seconds):
    """Let this much time pass since the password was entered."""
    session = client.session
    for method in session[AUTHENTICATION_METHODS_SESSION_KEY]:
        method["at"] -= seconds
    session.save()


def asks(response):
    return response.status_code == 302 and response["Location"].startswith(AGAIN)


def change_form(user, **changes):
    fields = {"username": user.username, "email": user.email, "time_zone": "UTC", "is_active": "on", "bio": ""}
    return reverse("admin:accounts_user_change", args=[user.pk]), {**fields, **changes}


@pytest.mark.parametrize(
    ("method", "page"),
    [*product(["get"], OF_MFA), *product(["post"], [page for page in OF_MFA if page != RECOVERY_CODES])],
)
def test_an_open_session_is_not_enough(browser, dora, method, page):
    if "set-up" not in page:
        TOTP.activate(dora, SECRET)
        RecoveryCodes.activate(dora)
    before = list(Authenticator.objects.values())
    assert asks(getattr(browser, method)(page))
    assert list(Authenticator.objects.values()) == before


@pytest.mark.parametrize(("seconds", "is_asked"), [(280, False), (301, True)])
def test_an_answer_lasts_five_minutes(browser, seconds, is_asked):
    answer(browser)
    age(browser, seconds)
    assert asks(browser.get(OF_MFA[0])) == is_asked


def test_an_answer_counts_in_its_browser_only(browser, dora):
    other = open_browser(dora)
    answer(other)
    assert asks(browser.get(OF_MFA[0]))


def test_signing_out_ends_it(browser, dora):
    answer(browser)
    browser.post(reverse("accounts:sign_out"))
    browser.force_login(dora, backend="accounts.backends.NameOrEmailBackend")
    assert asks(browser.get(OF_MFA[0]))


def test_an_answer_of_another_user_does_not_count(browser, emil):
    answer(browser)
    browser.force_login(emil, backend="accounts.backends.NameOrEmailBackend")
    assert asks(browser.get(OF_MFA[0]))


def test_wrong_answers_are_limited_and_make_nothing_fresh(browser, settings):
    settings.SIGN_IN_TRIES_PER_NAME = 3
    assert [answer(browser, "wrong").status_code for _ in range(4)] == [422, 422, 422, 429]
    assert answer(browser).status_code == 429
    assert asks(browser.get(OF_MFA[0]))


@pytest.mark.parametrize("changes", [{"is_superuser": "on"}, {"is_active": ""}, {"email": "new@example.org"}])
def test_the_admin_asks_before_it_changes_who_has_access(browser, emil, changes):
    page, fields = change_form(emil, **changes)
    before = User.objects.values().get(pk=emil.pk)
    assert asks(browser.post(page, fields))
    assert User.objects.values().get(pk=emil.pk) == before
    answer(browser)
    browser.post(page, fields)
    assert User.objects.values().get(pk=emil.pk) != before


def test_the_admin_asks_before_it_turns_off_two_factor_authentication(browser, emil):
    factor = Authenticator.objects.get(user=emil, type="totp")
    delete = reverse("admin:mfa_authenticator_delete", args=[factor.pk])
    many = reverse("admin:mfa_authenticator_changelist")
    selected = {"action": "delete_selected", "_selected_action": [factor.pk], "post": "yes"}
    for page, data in ((delete, {"post": "yes"}), (many, selected)):
        assert asks(browser.post(page, data))
        assert Authenticator.objects.filter(user=emil).count() == 2
    answer(browser)
    browser.post(delete, {"post": "yes"})
    assert not Authenticator.objects.exists()
