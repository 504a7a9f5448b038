"""The first page of the admin: numbers with links to the lists that they count, for each only what concerns them."""

import time
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as project
from django.core.cache import caches
from kombu import Connection
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.models import User
from drafts.models import ClockHeartbeat, Draft
from drafts.services import pause_draft
from fantasyf1.ops.backups.records import record_failure, record_success
from leagues.models import Webhook
from leagues.services import add_webhook, create_league
from notifications.models import Delivery, OutgoingEmail
from races.models import OutboundRateLimit, Quarantine, ResultCheck
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.notifications import notified
from tests.support.stories import fresh, opened

pytestmark = pytest.mark.django_db

NOW = DRAFTING_AT + timedelta(hours=1)
LATER = NOW + timedelta(hours=13)
INDEX = "/admin/"
# Thirteen for the numbers and states, and those of every page: session, user, and the history of changes.
QUERIES = 16


@pytest.fixture
def administrator(at):
    at(LATER)
    return UserFactory.create(username="root", is_superuser=True, is_staff=True, last_seen_at=LATER)


@pytest.fixture
def backups(settings, tmp_path):
    """The folder of the backups, which is empty."""
    settings.BACKUP_DIR = tmp_path
    return tmp_path


@pytest.fixture
def paused(league, alices, bobs, alice):
    """Alice's draft, paused for thirteen hours."""
    User.objects.update(last_seen_at=LATER)
    draft = opened(league, [alices, bobs])
    pause_draft(draft=draft, by=alice, now=NOW, seen=fresh(draft).last_seq)
    return draft


@pytest.fixture
def zaras_league(season):
    """A league of another manager, whose draft is paused, and whose webhook fails."""
    zara = UserFactory.create(username="zanzibar-zara", last_seen_at=LATER)
    league = create_league(creator=zara, season=season, name="Zanzibar", constructor_name="Zanzibar GP", now=FOUNDED_AT)
    Draft.objects.filter(league=league).update(state=Draft.State.PAUSED, paused_at=NOW)
    add_webhook(league=league, by=zara, service="generic", name="hook", url="https://localhost/", now=FOUNDED_AT)
    Webhook.objects.update(failing_since=NOW)
    return league


def dashboard(client, user):
    client.force_login(user)
    return client.get(INDEX).context["dashboard"]


def counts(shown):
    return {task.label: task.count for task in shown.to_do}


def make_trouble(race, user):
    Quarantine.objects.create(
        season=race.season, race=race, kind="race", source="api", reason="Two winners", payload=[], digest="1",
        first_seen_at=NOW, last_seen_at=NOW,
    )  # fmt: skip
    ResultCheck.objects.create(race=race, stage="results", due_at=NOW, attempts=2)
    times = {"created_at": NOW, "due_at": NOW, "give_up_at": LATER}
    told = notified(user, kind="league_changed", key="k", title="News", now=NOW)
    Delivery.objects.create(notification=told, channel="email", state=Delivery.State.PARKED, **times)
    Delivery.objects.create(notification=told, channel="push", **times)
    OutgoingEmail.objects.create(kind="known", address="a@example.org", state=OutgoingEmail.State.PARKED, **times)


def test_every_number_is_that_of_the_list_behind_its_link(
    client, administrator, race, paused, zaras_league, bob, backups
):
    make_trouble(race, bob)
    record_success(backups, file="fantasyf1.tar.gz", now=LATER)
    shown = dashboard(client, administrator)
    assert counts(shown) == {
        "Results in quarantine": 1,
        "Result checks that fail": 1,
        "Parked notifications": 1,
        "Parked e-mails": 1,
        "Overdue notifications": 1,
        "Paused for more than 12 hours": 2,
        "Webhooks that fail": 1,
    }
    for task in shown.tasks:
        if task.url == "#statuses":
            continue  # Backups are no rows.
        assert client.get(task.url).context["cl"].result_count == task.count, task.label


def test_managers_see_only_what_concerns_their_own_leagues(client, administrator, race, paused, zaras_league, alice):
    make_trouble(race, alice)
    shown = dashboard(client, alice)
    assert counts(shown) == {"Paused for more than 12 hours": 1}
    assert shown.statuses == []
    assert [managed.league for managed in shown.leagues] == [paused.league]
    for task in shown.tasks:
        assert client.get(task.url).context["cl"].result_count == task.count, task.label
    assert "zanzibar" not in client.get(INDEX).content.decode().lower()


