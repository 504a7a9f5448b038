"""The season of 2025 as it happened to whoever was watching: the replayed API on its clock, from the first draft to the
day when the last correction could come, with every fault that it knows."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import Q, QuerySet
from pytest_django import Settings

from drafts.models import Draft, DraftEvent
from drafts.selectors import slot_on_the_clock
from drafts.services import lock_due_drafts, make_pick
from leagues.models import League
from races.jolpica import Jolpica
from races.models import Classification, Quarantine, Race, ResultCheck, Season
from races.rules import LOOKED_AT_FOR
from races.services import check_next, plan_checks, record_classification, record_season, sync_season
from scoring.leaderboards import leaderboard
from scoring.models import PickScore, RaceScore, SeasonScore
from scoring.services import open_due_drafts, score_what_is_behind
from scoring.services.playing import found_league

from .factories import UserFactory
from .replay import PROGRAM, Replay

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not PROGRAM.exists(), reason="the replayed F1 API is not beside the repository"),
]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEGIN = datetime(2025, 3, 1, tzinfo=UTC)
FINALE = datetime(2025, 12, 7, 13, tzinfo=UTC)
# Weeks pass quickly here: what comes after day 7 is asked for at the end.
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
def server() -> Iterator[Replay]:
    with Replay("--delay-hours", "2") as server:
        yield server


@pytest.fixture
def api(server: Replay, settings: Settings) -> Replay:
    server.calm()
    settings.F1_API_URL = server.url
    settings.F1_API_PER_SECOND, settings.F1_API_PER_HOUR = 100_000, 100_000
    return server


def found_leagues(season: Season) -> list[League]:
    return [
        found_league(
            season=season,
            name=name,
            players=[(UserFactory.create(), player, False) for player in PLAYERS],
            settings=settings,
            now=BEGIN,
        )
        for name, settings in LEAGUES.items()
    ]


def pick_all(drafts: list[Draft], now: datetime) -> None:
    """Everybody picks at once, whatever the order: the drivers go round from race to race."""
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


def tables(leagues: list[League]) -> list[list[tuple[Any, ...]]]:
    return [[(row["rank"], row["constructor"], row["points"]) for row in leaderboard(league)] for league in leagues]


def race_points(league: League) -> set[tuple[str, str, Any]]:
    """What each constructor scored in each race, for whoever looks for a difference."""
    scores = RaceScore.objects.filter(draft__league=league)
    return set(scores.values_list("draft__race__circuit__ref", "constructor__name", "points"))


def scores() -> list[Any]:
    """Everything that has been scored so far."""
    return [list(model.objects.order_by("pk").values()) for model in (PickScore, RaceScore, SeasonScore)]


class Walk:
    """Walks from one event to the next: drafts that open and lock, checks that are due, and what the script says."""

    def __init__(self, api: Replay, script: list[tuple[datetime, Callable[["Walk"], None]]]) -> None:
        self.api, self.script = api, sorted(script, key=lambda line: line[0])
        self.scored = 0
        self.besieged: list[str] = []
        self.now = self.planned_at = BEGIN
        self.api.control(now=self.now.isoformat())
        self.source = Jolpica(timeout=10, sleep=lambda _: None)
        self.hasty = Jolpica(timeout=0.3, attempts=1, sleep=lambda _: None)
        self.sync()

    def sync(self) -> None:
        self.season = sync_season(source=self.source, year=2025, now=self.now)

    def until(self, end: datetime) -> None:
        while (moment := self._next_event()) is not None and moment <= end:
            self._go(max(moment, self.now))

    def _go(self, moment: datetime) -> None:
        self.now = moment
        self.api.control(now=moment.isoformat())
        while self.script and self.script[0][0] <= moment:
            self.script.pop(0)[1](self)
        open_due_drafts(now=moment)
        pick_all(open_drafts(self.season), moment)
        lock_due_drafts(now=moment)
        if self._check():
            self.scored += score_what_is_behind(now=self.now)

    def _next_event(self) -> datetime | None:
        drafts = Draft.objects.filter(race__season=self.season)
        opening = drafts.filter(state=Draft.State.UPCOMING).values_list("opens_at", flat=True)
        locking = drafts.filter(state__in=(Draft.State.OPEN, Draft.State.COMPLETE)).values_list("locks_at", flat=True)
        checks = ResultCheck.objects.filter(done_at=None).exclude(WEEKLY).values_list("due_at", "not_before")
        asking = [max(due, rests or due) for due, rests in checks]
        return min([*opening, *locking, *asking, *(at for at, _ in self.script[:1])], default=None)

    def _check(self) -> int:
        """Ask for whatever is due; returns for how many races."""
        if self.now >= self.planned_at + DAY * 7:
            plan_checks(season=self.season, now=self.now)
            ResultCheck.objects.filter(WEEKLY).update(not_before=FINALE + LOOKED_AT_FOR)
            self.planned_at = self.now
        due = self._checks_of_the_first_race().filter(done_at=None, due_at__lte=self.now)
        if stages := list(due.values_list("stage", flat=True)):
            self._besiege()
            self.besieged += stages
        asked = 0
        while check_next(source=self.source, now=self.now) is not None:
            asked += 1
        return asked

    def _checks_of_the_first_race(self) -> QuerySet[ResultCheck]:
        return ResultCheck.objects.filter(race__season=self.season, race__round=1).exclude(WEEKLY)

    def _besiege(self) -> None:
        """Every fault in turn, while the first race's check is tried again and again: nothing changes."""
        before = scores()
        for fault in FAULTS:
            self.api.control(fault=fault, now=self.now.isoformat())
            source = self.hasty if fault["kind"] == "hang" else self.source
            asked = []
            while (checked := check_next(source=source, now=self.now)) is not None:
                asked.append(checked.race.round)
            assert 1 in asked, fault
            assert not self._checks_of_the_first_race().filter(done_at=self.now).exists(), fault
            score_what_is_behind(now=self.now)
            self.now += HOUR
        self.api.control(fault=None, now=self.now.isoformat())
        assert scores() == before


