"""The theme and the contrast that readers choose, and the style guide."""

import pytest
from django.test import Client
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


class TestUsers:
    @pytest.fixture
    def user(self):
        return UserFactory.create()

    @pytest.fixture
    def device(self, user):
        """Return a function that signs the user in on another device."""

        def signed_in():
            client = Client()
            client.force_login(user)
            return client

        return signed_in

    def test_the_choice_holds_on_every_device(self, device):
        page = device().post(ADDRESS, {"theme": "dark", "contrast": "more"}, follow=True)
        assert "Saved for your account." in page.text
        other = device()
        page = other.get("/leagues/")
        assert 'data-theme="dark"' in root_tag(page)
        assert 'data-contrast="more"' in root_tag(page)
        assert (other.cookies["theme"].value, other.cookies["contrast"].value) == ("dark", "more")

    def test_also_that_the_system_decides(self, device):
        device().post(ADDRESS, {"theme": "", "contrast": ""})
        other = device()
        other.cookies["theme"] = "dark"
        assert "data-theme" not in root_tag(other.get("/leagues/"))
        assert other.cookies["theme"].value == ""

    def test_without_a_choice_in_the_account_each_browser_has_its_own(self, device):
        browser = device()
        browser.cookies["theme"] = "dark"
        assert 'data-theme="dark"' in root_tag(browser.get("/leagues/"))
        assert "data-theme" not in root_tag(device().get("/leagues/"))

    def test_a_page_sets_no_cookie_that_is_there(self, device):
        browser = device()
        browser.post(ADDRESS, {"theme": "dark", "contrast": ""})
        assert "theme" not in browser.get("/leagues/").cookies

    def test_a_script_saves_it_without_a_message(self, device, user):
        browser = device()
        assert (
            browser.post(ADDRESS, {"theme": "light", "contrast": ""}, headers={"HX-Request": "true"}).status_code == 204
        )
        user.refresh_from_db()
        assert (user.theme, user.contrast) == ("light", "system")
        assert "Saved" not in browser.get("/leagues/").text

    def test_programs_read_and_change_it(self, api, user):
        answer = api(user).patch("/api/v1/auth/me", {"theme": "dark"})
        assert (answer.json()["theme"], answer.json()["contrast"]) == ("dark", "")
        assert api(user).patch("/api/v1/auth/me", {"theme": "blue"}).status_code == 400


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
