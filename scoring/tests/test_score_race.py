"""Scoring a race: breakdowns of picks, ranks of constructors, and full rescoring after a correction."""

from datetime import timedelta
from decimal import Decimal

import pytest

from drafts.models import Draft
from drafts.services import reschedule_drafts
from leagues.services import change_settings, create_league
from races.models import Classification, Race
from scoring.leaderboards import leaderboard, score_version
from scoring.models import DraftScoring, PickScore, RaceScore, SeasonScore, SheetLine
from scoring.services import bulk_sql, catch_up_scores, score_race
from scoring.services.score_sheets import get_or_create_sheets
from scoring.services.scoring import score_batch
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import UserFactory, grid, results_for
from tests.support.stories import filled, fresh, locked, opened, scored

PICKS = ["driver_1", "driver_2", "driver_3", "driver_4"]


@pytest.fixture
def draft(league, alices, bobs):
    """Alice holds drivers 1 and 3, Bob 2 and 4."""
    return filled(opened(league, [alices, bobs]), PICKS)


def points(draft):
    scores = PickScore.objects.filter(pick__draft=draft)
    return dict(scores.values_list("pick__entry__driver__ref", "points"))


def race_standings(draft):
    return list(draft.scores.order_by("rank", "constructor__name").values_list("rank", "constructor__name", "points"))


def corrected(draft, order=(), retired=()):
    results_for(draft.race, order, retired=retired)
    return score_race(race=fresh(draft).race, now=OVER_AT + timedelta(days=5))


class TestAPick:
    def test_it_scores_by_the_leagues_rules(self, draft):
        assert points(scored(draft)) == {"driver_1": 1, "driver_2": 2, "driver_3": 3, "driver_4": 4}

    def test_its_breakdown_is_stored(self, draft):
        score = PickScore.objects.get(pick__draft=scored(draft), pick__entry__driver__ref="driver_3")
        assert (score.driver, score.breakdown, score.is_replacement) == (
            score.pick.entry.driver,
            [["3rd place", "3"]],
            False,
        )

    def test_a_retirement_scores_nothing_at_any_position(self, draft):
        score = points(scored(draft, retired=["driver_2"]))
        assert score == {"driver_1": 1, "driver_3": 2, "driver_4": 3, "driver_2": 0}

    def test_every_drivers_score_is_stored_for_the_rule_set(self, draft):
        draft = scored(draft)
        stored = SheetLine.objects.filter(sheet__race=draft.race, sheet__rules_key=draft.settings.rule_set.key)
        assert stored.count() == 22
        assert stored.get(driver__ref="driver_10").points == 10

    @pytest.mark.parametrize(("sprints", "expected"), [(True, 25 + 8), (False, 25)])
    def test_a_sprint_counts_if_the_league_says_so(self, league, alice, draft, sprints, expected):
        changes = {"scoring": "standard_f1", "sprints": sprints}
        change_settings(league=league, by=alice, changes=changes, now=FOUNDED_AT)
        scored(draft)
        second = filled(opened(league), ["driver_7"])
        results_for(second.race, ["driver_7"], kind=Classification.Kind.SPRINT)
        assert points(scored(second, ["driver_7"]))["driver_7"] == expected

    def test_a_league_scores_by_its_own_points(self, league, alice, alices, bobs):
        own = {"scoring": "custom", "custom_points": {"places": ["7.5", 5], "not_classified": -2}}
        change_settings(league=league, by=alice, changes=own, now=FOUNDED_AT)
        draft = filled(opened(league, [alices, bobs]), PICKS)
        score = points(scored(draft, retired=["driver_4"]))
        assert score == {"driver_1": Decimal("7.5"), "driver_2": 5, "driver_3": 0, "driver_4": -2}


class TestAConstructor:
    def test_its_score_is_the_sum_of_its_picks(self, draft):
        assert race_standings(scored(draft)) == [(1, "Bob Motorsport", 6), (2, "Alice Racing", 4)]

    def test_equal_points_are_decided_by_the_best_single_driver(self, draft):
        # Alice 4 + 3, Bob 2 + 5.
        draft = scored(draft, ["driver_9", "driver_2", "driver_3", "driver_1", "driver_4"])
        assert race_standings(draft) == [(1, "Bob Motorsport", 7), (2, "Alice Racing", 7)]

    def test_otherwise_they_share_the_rank(self, draft):
        assert race_standings(scored(draft, retired=PICKS)) == [(1, "Alice Racing", 0), (1, "Bob Motorsport", 0)]

    def test_empty_slots_score_nothing_and_are_ranked(self, league, alice, alices, bobs):
        change_settings(league=league, by=alice, changes={"autopicks": False}, now=FOUNDED_AT)
        assert race_standings(scored(opened(league, [alices, bobs]))) == [
            (1, "Alice Racing", 0),
            (1, "Bob Motorsport", 0),
        ]

    def test_autopicks_are_counted(self, league, alices, bobs):
        draft = scored(opened(league, [alices, bobs]))
        assert set(draft.scores.values_list("autopicks", flat=True)) == {2}


