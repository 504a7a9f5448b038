"""The pages about errors: a sentence and a way on, for visitors and players."""

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import path, reverse

from core.errors import RateLimited
from core.web.middleware import RateLimitedMiddleware
from fantasyf1.urls import handler500, urlpatterns  # noqa: F401

pytestmark = pytest.mark.django_db


def too_many(request):
    raise RateLimited("Too many attempts. Try again in 7 minutes.", seconds=420)


urlpatterns = [*urlpatterns, path("too-many/", too_many)]


def test_a_visitor_gets_on_from_a_404_page(client):
    page = client.get("/no/such/page/").text
    for name in ("home", "accounts:sign_in", "races:calendar", "pages:help", "leagues:public"):
        assert f'"{reverse(name)}"' in page


def test_a_player_gets_back_to_their_leagues(client, alice):
    client.force_login(alice)
    assert f'class="button button-primary" href="{reverse("pages:my_leagues")}"' in client.get("/no/such/page/").text


@pytest.mark.urls("fantasyf1.pages.tests.test_error_pages")
def test_an_exceeded_rate_limit_is_a_page_that_says_when_to_try_again(client):
    page = client.get("/too-many/")
    assert (page.status_code, page["Retry-After"]) == (429, "420")
    assert "Try again in 7 minutes." in page.text
    assert reverse("pages:help") in page.text


def test_other_errors_are_no_rate_limits():
    middleware = RateLimitedMiddleware(lambda request: HttpResponse())
    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None


@pytest.mark.parametrize("name", ["400", "403_csrf", "500", "503"])
def test_pages_that_must_not_fail_need_no_context(name):
    assert 'href="/"' in render_to_string(f"{name}.html")
