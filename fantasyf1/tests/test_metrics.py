"""`/metrics`: who may read it, what it says of all processes, and what it says if something is away."""

import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings as django_settings
from prometheus_client.parser import text_string_to_metric_families
from redis import Redis

from core.metrics.tasks import SENT_AT_HEADER
from drafts.models import ClockHeartbeat, Draft
from fantasyf1.asgi import application
from fantasyf1.metrics import exposition, processes, site, sources
from fantasyf1.metrics.gauges import GAUGES, Value, families
from fantasyf1.metrics.processes import Process
from fantasyf1.ops.backups.records import record_failure, record_success
from fantasyf1.ops.heartbeats import heartbeat_path, write_heartbeat
from notifications.models import OutgoingEmail
from tests.support.factories import RaceFactory
from tests.support.own_redis import OwnRedis
from tests.test_supervisor import clean_env, free_port

TOKEN = "a-token-for-the-metrics-of-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, settings):
    settings.FANTASYF1_HOME = tmp_path


@pytest.fixture
def no_sources(monkeypatch):
    monkeypatch.setattr(site, "used_sources", list)


def ask(peer: str = "127.0.0.1", method: str = "GET", host: str = "localhost", **headers: str) -> httpx.Response:
    async def request() -> httpx.Response:
        transport = httpx.ASGITransport(app=application, client=(peer, 50_000))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            return await client.request(method, "/metrics", headers=headers)

    return asyncio.run(request())


# -- who may read it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1"])
def test_a_program_on_this_machine_may_read_it(no_sources, peer):
    answer = ask(peer)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.0.0.7", {}),
        ("", {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"Via": "1.1 Caddy"}),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}),
        ("10.0.0.7", {"Authorization": "Bearer "}),
        ("10.0.0.7", {"Authorization": "Bearer wrong"}),
        ("10.0.0.7", {"Authorization": TOKEN}),
    ],
)
def test_nobody_else_learns_that_it_exists(settings, peer, headers):
    settings.METRICS_TOKEN = TOKEN
    answer = ask(peer, **headers)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "fantasyf1_" not in answer.text


def test_without_a_token_none_is_accepted(settings):
    settings.METRICS_TOKEN = ""
    assert ask("10.0.0.7", Authorization="Bearer ").status_code == 404


def test_a_browser_on_this_machine_cannot_be_sent_there_by_another_name(no_sources):
    assert ask(host="evil.example").status_code == 400


def test_the_token_opens_it_from_anywhere(no_sources, settings):
    settings.METRICS_TOKEN = TOKEN
    assert ask("10.0.0.7", host="pages", **BEARER).status_code == 200


def test_with_metrics_off_there_is_no_page(settings):
    settings.METRICS = False
    assert ask().status_code == 404


def test_it_refuses_post(no_sources):
    answer = ask(method="POST")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


# -- several processes -------------------------------------------------------------------------------------------------

