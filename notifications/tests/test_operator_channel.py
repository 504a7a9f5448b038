"""The operator's own services, by Apprise: once for each event, and retried if a service does not take it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from notifications.models import Delivery
from notifications.services import dispatch_notifications, send_due_deliveries
from notifications.services.outbox import FIRST_RETRY_AFTER
from tests.support.factories import UserFactory
from tests.support.notifications import notify_plainly

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)


class Service(HTTPServer):
    """A service that takes JSON, and answers with `status`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.messages = 200, list[dict[str, str]]()


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status == 200:
            self.server.messages.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output of the tests clean."""


@pytest.fixture
def service(settings) -> Iterator[Service]:
    with Service() as service:
        settings.APPRISE_URLS = [f"json://127.0.0.1:{service.server_port}"]
        Thread(target=service.serve_forever, daemon=True).start()
        yield service
        service.shutdown()


@pytest.fixture
def administrators(db):
    return [UserFactory.create(is_superuser=True) for _ in range(2)]


def told(users, kind="for_administrators"):
    notify_plainly(users=users, kind=kind, key="k", title="Results are in quarantine", body="Look.", url="/", now=NOW)
    dispatch_notifications(now=NOW)


def test_the_services_get_what_administrators_are_told_once(service, administrators):
    told(administrators)
    send_due_deliveries(now=NOW)
    (message,) = service.messages
    assert message["title"] == "Results are in quarantine"
    assert message["message"].startswith("Look.")
    assert Delivery.objects.get().state == "sent"


def test_the_services_get_nothing_else(service, administrators, alice):
    told([*administrators, alice], kind="race_changed")
    told([alice])
    assert not Delivery.objects.exists()


def test_a_service_that_does_not_take_it_is_asked_again(service, administrators):
    service.status = 500
    told(administrators)
    send_due_deliveries(now=NOW)
    assert Delivery.objects.get().last_error == "One of the services in APPRISE_URLS did not take the message."
    service.status = 200
    send_due_deliveries(now=NOW + FIRST_RETRY_AFTER)
    assert len(service.messages) == 1


def test_an_address_that_apprise_does_not_know_only_delays(settings, administrators, caplog):
    settings.APPRISE_URLS = ["pigeon://loft"]
    told(administrators)
    send_due_deliveries(now=NOW)
    assert (Delivery.objects.get().state, "APPRISE_URLS" in caplog.text) == ("waiting", True)
