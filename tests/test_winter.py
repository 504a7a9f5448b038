"""The winter break of 2026: leagues are created and continued before and after the calendar of 2027 is published.

The replayed API has the last two rounds of 2026 with results, and the first two of 2027, or no 2027 yet.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from constructors.models import Constructor
from drafts.models import Draft, Pick
from drafts.services import lock_due_drafts, open_due_drafts, schedule_drafts
from leagues.models import Invitation, League
from leagues.services import accept_invitation, continue_league, create_league, join_league
from races import tasks
from races.models import Race, Season
from races.services import sync_results, sync_season
from races.sources.client import JolpicaClient
from scoring.models import RaceScore, SeasonScore
from scoring.records import records_of
from scoring.services import catch_up_scores
from tests.support.factories import UserFactory
from tests.support.replay import REPLAY_PROGRAM, ReplayServer
from tests.support.stories import order_of

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2026, 11, 20, 9, tzinfo=UTC)
CLOCKS = [
    datetime(2026, 12, 8, 9, tzinfo=UTC),
    datetime(2027, 1, 15, 9, tzinfo=UTC),
    datetime(2027, 3, 1, 9, tzinfo=UTC),
]
YEAR = timedelta(days=364)  # the same weekday


def _moved(part: dict[str, Any], by: timedelta) -> dict[str, Any]:
    """A race or session as in the API, at a later date, with its sessions."""
    moved = {name: _moved(value, by) if isinstance(value, dict) else value for name, value in part.items()}
    if "date" in part:
        moved["date"] = (datetime.fromisoformat(part["date"]) + by).date().isoformat()
    return moved


def _next_season(season: dict[str, Any]) -> dict[str, Any]:
    races = [_moved(played["race"], YEAR) | {"season": "2027"} for played in season["rounds"][:2]]
    empty: dict[str, Any] = {"Results": [], "SprintResults": [], "QualifyingResults": []}
    entrants = [entrant | {"rounds": "1-2"} for entrant in season["entrants"]]
    return season | {"season": "2027", "entrants": entrants, "rounds": [{"race": race, **empty} for race in races]}


def _last_rounds(season: dict[str, Any]) -> dict[str, Any]:
    """The last two rounds, with the results of the first two that had no sprint."""
    played = [played for played in season["rounds"] if played["Results"] and not played["SprintResults"]]
    last = [
        final | {"Results": source["Results"]} for final, source in zip(season["rounds"][-2:], played, strict=False)
    ]
    return season | {"rounds": last}


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, ReplayServer]]:
    """Two replay servers: with the calendar of 2027 (True) and without it (False)."""
    if not REPLAY_PROGRAM.exists():
        pytest.skip("the replay server is not here: FANTASYF1_REPLAY says where it is")
    season = json.loads((REPLAY_PROGRAM.parent / "seasons" / "2026.json").read_text())
    with (
        _server(tmp_path_factory.mktemp("published"), _last_rounds(season), _next_season(season)) as published,
        _server(tmp_path_factory.mktemp("unpublished"), _last_rounds(season)) as unpublished,
    ):
        yield {True: published, False: unpublished}


def _server(folder: Path, *seasons: dict[str, Any]) -> ReplayServer:
    (folder / "seasons").mkdir()
    for season in seasons:
        (folder / "seasons" / f"{season['season']}.json").write_text(json.dumps(season))
    return ReplayServer(program=Path(shutil.copy(REPLAY_PROGRAM, folder)))


@pytest.fixture
def read_from(feed: dict[bool, ReplayServer], settings: Settings) -> Callable[[bool], None]:
    """Read the API with the calendar of 2027, or without it."""
    settings.F1_API_PER_SECOND, settings.F1_API_PER_HOUR = 100_000, 100_000

    def read_from(is_published: bool) -> None:
        settings.F1_API_URL = feed[is_published].url

    return read_from


def _play(now: datetime) -> None:
    """Open, lock and score every draft of 2026 at its time, all picks made by the server."""
    while (draft := Draft.objects.filter(state=Draft.State.UPCOMING).order_by("opens_at").first()) is not None:
        open_due_drafts(now=draft.opens_at)
        lock_due_drafts(now=draft.locks_at)
        schedule_drafts(now=draft.locks_at)
    with JolpicaClient() as source:
        list(sync_results(source=source, year=2026, now=now))
    catch_up_scores(now=now)


@pytest.fixture
def league(read_from, alice, bob) -> League:
    """Alice's league of 2026 with Bob, which has drafted and scored the last two races."""
    read_from(False)
    with JolpicaClient() as source:
        season = sync_season(source=source, year=2026, now=NOVEMBER)
    league = create_league(creator=alice, season=season, name="Alpine Friends", now=NOVEMBER)
    join_league(user=bob, league=league, now=NOVEMBER)
    _play(datetime(2026, 12, 7, 9, tzinfo=UTC))
    assert Draft.objects.filter(league=league, state=Draft.State.SCORED).count() == 2
    return League.objects.select_related("season").get(pk=league.pk)


