"""Creating notifications: one per user and event."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Notification
from accounts.services import NewNotification, notify, notify_each
from tests.support.factories import UserFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2025, 7, 3, 12, tzinfo=UTC)
MOVED = {"kind": Notification.Kind.RACE_CHANGED, "key": "race:7:moved", "title": "The race was moved"}


def test_everybody_is_told_once(alice, bob):
    assert notify(users=[alice, bob], **MOVED, now=NOW) == 2
    assert notify(users=[alice, bob], **MOVED | {"title": "Again"}, now=NOW + timedelta(hours=1)) == 0
    assert [notification.title for notification in Notification.objects.all()] == ["The race was moved"] * 2


def test_a_person_named_twice_is_told_once(alice):
    assert notify(users=[alice, alice], **MOVED, now=NOW) == 1


def test_a_title_is_one_line_of_bounded_length(alice):
    notify(users=[alice], **MOVED | {"title": "Bcc: all\r\n of" + " you" * 100}, now=NOW)
    title = Notification.objects.get().title
    assert title.startswith("Bcc: all of you")
    assert len(title) == 200


def test_each_is_told_his_own_in_few_statements(django_assert_max_num_queries):
    players = UserFactory.create_batch(600)
    kind = Notification.Kind.RESULT_CORRECTED
    news = [NewNotification(player.pk, kind, f"correction:1:{player.pk}", player.username) for player in players]
    # SQLite needs a few more queries: it binds fewer values per statement.
    with django_assert_max_num_queries(12):
        assert notify_each(news=news, now=NOW) == 600
    assert Notification.objects.get(user=players[5]).title == players[5].username
    assert notify_each(news=news, now=NOW) == 0
