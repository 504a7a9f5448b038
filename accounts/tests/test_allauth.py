"""What hangs on django-allauth: no page of its own shows, no limit of its own counts, and tables were handed over."""

import pytest
from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import User
from accounts.urls import allauth_urls
from tests.factories import UserFactory

TEMPLATES = settings.BASE_DIR / "accounts/templates"
BEFORE, AFTER = "0010_tell_of_drivers_who_are_out", "0012_keep_addresses_and_codes_once"


@pytest.mark.parametrize("route", allauth_urls, ids=lambda route: route.name)
def test_each_of_its_pages_is_ours(route: URLPattern):
    view = route.callback.view_class  # type: ignore[attr-defined]  # as_view() says whose it is
    assert view.__module__.startswith("accounts.")
    assert view.http_method_names == ["post"] or (TEMPLATES / view.template_name).exists()


def test_it_has_no_other_address():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert {name for name in names if name.startswith(("account_", "mfa_"))} == {route.name for route in allauth_urls}


def test_nothing_is_counted_in_the_cache():
    assert app_settings.RATE_LIMITS == {}


@pytest.mark.django_db
def test_every_page_of_the_codes_is_behind_signing_in(client):
    for route in allauth_urls:
        if route.name and route.name.startswith("mfa_"):
            assert client.get(reverse(route.name)).headers["Location"].startswith(reverse("accounts:sign_in"))


@pytest.fixture
def migrated(transactional_db):
    """The tables of the accounts as they were with another migration; afterwards they are the present ones."""

    def migrated(name):
        executor = MigrationExecutor(connection)
        executor.migrate([("accounts", name)])
        return executor.loader.project_state([("accounts", name)]).apps

    yield migrated
    call_command("migrate", verbosity=0)


def test_addresses_and_codes_are_handed_over_and_back(migrated):
    then = migrated(BEFORE)
    people = then.get_model("accounts", "User").objects
    dora = people.create(username="dora", email="Dora@example.org", pending_email="dora@New.example", password="x")
    emil = people.create(username="emil", pending_email="dora@example.org")
    then.get_model("accounts", "SecondFactor").objects.create(
        user=dora, secret="GEZDGNBV", confirmed_at=dora.date_joined
    )
    then.get_model("accounts", "SecondFactor").objects.create(user=emil, secret="MFRGGZDF")

    migrated(AFTER)
    told = set(EmailAddress.objects.values_list("user__username", "email", "verified", "primary"))
    assert told == {
        ("dora", "dora@example.org", True, True),
        ("dora", "dora@new.example", False, False),
        ("emil", "dora@example.org", False, True),
    }
    assert list(Authenticator.objects.values_list("user__username", "type", "data")) == [
        ("dora", "totp", {"secret": "GEZDGNBV"})
    ]
    assert User.objects.get(username="dora").password == "x"

    back = migrated(BEFORE)
    assert set(back.get_model("accounts", "User").objects.values_list("username", "email", "pending_email")) == {
        ("dora", "dora@example.org", "dora@new.example"),
        ("emil", "", "dora@example.org"),
    }
    assert back.get_model("accounts", "SecondFactor").objects.get().secret == "GEZDGNBV"


@pytest.mark.django_db
def test_whoever_comes_with_an_address_has_it_confirmed():
    dora = UserFactory.create(username="dora", email="Dora@example.org")
    assert EmailAddress.objects.get(user=dora).verified
