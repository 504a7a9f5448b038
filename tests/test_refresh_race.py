"""Several processes on PostgreSQL use one refresh token 32 times at once: one use wins, in every round.

The method of simplejwt, which looks for the token in a list before it adds the token to it, must fail the same check.
"""

import os
from collections.abc import Iterator

import pytest
from django.db.models import F

from accounts.models import TokenFamily, User
from accounts.services import issue_tokens
from core import clock
from tests.processes.thread_client import ThreadWorkers, thread_workers

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROUNDS = int(os.environ.get("REPLAY_ROUNDS", "40"))
PROCESSES, THREADS = 4, 8


@pytest.fixture
def workers(alice) -> Iterator[ThreadWorkers]:
    with thread_workers(PROCESSES) as workers:
        yield workers


@pytest.fixture
def stock(alice) -> Iterator[ThreadWorkers]:
    with thread_workers(PROCESSES, "stock") as workers:
        workers.run_in_one("set up stock", to=[])
        yield workers
        workers.run_in_one("set up stock", to=["zero"])


def winners(said: list[str]) -> list[str]:
    assert len(said) == PROCESSES * THREADS
    return [outcome for outcome in said if outcome != "refused"]


def test_one_of_32_concurrent_refreshes_wins_in_every_round(workers, alice):
    token = issue_tokens(user=alice, now=clock.now())["refresh"]
    for _ in range(ROUNDS):
        won = winners(workers.run_in_all("refresh", THREADS, token=token))
        assert len(won) == 1
        # The next round is about the token that this round returned: the other uses have not ended the sign-in.
        token = won[0]
    assert TokenFamily.objects.filter(revoked_at=None).exclude(current=F("previous")).count() == 1


def run_simplejwt_rounds(stock: ThreadWorkers, user: User) -> None:
    for _ in range(ROUNDS):
        token = stock.run_in_one("open stock", user=user.pk)
        assert len(winners(stock.run_in_all("stock", THREADS, token=token))) == 1


def test_the_stock_serializer_fails_the_same_check(stock, alice):
    with pytest.raises(AssertionError, match=r"assert \d+ == 1"):
        run_simplejwt_rounds(stock, alice)
