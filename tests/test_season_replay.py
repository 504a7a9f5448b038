"""Replays the season of 2025 live, from the first draft to the day of the last possible correction.

The replay API runs on its clock, and injects every fault that it knows.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q, QuerySet
from pytest_django import Settings

from drafts.models import Draft, DraftEvent
from drafts.selectors import slot_on_the_clock
from drafts.services import lock_due_drafts, make_pick, open_due_drafts
from leagues.models import League
from leagues.services import create_league, join_league
from races.models import Classification, Quarantine, Race, ResultCheck, Season
from races.rules import VERIFICATION_PERIOD
from races.services import poll_next_race, record_classification, record_season, schedule_checks, sync_season
from races.sources.client import JolpicaClient
from scoring.leaderboards import leaderboard
from scoring.models import PickScore, RaceScore, SeasonScore
from scoring.services import catch_up_scores

from .support.factories import UserFactory
from .support.replay import REPLAY_PROGRAM, ReplayServer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not REPLAY_PROGRAM.exists(), reason="the replayed F1 API is not beside the repository"),
]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2025, 3, 1, tzinfo=UTC)
FINALE = datetime(2025, 12, 7, 13, tzinfo=UTC)
# Weeks pass quickly here: the checks after day 7 run at the end.
WEEKLY = Q(stage__startswith="week") | Q(stage="the end")
FAULTS: list[dict[str, Any]] = [
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429, "retry_after": 1},
    {"kind": "hang", "seconds": 1},
    {"kind": "truncate"},
    {"kind": "html"},
    {"kind": "types"},
    {"kind": "partial", "rows": 7},
]
IMOLA, CANADA, BELGIUM, BAHRAIN = "imola", "villeneuve", "spa", "bahrain"
LEAGUES: dict[str, dict[str, Any]] = {
    "Tenth Is Best": {"picks_per_race": 2},
    "Sprinters": {"scoring": "standard_f1", "sprints": True, "method": "snake", "picks_per_race": 3},
}
PLAYERS = ("Ada", "Ben", "Cleo")


@pytest.fixture(scope="module")
def server() -> Iterator[ReplayServer]:
    with ReplayServer("--delay-hours", "2") as server:
        yield server


@pytest.fixture
def api(server: ReplayServer, settings: Settings) -> ReplayServer:
    server.reset()
    settings.F1_API_URL = server.url
    settings.F1_API_PER_SECOND, settings.F1_API_PER_HOUR = 100_000, 100_000
    return server


def create_leagues(season: Season) -> list[League]:
    return [create_league_of_players(season, name, settings) for name, settings in LEAGUES.items()]


def create_league_of_players(season: Season, name: str, settings: dict[str, Any]) -> League:
    manager, *others = PLAYERS
    league = create_league(
        creator=UserFactory.create(),
        season=season,
        name=name,
        constructor_name=manager,
        capacity=len(PLAYERS),
        settings=settings,
        now=BEGIN,
    )
    for player in others:
        join_league(user=UserFactory.create(), league=league, constructor_name=player, now=BEGIN)
    return league


def make_all_picks(drafts: list[Draft], now: datetime) -> None:
    """Make all picks at once, in any order; the choice of drivers rotates from race to race."""
    for draft in drafts:
        line_up = list(draft.race.entries.filter(is_withdrawn=False).order_by("driver__ref"))
        while (slot := slot_on_the_clock(draft)) is not None:
            place = PLAYERS.index(slot.constructor.name) * 3 + slot.round + sum(draft.race.circuit.ref.encode())
            entry = line_up[place % len(line_up)]
            make_pick(constructor=slot.constructor, entry=entry, now=now)
            draft.refresh_from_db()


def open_drafts(season: Season) -> list[Draft]:
    return list(
        Draft.objects.filter(race__season=season, state=Draft.State.OPEN).select_related("race__circuit", "league")
    )


def standings_of(leagues: list[League]) -> list[list[tuple[Any, ...]]]:
    return [[(row["rank"], row["constructor"], row["points"]) for row in leaderboard(league)] for league in leagues]


def race_points(league: League) -> set[tuple[str, str, Any]]:
    """The points of each constructor in each race, for comparisons."""
    scores = RaceScore.objects.filter(draft__league=league)
    return set(scores.values_list("draft__race__circuit__ref", "constructor__name", "points"))


def all_scores() -> list[Any]:
    """All scores so far."""
    return [list(model.objects.order_by("pk").values()) for model in (PickScore, RaceScore, SeasonScore)]


class SeasonReplay:
    """Steps from one event to the next: drafts that open and lock, checks that are due, and events of the script."""

    def __init__(self, api: ReplayServer, script: list[tuple[datetime, Callable[["SeasonReplay"], None]]]) -> None:
        self.api, self.script = api, sorted(script, key=lambda line: line[0])
        self.scored = 0
        self.stages_with_faults: list[str] = []
        self.now = self.planned_at = BEGIN
        self.api.control(now=self.now.isoformat())
        self.source = JolpicaClient(timeout=10, sleep=lambda _: None)
        self.impatient_source = JolpicaClient(timeout=0.3, attempts=1, sleep=lambda _: None)
        self.sync()

    def sync(self) -> None:
        self.season = sync_season(source=self.source, year=2025, now=self.now)

    def until(self, end: datetime) -> None:
        while (moment := self._next_event()) is not None and moment <= end:
            self._advance_to(max(moment, self.now))

    def _advance_to(self, moment: datetime) -> None:
        self.now = moment
        self.api.control(now=moment.isoformat())
        while self.script and self.script[0][0] <= moment:
            self.script.pop(0)[1](self)
        open_due_drafts(now=moment)
        make_all_picks(open_drafts(self.season), moment)
        lock_due_drafts(now=moment)
        if self._check():
            self.scored += catch_up_scores(now=self.now)

    def _next_event(self) -> datetime | None:
        drafts = Draft.objects.filter(race__season=self.season)
        opening = drafts.filter(state=Draft.State.UPCOMING).values_list("opens_at", flat=True)
        locking = drafts.filter(state__in=(Draft.State.OPEN, Draft.State.COMPLETE)).values_list("locks_at", flat=True)
        checks = ResultCheck.objects.filter(done_at=None).exclude(WEEKLY).values_list("due_at", "not_before")
        asking = [max(due, rests or due) for due, rests in checks]
        return min([*opening, *locking, *asking, *(at for at, _ in self.script[:1])], default=None)

    def _check(self) -> int:
        """Run the checks that are due; returns for how many races."""
        if self.now >= self.planned_at + DAY * 7:
            schedule_checks(season=self.season, now=self.now)
            ResultCheck.objects.filter(WEEKLY).update(not_before=FINALE + VERIFICATION_PERIOD)
            self.planned_at = self.now
        due = self._checks_of_the_first_race().filter(done_at=None, due_at__lte=self.now)
        if stages := list(due.values_list("stage", flat=True)):
            self._inject_faults()
            self.stages_with_faults += stages
        asked = 0
        while poll_next_race(source=self.source, now=self.now) is not None:
            asked += 1
        return asked

    def _checks_of_the_first_race(self) -> QuerySet[ResultCheck]:
        return ResultCheck.objects.filter(race__season=self.season, race__round=1).exclude(WEEKLY)

    def _inject_faults(self) -> None:
        """Inject every fault in turn, and retry the check of the first race each time: nothing may change."""
        before = all_scores()
        for fault in FAULTS:
            self.api.control(fault=fault, now=self.now.isoformat())
            source = self.impatient_source if fault["kind"] == "hang" else self.source
            asked = []
            while (checked := poll_next_race(source=source, now=self.now)) is not None:
                asked.append(checked.race.round)
            assert 1 in asked, fault
            assert not self._checks_of_the_first_race().filter(done_at=self.now).exists(), fault
            catch_up_scores(now=self.now)
            self.now += HOUR
        self.api.control(fault=None, now=self.now.isoformat())
        assert all_scores() == before


def race_at(circuit: str) -> Race:
    return Race.objects.get(season__year=2025, season__is_demonstration=False, circuit__ref=circuit)


def revisions(circuit: str) -> list[Classification]:
    return list(race_at(circuit).classifications.filter(kind="race").order_by("revision"))


def api_change(**order: Any) -> Callable[[SeasonReplay], None]:
    """Change the world of the API, and let the nightly check find the change."""

    def act(season_replay: SeasonReplay) -> None:
        season_replay.api.control(**order)
        season_replay.sync()

    return act


@pytest.fixture
def moved() -> dict[str, str]:
    """Canada moves by two days, Belgium by nine, to a date after Hungary."""
    return {"2025/10": "2025-06-17T18:00:00Z", "2025/13": "2025-08-05T13:00:00Z"}


@pytest.fixture
def season_replay(api: ReplayServer, moved: dict[str, str]) -> Iterator[SeasonReplay]:
    bahrain = datetime(2025, 4, 13, 15, tzinfo=UTC)
    season_replay = SeasonReplay(
        api,
        [
            (bahrain + 47 * HOUR, api_change(withdraw=["2025/4"])),
            (bahrain + 49 * HOUR, api_change(withdraw=[])),
            (datetime(2025, 5, 14, 4, tzinfo=UTC), api_change(cancel=["2025/7"])),
            (datetime(2025, 6, 11, 4, tzinfo=UTC), api_change(reschedule={"2025/10": moved["2025/10"]})),
            (datetime(2025, 7, 23, 4, tzinfo=UTC), api_change(reschedule=moved)),
        ],
    )
    with season_replay.source, season_replay.impatient_source:
        yield season_replay


def season_with_final_results(api: ReplayServer) -> list[League]:
    """The same season and the same picks, with the final version of every result."""
    with JolpicaClient() as source:
        api.control(now=BEGIN.isoformat())  # The line-up of the first race is not known yet.
        dto = source.season(2025)
        api.control(now=None)
        results = [*source.classifications(2025, "sprint"), *source.classifications(2025, "race")]
    season = record_season(dto=dto, now=BEGIN, demonstration=True)
    leagues = create_leagues(season)
    before_lock = (Draft.State.UPCOMING, Draft.State.OPEN, Draft.State.COMPLETE)
    next_drafts = Draft.objects.filter(race__season=season, state__in=before_lock).order_by("opens_at", "locks_at")
    while (draft := next_drafts.first()) is not None:
        open_due_drafts(now=draft.opens_at)
        make_all_picks(open_drafts(season), draft.opens_at)
        lock_due_drafts(now=draft.locks_at)
        for result in results:
            if result.circuit == draft.race.circuit.ref:
                record_classification(season=season, dto=result, source="api", now=draft.race.expected_start + DAY)
        catch_up_scores(now=draft.race.expected_start + DAY)
    return leagues


def test_a_season_on_the_clock_of_the_api(api, season_replay):
    leagues = create_leagues(season_replay.season)
    season_replay.until(FINALE + 8 * DAY)

    # Provisional, then corrected: two revisions, a difference in words, and all leagues scored a second time, once.
    corrected = {"shanghai", "bahrain", "vegas"}
    for race in season_replay.season.races.exclude(circuit__ref__in={*corrected, IMOLA}).select_related("circuit"):
        assert [revision.revision for revision in revisions(race.circuit.ref)] == [1], race
    assert {len(revisions(circuit)) for circuit in corrected} == {2}
    assert "Charles Leclerc: 5th → disqualified, 10 → 0 points, grid" not in revisions("shanghai")[1].difference
    assert any(
        line.startswith("Charles Leclerc: 5th → disqualified, 10 → 0") for line in revisions("shanghai")[1].difference
    )
    assert any(line.startswith("Lando Norris: 2nd → disqualified, 18 → 0") for line in revisions("vegas")[1].difference)
    assert season_replay.scored == len(leagues) * (23 + len(corrected))

    # Every fault occurred at each of the eight stages of the first race.
    assert season_replay.stages_with_faults == ["results", "24 h", "48 h", "72 h", "day 4", "day 5", "day 6", "day 7"]
    # Results that were cut off (including those of the following weekend) or had vanished: all recovered without help.
    assert set(Quarantine.objects.values_list("race__round", flat=True)) == {1, 2, 4}
    assert set(Quarantine.objects.values_list("settlement", flat=True)) == {"passed"}
    assert list(Quarantine.objects.filter(race__round=4).values_list("payload", flat=True)) == [{}]

    # Cancelled, moved by a little, moved by too much.
    assert race_at(IMOLA).state == Race.State.CANCELLED
    assert set(Draft.objects.filter(race=race_at(IMOLA)).values_list("state", flat=True)) == {"void"}
    assert set(Draft.objects.filter(race=race_at(CANADA)).values_list("state", flat=True)) == {"scored"}
    assert DraftEvent.objects.filter(draft__race=race_at(CANADA), kind="lock_moved").count() == len(leagues)
    of_belgium = Draft.objects.filter(race=race_at(BELGIUM)).values_list("state", flat=True)
    assert sorted(of_belgium) == ["scored"] * len(leagues) + ["void"] * len(leagues)

    straight = season_with_final_results(api)
    assert [race_points(league) for league in leagues] == [race_points(league) for league in straight]
    assert standings_of(leagues) == standings_of(straight)

    # The last check: what it finds is final.
    api.control(now=None)
    schedule_checks(season=season_replay.season, now=FINALE + VERIFICATION_PERIOD - 7 * DAY)
    while poll_next_race(source=season_replay.source, now=FINALE + VERIFICATION_PERIOD) is not None:
        pass
    assert set(season_replay.season.races.values_list("state", flat=True)) == {"final", "cancelled"}
    assert not ResultCheck.objects.filter(done_at=None).exists()
    assert Quarantine.objects.filter(settled_at=None).count() == 0
