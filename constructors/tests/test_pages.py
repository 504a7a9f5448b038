"""Renaming a constructor in the browser."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def rename(client, constructor, name):
    return client.post(reverse("constructors:rename", args=[constructor.pk]), {"name": name}, follow=True)


def test_its_player_gives_it_another_name(client, alices, alice):
    client.force_login(alice)
    response = rename(client, alices, "Box & Box")
    assert response.redirect_chain == [(reverse("scoring:constructor", args=[alices.pk]), 302)]
    assert "“Box &amp; Box”" in response.text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("Bob Motorsport", "is called “Bob Motorsport” already."), (" ", "Enter a name.")],
)
def test_a_name_that_cannot_be_is_refused_in_a_sentence(client, alices, bobs, alice, name, sentence):
    client.force_login(alice)
    assert sentence in rename(client, alices, name).text
    alices.refresh_from_db()
    assert alices.name == "Alice Racing"


def test_another_player_is_told_whose_it_is(client, alices, bobs, bob):
    client.force_login(bob)
    assert "Only its player names a constructor." in rename(client, alices, "Mine").text
    alices.refresh_from_db()
    assert alices.name == "Alice Racing"


def test_for_a_stranger_it_does_not_exist(client, alices, charlie):
    client.force_login(charlie)
    assert rename(client, alices, "Mine").status_code == 404


def test_a_visitor_signs_in_first(client, alices):
    assert rename(client, alices, "Mine").redirect_chain[0][0].startswith(reverse("accounts:sign_in"))
