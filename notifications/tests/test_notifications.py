"""Creating notifications: one per user and event."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.models import Notification
from notifications.services import NewNotification, notify_each
from tests.support.factories import UserFactory
from tests.support.notifications import PLAIN, notify_plainly

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
MOVED = {"kind": "race_changed", "key": "race:7:moved", "title": "The race was moved"}


def text(title):
    return {"title": title, "body": "", "url": ""}


def test_everyone_is_notified_once(alice, bob):
    assert notify_plainly(users=[alice, bob], **MOVED, now=NOW) == 2
    assert notify_plainly(users=[alice, bob], **MOVED | {"title": "Again"}, now=NOW + timedelta(hours=1)) == 0
    assert [notification.title for notification in Notification.objects.all()] == ["The race was moved"] * 2


def test_a_user_listed_twice_is_notified_once(alice):
    assert notify_plainly(users=[alice, alice], **MOVED, now=NOW) == 1


def test_a_title_is_one_line_of_bounded_length(alice):
    notify_plainly(users=[alice], **MOVED | {"title": "Bcc: all\r\n of" + " you" * 100}, now=NOW)
    title = Notification.objects.get().title
    assert title.startswith("Bcc: all of you")
    assert len(title) == 200


def test_personal_notifications_take_few_queries(django_assert_max_num_queries):
    players = UserFactory.create_batch(600)
    news = [
        NewNotification(player.pk, PLAIN["result_corrected"], f"correction:1:{player.pk}", text(player.username))
        for player in players
    ]
    # SQLite needs a few more queries: it binds fewer values per statement.
    with django_assert_max_num_queries(16):
        assert notify_each(notifications=news, now=NOW) == 600
    assert Notification.objects.get(user=players[5]).title == players[5].username
    assert notify_each(notifications=news, now=NOW) == 0
