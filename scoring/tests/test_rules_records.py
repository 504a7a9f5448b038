"""Records over all seasons: examples computed by hand, and Hypothesis against naive computations."""

from decimal import Decimal
from itertools import permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import RaceStanding
from scoring.rules.records import (
    HeadToHead,
    PlayedRace,
    RaceRecord,
    Streak,
    Turn,
    all_time_standings,
    head_to_head,
    highest,
    longest,
    lowest,
    points_unused,
    race_records,
    unused_records,
    winning_streaks,
)

ANNA, BEN, CLEO, BOT = 1, 2, 3, 9
PEOPLE = {ANNA, BEN, CLEO}


def standing(points: int, rank: int, best: int = 0) -> RaceStanding:
    return RaceStanding(Decimal(points), Decimal(best), 0, rank)


def played(season: int, race: int, *results: tuple[int, int, int], unused: dict[int, int] | None = None) -> PlayedRace:
    """A race with (player, points, rank) results."""
    left = {player: Decimal(points) for player, points in (unused or {}).items()}
    return PlayedRace(season, race, {player: standing(points, rank) for player, points, rank in results}, left)


# Two seasons. Cleo joins in the second, the bot is only there in the first.
RACES = [
    played(2025, 11, (ANNA, 18, 1), (BEN, 12, 2), (BOT, 5, 3), unused={ANNA: 0, BEN: 4, BOT: 12}),
    played(2025, 12, (ANNA, 15, 1), (BEN, 3, 3), (BOT, 9, 2), unused={ANNA: 2, BEN: 7, BOT: 1}),
    played(2025, 13, (BOT, 19, 1), (ANNA, 10, 2), (BEN, 10, 2), unused={ANNA: 7, BEN: 1, BOT: 0}),
    played(2026, 21, (BEN, 17, 1), (CLEO, 16, 2), (ANNA, 3, 3), unused={ANNA: 5, BEN: 0, CLEO: 0}),
    played(2026, 22, (BEN, 18, 1), (CLEO, 11, 2), unused={BEN: 0, CLEO: 1}),
]


class TestGolden:
    def test_all_time_standings_add_up_every_season_without_bots(self):
        found = [
            (rank, totals.constructor, totals.points, totals.places)
            for rank, totals in all_time_standings(RACES, PEOPLE)
        ]
        assert found == [
            (1, BEN, Decimal(60), (2, 3, 2, 1, 1)),
            (2, ANNA, Decimal(46), (1, 1, 2, 3)),
            (3, CLEO, Decimal(27), (2, 2)),
        ]

    def test_the_highest_and_the_lowest_week_are_shared_by_all_who_tie(self):
        records = race_records(RACES, PEOPLE)
        assert highest(records) == [RaceRecord(ANNA, 2025, 11, Decimal(18)), RaceRecord(BEN, 2026, 22, Decimal(18))]
        assert lowest(records) == [RaceRecord(BEN, 2025, 12, Decimal(3)), RaceRecord(ANNA, 2026, 21, Decimal(3))]

    def test_the_most_unused_points(self):
        assert highest(unused_records(RACES, PEOPLE)) == [
            RaceRecord(BEN, 2025, 12, Decimal(7)),
            RaceRecord(ANNA, 2025, 13, Decimal(7)),
        ]

    def test_streaks_end_with_a_race_that_somebody_else_wins(self):
        assert longest(winning_streaks(RACES, PEOPLE)) == [Streak(ANNA, 2, 11, 12), Streak(BEN, 2, 21, 22)]

    def test_a_streak_goes_on_over_the_winter(self):
        races = [played(2025, 13, (BEN, 9, 1)), *RACES[3:]]
        assert longest(winning_streaks(races, PEOPLE)) == [Streak(BEN, 3, 13, 22)]

    def test_head_to_head_counts_common_races_only(self):
        assert head_to_head(ANNA, BEN, RACES) == HeadToHead(4, 2, 1, 1, Decimal(46), Decimal(42))
        assert head_to_head(ANNA, CLEO, RACES) == HeadToHead(1, 0, 1, 0, Decimal(3), Decimal(16))

    def test_without_races_there_are_no_records(self):
        assert all_time_standings([], PEOPLE) == []
        assert (highest([]), lowest([]), longest([])) == ([], [], [])
        assert head_to_head(ANNA, BEN, []) == HeadToHead()