def race_at(circuit: str) -> Race:
    return Race.objects.get(season__year=2025, season__is_demonstration=False, circuit__ref=circuit)


def revisions(circuit: str) -> list[Classification]:
    return list(race_at(circuit).classifications.filter(kind="race").order_by("revision"))


def then(**order: Any) -> Callable[[Walk], None]:
    """The API's world changes, and the nightly check finds it."""

    def act(walk: Walk) -> None:
        walk.api.control(**order)
        walk.sync()

    return act


@pytest.fixture
def moved() -> dict[str, str]:
    """Canada two days later, Belgium nine: it falls behind Hungary."""
    return {"2025/10": "2025-06-17T18:00:00Z", "2025/13": "2025-08-05T13:00:00Z"}


@pytest.fixture
def walk(api: Replay, moved: dict[str, str]) -> Iterator[Walk]:
    bahrain = datetime(2025, 4, 13, 15, tzinfo=UTC)
    walk = Walk(
        api,
        [
            (bahrain + 47 * HOUR, then(withdraw=["2025/4"])),
            (bahrain + 49 * HOUR, then(withdraw=[])),
            (datetime(2025, 5, 14, 4, tzinfo=UTC), then(cancel=["2025/7"])),
            (datetime(2025, 6, 11, 4, tzinfo=UTC), then(reschedule={"2025/10": moved["2025/10"]})),
            (datetime(2025, 7, 23, 4, tzinfo=UTC), then(reschedule=moved)),
        ],
    )
    with walk.source, walk.hasty:
        yield walk


def loaded_straight(api: Replay) -> list[League]:
    """The same season and the same picks, with every result as it was in the end."""
    with Jolpica() as source:
        api.control(now=BEGIN.isoformat())  # Nobody knows yet who drives the first race.
        facts = source.season(2025)
        api.control(now=None)
        results = [*source.classifications(2025, "sprint"), *source.classifications(2025, "race")]
    season = record_season(facts=facts, now=BEGIN, demonstration=True)
    leagues = found_leagues(season)
    while (draft := Draft.objects.filter(race__season=season, state=Draft.State.UPCOMING).first()) is not None:
        open_due_drafts(now=draft.opens_at)
        pick_all(open_drafts(season), draft.opens_at)
        lock_due_drafts(now=draft.locks_at)
        for one in results:
            if one.circuit == draft.race.circuit.ref:
                record_classification(season=season, facts=one, source="api", now=draft.race.expected_start + DAY)
        score_what_is_behind(now=draft.race.expected_start + DAY)
    return leagues


def test_a_season_on_the_clock_of_the_api(api, walk):
    leagues = found_leagues(walk.season)
    walk.until(FINALE + 8 * DAY)

    # Provisional, then corrected: two revisions, the difference in words, and everybody scored again, once.
    corrected = {"shanghai", "bahrain", "vegas"}
    for race in walk.season.races.exclude(circuit__ref__in={*corrected, IMOLA}).select_related("circuit"):
        assert [one.revision for one in revisions(race.circuit.ref)] == [1], race
    assert {len(revisions(circuit)) for circuit in corrected} == {2}
    assert "Charles Leclerc: 5th → disqualified, 10 → 0 points, grid" not in revisions("shanghai")[1].difference
    assert any(
        line.startswith("Charles Leclerc: 5th → disqualified, 10 → 0") for line in revisions("shanghai")[1].difference
    )
    assert any(line.startswith("Lando Norris: 2nd → disqualified, 18 → 0") for line in revisions("vegas")[1].difference)
    assert walk.scored == len(leagues) * (23 + len(corrected))

    # Every fault at each of the first race's eight stages.
    assert walk.besieged == ["results", "24 h", "48 h", "72 h", "day 4", "day 5", "day 6", "day 7"]
    # What was cut off, that of the weekend after among it, and what had vanished: all of it came right by itself.
    assert set(Quarantine.objects.values_list("race__round", flat=True)) == {1, 2, 4}
    assert set(Quarantine.objects.values_list("settlement", flat=True)) == {"passed"}
    assert list(Quarantine.objects.filter(race__round=4).values_list("payload", flat=True)) == [{}]

    # Cancelled, moved a little, moved too far.
    assert race_at(IMOLA).state == Race.State.CANCELLED
    assert set(Draft.objects.filter(race=race_at(IMOLA)).values_list("state", flat=True)) == {"void"}
    assert set(Draft.objects.filter(race=race_at(CANADA)).values_list("state", flat=True)) == {"scored"}
    assert DraftEvent.objects.filter(draft__race=race_at(CANADA), kind="lock_moved").count() == len(leagues)
    of_belgium = Draft.objects.filter(race=race_at(BELGIUM)).values_list("state", flat=True)
    assert sorted(of_belgium) == ["scored"] * len(leagues) + ["void"] * len(leagues)

    straight = loaded_straight(api)
    assert [race_points(league) for league in leagues] == [race_points(league) for league in straight]
    assert tables(leagues) == tables(straight)

    # The last look, and what it finds is final.
    api.control(now=None)
    plan_checks(season=walk.season, now=FINALE + LOOKED_AT_FOR - 7 * DAY)
    while check_next(source=walk.source, now=FINALE + LOOKED_AT_FOR) is not None:
        pass
    assert set(walk.season.races.values_list("state", flat=True)) == {"final", "cancelled"}
    assert not ResultCheck.objects.filter(done_at=None).exists()
    assert Quarantine.objects.filter(settled_at=None).count() == 0
