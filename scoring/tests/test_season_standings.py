"""Season standings: sums, tie-breaks, late joiners, and players who left."""

from decimal import Decimal

import pytest

from drafts.models import Draft, Slot
from leagues.services import leave_league
from races.models import Race
from races.services import set_race_state
from scoring.leaderboards import leaderboard
from scoring.models import RaceScore, SeasonScore
from scoring.selectors import standings_order
from scoring.services import rank_league
from tests.support.cast import DRAFTING_AT
from tests.support.stories import filled, joined, opened, scored, upcoming


def rows(league, *columns):
    return [tuple(row[name] for name in columns) for row in leaderboard(league)]


@pytest.fixture
def past(league, season, alices, bobs):
    """Create scored races from (rank, points, best pick, autopicks) of Alice and of Bob in each."""

    def write(*races):
        for race, lines in zip(season.races.order_by("round"), races, strict=False):
            draft = Draft.objects.update_or_create(
                league=league,
                race=race,
                defaults={
                    "state": Draft.State.SCORED,
                    "opens_at": race.starts_at,
                    "locks_at": race.starts_at,
                    "opened_at": race.starts_at,
                },
            )[0]
            for constructor, (rank, points, best, autopicks) in zip((alices, bobs), lines, strict=True):
                Slot.objects.create(draft=draft, number=draft.slots.count() + 1, round=1, constructor=constructor)
                RaceScore.objects.create(
                    draft=draft,
                    constructor=constructor,
                    rank=rank,
                    points=Decimal(points),
                    best_pick=Decimal(best),
                    autopicks=autopicks,
                )
        rank_league(league=league)
        return rows(league, "rank", "constructor")

    return write


class TestSums:
    def test_a_season_is_the_sum_of_its_races(self, league, alices, bobs):
        picks = ["driver_1", "driver_2", "driver_3", "driver_4"]
        scored(filled(opened(league, [alices, bobs]), picks))
        scored(filled(opened(league, [alices, bobs]), picks))
        assert rows(league, "rank", "constructor", "points", "races", "wins", "best_race") == [
            (1, "Bob Motorsport", "12", 2, 2, "6"),
            (2, "Alice Racing", "8", 2, 0, "4"),
        ]

    def test_before_the_first_race_everyone_is_first_with_zero_points(self, league):
        assert rows(league, "rank", "constructor", "points") == [
            (1, "Alice Racing", "0"),
            (1, "Bob Motorsport", "0"),
        ]

    def test_half_points_are_not_rounded(self, past, league):
        past([(1, "7.5", 7, 0), (2, "0.25", 0, 0)], [(1, "7.5", 7, 0), (2, "0.25", 0, 0)])
        assert rows(league, "points") == [("15",), ("0.5",)]

    def test_void_drafts_do_not_count(self, past, league, season):
        past([(1, 9, 9, 0), (2, 8, 8, 0)], [(2, 1, 1, 0), (1, 50, 10, 0)])
        Draft.objects.filter(league=league, race__round=2).update(state=Draft.State.VOID)
        rank_league(league=league)
        assert rows(league, "constructor", "points", "races") == [("Alice Racing", "9", 1), ("Bob Motorsport", "8", 1)]
        assert leaderboard(league, season.races.get(round=2)) == []

    def test_standings_order_is_the_order_of_the_rows(self, past, league, alices, bobs):
        past([(2, 5, 5, 0), (1, 8, 8, 0)])
        assert standings_order(league) == [bobs.pk, alices.pk]


class TestTies:
    """Alice and Bob have equal points, and Bob wins the tie-break."""

    BOB_FIRST = [(1, "Bob Motorsport"), (2, "Alice Racing")]

    def test_by_wins(self, past):
        assert past([(2, 4, 4, 0), (1, 6, 6, 0)], [(2, 6, 6, 0), (3, 4, 4, 0)]) == self.BOB_FIRST

    def test_then_by_second_places(self, past):
        assert past([(1, 5, 5, 0), (2, 5, 4, 0)], [(3, 5, 5, 0), (1, 5, 5, 0)]) == self.BOB_FIRST

    def test_then_by_the_best_race(self, past):
        assert past([(1, 6, 6, 0), (2, 3, 3, 0)], [(2, 4, 4, 0), (1, 7, 7, 0)]) == self.BOB_FIRST

    def test_then_by_fewer_autopicks(self, past):
        assert past([(1, 6, 6, 1), (2, 4, 4, 0)], [(2, 4, 4, 0), (1, 6, 6, 0)]) == self.BOB_FIRST

    def test_otherwise_they_share_the_rank(self, past):
        races = past([(1, 6, 6, 1), (2, 4, 4, 0)], [(2, 4, 4, 0), (1, 6, 6, 1)])
        assert races == [(1, "Alice Racing"), (1, "Bob Motorsport")]


class TestJoiningAndLeaving:
    def test_a_mid_season_joiner_is_marked_and_scores_from_then_on(self, league, charlie):
        scored(opened(league))
        joined(league, charlie, at=upcoming(league).opens_at)
        scored(opened(league))
        late = {row["constructor"]: (row["joined_late"], row["races"]) for row in leaderboard(league)}
        assert late == {"Alice Racing": (False, 2), "Bob Motorsport": (False, 2), "charlie": (True, 1)}

    def test_joining_while_the_first_draft_is_open_is_not_late(self, league, charlie):
        draft = opened(league)
        joined(league, charlie, at=draft.opens_at)
        scored(draft)
        assert not any(row["joined_late"] for row in leaderboard(league))

    def test_missing_only_a_void_draft_is_not_late(self, league, race, charlie):
        opened(league)
        set_race_state(race=race, state=Race.State.CANCELLED, now=DRAFTING_AT)
        joined(league, charlie, at=DRAFTING_AT)
        scored(opened(league))
        assert not any(row["joined_late"] for row in leaderboard(league))

    def test_a_new_member_is_in_the_standings_at_once(self, league, charlie):
        leaderboard(league)
        joined(league, charlie)
        assert "charlie" in {row["constructor"] for row in leaderboard(league)}

    def test_a_former_members_points_stay_but_no_longer_grow(self, league, bob, bobs):
        first = scored(opened(league))
        leave_league(user=bob, league=league, now=first.locks_at)
        before = SeasonScore.objects.get(constructor=bobs)
        scored(opened(league))
        after = SeasonScore.objects.get(constructor=bobs)
        assert (after.points, after.races) == (before.points, before.races == 1)
