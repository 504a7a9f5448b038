"""When a user was last seen, to within a day."""

from datetime import timedelta

from django.urls import reverse

from accounts.services import record_seen
from tests.support.cast import FOUNDED_AT

HOUR = timedelta(hours=1)


def test_it_is_written_once_a_day(alice, django_assert_num_queries):
    record_seen(user=alice, now=FOUNDED_AT)
    with django_assert_num_queries(0):
        record_seen(user=alice, now=FOUNDED_AT + 23 * HOUR)
    record_seen(user=alice, now=FOUNDED_AT + 24 * HOUR)
    alice.refresh_from_db()
    assert alice.last_seen_at == FOUNDED_AT + 24 * HOUR


def test_a_page_and_an_app_count(client, api, at, alice):
    at(FOUNDED_AT)
    client.force_login(alice)
    at(FOUNDED_AT + 48 * HOUR)
    client.get(reverse("accounts:profile"))
    alice.refresh_from_db()
    assert alice.last_seen_at == FOUNDED_AT + 48 * HOUR
    at(FOUNDED_AT + 96 * HOUR)
    api(alice)
    alice.refresh_from_db()
    assert alice.last_seen_at == FOUNDED_AT + 96 * HOUR