class TestPointsUnused:
    """Drivers 1 to 6 score 10, 9, 8, 7, 1 and 0."""

    POINTS = {driver: Decimal(points) for driver, points in enumerate((10, 9, 8, 7, 1, 0), start=1)}

    def unused(self, *picks: tuple[int, int]) -> dict[int, Decimal]:
        return points_unused([Turn(who, driver, self.POINTS[driver]) for who, driver in picks], self.POINTS)

    @pytest.mark.parametrize(
        ("picks", "expected"),
        [
            # Anna has the best two. Ben could have had the third instead of the last.
            ([(ANNA, 1), (BEN, 6), (BEN, 4), (ANNA, 2)], {ANNA: 0, BEN: 10}),
            # Drivers whom others picked later were free at the earlier turn.
            ([(ANNA, 5), (BEN, 1), (BEN, 2), (ANNA, 3)], {ANNA: 9, BEN: 0}),
            # A driver counts once, even if free at both turns: best are 1 and 2, not 1 twice.
            ([(ANNA, 5), (ANNA, 6)], {ANNA: 18}),
            ([], {}),
        ],
    )
    def test_examples(self, picks, expected):
        assert self.unused(*picks) == {who: Decimal(points) for who, points in expected.items()}

    def test_a_pick_counts_with_the_points_that_it_brought(self):
        """A replacement whom another player held brought nothing here."""
        assert points_unused([Turn(ANNA, 1, Decimal(0))], self.POINTS) == {ANNA: Decimal(9)}

    @given(st.data())
    def test_it_is_the_best_of_all_possible_choices(self, data):
        count = data.draw(st.integers(2, 6))
        points = {driver: Decimal(data.draw(st.integers(-3, 10))) for driver in range(count)}
        drivers = data.draw(st.permutations(range(count)))[: data.draw(st.integers(1, count))]
        turns = [Turn(data.draw(st.sampled_from([ANNA, BEN])), driver, points[driver]) for driver in drivers]
        for who, unused in points_unused(turns, points).items():
            own = [number for number, turn in enumerate(turns) if turn.constructor == who]
            free = [set(points) - {turn.driver for turn in turns[:number] if turn.constructor != who} for number in own]
            choices = (choice for choice in product(*free) if len(set(choice)) == len(choice))
            best = max(sum((points[driver] for driver in choice), Decimal(0)) for choice in choices)
            assert unused == best - sum(turns[number].points for number in own) >= 0


@st.composite
def seasons(draw) -> list[PlayedRace]:
    """Races of up to four players with few different points, so that ties are common."""
    races = []
    for number in range(draw(st.integers(0, 8))):
        players = draw(st.sets(st.sampled_from([ANNA, BEN, CLEO, BOT])))
        points = {player: draw(st.integers(0, 4)) for player in players}
        races.append(
            PlayedRace(
                2020 + number // 3,
                number,
                {
                    player: standing(own, 1 + sum(other > own for other in points.values()))
                    for player, own in points.items()
                },
                {player: Decimal(draw(st.integers(0, 3))) for player in players},
            )
        )
    return races


@given(seasons())
def test_streaks_match_a_naive_search(races):
    def wins(player: int, race: PlayedRace) -> bool:
        return player in race.standings and race.standings[player].rank == 1

    spans = [
        (last - first + 1, player, races[first].race, races[last].race)
        for player in PEOPLE
        for first in range(len(races))
        for last in range(first, len(races))
        if all(wins(player, race) for race in races[first : last + 1])
    ]
    best = max((length for length, *_ in spans), default=0)
    expected = {Streak(player, length, first, last) for length, player, first, last in spans if length == best}
    assert set(longest(winning_streaks(races, PEOPLE))) == expected


@given(seasons())
def test_all_time_standings_match_naive_sums(races):
    found = {totals.constructor: totals for _, totals in all_time_standings(races, PEOPLE)}
    for player in PEOPLE:
        own = [race.standings[player] for race in races if player in race.standings]
        assert (player in found) == bool(own)
        if own:
            assert found[player].points == sum(result.points for result in own)
            assert list(found[player].places) == [result.rank for result in own]


@given(seasons())
def test_extremes_bound_every_record(races):
    records = race_records(races, PEOPLE)
    assert all(top.points >= record.points for top in highest(records)[:1] for record in records)
    assert all(low.points <= record.points for low in lowest(records)[:1] for record in records)
    assert len(records) == sum(len(race.standings.keys() & PEOPLE) for race in races)


@given(seasons())
def test_head_to_head_is_symmetric_and_complete(races):
    for player, other in permutations(PEOPLE, 2):
        own, theirs = head_to_head(player, other, races), head_to_head(other, player, races)
        assert (own.wins, own.losses, own.draws) == (theirs.losses, theirs.wins, theirs.draws)
        assert (own.points, own.points_against) == (theirs.points_against, theirs.points)
        assert own.wins + own.losses + own.draws == own.races
        assert own.races == sum({player, other} <= race.standings.keys() for race in races)
