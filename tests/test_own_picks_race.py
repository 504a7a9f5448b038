"""One person picks twice at the same moment, in two browsers and an app: one pick, and none for their next turn.

The draft's row is locked, constraints back up the lock, and page and app say which slot they mean to fill. The same
check fails without the slot, and without the others.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from drafts.models import Draft
from drafts.selectors import free_entries
from drafts.services import undo_picks
from races.models import Entry
from races.tests.test_concurrency import run_concurrently
from tests.mutants.picks_without_lock import picks_without_lock
from tests.support.cast import DRAFTING_AT, access_token
from tests.support.stories import fresh
from tests.test_pick_race import without_constraints

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

ROUNDS = 5
# How often the mutants get a chance to fail.
MUTANT_ROUNDS = 40
REFUSALS = {"not_your_turn", "turn_changed", "driver_taken"}


@pytest.fixture
def draft(at, open_draft, alices) -> Draft:
    """Alice has the first and the second turn."""
    at(DRAFTING_AT)
    open_draft.slots.filter(number=2).update(constructor=alices, round=2)
    return fresh(open_draft)


@pytest.fixture
def doors(draft, alice, alices) -> list[Callable[[Entry, int | None], str]]:
    """Two browsers and two apps in which Alice is signed in. Each picks an entry and returns the outcome."""
    room = reverse("drafts:pick", args=[draft.league_id, draft.race_id])

    def browser() -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(alice, backend="accounts.backends.NameOrEmailBackend")
        return client

    def by_room(client: Client, entry: Entry, slot: int | None) -> str:
        response = client.post(room, {"entry": entry.pk, **({} if slot is None else {"slot": slot})})
        return {302: "won", 422: "refused"}.get(response.status_code, str(response.status_code))

    def by_api(client: APIClient, entry: Entry, slot: int | None) -> str:
        body = {"race_id": draft.race_id, "driver_id": entry.driver.ref, **({} if slot is None else {"slot": slot})}
        response = client.post(f"/api/v1/constructors/{alices.pk}/drafts", body)
        return "won" if response.status_code == 201 else str(response.json()["error"]["code"])

    def app() -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access_token(alice)}")
        return client

    return [partial(by_room, browser()), partial(by_room, browser()), partial(by_api, app()), partial(by_api, app())]


def outcomes_of_rounds(
    draft: Draft, doors, alice, *, slot: int | None, is_same_driver: bool, rounds: int = ROUNDS
) -> Iterator[list[str]]:
    entries = list(free_entries(draft).select_related("driver")[: len(doors)])
    for _ in range(rounds):
        wanted = [entries[0]] * len(doors) if is_same_driver else entries
        calls = [partial(door, entry, slot) for door, entry in zip(doors, wanted, strict=True)]
        yield [str(outcome) for outcome in run_concurrently(*calls)]
        undo_picks(draft=fresh(draft), by=alice, count=draft.picks.count(), now=DRAFTING_AT)


@pytest.mark.parametrize("is_same_driver", [True, False])
def test_of_picks_at_once_one_is_made(draft, doors, alice, is_same_driver):
    for outcomes in outcomes_of_rounds(draft, doors, alice, slot=1, is_same_driver=is_same_driver):
        assert outcomes.count("won") == 1, outcomes
        assert set(outcomes) <= {"won", "refused", *REFUSALS}
        assert [pick.slot.number for pick in draft.picks.all()] == [1]


def test_the_same_driver_is_picked_once_without_the_slot_too(draft, doors, alice):
    for outcomes in outcomes_of_rounds(draft, doors, alice, slot=None, is_same_driver=True):
        assert outcomes.count("won") == 1, outcomes


def test_without_the_slot_the_same_check_fails(draft, doors, alice):
    """So the slot is what keeps the second pick from Alice's next turn."""
    for outcomes in outcomes_of_rounds(draft, doors, alice, slot=None, is_same_driver=False):
        assert outcomes.count("won") > 1, outcomes


def test_without_lock_and_constraints_the_same_check_fails(draft, doors, alice):
    with without_constraints(), picks_without_lock():
        rounds = outcomes_of_rounds(draft, doors, alice, slot=1, is_same_driver=False, rounds=MUTANT_ROUNDS)
        assert any(outcomes.count("won") > 1 for outcomes in rounds)


def test_the_room_says_which_slot_it_offers(draft, alice):
    client = Client()
    client.force_login(alice)
    page = client.get(reverse("drafts:room", args=[draft.league_id, draft.race_id])).text
    assert '<input type="hidden" name="slot" value="1" form="picking">' in page
