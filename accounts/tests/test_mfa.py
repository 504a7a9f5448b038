"""MFA: turned on and off, required on pages and in the API, single-use codes, mandatory for administrators."""

from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.utils import encrypt
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core import clock
from races.selectors import is_administrator
from tests.support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LOGIN, SIGN_IN, CODE = "/api/v1/auth/login", reverse("accounts:sign_in"), reverse("mfa_authenticate")
SET_UP, OFF, RECOVERY = (reverse(f"mfa_{name}") for name in ("activate_totp", "deactivate_totp", "view_recovery_codes"))
MOMENT = 1_800_000_000
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.fixture(autouse=True)
def tick(monkeypatch):
    """Freeze the time used for TOTP; each call moves it ahead by one period of 30 seconds."""
    steps = [0]
    monkeypatch.setattr(totp, "time", SimpleNamespace(time=lambda: MOMENT + 30 * steps[0]))
    return lambda: steps.__setitem__(0, steps[0] + 1)


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", password=PASSWORD)


@pytest.fixture
def factor(dora):
    return Authenticator.objects.create(user=dora, type=Authenticator.Type.TOTP, data={"secret": encrypt(SECRET)})


def code_now(secret=SECRET):
    seconds = int(totp.time.time())  # type: ignore[attr-defined]  # as allauth reads it
    return totp.format_hotp_value(totp.hotp_value(secret, seconds // 30))


def with_password(name="dora"):
    """A client that has signed in with the password only."""
    client = Client()
    assert client.post(SIGN_IN, {"login": name, "password": PASSWORD}).status_code == 302
    return client


def sign_in(code):
    return with_password().post(CODE, {"code": code})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def reauthenticated(client, page):
    """Re-authenticate with the password and return the page."""
    redirect = client.get(page)
    assert redirect.url.startswith(reverse("account_reauthenticate"))
    return client.post(redirect.url, {"password": PASSWORD}, follow=True)


def test_mfa_is_enabled_with_a_first_code(dora):
    client = with_password()
    page = reauthenticated(client, SET_UP)
    secret = page.context["form"].secret
    assert secret in page.text
    assert client.post(SET_UP, {"code": "000000"}).status_code == 422
    assert is_signed_in(with_password()), "not in force yet"
    codes = client.post(SET_UP, {"code": code_now(secret)}, follow=True)
    assert len(codes.context["unused_codes"]) == 10
    assert not is_signed_in(with_password())
    assert secret not in client.get(reverse("accounts:mfa")).text


def test_the_page_asks_for_the_code_after_the_right_password(factor):
    client = with_password()
    assert not is_signed_in(client)
    assert client.get(SIGN_IN).headers["Location"] == CODE
    assert 'autocomplete="one-time-code"' in client.get(CODE).text
    assert client.post(CODE, {"code": code_now()}).status_code == 302
    assert is_signed_in(client)


def test_signing_in_with_a_code_redirects_to_next(factor):
    client = Client()
    client.post(SIGN_IN, {"login": "dora", "password": PASSWORD, "next": "/races/"})
    assert client.post(CODE, {"code": code_now()}).headers["Location"] == "/races/"


def test_a_password_changed_before_the_code_is_entered_cancels_the_sign_in(dora, factor):
    client = with_password()
    dora.set_password("dry line at Silverstone")
    dora.save()
    assert client.post(CODE, {"code": code_now()}).headers["Location"] == SIGN_IN
    assert not is_signed_in(client)
    assert client.get(SIGN_IN).status_code == 200


def test_the_code_page_requires_the_password_first(factor):
    assert Client().get(CODE).headers["Location"] == SIGN_IN
    assert Client().post(CODE, {"code": code_now()}).headers["Location"] == SIGN_IN


def test_the_code_page_allows_signing_in_as_another_user(factor):
    client = with_password()
    assert client.post(reverse("accounts:sign_out"), {"next": SIGN_IN}).headers["Location"] == SIGN_IN
    assert client.get(SIGN_IN).status_code == 200


def test_the_api_requires_the_code_too(api, factor):
    data = {"username": "dora", "password": PASSWORD}
    refused = api().post(LOGIN, data)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "code_needed")
    assert api().post(LOGIN, data | {"code": code_now()}).status_code == 200


def test_a_code_works_once_across_page_and_api(api, factor, tick):
    assert [sign_in(code_now()).status_code for _ in range(2)] == [302, 422]
    data = {"username": "dora", "password": PASSWORD}
    assert api().post(LOGIN, data | {"code": code_now()}).status_code == 401
    tick()
    assert sign_in(code_now()).status_code == 302


@pytest.mark.parametrize("write", ["{0[0]}{0[1]} {0[2]}{0[3]}{0[4]}{0[5]}", "{}-", "{}\u2212"])
def test_a_used_code_is_refused_in_another_spelling_too(factor, write):
    assert sign_in(code_now()).status_code == 302
    assert sign_in(write.format(code_now())).status_code == 422


@pytest.mark.parametrize("code", ["000000", "é", "12345", "        ", "١٢٣٤٥٦"])
def test_a_wrong_code_does_not_sign_in(factor, code):
    assert sign_in(code).status_code == 422


def test_an_empty_code_is_refused(factor):
    assert with_password().post(CODE, {"credential": "{}"}).status_code == 422


def test_guessing_codes_is_rate_limited_like_passwords(api, factor, settings):
    settings.SIGN_IN_TRIES_PER_NAME = 3
    assert [sign_in("000000").status_code for _ in range(4)] == [422, 422, 422, 429]
    response = sign_in(code_now())
    assert (response.status_code, "Retry-After" in response.headers) == (429, True)
    data = {"username": "dora", "password": PASSWORD, "code": code_now()}
    assert api().post(LOGIN, data).status_code == 429


def test_checking_codes_does_not_use_the_cache(factor, settings):
    settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    assert [sign_in(code_now()).status_code for _ in range(2)] == [302, 422]


def test_a_recovery_code_signs_in_once(api, dora, factor):
    client = with_password()
    client.post(CODE, {"code": code_now()})
    reauthenticated(client, reverse("mfa_generate_recovery_codes"))
    codes = client.post(reverse("mfa_generate_recovery_codes"), follow=True).context["unused_codes"]
    assert [sign_in(codes[0]).status_code for _ in range(2)] == [302, 422]
    data = {"username": "dora", "password": PASSWORD, "code": codes[1]}
    assert [api().post(LOGIN, data).status_code for _ in range(2)] == [200, 401]
    assert client.get(RECOVERY).context["unused_codes"] == codes[2:]


def test_mfa_is_disabled_with_the_password(factor):
    client = with_password()
    client.post(CODE, {"code": code_now()})
    redirect = client.get(OFF)
    assert client.post(redirect.url, {"password": "wrong"}).status_code == 422
    assert client.post(OFF).status_code == 302, "asked again"
    assert Authenticator.objects.exists()
    client.post(redirect.url, {"password": PASSWORD})
    client.post(OFF)
    assert not Authenticator.objects.exists()
    assert is_signed_in(with_password())


def test_guessing_the_password_from_an_open_session_is_rate_limited(dora, settings):
    settings.SIGN_IN_TRIES_PER_NAME = 2
    client = with_password()
    reauthenticate = client.get(SET_UP).url
    assert [client.post(reauthenticate, {"password": "wrong"}).status_code for _ in range(3)] == [422, 422, 429]


def test_codes_do_not_depend_on_core_clock(factor, at):
    at(clock.now().replace(year=2025))
    assert sign_in(code_now()).status_code == 302


# -- administrators ----------------------------------------------------------------------------------------------------


@pytest.fixture
def strict(settings):
    settings.ADMINISTRATORS_NEED_CODES = True


def test_the_admin_requires_a_code_of_administrators(strict, dora, client):
    User.objects.filter(pk=dora.pk).update(is_superuser=True)
    client.force_login(dora)
    page = client.get(reverse("admin:index"), follow=True)
    assert page.redirect_chain[-2][0] == SET_UP
    assert "Administrators need two-factor authentication" in page.text
    secret = client.post(page.redirect_chain[-1][0], {"password": PASSWORD}, follow=True).context["form"].secret
    client.post(SET_UP, {"code": code_now(secret)})
    assert client.get(reverse("admin:index")).status_code == 200


def test_administrators_without_a_code_cannot_enter_results_by_the_api(strict, dora, factor):
    User.objects.filter(pk=dora.pk).update(is_superuser=True)
    dora.refresh_from_db()
    assert is_administrator(dora)
    factor.delete()
    assert not is_administrator(dora)


def test_the_admin_requires_no_code_of_league_managers(strict, league, alice, client):
    client.force_login(alice)
    assert client.get(reverse("admin:index")).status_code == 200


def test_where_mfa_is_not_required_the_password_is_enough(dora, client):
    User.objects.filter(pk=dora.pk).update(is_superuser=True)
    client.force_login(dora)
    assert client.get(reverse("admin:index")).status_code == 200


def test_an_administrator_disables_mfa_for_a_user_without_seeing_a_secret(admin_client, dora, factor):
    Authenticator.objects.create(user=dora, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    page = admin_client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
    assert (page.status_code, SECRET in page.text) == (200, False)
    admin_client.post(reverse("account_reauthenticate"), {"password": "password"})
    admin_client.post(reverse("admin:mfa_authenticator_delete", args=[factor.pk]), {"post": "yes"})
    assert not Authenticator.objects.exists()
