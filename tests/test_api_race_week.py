"""A race week works through the API alone: three users register, create a league, join, draft and read their points."""

import pytest

from accounts.models import User
from drafts.services import lock_due_drafts, open_due_drafts
from scoring.services import score_race
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from tests.support.factories import PASSWORD, results_for

pytestmark = pytest.mark.django_db

API = "/api/v1"


@pytest.fixture
def register(api):
    """Return a function that registers a user and returns a client that sends the user's token."""

    def register(name):
        words = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        client = api()
        assert client.post(f"{API}/auth/register", words).status_code == 201
        tokens = client.post(f"{API}/auth/login", {"username": name, "password": PASSWORD}).json()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access']}")
        return client

    return register


def make_picks_in_turn(clients, status_at, drivers):
    """Let the player on the clock pick the next driver until there are no drivers left. Other players get a 403."""
    for driver in drivers:
        watcher = next(iter(clients.values()))
        status = watcher.get(status_at).json()
        turn = status["on_the_clock"]
        body = {"race_id": status["race_id"], "driver_id": driver}
        address = f"{API}/constructors/{turn['constructor_id']}/drafts"
        assert clients[turn["player"]].post(address, body).status_code == 201
        others = [client for player, client in clients.items() if player != turn["player"]]
        assert [client.post(address, body).status_code for client in others] == [403] * len(others)


def test_a_race_week(register, race, at):
    at(FOUNDED_AT)
    clients = {name: register(name) for name in ("anna", "ben", "cleo")}
    anna, ben, cleo = clients.values()
    league = anna.post(f"{API}/leagues", {"name": "Week", "settings": {"scoring": "standard_f1"}}).json()
    for friend in (ben, cleo):
        assert friend.post(f"{API}/leagues/join", {"code": league["code"]}).status_code == 201
    status_at = f"{API}/races/{race.pk}/leagues/{league['id']}/draft-status"
    assert anna.get(status_at).json()["state"] == "upcoming"

    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    make_picks_in_turn(clients, status_at, [f"driver_{number}" for number in range(1, 7)])
    assert anna.get(status_at).json()["state"] == "complete"

    at(OVER_AT)
    lock_due_drafts(now=OVER_AT)
    results_for(race)
    score_race(race=race, now=OVER_AT)
    table = ben.get(f"{API}/leagues/{league['id']}/leaderboard").json()["items"]
    assert [(row["rank"], row["points"]) for row in table] == [(1, "37"), (2, "28"), (3, "23")]
    for row in table:
        drafts = ben.get(f"{API}/constructors/{row['constructor_id']}/drafts").json()["items"]
        scored = next(draft for draft in drafts if draft["state"] == "scored")
        assert scored["points"] == row["points"]
        assert sum(int(pick["points"]) for pick in scored["picks"]) == int(row["points"])


def test_a_token_of_a_deactivated_account_is_refused(register, season, at):
    at(FOUNDED_AT)
    client = register("anna")
    User.objects.update(is_active=False)
    assert client.get(f"{API}/leagues").status_code == 401
