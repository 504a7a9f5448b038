"""Corrections: leagues that follow or freeze, score changes, notifications, and standings as of a moment."""

from datetime import timedelta

import pytest

from leagues.services import change_settings, create_league, leave_league
from notifications.models import Notification
from races.models import Replacement
from races.services import save_replacement
from scoring.leaderboards import leaderboard
from scoring.models import DraftScoring, ScoreChange
from scoring.selectors import leaderboard_as_of
from scoring.services import catch_up_scores, notify_of_corrections, score_race
from scoring.services.catch_up import outdated_races
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import DriverFactory, UserFactory, results_for
from tests.support.stories import filled, fresh, joined, locked, opened, scored

PICKS = ["driver_1", "driver_2", "driver_3", "driver_4"]
LATER = OVER_AT + timedelta(days=2)
MUCH_LATER = OVER_AT + timedelta(days=20)


@pytest.fixture
def draft(league, alices, bobs):
    """Alice holds drivers 1 and 3 and has 4 points; Bob holds 2 and 4 and has 6."""
    return scored(filled(opened(league, [alices, bobs]), PICKS))


def corrected(draft, order, at=LATER, *, sentence="Driver 4: 4th -> 1st."):
    """Record the next revision, with a sentence on what changed, and score the race."""
    revision = results_for(draft.race, order, recorded_at=at)
    revision.difference = [sentence]
    revision.save(update_fields=["difference"])
    return score_race(race=fresh(draft).race, now=at)


def changes():
    found = ScoreChange.objects.order_by("constructor__name")
    return [
        (change.constructor.name, change.points_before, change.points_after, change.rank_before, change.rank_after)
        for change in found
    ]


def points(rows):
    return [(row["rank"], row["constructor"], row["points"]) for row in rows]


class TestScoreChanges:
    def test_the_first_scoring_is_not_a_correction(self, draft):
        assert changes() == []

    def test_a_change_has_points_and_ranks_before_and_after(self, draft):
        corrected(draft, ["driver_2", "driver_4"])  # Alice 3 + 4, Bob 1 + 2
        assert changes() == [("Alice Racing", 4, 7, 2, 1), ("Bob Motorsport", 6, 3, 1, 2)]
        assert set(ScoreChange.objects.values_list("season_rank_before", "season_rank_after")) == {(2, 1), (1, 2)}

    def test_a_change_names_the_revisions_before_and_after(self, draft):
        corrected(draft, ["driver_4"])
        change = ScoreChange.objects.all()[0]
        assert (change.race_revision_before, change.race_revision_after) == (1, 2)
        assert (change.replacements_version_before, change.replacements_version_after) == (0, 0)
        assert (change.seq, change.changed_at) == (fresh(draft).last_seq, LATER)

    def test_an_unchanged_score_has_no_change(self, draft):
        corrected(draft, [*PICKS, "driver_6", "driver_5"])
        assert changes() == []

    def test_a_late_joiner_has_a_change_if_their_season_rank_changed(self, league, draft, charlie):
        joined(league, charlie, at=draft.locks_at)
        scored(filled(opened(league), ["driver_22", "driver_7", "driver_3", "driver_21", "driver_9", "driver_4"]))
        results_for(draft.race, retired=["driver_1", "driver_3"], recorded_at=LATER)
        score_race(race=fresh(draft).race, now=LATER)
        assert changes()[-1] == ("charlie", None, None, None, None)

    def test_a_second_run_adds_no_change(self, draft):
        corrected(draft, ["driver_4"])
        before = ScoreChange.objects.count()
        catch_up_scores(now=LATER)
        assert ScoreChange.objects.count() == before


def corrections():
    """The notifications about corrected results."""
    return Notification.objects.filter(kind="result_corrected")