def test_an_administrator_is_told_that_nothing_needs_doing(client, administrator):
    client.force_login(administrator)
    assert "Nothing needs you right now." in client.get(INDEX).content.decode()


def statuses(client, user):
    return {status.label: status for status in dashboard(client, user).statuses}


def test_the_state_of_the_feed(client, administrator, race):
    ResultCheck.objects.create(race=race, stage="results", due_at=NOW, done_at=LATER - timedelta(hours=2))
    OutboundRateLimit.objects.create(base_url=project.F1_API_URL, request_times=[time.time() - 4000, time.time() - 60])
    shown = statuses(client, administrator)
    assert (shown["Results feed"].text, shown["Results feed"].tone) == ("Last check completed 2 h 0 min ago", "good")
    ResultCheck.objects.create(race=race, stage="24 h", due_at=NOW, attempts=2)
    failing = statuses(client, administrator)["Results feed"]
    assert (failing.text, failing.tone) == ("1 check fails. Last check completed 2 h 0 min ago.", "bad")
    assert shown["Requests to the F1 API"].text == f"1 of {project.F1_API_PER_HOUR} in the last hour"


def test_the_clocks_of_the_drafts(client, administrator):
    assert statuses(client, administrator)["Clocks of the drafts"].tone == "bad"
    ClockHeartbeat.objects.create(beat_at=LATER - timedelta(seconds=4))
    shown = statuses(client, administrator)["Clocks of the drafts"]
    assert (shown.text, shown.tone) == ("Last checked 4 s ago", "good")


def test_a_worker_that_does_not_report_is_a_problem(client, administrator, settings, tmp_path):
    settings.FANTASYF1_HOME = tmp_path
    shown = statuses(client, administrator)["Worker"]
    assert (shown.text, shown.tone) == ("worker is not running.", "bad")


def test_a_cache_and_a_queue_that_do_not_respond_are_unknown(client, administrator, settings, monkeypatch):
    def fail(*args, **kwargs):
        raise RedisConnectionError("Timeout")

    client.force_login(administrator)
    monkeypatch.setattr(type(caches["default"]), "get", fail)
    monkeypatch.setattr(current_app, "connection_for_read", lambda: Connection("redis://127.0.0.1:1/0"))
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    response = client.get(INDEX)
    shown = {status.label: status.tone for status in response.context["dashboard"].statuses}
    assert response.status_code == 200
    assert (shown["Cache"], shown["Tasks that wait for a worker"]) == ("unknown", "unknown")


def test_the_lists_are_grouped_by_what_they_are_for(client, administrator, league, alice):
    client.force_login(administrator)
    groups = {group["name"]: [model["object_name"] for model in group["models"]] for group in listed(client)}
    assert groups["People"][:3] == ["User", "Membership", "Constructor"]
    assert set(groups["System"]) == {"CrontabSchedule", "IntervalSchedule", "PeriodicTask", "TaskResult"}
    client.force_login(alice)
    assert "System" not in [group["name"] for group in listed(client)]


def listed(client):
    return client.get(INDEX).context["app_list"]


def test_the_first_page_takes_few_queries(
    client, administrator, race, paused, zaras_league, bob, django_assert_max_num_queries
):
    make_trouble(race, bob)
    client.force_login(administrator)
    client.get(INDEX)
    with django_assert_max_num_queries(QUERIES):
        client.get(INDEX)


# -- backups ----------------------------------------------------------------------------------------------------------


def backup_task(client, administrator):
    tasks = dashboard(client, administrator).tasks
    return next((task for task in tasks if task.label == "Backups that failed or are missing"), None)


def test_a_backup_that_failed_or_is_old_needs_doing(client, administrator, league, backups):
    assert backup_task(client, administrator).detail == "There has been no backup for two days."
    record_success(backups, file="fantasyf1.tar.gz", now=LATER - timedelta(hours=3))
    assert backup_task(client, administrator).count == 0
    record_failure(backups, error="The disk is full.", now=LATER)
    assert backup_task(client, administrator).detail == "The last backup has failed: The disk is full."


def test_without_leagues_no_backup_is_missing(client, administrator, backups):
    assert backup_task(client, administrator).count == 0


def test_a_site_without_backups_says_nothing_about_them(client, administrator, league, backups, settings):
    settings.BACKUPS = False
    assert backup_task(client, administrator) is None
