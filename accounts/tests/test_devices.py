"""Device cookies: strangers cannot keep a user out of a browser in which they have signed in before."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.test import Client
from django.urls import reverse

from accounts import services
from core import clock
from notifications.models import OutgoingEmail
from tests.support.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("low_limits")]

SIGN_IN, SIGN_OUT, SECURITY = (reverse(f"accounts:{name}") for name in ("sign_in", "sign_out", "security"))
FORGOT, EVERYWHERE = reverse("accounts:forgot_password"), reverse("accounts:sign_out_everywhere")
LOGIN = "/api/v1/auth/login"
NEW_PASSWORD = "dry line at Silverstone"


@pytest.fixture
def dora():
    return UserFactory.create(username="dora", email="dora@example.org", password=PASSWORD)


def sign_in(client, password=PASSWORD, name="dora", address="192.0.2.1"):
    return client.post(SIGN_IN, {"login": name, "password": password}, REMOTE_ADDR=address).status_code


def known_browser(name="dora"):
    """A browser in which this user has signed in, and out again."""
    client = Client()
    assert sign_in(client, name=name) == 302
    client.post(SIGN_OUT)
    return client


def devices(client):
    return {name: morsel for name, morsel in client.cookies.items() if name.startswith("device-")}


def exhaust(name="dora", address="203.0.113.9"):
    """Use up the attempts for the name, from another address."""
    assert [sign_in(Client(), "wrong", name, address) for _ in range(4)] == [422, 422, 422, 429]


class TestSignIn:
    @pytest.mark.parametrize("name", ["dora", "DORA", "dora@example.org"])
    def test_wrong_passwords_of_strangers_do_not_keep_out_a_known_browser(self, dora, name):
        known = known_browser()
        exhaust(name)
        assert sign_in(Client(), name=name) == 429
        assert sign_in(known, name=name) == 302

    def test_strangers_at_the_same_address_do_not_keep_it_out_either(self, dora):
        known = known_browser()
        assert [sign_in(Client(), "wrong", f"player{number}") for number in range(7)] == [422] * 6 + [429]
        assert sign_in(Client()) == 429
        assert sign_in(known) == 302

    def test_attempts_in_a_known_browser_are_limited_and_count_apart(self, dora):
        known = known_browser()
        assert [sign_in(known, "wrong") for _ in range(4)] == [422, 422, 422, 429]
        assert sign_in(known) == 429
        assert sign_in(Client()) == 302

    def test_two_browsers_of_a_user_count_apart(self, dora):
        first, second = known_browser(), known_browser()
        assert [sign_in(first, "wrong") for _ in range(4)] == [422, 422, 422, 429]
        assert sign_in(second) == 302

    def test_a_shared_browser_is_known_for_each_of_its_users(self, dora):
        UserFactory.create(username="emil", email="emil@example.org", password=PASSWORD)
        shared = known_browser()
        assert sign_in(shared, name="emil") == 302
        shared.post(SIGN_OUT)
        assert len(devices(shared)) == 2
        for name, address in (("dora", "203.0.113.9"), ("emil", "203.0.113.10")):
            exhaust(name, address)
            assert sign_in(shared, name=name) == 302
            shared.post(SIGN_OUT)


class TestCookie:
    def test_scripts_and_other_sites_cannot_use_it(self, dora, settings):
        settings.SESSION_COOKIE_SECURE = True
        (cookie,) = devices(known_browser()).values()
        assert cookie["httponly"]
        assert cookie["secure"]
        assert (cookie["samesite"], cookie["path"], cookie["domain"]) == ("Strict", "/", "")
        assert cookie["max-age"] == 365 * 86_400

    def test_it_gives_access_to_nothing(self, dora):
        assert known_browser().get(SECURITY).status_code == 302

    def test_it_is_bound_to_the_account(self, dora):
        mallory = UserFactory.create(username="mallory", password=PASSWORD)
        client = known_browser("mallory")
        client.cookies[f"device-{dora.pk}"] = devices(client)[f"device-{mallory.pk}"].value
        exhaust()
        assert sign_in(client) == 429

    @pytest.mark.parametrize("value", ["", "nonsense", "WzEsIngiLCJ5Il0:1:x", "é"])
    def test_a_forged_one_does_not_count(self, dora, value):
        client = Client()
        client.cookies[f"device-{dora.pk}"] = value
        exhaust()
        assert sign_in(client) == 429

    def test_it_ends_with_the_password(self, dora):
        known = known_browser()
        services.set_password(user=dora, password=NEW_PASSWORD, now=clock.now())
        exhaust()
        assert sign_in(known, NEW_PASSWORD) == 429

    def test_it_ends_on_signing_out_everywhere(self, dora):
        known = known_browser()
        services.log_out_everywhere(user=dora, now=clock.now())
        exhaust()
        assert sign_in(known) == 429

    @pytest.mark.parametrize(
        ("page", "data", "password"),
        [(SECURITY, {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}, NEW_PASSWORD), (EVERYWHERE, {}, PASSWORD)],
    )
    def test_the_browser_that_ends_the_others_stays_known(self, dora, page, data, password):
        desk = Client()
        sign_in(desk)
        desk.post(page, data)
        desk.post(SIGN_OUT)
        exhaust()
        assert sign_in(desk, password) == 302

    def test_only_a_complete_sign_in_in_a_browser_sets_one(self, dora, client):
        Authenticator.objects.create(
            user=dora, type=Authenticator.Type.TOTP, data={"secret": encrypt("GEZDGNBVGY3TQOJQ")}
        )
        sign_in(client, "wrong")
        assert sign_in(client) == 302, "on to the page that asks for the code"
        client.post(LOGIN, {"username": "dora", "password": PASSWORD}, "application/json")
        assert devices(client) == {}

    def test_signing_in_at_the_api_sets_none(self, dora, client):
        data = {"username": "dora", "password": PASSWORD}
        assert client.post(LOGIN, data, "application/json").status_code == 200
        assert devices(client) == {}

    def test_pages_do_not_set_it_again(self, dora, client):
        sign_in(client)
        assert not devices(client).keys() & client.get(SECURITY).cookies.keys()


class TestReset:
    def ask(self, client, email="dora@example.org", address="192.0.2.1"):
        return client.post(FORGOT, {"email": email}, REMOTE_ADDR=address).status_code

    def test_requests_of_strangers_do_not_keep_a_known_browser_from_a_reset(self, dora):
        known = known_browser()
        assert [self.ask(Client()) for _ in range(4)] == [302, 302, 302, 429]
        assert self.ask(known, "Dora@Example.org") == 302
        assert OutgoingEmail.objects.count() == 4

    def test_requests_of_a_known_browser_are_limited(self, dora):
        known = known_browser()
        assert [self.ask(known) for _ in range(4)] == [302, 302, 302, 429]

    def test_a_browser_of_somebody_else_counts_as_a_stranger(self, dora):
        UserFactory.create(username="mallory", email="mallory@example.org", password=PASSWORD)
        client = known_browser("mallory")
        assert [self.ask(client) for _ in range(4)] == [302, 302, 302, 429]
        assert OutgoingEmail.objects.count() == 3
