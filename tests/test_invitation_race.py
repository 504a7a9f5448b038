"""Several processes on PostgreSQL send invitations and nudges at once: exactly as many go out as the limits allow.

In one case, 40 of 40 invitations to one address went out: invite, cancel, invite again. The mutant that reads the count
before it writes must fail.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings

from drafts.models import Draft
from leagues.models import Invitation, League
from leagues.services import create_league, join_league
from notifications.models import Notification, OutgoingEmail
from tests.processes.thread_client import ThreadWorkers, thread_workers
from tests.support.cast import FOUNDED_AT

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

PROCESSES, THREADS = 4, 10
ADDRESS = "victim@example.org"


@pytest.fixture(scope="module")
def workers(django_db_setup) -> Iterator[ThreadWorkers]:
    with thread_workers(PROCESSES) as workers:
        yield workers


@pytest.fixture
def leagues(season, alice) -> list[int]:
    """Twenty leagues of Alice, so that no lock of a league keeps her invitations in line."""
    return [
        create_league(creator=alice, season=season, name=f"League {number}", now=FOUNDED_AT).pk for number in range(20)
    ]


def invite_at_once(workers: ThreadWorkers, **job: object) -> list[str]:
    said = workers.run_in_all("invite", THREADS, **job)
    assert len(said) == PROCESSES * THREADS
    return said


def test_forty_invitations_to_one_address_send_five_emails(workers, leagues, alice):
    said = invite_at_once(workers, by=alice.pk, leagues=leagues, address=ADDRESS)
    assert said.count("invited") == settings.INVITATIONS_PER_DAY_AND_RECIPIENT
    assert OutgoingEmail.objects.filter(address=ADDRESS).count() == settings.INVITATIONS_PER_DAY_AND_RECIPIENT


def test_forty_invitations_to_one_league_and_address_send_five_emails(workers, leagues, alice):
    said = invite_at_once(workers, by=alice.pk, leagues=leagues[:1], address=ADDRESS)
    assert said.count("invited") == settings.INVITATIONS_PER_DAY_AND_RECIPIENT


def test_one_sender_reaches_thirty_people_a_day(workers, leagues, alice):
    said = invite_at_once(workers, by=alice.pk, leagues=leagues)
    assert said.count("invited") == settings.INVITATIONS_PER_DAY_AND_SENDER
    assert Invitation.objects.count() == settings.INVITATIONS_PER_DAY_AND_SENDER


def test_forty_nudges_tell_one_player_five_times(workers, leagues, alice, bob):
    for league in League.objects.filter(pk__in=leagues):
        join_league(league=league, user=bob, now=FOUNDED_AT)
    drafts = list(Draft.objects.values_list("pk", flat=True))
    assert len(drafts) == len(leagues)
    said = workers.run_in_all("nudge", THREADS, by=alice.pk, drafts=drafts)
    assert said.count("nudged") == settings.INVITATIONS_PER_DAY_AND_RECIPIENT
    assert Notification.objects.filter(user=bob, message="nudged").count() == said.count("nudged")


def test_checking_before_counting_lets_more_through(django_db_setup, leagues, alice):
    with thread_workers(PROCESSES, "careless") as careless:
        said = invite_at_once(careless, by=alice.pk, leagues=leagues)
    assert said.count("invited") > settings.INVITATIONS_PER_DAY_AND_SENDER
