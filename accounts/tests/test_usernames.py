"""Changing one's user name, on the profile page and in the API."""

import pytest
from django.urls import reverse

from accounts.services import change_display_name, change_username
from core.errors import Invalid, Refused
from tests.support.factories import PASSWORD

pytestmark = pytest.mark.django_db

PAGE = reverse("accounts:username")


def test_you_sign_in_with_the_new_name(client, alice):
    alice.set_password(PASSWORD)
    alice.save()
    client.force_login(alice)
    assert "You sign in as “ada” now." in client.post(PAGE, {"username": " ada "}, follow=True).text
    client.logout()
    sign_in = reverse("accounts:sign_in")
    assert client.post(sign_in, {"login": "alice", "password": PASSWORD}).status_code == 422
    assert client.post(sign_in, {"login": "ada", "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("BOB", "This user name is taken, or looks like one that is."),
        ("bob@example.org", "A user name can contain only letters, digits and the characters . + - _"),
        ("", "This field is required."),
    ],
)
def test_a_name_that_cannot_be_is_refused_at_the_field(client, alice, bob, name, sentence):
    client.force_login(alice)
    response = client.post(PAGE, {"username": name})
    assert response.status_code == 422
    assert sentence in response.text
    alice.refresh_from_db()
    assert alice.username == "alice"


def test_a_name_may_change_its_case(alice):
    change_username(user=alice, username="Alice")
    alice.refresh_from_db()
    assert alice.username == "Alice"


def test_the_name_of_another_member_is_refused(alice, bob, league):
    change_display_name(user=bob, display_name="Ada")
    with pytest.raises(Refused):
        change_username(user=alice, username="ada")
    alice.refresh_from_db()
    assert alice.username == "alice"


def test_a_name_is_not_too_long(alice):
    with pytest.raises(Invalid, match="at most 150 characters"):
        change_username(user=alice, username="a" * 151)


def test_the_api_changes_it(api, alice, bob):
    assert api(alice).patch("/api/v1/auth/me", {"username": "ada"}).json()["username"] == "ada"
    assert api(alice).patch("/api/v1/auth/me", {"username": "bob"}).status_code == 400
