"""Rate limits of sign-in, per user name and per client address, on pages and in the API together."""

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.services.rate_limits import sign_in_limits
from core.models import RateLimit
from core.web.requests import client_address
from tests.support.cast import FOUNDED_AT
from tests.support.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("low_limits")]

LOGIN, SIGN_IN = "/api/v1/auth/login", reverse("accounts:sign_in")
MINUTE = timedelta(minutes=1)
WRONG_PASSWORD = "wrong"


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", password=PASSWORD)


@pytest.fixture
def log_in(api):
    def log_in(name="dora", password=WRONG_PASSWORD, address="192.0.2.1"):
        return api().post(LOGIN, {"username": name, "password": password}, REMOTE_ADDR=address)

    return log_in


def sign_in(name="dora", password=WRONG_PASSWORD, address="192.0.2.1"):
    return Client().post(SIGN_IN, {"login": name, "password": password}, REMOTE_ADDR=address)


def test_the_api_says_how_long_to_wait(log_in, dora):
    assert [log_in().status_code for _ in range(4)] == [401, 401, 401, 429]
    response = log_in(password=PASSWORD)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "300")
    error = response.json()["error"]
    assert (error["code"], error["message"]) == ("too_many", "Too many attempts. Try again in 5 minutes.")


def test_the_page_is_refused_with_the_same_status(dora):
    assert [sign_in().status_code for _ in range(3)] == [422] * 3
    response = sign_in(password=PASSWORD)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "300")
    assert "Too many attempts. Try again in 5 minutes." in response.text


def test_page_and_api_count_together(log_in, dora):
    for _ in range(2):
        log_in()
        sign_in()
    assert (log_in().status_code, sign_in().status_code) == (429, 429)


def test_attempts_come_back_one_at_a_time(log_in, dora, at):
    for _ in range(4):
        log_in()
    at(FOUNDED_AT + 5 * MINUTE)
    assert [log_in().status_code for _ in range(2)] == [401, 429]
    at(FOUNDED_AT + 60 * MINUTE)
    assert log_in(password=PASSWORD).status_code == 200


def test_a_successful_sign_in_uses_up_no_attempts(log_in, dora):
    log_in()
    log_in()
    assert [log_in(password=PASSWORD).status_code for _ in range(5)] == [200] * 5
    assert [log_in().status_code for _ in range(2)] == [401, 429]


@pytest.mark.parametrize("name", ["DORA", " dora ", "ｄｏｒａ"])
def test_a_name_counts_as_the_same_in_every_spelling(log_in, dora, name):
    for _ in range(3):
        log_in()
    assert log_in(name).status_code == 429


def test_unknown_names_are_limited_like_known_ones(log_in, dora):
    for name in ("dora", "nobody"):
        assert [log_in(name, address=name).status_code for _ in range(4)] == [401, 401, 401, 429]


def test_one_ip_address_cannot_try_a_password_on_many_names(log_in):
    assert [log_in(f"player{number}").status_code for number in range(7)] == [401] * 6 + [429]
    assert log_in("player9", address="192.0.2.2").status_code == 401


@pytest.mark.parametrize("address", ["2001:db8:1:2::{:x}", "::ffff:203.0.113.7", "2001:db8:1:2:{0:x}:{0:x}::1"])
def test_the_addresses_of_one_network_count_together_on_page_and_api(log_in, address):
    addresses = [address.format(number) for number in range(1, 8)]
    answers = [
        log_in(f"player{number}", address=own).status_code == 429
        if number % 2
        else sign_in(f"player{number}", address=own).status_code == 429
        for number, own in enumerate(addresses)
    ]
    assert answers == [False] * 6 + [True]


def test_a_forged_header_gives_no_fresh_attempts(api, settings):
    settings.TRUSTED_PROXIES = 1
    forged = [f"198.51.100.{number}, 203.0.113.7" for number in range(7)]
    body = {"password": WRONG_PASSWORD}
    answers = [
        api().post(LOGIN, body | {"username": f"player{number}"}, HTTP_X_FORWARDED_FOR=header).status_code
        for number, header in enumerate(forged)
    ]
    assert answers == [401] * 6 + [429]


def test_other_names_and_ip_addresses_are_not_limited(log_in, dora):
    UserFactory.create(username="emil", password=PASSWORD)
    for _ in range(4):
        log_in()
    assert log_in("emil", PASSWORD).status_code == 200


def test_rate_limits_do_not_use_the_cache(log_in, dora, settings):
    settings.CACHES = {"default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": "redis://127.0.0.1:1"}}
    assert [log_in().status_code for _ in range(4)] == [401, 401, 401, 429]


def test_rate_limits_store_no_name_or_address(log_in, dora):
    log_in()
    assert not any("dora" in row.key or "192.0.2.1" in row.key for row in RateLimit.objects.all())
    assert len({limit.key for limit in sign_in_limits("dora", "192.0.2.1")}) == 2


# -- the client's address --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.7", "192.0.2.1"),
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 198.51.100.1", "203.0.113.7"),
        (2, "203.0.113.7", "203.0.113.7"),
        (1, "", "192.0.2.1"),
        (1, "2001:db8:1:2::9", "2001:db8:1:2::/64"),
    ],
)
def test_only_trusted_proxies_determine_the_client_address(settings, proxies, header, address):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=header)
    assert client_address(request) == address
