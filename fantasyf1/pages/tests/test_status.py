"""The status page: every part of the site with its limits, and who may see what."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.core.cache import caches
from django.urls import reverse
from prometheus_client import CollectorRegistry, Counter, Histogram
from redis.exceptions import ConnectionError as RedisConnectionError

from core.metrics import PICK_SECONDS
from drafts.models import ClockHeartbeat
from fantasyf1 import site_status
from fantasyf1.metrics import processes, sources
from fantasyf1.site_status import BAD, GOOD, UNKNOWN, WARN, Counted, Status, worst_tone
from races.models import Quarantine
from tests.support.cast import DRAFTING_AT
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

PAGE = "/status/"
NOW = DRAFTING_AT


@pytest.fixture
def administrator(at):
    at(NOW)
    return UserFactory.create(username="root", is_superuser=True, is_staff=True, last_seen_at=NOW)


@pytest.fixture
def shown(client, administrator):
    """Return the statuses on the page by label."""

    def show() -> dict[str, Status]:
        client.force_login(administrator)
        return {status.label: status for status in client.get(PAGE).context["statuses"]}

    return show


@pytest.fixture
def everything_works(monkeypatch):
    """Let all parts of the site have this tone."""

    def set_tone(tone: str) -> None:
        monkeypatch.setattr(site_status, "all_statuses", lambda now: [Status("Everything", "", tone)])

    set_tone(GOOD)
    return set_tone


def test_nobody_but_administrators_sees_the_parts(client, alice):
    assert client.get(PAGE).status_code == 404
    client.force_login(alice)
    assert client.get(PAGE).status_code == 404


@pytest.mark.parametrize(
    ("tone", "line"),
    [(GOOD, "Everything works."), (UNKNOWN, "The site works. Something"), (BAD, "Something does not work.")],
)
def test_everyone_sees_one_line_if_the_operator_wants_it(client, settings, everything_works, tone, line):
    settings.PUBLIC_STATUS = True
    everything_works(tone)
    page = client.get(PAGE)
    assert line in page.text
    assert "Worker" not in page.text


def test_the_public_line_is_cached(client, settings, everything_works):
    settings.PUBLIC_STATUS = True
    assert "Everything works." in client.get(PAGE).text
    everything_works(BAD)
    assert "Everything works." in client.get(PAGE).text


def test_what_does_not_work_comes_first_with_what_to_do(client, administrator, race):
    client.force_login(administrator)
    page = client.get(PAGE)
    labels = [status.label for status in page.context["troubles"]]
    assert "Clocks of the drafts" in labels
    assert "Turns do not end, and drafts do not open" in page.text
    ClockHeartbeat.objects.create(beat_at=NOW)
    assert "Turns do not end, and drafts do not open" not in client.get(PAGE).text


def test_everything_works(client, administrator, everything_works):
    client.force_login(administrator)
    assert "Everything works." in client.get(PAGE).text


@pytest.mark.parametrize(("age", "tone"), [(timedelta(hours=1), WARN), (timedelta(days=2), BAD)])
def test_a_result_in_quarantine_becomes_a_problem_after_a_day(shown, race, age, tone):
    assert (shown()["Quarantine of results"].text, shown()["Quarantine of results"].tone) == ("Empty", GOOD)
    Quarantine.objects.create(
        season=race.season, race=race, kind="race", source="api", reason="Two winners", payload=[], digest="1",
        first_seen_at=NOW - age, last_seen_at=NOW,
    )  # fmt: skip
    assert shown()["Quarantine of results"].tone == tone


@pytest.mark.parametrize(("free", "tone"), [(50, GOOD), (15, WARN), (5, BAD)])
def test_the_disk(shown, monkeypatch, free, tone):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(total=100, free=free))
    assert (shown()["Free disk space"].text, shown()["Free disk space"].tone) == (f"{free} % of the data volume", tone)


@pytest.mark.parametrize(("days", "tone"), [(60, GOOD), (10, WARN), (2, BAD)])
def test_the_certificate(shown, settings, monkeypatch, days, tone):
    settings.METRICS_CERTIFICATE_ADDRESS = "caddy:443"
    moment = datetime.now(UTC) + timedelta(days=days, hours=1)
    monkeypatch.setattr(sources, "certificate_expires_at", lambda: moment)
    assert shown()["Certificate"].tone == tone


def test_a_certificate_that_cannot_be_read_is_unknown(shown, settings, monkeypatch):
    def refuse():
        raise ConnectionRefusedError

    settings.METRICS_CERTIFICATE_ADDRESS = "caddy:443"
    monkeypatch.setattr(sources, "certificate_expires_at", refuse)
    assert shown()["Certificate"].tone == UNKNOWN


def test_a_cache_that_does_not_respond_is_unknown(shown, monkeypatch):
    def fail(*arguments):
        raise RedisConnectionError

    monkeypatch.setattr(type(caches["default"]), "get", fail)
    status = shown()["Cache"]
    assert (status.tone, status.advice[:36]) == (UNKNOWN, "The site works without the cache, bu")


def test_picks_are_counted(shown, monkeypatch):
    monkeypatch.setattr(processes, "gather", lambda: {("web", "1"): processes.own_families()})
    before = shown()["Picks"].text
    PICK_SECONDS.labels("player").observe(0.02)
    assert shown()["Picks"].text != before


class TestCounted:
    @pytest.fixture
    def counted(self):
        registry = CollectorRegistry()
        requests = Histogram("seconds", "Help", ["view", "status"], buckets=(0.1, 1, 10), registry=registry)
        for number in range(100):
            requests.labels(f"view-{number % 3}", "5xx" if number < 4 else "2xx").observe(5 if number == 0 else 0.05)
        Counter("reads", "Help", ["result"], registry=registry).labels("hit").inc(3)
        return Counted(registry.collect())

    def test_totals_are_over_all_other_labels(self, counted):
        assert counted.total("seconds_count") == 100
        assert counted.total("seconds_count", status="5xx") == 4
        assert counted.total("reads_total", result="miss") == 0

    def test_quantiles_are_bounds_of_buckets(self, counted):
        assert [counted.quantile("seconds", share) for share in (0.5, 0.99, 1)] == [0.1, 0.1, 10]
        assert counted.quantile("unknown", 0.99) == 0


@pytest.mark.parametrize(
    ("tones", "worst"), [((), GOOD), ((GOOD, GOOD), GOOD), ((GOOD, UNKNOWN), WARN), ((WARN, BAD, GOOD), BAD)]
)
def test_the_worst_tone_is_that_of_the_site(tones, worst):
    assert worst_tone(Status("", "", tone) for tone in tones) == worst


def test_the_admin_leads_to_the_page(client, administrator):
    client.force_login(administrator)
    assert f'href="{reverse("pages:status")}"' in client.get("/admin/").text
