"""The first evening of a league: Anna creates it, friends arrive, she starts the draft, and they pick in a snake.

The same story begins on a Tuesday of a race week, an hour before the window opens, two hours before the lock, after the
lock, on a sprint weekend, in the winter break and on New Year's Eve. The year is synthetic: three weekends in spring.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from constructors.models import Constructor
from core import clock
from drafts.history import event_lines
from drafts.models import Draft
from drafts.selectors import free_by_ranking, opening_of, slot_on_the_clock
from drafts.services import lock_due_drafts, open_due_drafts
from leagues.models import League
from leagues.services import remove_member
from races.models import Race, Season
from tests.support.factories import SeasonFactory, UserFactory, grid, weekend
from tests.support.stories import fresh, order_of

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Qualifying is on Saturday 05:00 UTC, so the window opens on Monday 9 March, 12:00 UTC.
SUNDAY = datetime(2026, 3, 15, 4, tzinfo=UTC)
LOCK = SUNDAY - 23 * HOUR - 5 * MINUTE
WINDOW = datetime(2026, 3, 9, 12, tzinfo=UTC)


class Beginning(NamedTuple):
    """When Anna creates the league, the round that it drafts for, and whether the draft waits for her."""

    created_at: datetime
    round: int = 1
    waits: bool = True
    friends_arrive: timedelta = 2 * HOUR


BEGINNINGS = {
    "on Tuesday of a race week": Beginning(WINDOW + timedelta(days=1, hours=6)),
    "an hour before the window": Beginning(WINDOW - HOUR, friends_arrive=HOUR / 2, waits=False),
    "two hours before the lock": Beginning(LOCK - 2 * HOUR, friends_arrive=HOUR / 2),
    "after the lock": Beginning(LOCK + MINUTE, round=2, waits=False),
    "in the winter break": Beginning(datetime(2026, 1, 15, 18, tzinfo=UTC), waits=False),
    "on New Year's Eve": Beginning(datetime(2025, 12, 31, 22, 30, tzinfo=UTC), waits=False),
}


@pytest.fixture
def season(db: None) -> Season:
    season = SeasonFactory.create(year=2026)
    for number in (1, 2, 3):
        grid(weekend(season, number, SUNDAY, sprint=number == 2))
    return season


@pytest.fixture
def anna(db: None) -> User:
    return UserFactory.create(username="anna")


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def create(anna: User) -> League:
    page = as_user(anna).post(reverse("leagues:create"), CREATION)
    league = League.objects.get()
    assert page.headers["Location"] == reverse("drafts:lobby", args=[league.pk])
    return league


CREATION = {
    "name": "Thursday Racers",
    "constructor_name": "Anna Racing",
    "visibility": "private",
    "scoring": "inverted_position",
    "method": "snake",
    "order_strategy": "rotation",
}


def arrive(name: str, league: League) -> Constructor:
    """A friend opens the invitation, joins, and sees the lobby or the room."""
    friend = UserFactory.create(username=name)
    page = as_user(friend).post(
        reverse("leagues:join"), {"code": league.code, "constructor_name": f"{name} Racing"}, follow=True
    )
    assert f"Welcome to “{league.name}”." in page.content.decode()
    return Constructor.objects.get(owner=friend)


@pytest.mark.parametrize("name", BEGINNINGS)
def test_the_first_evening(name, season, anna, at):
    beginning, now = BEGINNINGS[name], BEGINNINGS[name].created_at
    at(now)
    league = create(anna)
    draft = Draft.objects.select_related("race__season", "league").get(league=league)
    assert (draft.race.round, draft.state) == (beginning.round, "upcoming")
    committed = draft.order_commitment

    # Alone in the lobby: the draft does not start, and does not open by itself.
    lobby = reverse("drafts:lobby", args=[league.pk])
    assert "You are the first one here" in as_user(anna).get(lobby).content.decode()
    page = as_user(anna).post(reverse("drafts:start", args=[league.pk]), follow=True)
    assert "A draft needs at least two constructors." in page.content.decode()
    open_due_drafts(now=now)
    assert fresh(draft).state == "upcoming"

    # Two friends arrive; the third one is late.
    constructors = [Constructor.objects.get(owner=anna)]
    for friend in ("ben", "christina"):
        now += beginning.friends_arrive / 2
        at(now)
        constructors.append(arrive(friend, league))
    assert opening_of(fresh(draft)).waits_for_start == beginning.waits
    if not beginning.waits:
        assert opening_of(fresh(draft)).opens_by == draft.opens_at
    at(now := now + MINUTE)
    as_user(anna).post(reverse("drafts:start", args=[league.pk]))
    drawn = order_of(draft)[:3]
    assert sorted(drawn) == sorted(constructor.pk for constructor in constructors)
    assert fresh(draft).opened_at == now

    # The third friend is in every round: snake, without a gap.
    at(now := now + MINUTE)
    constructors.append(arrive("dora", league))
    order = [*drawn, constructors[-1].pk]
    assert order_of(draft) == order + order[::-1]
    check_proof(fresh(draft), committed, drawn, late=constructors[-1])

    # They draft. After the first pick nothing moves: a friend who joins now waits, and one friend is removed.
    pick_next(draft, now)
    emils = arrive("emil", league)
    assert emils.pk not in order_of(draft)
    pick_next(draft, now)
    removed = Constructor.objects.get(pk=order[2])
    if removed.owner == anna:
        removed = Constructor.objects.get(pk=order[3])
    assert removed.owner is not None
    remove_member(league=league, by=anna, user=removed.owner, now=now)
    while slot_on_the_clock(fresh(draft)):
        pick_next(draft, now)
    assert fresh(draft).state == "complete"
    assert order_of(draft) == [pk for pk in order + order[::-1] if pk != removed.pk]

    log = [line.sentence for line in event_lines(fresh(draft))][::-1]
    assert log[0] == "anna started the draft. Order: Random draw."
    assert log[1] == "dora Racing joined, last in the order."
    assert f"{removed} left. Their open picks were removed." in log
    assert log[-1] == "All picks were made."

    # From the next draft on, the late one plays too.
    lock_due_drafts(now=draft.locks_at)
    following = Draft.objects.get(league=league, state="upcoming")
    assert not opening_of(following).is_first
    open_due_drafts(now=following.opens_at)
    assert emils.pk in order_of(following)
    assert removed.pk not in order_of(following)


def pick_next(draft: Draft, now: datetime) -> None:
    """The player on the clock picks the best driver in the room."""
    slot, entry = slot_on_the_clock(fresh(draft)), free_by_ranking(draft)[0][0]
    assert slot is not None
    assert slot.constructor.owner is not None
    response = as_user(slot.constructor.owner).post(
        reverse("drafts:pick", args=[draft.league_id, draft.race_id]), {"entry": entry.pk}
    )
    assert response.status_code == 302


def check_proof(draft: Draft, committed: str, drawn: list[int], late: Constructor) -> None:
    """The page recomputes the draw over those who took part, and names who was added later."""
    assert hashlib.sha256(draft.order_seed.encode()).hexdigest() == committed
    lots = {pk: hashlib.sha256(f"{draft.order_seed}:{pk}".encode()).hexdigest() for pk in drawn}
    assert sorted(lots, key=lots.__getitem__) == drawn
    assert late.owner is not None
    page = as_user(late.owner).get(reverse("drafts:order", args=[draft.league_id, draft.race_id]))
    assert [line.constructor.pk for line in page.context["draw"]] == drawn
    assert page.context["added"] == [late]


def test_on_a_sprint_weekend_the_lock_is_before_sprint_qualifying(season, anna, at):
    race = Race.objects.get(season=season, round=2)
    at(race.expected_start - timedelta(days=4))
    draft = create(anna).drafts.get()
    sprint_qualifying = race.sessions.get(kind="sprint_qualifying").starts_at
    assert sprint_qualifying is not None
    assert (draft.race, draft.locks_at) == (race, sprint_qualifying - 5 * MINUTE)
    arrive("ben", draft.league)
    as_user(anna).post(reverse("drafts:start", args=[draft.league_id]))
    assert fresh(draft).state == "open"
    assert clock.now() < sprint_qualifying


def test_nobody_comes_and_the_league_begins_with_the_next_race(season, anna, at):
    at(LOCK - 2 * HOUR)
    league = create(anna)
    for now in (LOCK - HOUR, LOCK):
        at(now)
        open_due_drafts(now=now)
        lock_due_drafts(now=now)
    assert list(league.drafts.order_by("race__round").values_list("race__round", "state")) == [
        (1, "void"),
        (2, "upcoming"),
    ]
    page = as_user(anna).get(reverse("drafts:lobby", args=[league.pk]))
    assert page.context["race"].round == 2


def test_the_friends_are_there_on_monday_and_nobody_has_to_start_it(season, anna, at):
    at(WINDOW - timedelta(days=5))
    league = create(anna)
    arrive("ben", league)
    open_due_drafts(now=WINDOW)
    draft = league.drafts.get()
    assert (draft.state, draft.opened_at) == ("open", WINDOW)
    assert [line.sentence for line in event_lines(draft)] == ["The draft opened. Order: Random draw."]
