"""The headers of every page restrict scripts, styles and caching, and bind the cookies in production to the host."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/races/", "/drivers/", "/accounts/sign-in/", "/no/such/page", "/api/v1/seasons", "/api/schema"]


@pytest.mark.parametrize("address", PUBLIC)
def test_the_policy_forbids_inline_and_foreign_scripts_and_styles(client, address):
    policy = client.get(address).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy + ";"
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_the_permissions_policy_forbids_sensors_and_camera(client):
    assert "camera=()" in client.get("/").headers["Permissions-Policy"]


def test_pages_of_signed_in_users_are_not_stored(client, league, alice):
    client.force_login(alice)
    for address in (reverse("pages:my_leagues"), reverse("pages:league_home", args=[league.pk]), "/", "/admin/"):
        assert "no-store" in client.get(address).headers["Cache-Control"], address


def test_pages_of_visitors_have_no_cache_header(client):
    assert not client.get("/").has_header("Cache-Control")


PRODUCTION = """
from django.conf import settings
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.DEVICE_COOKIE_NAME)
print(settings.SESSION_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS, settings.SESSION_COOKIE_DOMAIN,
    settings.SESSION_COOKIE_PATH)
"""


def test_cookies_in_production_have_the_host_prefix(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_VERSION"}
    environment |= {"FANTASYF1_HOME": str(tmp_path), "HTTPS": "true", "SITE_URL": "https://f1.example.org"}
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", PRODUCTION]
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    names, others = done.stdout.splitlines()
    assert names.split() == ["__Host-sessionid", "__Host-csrftoken", "__Host-device"]
    assert others.split() == ["True", "31536000", "None", "/"]
