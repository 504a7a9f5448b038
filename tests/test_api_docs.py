"""The commands on the page of API examples work, run against a complete installation, and so does the rest of it."""

import json
import re
import subprocess
from typing import Any

import pytest
from django.conf import settings

from core import clock
from core.web.standard_webhooks import signed_headers
from drafts.selectors import free_by_ranking
from leagues.models import WebhookDelivery
from leagues.services import add_webhook, send_due_webhooks
from leagues.webhook_events import choosable_names
from notifications.services import send_test_push, subscribe_to_push
from tests.support.cast import FOUNDED_AT
from tests.support.stories import MINUTE, pick
from tests.support.webhook_receiver import webhook_receiver
from tests.test_supervisor import RunningInstallation, clean_env

PAGE = settings.BASE_DIR / "docs" / "api.md"
RACE_WEEK = "2025-07-03T12:00:00Z"


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def blocks(language):
    """Return the blocks of code of the page in this language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def receiver(settings):
    settings.OUTGOING_ALLOWED_NETWORKS = ["127.0.0.0/8"]
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture
def server(tmp_path, monkeypatch):
    # The first start creates the tables and loads the seasons, which can take long on a busy machine.
    monkeypatch.setattr("tests.test_supervisor.TIMEOUT_SECONDS", 300)
    running = RunningInstallation(tmp_path, "--empty", DEBUG="true", FANTASYF1_CLOCK=RACE_WEEK)
    try:
        yield f"http://127.0.0.1:{running.ready().port}"
    finally:
        running.stop()


def test_every_documented_command_works(server):
    assert f"FANTASYF1_CLOCK={RACE_WEEK} script/server" in PAGE.read_text()
    command = ["timeout", "300", "bash", "-euo", "pipefail", "-c", "\n".join(blocks("sh"))]
    done = subprocess.run(command, env=clean_env(F1=server), capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert done.stdout.count('"source":"player"') >= 4
    assert "event: draft" in done.stdout


def test_every_documented_url_is_in_the_schema():
    described = (settings.BASE_DIR / "docs" / "openapi.yaml").read_text()
    shapes = {re.sub(r"\{\w+\}", "{}", path) for path in re.findall(r"^  (/\S+):$", described, re.MULTILINE)}
    named = set(re.findall(r"(?:\$F1|`)(/(?:api/v1|live)/[^\s\"`?]+)", PAGE.read_text()))
    assert len(named) > 15
    assert {path for path in named if re.sub(r"\$\w+|\{\w+\}", "{}", path) not in shapes} == set()


# -- webhooks --------------------------------------------------------------------------------------------------------


def shape(value):
    """What a JSON value consists of: the names of its fields, with the types of their values."""
    return {name: shape(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value)


def test_the_documented_event_of_a_league_has_the_fields_of_a_real_one(receiver, league, alice, open_draft):
    values = {"service": "generic", "name": "Our bot", "url": receiver.url(), "events": ["draft.pick"]}
    add_webhook(league=league, by=alice, **values, now=FOUNDED_AT)
    first = open_draft.slots.get(number=1).constructor
    pick(open_draft, first, free_by_ranking(open_draft)[0][0].driver.ref)
    send_due_webhooks(now=open_draft.opens_at + MINUTE)
    assert WebhookDelivery.objects.get().state == "sent"
    assert shape(receiver.received[0].json) == shape(json.loads(blocks("json")[0]))


def test_the_documented_event_of_a_device_has_the_fields_of_a_real_one(receiver, alice):
    device = subscribe_to_push(user=alice, kind="webhook", endpoint=receiver.url(), secret=SECRET, now=FOUNDED_AT)
    send_test_push(subscription=device, now=FOUNDED_AT)
    real, documented = receiver.received[0].json, json.loads(blocks("json")[1])
    assert real["data"].pop("expires_at") is None
    assert documented["data"].pop("expires_at")
    assert shape(real) == shape(documented)


def test_every_event_of_leagues_is_documented():
    text = " ".join(PAGE.read_text().split())
    *others, last = (f"`{name}`" for name in choosable_names())
    assert f"{', '.join(others)} and {last}." in text


def test_the_documented_verification_finds_forged_and_old_requests():
    names: dict[str, Any] = {}
    (code,) = blocks("python")
    exec(code, names)  # noqa: S102 - the code of our own page
    verify, now = names["verify"], clock.system_now()

    def signed(**changes):
        return signed_headers(**{"secret": SECRET, "message_id": "msg_1", "body": b"{}", "now": now, **changes})

    verify(SECRET, signed(), b"{}")
    forged = [signed(body=b"[]"), signed(message_id="msg_2") | {"webhook-id": "msg_1"}, signed(now=now - 6 * MINUTE)]
    for headers in forged:
        with pytest.raises(ValueError, match="The request"):
            verify(SECRET, headers, b"{}")
