"""The theme and the contrast that readers choose, and the style guide."""

import pytest
from django.urls import reverse

from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/appearance/"


def root_tag(page):
    return page.text.partition("<html")[2].partition(">")[0]


def test_the_system_decides_at_first(client):
    page = client.get("/")
    assert "data-theme" not in root_tag(page)
    assert page.text.count('name="theme-color"') == 2


def test_the_choice_is_in_the_next_page(client):
    response = client.post(ADDRESS, {"theme": "dark", "contrast": "more", "next": "/races/"})
    assert response.headers["Location"] == "/races/"
    page = client.get("/races/")
    assert 'data-theme="dark"' in root_tag(page)
    assert 'data-contrast="more"' in root_tag(page)
    assert page.text.count('name="theme-color"') == 1


def test_the_page_shows_the_choice_and_what_it_means(client):
    client.cookies["theme"] = "light"
    page = client.get(ADDRESS).text
    assert 'value="light"' in page
    assert page.count(" checked") == 2
    assert "Dark text on a light background." in page


def test_one_can_return_to_the_choice_of_the_system(client):
    client.post(ADDRESS, {"theme": "dark", "contrast": "more"})
    client.post(ADDRESS, {"theme": "", "contrast": ""})
    assert "data-" not in root_tag(client.get("/"))


def test_other_values_are_refused_and_ignored(client):
    assert client.post(ADDRESS, {"theme": "blue"}).status_code == 422
    client.cookies["theme"] = 'blue"><script>'
    assert "data-theme" not in root_tag(client.get("/"))


def test_it_redirects_to_no_other_site(client):
    response = client.post(ADDRESS, {"theme": "dark", "next": "https://evil.example"})
    assert response.headers["Location"] == ADDRESS


def test_the_style_guide_is_for_administrators(client, settings):
    address = reverse("pages:styleguide")
    assert client.get(address).status_code == 404
    client.force_login(UserFactory.create())
    assert client.get(address).status_code == 404
    client.force_login(UserFactory.create(is_staff=True, is_superuser=True))
    page = client.get(address)
    assert page.status_code == 200
    assert page.text.count('data-theme="dark"') == 2


def test_the_style_guide_is_for_everyone_where_debug_is_on(client, settings):
    settings.DEBUG = True
    assert client.get(reverse("pages:styleguide")).status_code == 200
