"""Several processes on PostgreSQL try two hundred passwords at once: exactly as many are checked as the limit allows.

Of the same number of uses of one code, from an authenticator app or from its list of codes, one succeeds. Redis is not
used: the limits hold when it is down. The mutant that reads the count before it writes must fail.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import encrypt
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher

from accounts.models import User
from accounts.services import device_cookie
from tests.processes.thread_client import ThreadWorkers, thread_workers
from tests.support.factories import PASSWORD

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PROCESSES, THREADS = 4, 50
TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
UNREACHABLE_REDIS = "redis://127.0.0.1:1"


@pytest.fixture(autouse=True)
def alices_password(alice) -> None:
    alice.password = MD5PasswordHasher().encode(PASSWORD, "twenty-two-letters-long")
    alice.save()


@pytest.fixture(scope="module")
def workers(django_db_setup) -> Iterator[ThreadWorkers]:
    with workers_without_redis() as workers:
        yield workers


@pytest.fixture
def careless() -> Iterator[ThreadWorkers]:
    with workers_without_redis("careless") as workers:
        yield workers


@contextmanager
def workers_without_redis(*arguments: str) -> Iterator[ThreadWorkers]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REDIS_URL", UNREACHABLE_REDIS)
        with thread_workers(PROCESSES, *arguments) as workers:
            yield workers


def sign_in_at_once(workers: ThreadWorkers, **job: object) -> list[str]:
    words = {"name": "alice", "password": "wrong", "address": "192.0.2.1"}
    said = workers.run_in_all("sign in", THREADS, **(words | job))
    assert len(said) == PROCESSES * THREADS
    return said


def test_exactly_the_limit_is_checked_for_one_name(workers):
    said = sign_in_at_once(workers)
    assert said.count("checked") == settings.SIGN_IN_TRIES_PER_NAME
    assert said.count("too many") == len(said) - settings.SIGN_IN_TRIES_PER_NAME
    # After that, the right password is refused as well.
    assert set(sign_in_at_once(workers, password=PASSWORD)) == {"too many"}


def test_exactly_the_limit_is_checked_from_one_ip_address(workers):
    said = sign_in_at_once(workers, each_own_name=True)
    assert said.count("checked") == settings.SIGN_IN_TRIES_PER_ADDRESS


def test_exactly_the_limit_is_checked_in_a_known_browser(workers, alice):
    sign_in_at_once(workers)
    name, value = device_cookie(alice)
    # The processes run as in production, where the cookie has the prefix.
    cookies = {f"__Host-{name.removeprefix('__Host-')}": value}
    said = sign_in_at_once(workers, cookies=cookies)
    assert said.count("checked") == settings.SIGN_IN_TRIES_PER_NAME
    assert set(sign_in_at_once(workers, cookies=cookies, password=PASSWORD)) == {"too many"}


def use_code_at_once(workers: ThreadWorkers, alice: User, code: str) -> list[str]:
    said = workers.run_in_all("use code", THREADS, user=alice.pk, code=code)
    assert len(said) == PROCESSES * THREADS
    return said


def test_an_authenticator_code_works_once(workers, alice):
    Authenticator.objects.create(user=alice, type=Authenticator.Type.TOTP, data={"secret": encrypt(TOTP_SECRET)})
    code = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
    assert use_code_at_once(workers, alice, code).count("used") == 1


def test_a_recovery_code_works_once(workers, alice):
    code = RecoveryCodes.activate(alice).generate_codes()[0]
    assert use_code_at_once(workers, alice, code).count("used") == 1


def test_checking_before_counting_lets_more_attempts_through(careless):
    assert sign_in_at_once(careless).count("checked") > settings.SIGN_IN_TRIES_PER_NAME
