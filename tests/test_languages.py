"""Languages: which one a reader gets, and that no cache mixes them up."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts import services
from accounts.services import calendar_token
from core.formatting.datetimes import format_datetime, format_duration
from core.formatting.points import format_points, shown_points
from fantasyf1.catalogues import compile_missing, compiled_folder
from leagues.notification_kinds import REMOVED
from notifications.channels.email import compose
from notifications.delivery_errors import shown_error
from notifications.models import Delivery
from notifications.services import dispatch_notifications, notify, preview
from races.rules import shown_difference, shown_reason, shown_status
from scoring.rules import shown_label
from tests.support import factories
from tests.support.cast import FOUNDED_AT
from tests.support.live_answers import live_answer

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


@pytest.mark.parametrize("address", ["/", "/api/v1/seasons"])
def test_what_is_refused_before_the_account_is_known_is_said_in_an_accepted_language(client, address):
    answer = client.get(address, headers={**GERMAN, "Host": "evil.example"})
    assert answer.status_code == 400
    assert "antwortet nicht auf den Hostnamen" in answer.content.decode()
    assert "accept-language" in answer["Vary"].lower()


def test_a_failure_while_the_account_is_read_is_explained_in_an_accepted_language(client, monkeypatch):
    def fail(*args):
        raise OSError

    client.raise_request_exception = False
    client.force_login(factories.UserFactory.create())
    monkeypatch.setattr("accounts.middleware.language_of", fail)
    answer = client.get("/", headers=GERMAN)
    assert (answer.status_code, 'lang="de"' in answer.content.decode()) == (500, True)


def test_a_form_without_its_token_is_refused_in_an_accepted_language():
    answer = Client(enforce_csrf_checks=True).post("/accounts/sign-in/", {"login": "alice"}, headers=GERMAN)
    assert (answer.status_code, 'lang="de"' in answer.content.decode()) == (403, True)


@pytest.mark.parametrize("path", ["/live/nothing", "/live/drafts/1/?colour=red", "/healthz"])
def test_what_is_served_without_django_is_refused_in_an_accepted_language(path):
    def said(language):
        answer = live_answer(path, "PUT", **{"Accept-Language": language})
        assert "Accept-Language" in answer.headers["Vary"]
        return answer.json()["error"]["message"]

    assert said("de") != said("en")


def test_the_catalogue_of_the_scripts_has_a_url_and_an_etag_for_each_language(client):
    german, english = (client.get("/jsi18n/", {"lang": lang}) for lang in ("de", "en-gb"))
    assert "jetzt" in german.content.decode()
    assert "jetzt" not in english.content.decode()
    assert german["ETag"] != english["ETag"]


def test_each_recipient_gets_the_e_mail_in_their_language(at, settings):
    at(FOUNDED_AT)
    settings.HAS_MAIL_SERVER = True
    users = [factories.UserFactory.create(language=language) for language in ("de", "en-gb")]
    notify(users=users, message=REMOVED, key="1", params={"by": "alice", "league": "Alpen"}, now=FOUNDED_AT)
    with translation.override("de"):
        dispatch_notifications(now=FOUNDED_AT)
        mails = [compose(preview(delivery=delivery, now=FOUNDED_AT)) for delivery in Delivery.objects.order_by("pk")]
    subjects = {mail.to[0]: mail.subject for mail in mails}
    assert subjects[users[0].email] == "Du bist nicht mehr in „Alpen“"
    assert subjects[users[1].email] == "You are no longer in “Alpen”"


def test_numbers_and_dates_follow_the_language_and_those_for_programs_do_not():
    with translation.override("de"):
        assert (shown_points(Decimal("12.50")), format_points(Decimal("12.50"))) == ("12,5", "12.5")
        assert format_datetime(datetime(2025, 7, 5, 14, tzinfo=UTC)) == "Sa, 5. Juli, 14:00 UTC"
        assert format_duration(timedelta(hours=1)) == "1 Stunde"
        assert format_duration(timedelta(hours=2)) == "2 Stunden"


def test_texts_that_are_stored_in_english_are_translated_when_they_are_shown():
    with translation.override("de"):
        assert [shown_label(label) for label in ("9th place", "2 places gained")] == ["9. Platz", "2 Plätze gewonnen"]
        assert [shown_status(status) for status in ("+2 Laps", "Did_not_start", "Meteorite")] == [
            "+2 Runden",
            "Nicht gestartet",
            "Meteorite",
        ]
        assert shown_label("Sprint, did not finish") == "Sprint: ausgefallen"
        assert shown_difference("Norris: 1st → 2nd, 25 → 18.5 points") == "Norris: 1. → 2., 25 → 18,5 Punkte"
        assert shown_reason("It has 1 car instead of 20.") == "Sie hat 1 Auto statt 20."


def test_the_reasons_of_failed_deliveries_are_stored_in_english_and_shown_in_the_language_of_the_reader():
    reasons = ["The service answered 500.", "example.org did not answer within 10 seconds.", "Something else."]
    with translation.override("de"):
        assert [shown_error(reason) for reason in reasons] == [
            "Der Dienst hat mit 500 geantwortet.",
            "example.org hat nicht innerhalb von 10 Sekunden geantwortet.",
            "Something else.",
        ]


def test_a_calendar_feed_is_in_the_language_of_its_user(client, alices, alice, at):
    at(FOUNDED_AT)
    services.change_language(user=alice, language="de")
    feed = client.get(reverse("drafts:calendar", args=[calendar_token(alice)]), headers={"Accept-Language": "en"})
    assert "1. Training" in feed.content.decode()


def test_a_catalogue_that_is_broken_leaves_the_site_in_english(tmp_path, caplog):
    source = tmp_path / "source" / "de" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text('msgid "Open"\nmsgstr "Offen"\n<<<<<<< HEAD\n')
    folder = compiled_folder(tmp_path / "source", preferred=tmp_path / "build", fallback=tmp_path / "data")
    compile_missing(tmp_path / "source", folder)
    assert "could not be compiled" in caplog.text
    assert not list(folder.rglob("*.mo"))
