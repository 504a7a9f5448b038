"""Renaming a constructor in the browser."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def rename(client, constructor, name):
    return client.post(reverse("constructors:rename", args=[constructor.pk]), {"name": name}, follow=True)


def test_a_player_renames_their_constructor(client, alices, alice):
    client.force_login(alice)
    response = rename(client, alices, "Box & Box")
    assert response.redirect_chain == [(reverse("pages:constructor", args=[alices.pk]), 302)]
    assert "“Box &amp; Box”" in response.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Bob Motorsport", "is already called “Bob Motorsport”, or something"),
        (" ", "Enter a name."),
    ],
)
def test_an_invalid_name_shows_why_it_is_refused(client, alices, bobs, alice, name, sentence):
    client.force_login(alice)
    assert sentence in rename(client, alices, name).text
    alices.refresh_from_db()
    assert alices.name == "Alice Racing"


def test_another_player_is_refused(client, alices, bobs, bob):
    client.force_login(bob)
    assert "Only the player can rename a constructor." in rename(client, alices, "Mine").text
    alices.refresh_from_db()
    assert alices.name == "Alice Racing"


def test_a_stranger_gets_404(client, alices, charlie):
    client.force_login(charlie)
    assert rename(client, alices, "Mine").status_code == 404


def test_a_visitor_is_redirected_to_sign_in(client, alices):
    assert rename(client, alices, "Mine").redirect_chain[0][0].startswith(reverse("accounts:sign_in"))
