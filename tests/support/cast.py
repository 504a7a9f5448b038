"""The cast of the tests: Alice runs the league, Bob plays, Charlie is a stranger. It is 2025, and a race is near."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models.signals import post_migrate
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import issue_tokens
from constructors.models import Constructor
from core import clock
from drafts.models import Draft
from drafts.services import open_due_drafts
from leagues.models import League
from leagues.services import create_league, join_league
from races.models import Race, Season

from .factories import STARTS_AT, SeasonFactory, UserFactory, grid, weekend
from .recorded_rows import RecordedRows, Step

FOUNDED_AT = STARTS_AT - timedelta(days=30)
DRAFTING_AT = STARTS_AT - timedelta(days=5)
OVER_AT = STARTS_AT + timedelta(hours=4)

SetClock = Callable[[datetime], None]
ApiClientFactory = Callable[..., APIClient]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """Set the clock (`core.clock`) to a moment and stop it there."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def api() -> ApiClientFactory:
    """Returns clients of the REST API; given a user, a client sends that user's token."""

    def client(user: User | None = None) -> APIClient:
        client = APIClient(raise_request_exception=False)
        if user is not None:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {access_token(user)}")
        return client

    return client


def access_token(user: User) -> str:
    """An access token as the user's app would send it."""
    return issue_tokens(user=user, now=clock.now())["access"]


def make_season() -> Season:
    """2025 with three weekends, the second one with a sprint; 22 drivers are entered for the first."""
    season = SeasonFactory.create(year=2025)
    for number in (1, 2, 3):
        weekend(season, number, sprint=number == 2)
    grid(season.races.get(round=1))
    return season


def make_league(season: Season, alice: User, bob: User) -> League:
    """Alice's private league, two picks a race, with Bob in it."""
    league = create_league(
        creator=alice, season=season, name="Alpine Friends", constructor_name="Alice Racing", now=FOUNDED_AT
    )
    join_league(user=bob, league=league, constructor_name="Bob Motorsport", now=FOUNDED_AT)
    return league


def open_first_draft(league: League, first: Constructor, second: Constructor) -> Draft:
    """Open the draft of the league's first race with `first` on the clock. Both players are ready."""
    draft = Draft.objects.get(league=league)
    draft.ready_constructors.set([first, second])
    draft.planned_order = [first.pk, second.pk]
    draft.save(update_fields=["planned_order"])
    open_due_drafts(now=DRAFTING_AT)
    return Draft.objects.select_related("league__season", "race__season", "settings").get(pk=draft.pk)


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A transaction for fixtures that all tests of a module share; the transaction of each test is nested in it.

    Do not use it in modules with transactional tests. Tests load the shared rows themselves, so that no test sees
    changes that another one made to an instance.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


def constructor_of(league: League, owner: User) -> Constructor:
    return Constructor.objects.get(league=league, owner=owner)


def draft_of(league: League) -> Draft:
    return Draft.objects.get(league=league)


ROWS = RecordedRows(
    {
        "alice": Step(lambda: UserFactory.create(username="alice")),
        "bob": Step(lambda: UserFactory.create(username="bob")),
        "charlie": Step(lambda: UserFactory.create(username="charlie")),
        "season": Step(make_season),
        "league": Step(make_league, needs=("season", "alice", "bob")),
        "alices": Step(constructor_of, needs=("league", "alice")),
        "bobs": Step(constructor_of, needs=("league", "bob")),
        "upcoming_draft": Step(draft_of, needs=("league",)),
        "open_draft": Step(open_first_draft, needs=("league", "alices", "bobs"), is_last=True),
    }
)


@pytest.fixture(scope="session")
def noticed_writes(django_db_setup: None) -> Iterator[None]:
    """Notice all statements of the tests, and when tables are created again."""
    post_migrate.connect(ROWS.forget)
    with connection.execute_wrapper(ROWS.notice):
        yield
    post_migrate.disconnect(ROWS.forget)


@pytest.fixture(autouse=True)
def recorded_rows(request: pytest.FixtureRequest) -> None:
    """Tell the recorded rows that a test starts. Automatic, so it runs before the test changes or patches anything."""
    ROWS.start_test()
    if not ROWS.recordings and not ROWS.steps.keys().isdisjoint(request.fixturenames):
        request.getfixturevalue("noticed_writes")
        with request.getfixturevalue("django_db_blocker").unblock():
            # A module may have an Alice of its own, for all of its tests.
            if not (User.objects.exists() or Season.objects.exists()):
                ROWS.record()
        ROWS.start_test()


@pytest.fixture
def alice(db: None) -> User:
    return ROWS.make(User, "alice")


@pytest.fixture
def bob(db: None) -> User:
    return ROWS.make(User, "bob")


@pytest.fixture
def charlie(db: None) -> User:
    return ROWS.make(User, "charlie")


@pytest.fixture
def season(db: None) -> Season:
    return ROWS.make(Season, "season")


@pytest.fixture
def race(season: Season) -> Race:
    return season.races.get(round=1)


@pytest.fixture
def league(season: Season, alice: User, bob: User) -> League:
    return ROWS.make(League, "league", season, alice, bob)


@pytest.fixture
def alices(league: League, alice: User) -> Constructor:
    return ROWS.make(Constructor, "alices", league, alice)


@pytest.fixture
def bobs(league: League, bob: User) -> Constructor:
    return ROWS.make(Constructor, "bobs", league, bob)


@pytest.fixture
def upcoming_draft(league: League) -> Draft:
    return ROWS.make(Draft, "upcoming_draft", league)


@pytest.fixture
def open_draft(league: League, upcoming_draft: Draft, alices: Constructor, bobs: Constructor, at: SetClock) -> Draft:
    """The draft of the first race: it is open, Alice is on the clock, and the clock is stopped."""
    at(DRAFTING_AT)
    return ROWS.make(Draft, "open_draft", league, alices, bobs)
