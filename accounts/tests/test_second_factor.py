"""Codes at signing in: turned on and off, asked for at every door, each used once."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts import rules, services
from accounts.models import SecondFactor
from accounts.services import second_factor
from fantasyf1.kit import clock
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LOGIN, SIGN_IN, FACTOR = "/api/v1/auth/login", reverse("accounts:sign_in"), reverse("accounts:second_factor")
MOMENT = 1_800_000_000


@pytest.fixture(autouse=True)
def tick(monkeypatch):
    """Set the real time, which codes go by, some half minutes on."""
    steps = [0]
    monkeypatch.setattr("accounts.services.second_factor.time", lambda: MOMENT + 30 * steps[0])
    return lambda: steps.__setitem__(0, steps[0] + 1)


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", password=PASSWORD)


@pytest.fixture
def factor(dora, tick):
    factor = services.prepare_factor(user=dora)
    services.turn_on_factor(user=dora, code=code_now(factor), now=clock.now())
    tick()
    return factor


def code_now(factor):
    seconds = int(second_factor.time())  # type: ignore[attr-defined]  # as the service reads it
    return rules.code_at(factor.secret, seconds // 30)


def sign_in(**words):
    return Client().post(SIGN_IN, {"username": "dora", "password": PASSWORD, **words})


def test_it_is_turned_on_with_a_first_code(client, dora):
    client.force_login(dora)
    page = client.get(FACTOR)
    factor = SecondFactor.objects.get()
    assert factor.secret in page.text
    assert client.post(FACTOR, {"code": "000000"}).status_code == 422
    assert sign_in().status_code == 302, "not in force yet"
    assert client.post(FACTOR, {"code": code_now(factor)}).status_code == 302
    assert factor.secret not in client.get(FACTOR).text


def test_the_page_asks_for_the_code_once_the_password_is_right(factor):
    assert 'type="text" name="code"' not in Client().get(SIGN_IN).text
    asked = sign_in()
    assert (asked.status_code, 'autocomplete="one-time-code"' in asked.text) == (422, True)
    assert "Enter the code" not in sign_in(password="wrong").text
    assert sign_in(code=code_now(factor)).status_code == 302


def test_the_api_asks_for_it_too(api, factor):
    words = {"username": "dora", "password": PASSWORD}
    refused = api().post(LOGIN, words)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "code_needed")
    assert api().post(LOGIN, words | {"code": code_now(factor)}).status_code == 200


def test_a_code_is_used_once(factor, tick):
    assert [sign_in(code=code_now(factor)).status_code for _ in range(2)] == [302, 422]
    tick()
    assert sign_in(code=code_now(factor)).status_code == 302


@pytest.mark.parametrize("code", ["000000", "é", "12345", "        "])
def test_a_wrong_code_lets_nobody_in(factor, code):
    assert sign_in(code=code).status_code == 422


def test_codes_are_guessed_no_more_often_than_passwords(factor, settings):
    settings.SIGN_IN_TRIES_PER_NAME = 3
    assert [sign_in(code="000000").status_code for _ in range(4)] == [422, 422, 422, 429]


def test_it_is_turned_off_by_the_password(client, dora, factor):
    client.force_login(dora)
    assert client.post(FACTOR, {"password": "wrong"}).status_code == 422
    assert client.post(FACTOR, {"password": PASSWORD}).status_code == 302
    assert sign_in().status_code == 302


def test_the_hours_of_the_site_do_not_matter(dora, factor, at):
    at(clock.now().replace(year=2025))
    assert sign_in(code=code_now(factor)).status_code == 302
