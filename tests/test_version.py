"""Tests of the version: pyproject.toml is its only source, and the footer, the admin and the API's schema show it."""

import tomllib

import pytest
from django.conf import settings

VERSION = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]["version"]


@pytest.mark.django_db
def test_the_footer_shows_it(client):
    assert f'<footer class="foot" title="Fantasy F1 {VERSION}">' in client.get("/").content.decode()


def test_the_admin_shows_it(admin_client):
    assert f"Fantasy F1 {VERSION}" in admin_client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_the_api_description_shows_it(api):
    assert f"version: {VERSION}\n" in api().get("/api/schema").content.decode()