class TestWhen:
    def test_without_results_there_is_nothing_to_score(self, draft):
        locked(draft)
        assert score_race(race=draft.race, now=OVER_AT) == 0
        assert fresh(draft).state == Draft.State.LOCKED

    def test_a_draft_that_has_not_locked_is_not_scored(self, draft):
        results_for(draft.race)
        assert score_race(race=fresh(draft).race, now=OVER_AT) == 0
        assert not PickScore.objects.exists()

    def test_a_scored_draft_has_its_state_and_revisions(self, draft):
        draft = scored(draft)
        assert draft.state == Draft.State.SCORED
        sheet = DraftScoring.objects.get(draft=draft).sheet
        assert (sheet.race_revision, sheet.sprint_revision, sheet.replacements_version) == (1, 0, 0)

    def test_every_league_is_scored_by_its_own_rules(self, season, draft, charlie):
        other = create_league(
            creator=charlie, season=season, name="F1", settings={"scoring": "standard_f1"}, now=FOUNDED_AT
        )
        theirs = locked(filled(opened(other), PICKS))
        scored(draft)
        assert points(theirs) == {"driver_1": 25, "driver_2": 18}
        assert points(draft)["driver_1"] == 1

    def test_a_void_draft_is_not_scored(self, draft):
        Race.objects.filter(pk=draft.race_id).update(state=Race.State.CANCELLED)
        reschedule_drafts(race=draft.race, now=draft.locks_at)
        results_for(draft.race)
        assert score_race(race=fresh(draft).race, now=OVER_AT) == 0
        assert not RaceScore.objects.exists()


class TestACorrection:
    def test_points_are_recomputed_from_the_new_revision(self, league, draft):
        draft = scored(draft)
        assert corrected(draft, ["driver_4", "driver_3"]) == 1
        assert points(draft) == {"driver_4": 1, "driver_3": 2, "driver_1": 3, "driver_2": 4}
        # 3 + 2 against 4 + 1: the best single driver decides.
        assert race_standings(draft) == [(1, "Bob Motorsport", 5), (2, "Alice Racing", 5)]

    def test_points_are_replaced_and_not_added_up(self, league, draft):
        draft = scored(draft)
        corrected(draft, ["driver_4"])
        corrected(draft, [])
        assert race_standings(draft) == [(1, "Bob Motorsport", 6), (2, "Alice Racing", 4)]
        assert dict(SeasonScore.objects.values_list("constructor__name", "points")) == {
            "Bob Motorsport": 6,
            "Alice Racing": 4,
        }

    def test_the_score_version_rises_once(self, league, draft):
        draft = scored(draft)
        before = score_version(league)
        corrected(draft, ["driver_4"])
        assert score_version(league) == before + 1

    def test_the_same_revisions_are_scored_once(self, league, draft):
        draft = scored(draft)
        before = score_version(league), list(PickScore.objects.values_list("pk", "points"))
        assert score_race(race=draft.race, now=OVER_AT) == 0
        assert (score_version(league), list(PickScore.objects.values_list("pk", "points"))) == before

    def test_a_late_run_with_old_results_changes_nothing(self, league, draft):
        draft = scored(draft)
        old = bulk_sql.scorable_drafts(draft.race_id)
        sheets = get_or_create_sheets(race=draft.race, policies={candidate.policy for candidate in old}, now=OVER_AT)
        corrected(draft, ["driver_4"])
        assert score_batch(old, sheets, now=OVER_AT) == 0
        assert points(draft)["driver_4"] == 1

    def test_picks_and_orders_never_change(self, league, draft):
        draft = scored(draft)
        second = opened(league)
        before = [list(each.slots.values_list("pk", "constructor", "picks__entry")) for each in (draft, second)]
        corrected(draft, ["driver_4"])
        assert [list(each.slots.values_list("pk", "constructor", "picks__entry")) for each in (draft, second)] == before

    def test_a_sprint_that_comes_after_the_race_is_added(self, league, alice, draft):
        change_settings(league=league, by=alice, changes={"scoring": "standard_f1", "sprints": True}, now=FOUNDED_AT)
        scored(draft)
        second = scored(filled(opened(league), ["driver_1"]), ["driver_1"])
        results_for(second.race, ["driver_1"], kind=Classification.Kind.SPRINT)
        assert catch_up_scores(now=OVER_AT) == 1
        assert points(second)["driver_1"] == 33


class TestCatchingUp:
    def test_it_scores_a_race_whose_task_was_lost(self, draft):
        locked(draft)
        results_for(draft.race)
        assert [catch_up_scores(now=OVER_AT) for _ in range(2)] == [1, 0]
        assert fresh(draft).state == Draft.State.SCORED

    def test_it_finds_a_new_revision(self, draft):
        draft = scored(draft)
        results_for(draft.race, ["driver_4"])
        assert [catch_up_scores(now=OVER_AT) for _ in range(2)] == [1, 0]
        assert points(draft)["driver_4"] == 1

    def test_it_finds_a_draft_that_locked_after_its_results(self, season, draft):
        scored(draft)
        late = create_league(creator=UserFactory.create(), season=season, name="Late", now=FOUNDED_AT)
        locked(opened(late))
        assert catch_up_scores(now=OVER_AT) == 1
        assert len(leaderboard(late, draft.race)) == 1

    def test_races_without_results_or_drafts_are_left_alone(self, season, draft):
        later = season.races.get(round=3)
        grid(later)
        results_for(later)
        assert catch_up_scores(now=OVER_AT) == 0