class TestNotifications:
    def test_exactly_the_players_whose_points_changed_are_notified(self, league, season, draft, alice, bob, charlie):
        other = create_league(creator=charlie, season=season, name="Elsewhere", now=FOUNDED_AT)
        scored(filled(opened(other), ["driver_9", "driver_10"]))
        corrected(draft, ["driver_2", "driver_1"])  # Alice 2 + 3, Bob 1 + 4
        notify_of_corrections(now=LATER)
        assert set(corrections().values_list("user", flat=True)) == {alice.pk, bob.pk}

    def test_a_notification_says_what_changed_and_by_how_much(self, draft, bob):
        corrected(draft, ["driver_2", "driver_4"])
        notify_of_corrections(now=LATER)
        news = corrections().get(user=bob)
        assert news.title == f"Result corrected: {draft.race.name}"
        assert news.body.splitlines() == [
            "Driver 4: 4th -> 1st.",
            "Driver 2: 2 -> 1 points.",
            "Driver 4: 4 -> 2 points.",
            "Your constructor Bob Motorsport in “Alpine Friends”: 6 -> 3 points.",
            "Place in the race: 1 -> 2.",
            "Place in the season: 1 -> 2.",
        ]

    def test_players_are_notified_once(self, draft):
        corrected(draft, ["driver_2", "driver_4"])
        assert [notify_of_corrections(now=LATER) for _ in range(2)] == [2, 0]
        ScoreChange.objects.update(notified_at=None)
        notify_of_corrections(now=LATER)
        assert corrections().count() == 2

    def test_changes_that_cancel_are_told_too(self, draft, alice, bob):
        # Alice has 2 + 3 instead of 1 + 3, Bob 1 + 5 instead of 2 + 4.
        corrected(draft, ["driver_2", "driver_1", "driver_3", "driver_9", "driver_4"])
        notify_of_corrections(now=LATER)
        told = {news.user: news.body.splitlines()[1:] for news in corrections()}
        assert told[bob] == [
            "Driver 2: 2 -> 1 points.",
            "Driver 4: 4 -> 5 points.",
            "Your constructor Bob Motorsport in “Alpine Friends” still has 6 points.",
        ]
        assert alice in told

    def test_a_changed_place_alone_is_told(self, league, draft, charlie):
        joined(league, charlie, at=draft.locks_at)
        scored(filled(opened(league), ["driver_22", "driver_7", "driver_3", "driver_21", "driver_9", "driver_4"]))
        results_for(draft.race, retired=["driver_1", "driver_3"], recorded_at=LATER)
        score_race(race=fresh(draft).race, now=LATER)
        notify_of_corrections(now=LATER)
        *_, sentence, place = corrections().get(user=charlie).body.splitlines()
        assert sentence == "Your constructor charlie in “Alpine Friends” did not draft for this race."
        assert place.startswith("Place in the season: ")

    def test_nobody_else_is_told(self, draft):
        # Alice keeps 1 + 3 and her place, Bob has 2 + 5 instead of 2 + 4.
        corrected(draft, ["driver_1", "driver_2", "driver_3", "driver_5", "driver_4"])
        notify_of_corrections(now=LATER)
        assert corrections().get().user.username == "bob"

    def test_bots_and_former_members_are_not_notified(self, league, draft, bob):
        leave_league(user=bob, league=league, now=LATER)
        corrected(draft, ["driver_2", "driver_4"])
        notify_of_corrections(now=LATER)
        assert corrections().get().user.username == "alice"

    def test_a_replacement_set_by_an_administrator_is_notified_too(self, draft, alice):
        draft.race.entries.filter(driver__ref="driver_10").update(in_line_up=False)
        results_for(draft.race, recorded_at=LATER).results.filter(driver__ref="driver_1").delete()
        save_replacement(
            replacement=Replacement(race=draft.race, out_driver=driver(1), in_driver=driver(10)), now=LATER
        )
        catch_up_scores(now=LATER)
        notify_of_corrections(now=LATER)
        assert "The replacements of drivers were changed." in corrections().get(user=alice).body


def driver(number):
    return DriverFactory.create(ref=f"driver_{number}")


class TestFreezing:
    """A league that freezes results a week after the race."""

    @pytest.fixture
    def frozen(self, league, alice, alices, bobs):
        change_settings(league=league, by=alice, changes={"corrections": "freeze", "freeze_days": 7}, now=FOUNDED_AT)
        return scored(filled(opened(league, [alices, bobs]), PICKS))

    def test_a_league_follows_corrections_until_it_freezes(self, frozen):
        assert corrected(frozen, ["driver_4"], LATER) == 1
        assert len(changes()) == 2

    def test_a_frozen_league_ignores_later_corrections(self, frozen):
        assert corrected(frozen, ["driver_4"], MUCH_LATER) == 0
        assert changes() == []
        assert outdated_races(MUCH_LATER) == []

    def test_other_leagues_follow_corrections_of_the_same_race(self, season, frozen, charlie):
        other = create_league(creator=charlie, season=season, name="Followers", now=FOUNDED_AT)
        theirs = locked(filled(opened(other), ["driver_4", "driver_5"]))
        catch_up_scores(now=OVER_AT)
        assert corrected(frozen, ["driver_4"], MUCH_LATER) == 1
        assert {change.draft_id for change in ScoreChange.objects.all()} == {theirs.pk}

    def test_lost_scores_are_restored_from_the_results_that_counted_then(self, frozen):
        results_for(frozen.race, ["driver_4"], recorded_at=LATER)
        results_for(frozen.race, ["driver_2"], recorded_at=MUCH_LATER)
        assert catch_up_scores(now=MUCH_LATER) == 1
        assert DraftScoring.objects.get(draft=frozen).sheet.race_revision == 2
        assert catch_up_scores(now=MUCH_LATER) == 0

    def test_the_first_results_count_even_after_the_freeze(self, league, alice):
        change_settings(league=league, by=alice, changes={"corrections": "freeze"}, now=FOUNDED_AT)
        draft = locked(opened(league))
        results_for(draft.race, recorded_at=MUCH_LATER)
        assert catch_up_scores(now=MUCH_LATER) == 1

    def test_a_frozen_league_ignores_a_replacement_set_by_an_administrator(self, frozen):
        replacement = Replacement(race=frozen.race, out_driver=driver(1), in_driver=driver(2))
        save_replacement(replacement=replacement, now=MUCH_LATER)
        assert catch_up_scores(now=MUCH_LATER) == 0


