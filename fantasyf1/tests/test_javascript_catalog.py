"""The JavaScript catalogue: scripts find gettext, and browsers load it once."""

import re

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog(client):
    return client.get(reverse("javascript_catalog"))


def test_it_defines_the_functions_that_scripts_call(catalog):
    assert catalog.headers["Content-Type"].startswith("text/javascript")
    assert all(f"django.{name} = function" in catalog.text for name in ("gettext", "ngettext", "interpolate"))


def test_it_contains_no_sentences_of_other_packages(catalog):
    assert "Midnight" not in catalog.text, "that is one of the admin's"


def test_browsers_keep_it_for_an_hour(catalog):
    assert catalog.headers["Cache-Control"] == "max-age=3600"


def test_browsers_keep_it_for_signed_in_users_too(client, alice):
    client.force_login(alice)
    assert client.get(reverse("javascript_catalog")).headers["Cache-Control"] == "max-age=3600"


def test_it_is_not_sent_again_if_the_browser_has_it(client, catalog):
    again = client.get(reverse("javascript_catalog"), headers={"If-None-Match": catalog.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_load_it_before_the_scripts(client, settings):
    scripts = re.findall(r'<script src="([^"]+)" defer>', client.get("/").text)
    catalog, app = reverse("javascript_catalog"), f"{settings.STATIC_URL}js/app.js"
    assert scripts.index(f"{catalog}?v={settings.VERSION}&amp;lang=en-gb") < scripts.index(app)
