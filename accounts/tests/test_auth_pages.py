"""Pages for sign-up, sign-in and sign-out, and the profile."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.contrib.auth import authenticate
from django.shortcuts import resolve_url
from django.urls import reverse

from accounts.models import User
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

PASSWORD = "box-box-4711"
JOINED_AT = datetime(2025, 7, 3, tzinfo=UTC)
ALICE = {"username": "alice", "email": "alice@example.org", "password1": PASSWORD, "time_zone": "Europe/Berlin"}
ALICES_WORDS = {"login": "alice", "password": PASSWORD}
SIGN_UP, SIGN_IN, SIGN_OUT, PROFILE = (
    reverse(f"accounts:{name}") for name in ("sign_up", "sign_in", "sign_out", "profile")
)


@pytest.fixture
def alice(db) -> User:
    return UserFactory.create(
        username="alice", email=ALICE["email"], password=PASSWORD, time_zone="Europe/Berlin", date_joined=JOINED_AT
    )


def signed_in_as(client):
    return client.session.get("_auth_user_id", "")


def test_signing_up_signs_in_and_shows_my_leagues(client):
    response = client.post(SIGN_UP, ALICE)
    assert response.headers["Location"] == resolve_url(settings.LOGIN_REDIRECT_URL)
    assert signed_in_as(client) == str(User.objects.get(username="alice").pk)


def test_a_refused_sign_up_says_why_beside_the_field(client, alice):
    response = client.post(SIGN_UP, ALICE | {"username": "ALICE", "email": "else@example.org"})
    assert response.status_code == 422
    assert response.context["form"].errors == {"username": ["This user name is taken, or looks like one that is."]}
    assert "This user name is taken, or looks like one that is." in response.text
    assert PASSWORD not in response.text


@pytest.mark.parametrize("name", ["alice", "Alice", "alice@example.org", "ALICE@example.org", " alice "])
def test_users_sign_in_by_name_or_address_in_any_case(client, alice, name):
    client.post(SIGN_IN, {"login": name, "password": PASSWORD})
    assert signed_in_as(client) == str(alice.pk)


@pytest.mark.parametrize(("name", "password"), [("alice", "wrong"), ("nobody", PASSWORD), ("", ""), ("a\x00", "x")])
def test_a_wrong_password_and_an_unknown_name_get_the_same_response(client, alice, name, password):
    response = client.post(SIGN_IN, {"login": name, "password": password})
    assert response.status_code == 422
    assert not signed_in_as(client)
    if name in ("alice", "nobody"):
        assert response.context["form"].non_field_errors() == ["The user name, e-mail address or password is wrong."]


def test_a_deactivated_account_cannot_sign_in(client, alice):
    User.objects.update(is_active=False)
    client.post(SIGN_IN, ALICES_WORDS)
    assert not signed_in_as(client)


def test_an_unknown_name_costs_a_password_hash_too(monkeypatch):
    hashed = []
    monkeypatch.setattr(User, "set_password", lambda self, raw: hashed.append(raw))
    assert authenticate(None, username="nobody", password="guess") is None
    assert hashed == ["guess"]


@pytest.mark.parametrize("address", [SIGN_UP, SIGN_IN])
def test_an_invitation_is_followed_after_signing_up_or_in(client, alice, address):
    page = client.get(address, {"next": "/leagues/join/ABCD2345/"})
    assert 'name="next" value="/leagues/join/ABCD2345/"' in page.text
    data = ALICE | {"username": "bob", "email": "bob@example.org"} if address == SIGN_UP else ALICES_WORDS
    response = client.post(address, data | {"next": "/leagues/join/ABCD2345/"})
    assert response.headers["Location"] == "/leagues/join/ABCD2345/"


def test_the_links_between_signing_up_and_in_keep_the_invitation(client):
    query = "next=/leagues/join/A%26B/".replace("/", "%2F")
    for address, other in ((SIGN_IN, SIGN_UP), (SIGN_UP, SIGN_IN)):
        assert f"{other}?{query}" in client.get(address, {"next": "/leagues/join/A&B/"}).text


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_never_redirects_off_the_site(client, alice, target):
    assert target not in client.get(SIGN_IN, {"next": target}).text
    response = client.post(SIGN_IN, ALICES_WORDS | {"next": target})
    assert response.headers["Location"] == resolve_url(settings.LOGIN_REDIRECT_URL)


@pytest.mark.parametrize("address", [SIGN_UP, SIGN_IN])
def test_signed_in_users_are_redirected(client, alice, address):
    client.force_login(alice)
    assert client.get(address, {"next": PROFILE}).headers["Location"] == PROFILE


def test_signing_out_requires_post(client, alice):
    client.force_login(alice)
    assert client.get(SIGN_OUT).status_code == 405
    assert client.post(SIGN_OUT).headers["Location"] == reverse("home")
    assert not signed_in_as(client)


def test_the_profile_changes_the_time_zone_of_displayed_times(client, alice):
    client.force_login(alice)
    assert "CEST" in client.get(PROFILE).text
    client.post(PROFILE, {"time_zone": "Asia/Tokyo"})
    page = client.get(PROFILE)
    assert "JST" in page.text
    assert '<option value="Asia/Tokyo" selected>' in page.text


def test_a_time_zone_under_its_old_name_can_be_kept(client, alice):
    User.objects.update(time_zone="Asia/Calcutta")
    client.force_login(alice)
    assert client.post(PROFILE, {"time_zone": "Asia/Calcutta"}).status_code == 302
    assert client.post(PROFILE, {"time_zone": "Mars/Olympus"}).status_code == 422


def test_the_profile_requires_signing_in(client):
    assert client.get(PROFILE).headers["Location"] == f"{SIGN_IN}?next={PROFILE}"
