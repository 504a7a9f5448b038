"""Bulk SQL gives the same scores as the rules, for random leagues, picks, replacements, ties and rule sets, with the
same number of statements for fifty leagues as for two."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructors.models import Constructor
from drafts.models import Draft, DraftEvent, Pick, Slot
from leagues.models import League, SettingsVersion
from races.models import Race, Result, Season
from scoring.models import PickScore, ScoreSheet, ScoreVersion, SheetLine
from scoring.services import catch_up_scores, rank_league, score_race, verify_scores
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import DriverFactory, EntryFactory, TeamFactory, grid, results_for

LATER = OVER_AT + timedelta(days=1)
MUCH_LATER = OVER_AT + timedelta(days=20)
RULES: Sequence[dict[str, Any]] = (
    {},
    {"scoring": "standard_f1"},
    {"scoring": "standard_f1", "sprints": True, "fastest_lap_point": True},
    {"scoring": "custom", "custom_points": {"places": ["7.35", "3.1", 1], "not_classified": "-0.7"}},
    {"scoring": "custom", "sprints": True, "custom_points": {"did_not_start": -3, "places_gained": "0.1"}},
    {"corrections": "freeze", "freeze_days": 7},
)


class RandomSeason:
    """Random leagues with locked drafts, and random results."""

    def __init__(self, season: Season, seed: int) -> None:
        self.rng = random.Random(seed)
        self.season = season
        self.races = list(season.races.order_by("round"))

    def create_league(self, rules: dict[str, Any], sizes: int) -> League:
        league = League.objects.create(season=self.season, name="By chance", capacity=sizes, created_at=FOUNDED_AT)
        version = SettingsVersion.objects.create(league=league, number=1, created_at=FOUNDED_AT, **rules)
        own = [
            Constructor.objects.create(league=league, name=f"Team {number}", joined_at=FOUNDED_AT, left_at=left_at)
            for number, left_at in enumerate(self.rng.choice((None, None, LATER)) for _ in range(sizes))
        ]
        for race in self.races:
            self.create_draft(league, version, race, self.rng.sample(own, self.rng.randint(1, len(own))))
        rank_league(league=league)
        return league

    def create_draft(self, league: League, version: SettingsVersion, race: Race, own: list[Constructor]) -> None:
        draft = Draft.objects.create(
            league=league, race=race, settings=version, state=Draft.State.LOCKED, opens_at=FOUNDED_AT,
            locks_at=FOUNDED_AT, opened_at=FOUNDED_AT, locked_at=FOUNDED_AT, last_seq=3,
        )  # fmt: skip
        entries = self.rng.sample(list(race.entries.order_by("pk")), 2 * len(own))
        for number, (constructor, entry) in enumerate(zip([*own, *own], entries, strict=True), 1):
            slot = Slot.objects.create(draft=draft, number=number, round=1, constructor=constructor)
            if self.rng.random() < 0.9:
                source = self.rng.choice(Pick.Source.values)
                Pick.objects.create(draft=draft, slot=slot, entry=entry, source=source, picked_at=FOUNDED_AT)

    def record_results(self, race: Race, at: Any) -> None:
        """Record results of the race, in which some did not start and others came in, and maybe of its sprint."""
        entries = list(race.entries.select_related("driver").order_by("pk"))
        self.rng.shuffle(entries)
        names = [entry.driver.ref for entry in entries]
        race_results = results_for(race, names[:-3], retired=names[-3:], recorded_at=at)
        missing = self.rng.sample(names, self.rng.randint(0, 4))
        rows = Result.objects.filter(classification=race_results)
        rows.filter(driver__ref__in=missing[:2]).update(position_text="W", status="Did not start", laps=0)
        rows.filter(driver__ref__in=missing[2:]).delete()
        rows.filter(position=self.rng.randint(1, 20)).update(fastest_lap_rank=1)
        if self.rng.random() < 0.5:
            sprint = results_for(race, self.rng.sample(names, 5), kind="sprint", recorded_at=at)
            # Sprint and race are settled apart, so others may be missing here.
            rows = Result.objects.filter(classification=sprint)
            missing = self.rng.sample(names, self.rng.randint(0, 3))
            rows.filter(driver__ref__in=missing[:2]).update(position_text="W", status="Did_not_start", laps=0)
            rows.filter(driver__ref__in=missing[2:]).delete()


def enter_substitutes(race: Race) -> None:
    """Enter two drivers who are not in the line-up but can be picked."""
    for number, team in ((40, "team_1"), (41, "team_2")):
        driver, own_team = DriverFactory.create(ref=f"driver_{number}"), TeamFactory.create(ref=team)
        EntryFactory.create(race=race, driver=driver, team=own_team, number=number)


def line_up(race: Race) -> None:
    for entry in race.entries.all():
        entry.in_line_up, entry.line_up_team, entry.line_up_number = True, entry.team, entry.number
        entry.save()


@pytest.fixture
def races(season):
    for race in season.races.order_by("round"):
        if not race.entries.exists():
            grid(race)
        line_up(race)
        enter_substitutes(race)
    return season


def differences(now):
    return [str(difference) for difference in verify_scores(now=now + timedelta(hours=1))]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), kinds=st.lists(st.sampled_from(range(len(RULES))), min_size=1, max_size=4))
def test_bulk_sql_agrees_with_the_rules_before_and_after_corrections(races, seed, kinds):
    with transaction.atomic():
        random_season = RandomSeason(races, seed)
        for kind in kinds:
            random_season.create_league(RULES[kind], random_season.rng.randint(1, 5))
        for at in (OVER_AT, LATER, MUCH_LATER):
            for race in random_season.races:
                if random_season.rng.random() < 0.8:
                    random_season.record_results(race, at)
            catch_up_scores(now=at)
            assert differences(at) == []
        transaction.set_rollback(True)


class TestStatements:
    """The number of statements does not depend on the number of leagues."""

    def statements(self, races, leagues: int) -> list[str]:
        """The statements of scoring a race, of correcting it, and of a run with nothing to do."""
        with transaction.atomic():
            random_season = RandomSeason(races, seed=1)
            for number in range(leagues):
                random_season.create_league(RULES[number % 2], 4)
            found = []
            for at, number in ((OVER_AT, leagues), (LATER, leagues), (LATER, 0)):
                if number:
                    results_for(random_season.races[0], [f"driver_{at.day}"], recorded_at=at)
                with CaptureQueriesContext(connection) as captured:
                    assert score_race(race=random_season.races[0], now=at) == number
                found += [" ".join(query["sql"].split()[:3]) for query in captured.captured_queries]
            transaction.set_rollback(True)
        return [sql for sql in found if "SAVEPOINT" not in sql]

    def test_fifty_leagues_take_as_many_statements_as_two(self, races):
        assert self.statements(races, 50) == self.statements(races, 2)

    def test_event_numbers_have_no_gaps(self, races):
        random_season = RandomSeason(races, seed=2)
        leagues = [random_season.create_league({}, 3) for _ in range(5)]
        for at in (OVER_AT, LATER):
            results_for(random_season.races[0], [f"driver_{at.day}"], recorded_at=at)
            score_race(race=random_season.races[0], now=at)
        drafts = Draft.objects.filter(race=random_season.races[0])
        assert set(drafts.values_list("last_seq", flat=True)) == {5}
        events = DraftEvent.objects.filter(draft__in=drafts, kind=DraftEvent.Kind.SCORED)
        assert sorted(events.values_list("draft", "seq")) == sorted(
            (draft.pk, seq) for draft in drafts for seq in (4, 5)
        )
        assert events[0].payload == {"race_revision": 1, "sprint_revision": 0}
        assert set(ScoreVersion.objects.filter(league__in=leagues).values_list("version", flat=True)) == {3}

    def test_leagues_with_the_same_rules_share_a_score_sheet(self, races):
        random_season = RandomSeason(races, seed=3)
        for number in range(6):
            random_season.create_league(RULES[number % 3], 2)
        results_for(random_season.races[0], recorded_at=OVER_AT)
        score_race(race=random_season.races[0], now=OVER_AT)
        assert ScoreSheet.objects.count() == 3
        assert SheetLine.objects.count() == 3 * 24

    def test_a_driver_entered_after_the_score_sheet_was_made_scores_nothing(self, races):
        random_season = RandomSeason(races, seed=4)
        random_season.create_league({}, 2)
        race = random_season.races[0]
        results_for(race, recorded_at=OVER_AT)
        score_race(race=race, now=OVER_AT)
        late = EntryFactory.create(race=race, driver=DriverFactory.create(ref="late"), number=99)
        league = random_season.create_league({}, 1)
        pick = Pick.objects.filter(draft__league=league, draft__race=race)[0]
        Pick.objects.filter(pk=pick.pk).update(entry=late)
        score_race(race=race, now=OVER_AT)
        score = PickScore.objects.get(pick=pick)
        assert (score.driver_id, int(score.points), score.breakdown) == (None, 0, [["Did not take part", "0"]])