class TestSprintsThatDoNotCount:
    def test_sprint_results_do_not_trigger_scoring(self, draft):
        results_for(draft.race, ["driver_4"], kind="sprint", recorded_at=LATER)
        assert outdated_races(LATER) == []
        assert score_race(race=fresh(draft).race, now=LATER) == 0


class TestAReplacementDuringARun:
    def test_catching_up_finds_a_replacement_set_while_the_race_was_scored(self, draft):
        replacement = Replacement(race=draft.race, out_driver=driver(1), in_driver=driver(2))
        save_replacement(replacement=replacement, now=LATER)
        assert [catch_up_scores(now=LATER) for _ in range(2)] == [1, 0]
        assert DraftScoring.objects.get(draft=draft).sheet.replacements_version == 1


class TestAsOf:
    def test_season_standings_as_of_before_a_correction(self, league, draft):
        corrected(draft, ["driver_2", "driver_4"])
        before, after = (leaderboard_as_of(league, LATER - timedelta(seconds=1)), leaderboard_as_of(league, LATER))
        assert points(before) == [(1, "Bob Motorsport", "6"), (2, "Alice Racing", "4")]
        assert points(after) == [(1, "Alice Racing", "7"), (2, "Bob Motorsport", "3")]

    def test_race_standings_as_of_before_a_correction(self, league, draft):
        corrected(draft, ["driver_2", "driver_4"])
        assert points(leaderboard_as_of(league, OVER_AT, draft.race))[0] == (1, "Bob Motorsport", "6")
        assert points(leaderboard_as_of(league, LATER, draft.race))[0] == (1, "Alice Racing", "7")

    def test_before_the_results_everyone_has_zero_points(self, league, draft):
        assert points(leaderboard_as_of(league, draft.locks_at)) == [
            (1, "Alice Racing", "0"),
            (1, "Bob Motorsport", "0"),
        ]
        assert leaderboard_as_of(league, draft.locks_at, draft.race) == []

    def test_a_frozen_leagues_earlier_standings_use_the_results_that_counted_for_it(self, league, alice, alices, bobs):
        change_settings(league=league, by=alice, changes={"corrections": "freeze"}, now=FOUNDED_AT)
        draft = scored(filled(opened(league, [alices, bobs]), PICKS))
        corrected(draft, ["driver_2", "driver_4"], MUCH_LATER)
        assert points(leaderboard_as_of(league, MUCH_LATER))[0] == (1, "Bob Motorsport", "6")

    def test_as_of_now_the_rows_equal_the_current_standings(self, league, draft, bob):
        leave_league(user=bob, league=league, now=LATER)
        corrected(draft, ["driver_2", "driver_4"], MUCH_LATER)
        for race in (None, draft.race):
            assert leaderboard_as_of(league, MUCH_LATER, race) == leaderboard(league, race)

    def test_constructors_that_had_not_joined_are_left_out(self, league, draft):
        joined(league, UserFactory.create(), at=LATER)
        assert len(leaderboard_as_of(league, OVER_AT)) == 2
        assert len(leaderboard_as_of(league, LATER)) == 3

    def test_replacements_count_from_when_they_were_set(self, league, draft):
        line_up = draft.race.entries
        line_up.filter(driver__ref="driver_22").update(in_line_up=False)
        results_for(draft.race, recorded_at=LATER).results.filter(driver__ref="driver_1").delete()
        catch_up_scores(now=LATER)
        replacement = Replacement(race=draft.race, out_driver=driver(1), in_driver=driver(22))
        save_replacement(replacement=replacement, now=MUCH_LATER)
        catch_up_scores(now=MUCH_LATER)
        before, after = (leaderboard_as_of(league, at, draft.race) for at in (LATER, MUCH_LATER))
        assert after == leaderboard(league, draft.race)
        assert before != after
