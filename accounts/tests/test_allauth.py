"""django-allauth: none of its own pages or rate limits are in use."""

import pytest
from allauth.account import app_settings
from allauth.account.models import EmailAddress
from django.conf import settings
from django.urls import URLPattern, get_resolver, reverse

from accounts.urls import allauth_urls
from tests.support.factories import UserFactory

TEMPLATES = settings.BASE_DIR / "accounts/templates"


@pytest.mark.parametrize("route", allauth_urls, ids=lambda route: route.name)
def test_every_allauth_page_uses_our_templates(route: URLPattern):
    view = route.callback.view_class  # type: ignore[attr-defined]  # as_view() says whose it is
    assert view.__module__.startswith("accounts.")
    assert view.http_method_names == ["post"] or (TEMPLATES / view.template_name).exists()


def test_no_other_allauth_route_exists():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name.startswith(("account_", "mfa_"))} == {route.name for route in allauth_urls}


def test_allauth_counts_nothing_in_the_cache():
    assert app_settings.RATE_LIMITS == {}


@pytest.mark.django_db
def test_every_mfa_page_requires_signing_in(client):
    for route in allauth_urls:
        if route.name and route.name.startswith("mfa_"):
            assert client.get(reverse(route.name)).headers["Location"].startswith(reverse("accounts:sign_in"))


@pytest.mark.django_db
def test_a_user_created_with_an_address_has_it_confirmed():
    dora = UserFactory.create(username="dora", email="Dora@example.org")
    assert EmailAddress.objects.get(user=dora).verified
