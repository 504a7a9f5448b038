"""The embedded broker: delivered messages are deleted."""

import sqlite3
from pathlib import Path

import pytest
from django.conf import settings
from kombu import Connection

from fantasyf1.ops.broker import delete_delivered_messages


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings, "BROKER_URL", "")
    return tmp_path / "broker.sqlite3"


def exchange(file: Path, *, sent: int, received: int) -> None:
    with Connection(f"sqla+sqlite:///{file}") as connection:
        queue = connection.SimpleQueue("ticks")
        for number in range(sent):
            queue.put({"tick": number})
        for number in range(received):
            message = queue.get(timeout=5)
            assert message.payload == {"tick": number}
            message.ack()
        queue.close()


def rows(file: Path) -> int:
    connection = sqlite3.connect(file)
    (count,) = connection.execute("SELECT count(*) FROM kombu_message").fetchone()
    connection.close()
    return int(count)


def test_delivered_messages_stay_in_the_file_until_maintenance(file):
    exchange(file, sent=5, received=3)
    assert rows(file) == 5
    assert delete_delivered_messages(file) == 3
    assert rows(file) == 2


def test_undelivered_messages_survive_maintenance(file):
    exchange(file, sent=2, received=0)
    delete_delivered_messages(file)
    exchange(file, sent=0, received=2)


def test_maintenance_ignores_a_missing_or_empty_broker(file):
    assert delete_delivered_messages(file) == 0
    file.touch()
    assert delete_delivered_messages(file) == 0