def _season_2026() -> list[list[Any]]:
    """Everything that a league of 2026 has: drafts, picks and scores."""
    own = {"league__season__year": 2026}
    return [
        list(Draft.objects.filter(**own).order_by("pk").values("pk", "state", "locks_at", "order_seed")),
        list(Pick.objects.filter(draft__league__season__year=2026).order_by("pk").values()),
        list(RaceScore.objects.filter(draft__league__season__year=2026).order_by("pk").values()),
        list(SeasonScore.objects.filter(**own).order_by("pk").values("constructor", "points", "rank", "wins")),
        list(Race.objects.filter(season__year=2026).order_by("pk").values("pk", "race_date", "starts_at")),
    ]


def _continued(league: League, alice, bob, now: datetime) -> League:
    continued = continue_league(league=league, by=alice, now=now)
    accept_invitation(invitation=Invitation.objects.get(league=continued, user=bob), user=bob, now=now)
    return continued


@pytest.mark.parametrize("now", CLOCKS)
@pytest.mark.parametrize("is_published", [True, False])
def test_leagues_are_created_and_continued_in_the_winter(league, alice, bob, client, at, read_from, now, is_published):
    before = _season_2026()
    read_from(is_published)
    at(now)
    tasks.sync_calendar()
    client.force_login(alice)
    form = {"name": "Winter", "visibility": "private", "scoring": "standard_f1", "method": "snake"}
    page = client.get(reverse("leagues:create")).content.decode()
    assert ("The calendar of 2027 is not published yet." in page) is not is_published
    client.post(reverse("leagues:create"), form | {"order_strategy": "rotation"})
    leagues = [League.objects.get(name="Winter"), _continued(league, alice, bob, now)]
    schedule_drafts(now=now)
    for created in leagues:
        assert (created.season.year, created.season.grid_size) == (2027, 22)
        assert Draft.objects.filter(league=created).exists() is is_published
        assert client.get(reverse("pages:league_home", args=[created.pk])).status_code == 200
    records = records_of(leagues[1], alice, now)
    assert [(season.year, len(season.champions)) for season in records.seasons] == [(2027, 0), (2026, 1)]
    assert _season_2026() == before


@pytest.mark.parametrize("now", CLOCKS)
def test_drafts_appear_with_the_calendar_and_open_in_reverse_order(league, alice, bob, at, read_from, now):
    before = _season_2026()
    read_from(False)
    at(now)
    tasks.sync_calendar()
    continued = _continued(league, alice, bob, now)
    assert schedule_drafts(now=now) == 0
    read_from(True)
    at(now + timedelta(days=1))
    tasks.sync_calendar()
    assert schedule_drafts(now=now + timedelta(days=1)) == 1
    draft = Draft.objects.select_related("race").get(league=continued)
    first = Season.objects.get(year=2027).races.earliest("race_date")
    assert (draft.race, draft.state) == (first, Draft.State.UPCOMING)
    open_due_drafts(now=draft.opens_at)
    old = SeasonScore.objects.filter(league=league).order_by("-rank").values_list("constructor__owner", flat=True)
    owners = dict(Constructor.objects.filter(league=continued).values_list("pk", "owner"))
    assert [owners[pk] for pk in order_of(draft)] == [*old, *old]
    lock_due_drafts(now=draft.locks_at)
    assert Draft.objects.get(league=continued, race=first).picks.count() == 4
    assert _season_2026() == before


def test_a_league_of_the_finished_season_is_refused_in_the_winter(league, api, at):
    at(CLOCKS[0])
    response = api(UserFactory.create()).post("/api/v1/leagues", {"name": "Late", "season": 2026}, format="json")
    assert (response.status_code, response.json()["error"]["code"]) == (409, "season_over")