COUNT = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "fantasyf1.settings"
import django
django.setup()
from core.metrics import CACHE_ERRORS
from fantasyf1.metrics import processes
CACHE_ERRORS.inc(int(sys.argv[1]))
processes.start("worker")
print("ready", flush=True)
sys.stdin.read()
processes.stop()
"""


@pytest.fixture
def count(tmp_path):
    """Start a process that has counted so much."""
    running = []

    def start(number: int) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", COUNT, str(number)],
            env=clean_env(FANTASYF1_HOME=str(tmp_path)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def counted() -> dict[str, float]:
    """What each process has counted, by process id."""
    _, body = exposition.expose("")
    found = [
        sample
        for family in text_string_to_metric_families(body.decode())
        for sample in family.samples
        if sample.name == "fantasyf1_cache_errors_total"
    ]
    assert {sample.labels["process"] for sample in found} <= {"worker"}
    return {sample.labels["pid"]: sample.value for sample in found}


def test_one_process_says_what_all_of_them_have_counted(count):
    first, second = count(3), count(4)
    assert counted() == {str(first.pid): 3, str(second.pid): 4}


def test_a_process_that_was_killed_leaves_nothing_behind(count, tmp_path):
    """Its counter ends, and that of the next one begins at 0: `rate()` of the sum is right only if none goes back."""
    killed, other = count(3), count(4)
    killed.kill()
    killed.wait()
    assert counted() == {str(other.pid): 4}
    assert len(list(processes.folder().glob("*"))) == 1


def test_a_process_that_stops_takes_its_file_with_it(count):
    process = count(3)
    process.communicate("", timeout=60)
    assert list(processes.folder().glob("*")) == []


def test_what_a_process_says_needs_the_token_of_its_file(count):
    process = count(3)
    (path,) = processes.folder().glob("*.json")
    assert path.name == f"worker-{process.pid}.json"
    assert path.stat().st_mode & 0o077 == 0
    entry = json.loads(path.read_text())
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{entry['port']}/process", timeout=30)


def test_this_process_needs_no_connection_to_itself(monkeypatch):
    monkeypatch.setattr(processes, "_families_of", pytest.fail)
    process = Process("web")
    monkeypatch.setattr(processes, "_process", process)
    try:
        assert list(processes.gather()) == [("web", str(os.getpid()))]
    finally:
        process.close()


def test_a_process_without_a_port_or_a_disk_works_without_its_metrics(monkeypatch, caplog):
    def fail(name: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(processes, "Process", fail)
    processes.start("web")
    assert "No space left on device" in caplog.text


def test_files_of_containers_that_no_longer_exist_are_deleted(tmp_path):
    process = Process("web")
    old, recent = (tmp_path / "metrics" / name for name in ("old", "recent"))
    for folder in (old, recent):
        folder.mkdir()
    os.utime(old, (0, 0))
    processes.delete_old_folders()
    assert {path.name for path in (tmp_path / "metrics").iterdir()} == {"recent", processes.folder().name}
    process.close()


def test_background_processes_listen_on_an_address(settings):
    port = free_port()
    settings.METRICS_ADDRESS = f"127.0.0.1:{port}"
    with exposition.exposed("worker"):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        address = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{address}/metrics", headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 404
        assert httpx.get(f"{address}/").status_code == 404
    assert f'fantasyf1_cache_errors_total{{pid="{os.getpid()}",process="worker"}}' in text
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30)


def test_a_port_that_is_taken_does_not_end_a_process(settings, caplog):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings.METRICS_ADDRESS = f"127.0.0.1:{taken.getsockname()[1]}"
        with exposition.exposed("worker"):
            pass
    assert "METRICS_ADDRESS" in caplog.text


# -- the state of the site ---------------------------------------------------------------------------------------------


def values(read: Any) -> dict[tuple[str, str], float]:
    return {(value.gauge.removeprefix("fantasyf1_"), value.label): value.value for value in read}


@pytest.fixture
def now() -> datetime:
    return datetime(2025, 7, 3, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_the_clock_of_drafts_is_as_late_as_the_oldest_turn_that_is_over(season, league, now):
    def draft(turn_ends_at: datetime, locks_at: datetime) -> None:
        race = RaceFactory.create(season=season)
        moments = {"opens_at": now, "locks_at": locks_at, "turn_ends_at": turn_ends_at}
        Draft.objects.create(league=league, race=race, state=Draft.State.OPEN, ranking=[], **moments)

    for seconds in (20, 5, -100):
        draft(now - timedelta(seconds=seconds), now + timedelta(days=1))
    draft(now - timedelta(days=9), now)
    ClockHeartbeat.objects.create(beat_at=now - timedelta(seconds=4))
    assert values(sources.drafts(now)) == {
        ("drafts_open", ""): 4,
        ("draft_clock_overdue_seconds", ""): 20,
        ("draft_clock_sweep_age_seconds", ""): 4,
    }


@pytest.mark.django_db
def test_the_age_of_the_outbox_goes_on_between_attempts(now, monkeypatch):
    """After a failed attempt, the next one is in the future: the message still waits since it was created."""
    monkeypatch.setattr(sources, "parked", lambda: [("e-mail", 2)])

    def email(created: int, due: int, attempts: int, state: str = OutgoingEmail.State.WAITING) -> None:
        moments = {"created_at": now - timedelta(minutes=created), "due_at": now - timedelta(minutes=due)}
        OutgoingEmail.objects.create(
            address="bob@example.org",
            kind="invitation",
            site="https://f1.example.org",
            state=state,
            attempts=attempts,
            give_up_at=now + timedelta(days=2),
            **moments,
        )

    email(created=600, due=-5, attempts=0)  # planned
    email(created=600, due=5, attempts=1, state=OutgoingEmail.State.SENT)
    email(created=30, due=-5, attempts=3)
    email(created=20, due=10, attempts=0)
    found = values(sources.outboxes(now))
    assert found["outbox_waiting", "account e-mail"] == 2
    assert found["outbox_oldest_age_seconds", "account e-mail"] == 1800
    assert found["outbox_oldest_age_seconds", "webhook"] == 0
    assert found["outbox_parked", "e-mail"] == 2


@pytest.mark.django_db
def test_the_reading_of_results_and_parked_messages_works(now):
    found = values(sources.results(now))
    assert found["quarantined_results", ""] == 0
    assert found["f1_api_requests_left", ""] == found["f1_api_requests_per_hour", ""]
    sources.parked()


def test_a_source_that_is_away_is_down_and_says_nothing():
    def fail() -> list[Value]:
        raise ConnectionError("it is away")

    away, other = site.Source("database", fail), site.Source("cache", lambda: [Value("fantasyf1_drafts_open", 2)])
    found = values(site.read_all([away, other]))
    assert found == {("database_up", ""): 0, ("cache_up", ""): 1, ("drafts_open", ""): 2}


def test_a_source_that_hangs_is_down_and_takes_one_thread_however_often_it_is_read(monkeypatch):
    monkeypatch.setattr(site, "SECONDS", 0.01)
    release = threading.Event()
    hanging = site.Source("database", lambda: [Value("fantasyf1_drafts_open", release.wait())])
    try:
        assert values(site.read_all([hanging])) == {("database_up", ""): 0}
        assert hanging.begin() is hanging.begin()
    finally:
        release.set()


def test_a_broker_that_is_away_is_down(settings):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/2"
    assert values(site.read_all([site.Source("broker", sources.broker)])) == {("broker_up", ""): 0}


@pytest.mark.skipif(not django_settings.REDIS_URL, reason="needs Redis: script/test brings one")
def test_the_depth_and_the_age_of_queues_are_read_from_the_broker(settings, monkeypatch):
    own = OwnRedis()
    try:
        settings.CELERY_BROKER_URL = f"{own.url}/2"
        monkeypatch.setattr("fantasyf1.metrics.sources.time.time", lambda: 1000.0)
        client = Redis.from_url(settings.CELERY_BROKER_URL)
        for sent_at in (900.0, 950.0):
            client.lpush("clock", json.dumps({"headers": {SENT_AT_HEADER: sent_at}}))
        found = values(sources.broker())
    finally:
        own.kill()
    empty = ("queue_messages", "queue_oldest_age_seconds")
    assert found == {
        ("queue_messages", "clock"): 2,
        ("queue_oldest_age_seconds", "clock"): 100,
        **{(metric, queue): 0 for metric in empty for queue in ("results", "notifications", "low")},
    }


def test_heartbeats_and_the_disk_are_read_from_the_data_directory(tmp_path):
    write_heartbeat(heartbeat_path(tmp_path, "beat"))
    write_heartbeat(heartbeat_path(tmp_path, "clock"), "The broker does not work.")
    found = values(sources.machine())
    assert found["process_healthy", "beat"] == 1
    assert found["process_healthy", "clock"] == 0
    assert found["process_heartbeat_timestamp_seconds", "beat"] == heartbeat_path(tmp_path, "beat").stat().st_mtime
    assert ("process_healthy", "worker") not in found
    assert 0 < found["data_volume_free_bytes", ""] <= found["data_volume_size_bytes", ""]


def test_the_last_good_backup_is_that_of_the_record(settings, tmp_path, now):
    settings.BACKUP_DIR = tmp_path
    assert ("backup_last_success_timestamp_seconds", "") not in values(sources.machine())
    record_success(tmp_path, file="a.tar.gz", now=now)
    record_failure(tmp_path, error="The disk is full.", now=now + timedelta(days=1))
    assert values(sources.machine())["backup_last_success_timestamp_seconds", ""] == now.timestamp()


@pytest.fixture
def certificate_port(tmp_path, now):
    """A server that presents a self-signed certificate, which expires 90 days from `now`."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=90))
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def present() -> None:
            connection, _ = server.accept()
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(1)

        thread = threading.Thread(target=present, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(30)


def test_the_end_of_the_certificate_is_that_of_the_proxy(settings, certificate_port, now):
    settings.METRICS_CERTIFICATE_ADDRESS = f"127.0.0.1:{certificate_port}"
    found = values(sources.certificate())
    assert found == {("certificate_expiry_timestamp_seconds", ""): (now + timedelta(days=90)).timestamp()}


def test_a_gauge_that_is_not_declared_is_an_error():
    with pytest.raises(KeyError):
        list(families([Value("fantasyf1_undeclared", 1)]))
    assert all(name.startswith("fantasyf1_") for name in GAUGES)
