"""A client that is generated from `docs/openapi.yaml` alone can play a race week.

The generator creates a module for every operation and a class for every body. The test calls Django directly only for
what no player does: the worker's periodic tasks, which open, lock and score drafts.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

from drafts.services import lock_due_drafts, open_due_drafts
from races.models import Race
from scoring.services import score_race

from .conftest import Application
from .support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT, SetClock
from .support.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

LIBRARY = "fantasy_f1_client"
SITE = {"base_url": "http://localhost", "raise_on_unexpected_status": True}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Generate the client's package in a temporary folder, importable while the tests of this module run."""
    folder = tmp_path_factory.mktemp("written")
    generate_client(settings.BASE_DIR / "docs" / "openapi.yaml", folder / LIBRARY)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield LIBRARY


def generate_client(description: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning"]
    command += ["--meta", "none", "--path", str(description), "--output-path", str(folder)]
    # The generator calls ruff, which is in the same folder as this Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


class Player:
    """A user of the client. Call operations by their IDs and create bodies by their names."""

    def __init__(self, application: Application, token: str = "") -> None:
        library = import_module(LIBRARY)
        self.models = import_module(f"{LIBRARY}.models")
        to_the_site = {"httpx_args": {"transport": httpx.WSGITransport(application)}, **SITE}
        kind = library.AuthenticatedClient if token else library.Client
        self.client = kind(**to_the_site, **({"token": token} if token else {}))

    def call(self, tag: str, operation: str, /, *ids: int, **kwargs: Any) -> Any:
        """Return the operation's response as an instance of the client's classes. A refusal fails the test."""
        answer = import_module(f"{LIBRARY}.api.{tag}.{operation}").sync(*ids, client=self.client, **kwargs)
        assert not isinstance(answer, self.models.Error), answer
        return answer

    def body(self, name: str, /, **values: Any) -> Any:
        return getattr(self.models, name)(**values)


@pytest.fixture
def sign_in(library: str, application: Application) -> Callable[[str], Player]:
    def sign_in(name: str) -> Player:
        nobody = Player(application)
        words = nobody.body("LoginRequest", username=name, password=PASSWORD)
        return Player(application, nobody.call("auth", "auth_login_create", body=words).access)

    return sign_in


@pytest.fixture
def register(sign_in: Callable[[str], Player], application: Application) -> Callable[[str], Player]:
    def register(name: str) -> Player:
        nobody = Player(application)
        words = nobody.body("RegisterRequest", username=name, email=f"{name}@example.org", password=PASSWORD)
        assert nobody.call("auth", "auth_register_create", body=words).user.username == name
        return sign_in(name)

    return register


def make_picks_in_turn(players: dict[str, Player], draft_id: int) -> list[tuple[str, str]]:
    """Let the player on the clock pick the first free driver until nobody is on the clock."""
    picks = []
    someone = next(iter(players.values()))
    while turn := (room := someone.call("drafts", "drafts_retrieve", draft_id)).on_the_clock:
        player = players[turn.player]
        driver = room.free_drivers[0].id
        wanted = player.body("NewPickRequest", race_id=room.race_id, driver_id=driver)
        made = player.call("drafts", "constructors_drafts_create", turn.constructor_id, body=wanted)
        picks.append((turn.player, made.driver_id))
    return picks


def enter_results(administrator: Player, race_id: int) -> None:
    """Enter results in which everybody finishes, in the order of the list of drivers."""
    drivers = administrator.call("drivers", "drivers_list", page_size=100).items
    rows = [
        administrator.body(
            "EnteredRowRequest", position=place, position_text=str(place), driver_id=driver.id,
            team_id=driver.team.id, number=driver.number, grid=place, laps=57, status="Finished", points="0",
        )
        for place, driver in enumerate(drivers, 1)
    ]  # fmt: skip
    kind = administrator.models.ClassificationKind.RACE
    given = administrator.body("EnterResultsRequest", kind=kind, reason="The first race", rows=rows)
    assert administrator.call("races", "races_results_create", race_id, body=given).revision == 1


def test_a_race_week(register: Any, sign_in: Any, race: Race, at: SetClock) -> None:
    at(FOUNDED_AT)
    anna, ben = register("anna"), register("ben")

    league = anna.call("leagues", "leagues_create", body=anna.body("NewLeagueRequest", name="Alpine Friends"))
    assert (league.role, league.players) == ("manager", 1)
    joined = ben.call("leagues", "leagues_join_by_code", body=ben.body("CodeRequest", code=league.code))
    assert (joined.id, joined.role, joined.players) == (league.id, "member", 2)

    at(DRAFTING_AT)
    open_due_drafts(now=DRAFTING_AT)
    (draft,) = ben.call("drafts", "drafts_list", league_id=league.id).items
    assert (draft.race, draft.state) == (race.name, "open")
    picks = make_picks_in_turn({"anna": anna, "ben": ben}, draft.id)
    assert [player for player, _ in picks].count("anna") == [player for player, _ in picks].count("ben") == 2
    assert ben.call("drafts", "drafts_retrieve", draft.id).state == "complete"

    at(OVER_AT)
    lock_due_drafts(now=OVER_AT)
    UserFactory.create(username="steward", password=PASSWORD, is_superuser=True)
    enter_results(sign_in("steward"), draft.race_id)
    score_race(race=race, now=OVER_AT)

    (own,) = ben.call("constructors", "constructors_list", league_id=league.id).items
    scored = next(draft for draft in ben.call("constructors", "constructors_drafts_list", own.id).items if draft.points)
    assert [pick.driver_id for pick in scored.picks] == [driver for player, driver in picks if player == "ben"]
    assert int(scored.points) == sum(int(line.points) for pick in scored.picks for line in pick.breakdown)
    table = ben.call("leagues", "leagues_leaderboard_list", league.id).items
    assert {row.player: row.points for row in table}["ben"] == scored.points
