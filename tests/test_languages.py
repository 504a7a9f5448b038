"""Languages: which one a reader gets, and that no cache mixes them up."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from accounts import services
from tests.support import factories

pytestmark = pytest.mark.django_db
GERMAN = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}


def test_a_visitor_gets_the_language_of_the_browser(client):
    page = client.get("/", headers=GERMAN)
    assert 'lang="de"' in page.content.decode()
    assert "Anmelden" in page.content.decode()
    assert page.headers["Content-Language"] == "de"
    assert 'lang="en-gb"' in client.get("/").content.decode()


def test_the_language_of_one_request_does_not_stay_for_the_next(client):
    client.get("/", headers=GERMAN)
    assert translation.get_language() == settings.LANGUAGE_CODE


def test_caches_keep_the_languages_of_a_page_apart(client):
    assert {"accept-language", "cookie"} <= {name.strip().lower() for name in client.get("/")["Vary"].split(",")}


def test_the_choice_of_a_visitor_is_kept_in_a_cookie(client):
    answer = client.post(reverse("accounts:choose_language"), {"language": "de", "next": "/calendar/"})
    assert answer["Location"] == "/calendar/"
    assert 'lang="de"' in client.get("/").content.decode()


def test_a_choice_does_not_lead_to_another_site(client):
    answer = client.post(reverse("accounts:choose_language"), {"language": "xx", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies


def test_the_url_decides_first_and_search_engines_find_all_languages(client):
    page = client.get("/?lang=de", headers={"Accept-Language": "en"}).content.decode()
    assert 'lang="de"' in page
    assert f'<link rel="canonical" href="{settings.SITE_URL}/?lang=de">' in page
    assert f'<link rel="alternate" hreflang="en" href="{settings.SITE_URL}/?lang=en-gb">' in page
    assert f'<link rel="alternate" hreflang="x-default" href="{settings.SITE_URL}/">' in page


def test_the_language_of_the_account_wins_over_that_of_the_browser(client):
    user = factories.UserFactory.create()
    client.force_login(user)
    client.post(reverse("accounts:language"), {"language": "de"})
    assert 'lang="de"' in client.get(reverse("accounts:profile"), headers={"Accept-Language": "en"}).content.decode()
    services.change_language(user=user, language="")
    assert 'lang="en-gb"' in client.get(reverse("accounts:profile")).content.decode()


def test_an_unknown_language_is_ignored(client):
    assert 'lang="en-gb"' in client.get("/?lang=xx", headers={"Accept-Language": "xx, *"}).content.decode()


def test_the_api_explains_errors_in_the_language_that_is_asked_for(client):
    answer = client.get("/api/v1/nothing", headers=GERMAN)
    assert answer.json()["error"]["message"] == "Unter dieser URL gibt es nichts."
    assert answer.json()["error"]["code"] == client.get("/api/v1/nothing").json()["error"]["code"]
    assert "accept-language" in answer["Vary"].lower()


def test_the_catalogue_of_the_scripts_has_a_url_and_an_etag_for_each_language(client):
    german, english = (client.get("/jsi18n/", {"lang": lang}) for lang in ("de", "en-gb"))
    assert "jetzt" in german.content.decode()
    assert "jetzt" not in english.content.decode()
    assert german["ETag"] != english["ETag"]
