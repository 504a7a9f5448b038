"""Rate limits (GCRA): how many attempts fit into a window, how long to wait, and the cleanup."""

from datetime import timedelta

import pytest

from core.errors import RateLimited
from core.services.rate_limits import RateLimitRule, consume, delete_expired_rate_limits
from tests.support.cast import FOUNDED_AT

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
THREE_AN_HOUR = RateLimitRule("tea", "alice", 3, timedelta(hours=1))


def attempts_left(limit, now):
    for count in range(limit.most + 1):
        try:
            consume([limit], now=now)
        except RateLimited:
            return count
    return limit.most + 1


@pytest.mark.parametrize("most", [1, 3, 7, 10, 100])
def test_exactly_the_limit_is_allowed(most):
    limit = RateLimitRule("tea", "alice", most, timedelta(seconds=900))
    assert attempts_left(limit, FOUNDED_AT) == most
    assert attempts_left(limit, FOUNDED_AT + limit.window) == most


def test_waiting_for_retry_after_is_long_enough():
    attempts_left(THREE_AN_HOUR, FOUNDED_AT)
    with pytest.raises(RateLimited) as refused:
        consume([THREE_AN_HOUR], now=FOUNDED_AT + MINUTE)
    assert refused.value.seconds == 19 * 60
    consume([THREE_AN_HOUR], now=FOUNDED_AT + MINUTE + timedelta(seconds=refused.value.seconds))


def test_expired_rate_limits_are_deleted():
    attempts_left(THREE_AN_HOUR, FOUNDED_AT)
    assert delete_expired_rate_limits(now=FOUNDED_AT + timedelta(minutes=59)) == 0
    assert delete_expired_rate_limits(now=FOUNDED_AT + timedelta(minutes=61)) == 1


@pytest.mark.parametrize(
    ("window", "sentence"),
    [
        (timedelta(seconds=1), "Too many attempts. Try again in 1 second."),
        (timedelta(seconds=59), "Too many attempts. Try again in 59 seconds."),
        (timedelta(seconds=60), "Too many attempts. Try again in 1 minute."),
        (timedelta(seconds=61), "Too many attempts. Try again in 2 minutes."),
    ],
)
def test_the_sentence_says_how_long_to_wait(window, sentence):
    limit = RateLimitRule("tea", "alice", 1, window)
    consume([limit], now=FOUNDED_AT)
    with pytest.raises(RateLimited, match=sentence):
        consume([limit], now=FOUNDED_AT)
