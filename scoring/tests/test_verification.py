"""`verify_scores` finds every score that does not match the rules, and `repair_scores` repairs it."""

import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from notifications.models import Notification
from scoring.models import DraftScoring, PickScore, RaceScore, ScoreSheet, SeasonScore, SheetLine
from scoring.services import repair_scores, verify_nightly, verify_scores
from tests.support.cast import OVER_AT
from tests.support.factories import UserFactory, results_for
from tests.support.stories import filled, opened, scored

SOON = OVER_AT + timedelta(hours=1)


@pytest.fixture
def draft(league, alices, bobs):
    return scored(filled(opened(league, [alices, bobs]), ["driver_1", "driver_2", "driver_3", "driver_4"]))


def found(**narrower):
    return [difference.sentence for difference in verify_scores(now=SOON, **narrower)]


def spoil_a_pick():
    PickScore.objects.filter(pick__entry__driver__ref="driver_3").update(points=9)


def spoil_a_breakdown():
    PickScore.objects.filter(pick__entry__driver__ref="driver_3").update(breakdown=[])


def delete_a_pick():
    PickScore.objects.filter(pick__entry__driver__ref="driver_3").delete()


def spoil_a_race():
    RaceScore.objects.filter(rank=2).update(rank=1)


def spoil_a_season():
    SeasonScore.objects.filter(rank=1).update(points=99)


def delete_a_season():
    SeasonScore.objects.all().delete()


def delete_the_scoring():
    DraftScoring.objects.all().delete()


def spoil_the_sheet():
    SheetLine.objects.filter(driver__ref="driver_3").update(points=9)
    spoil_a_pick()


def change_the_rules_key():
    ScoreSheet.objects.update(rules_key="other rules")


SPOILT = [
    spoil_a_pick, spoil_a_breakdown, delete_a_pick, spoil_a_race, spoil_a_season, delete_a_season, delete_the_scoring,
    spoil_the_sheet, change_the_rules_key,
]  # fmt: skip


class TestVerifying:
    def test_correct_scores_have_no_differences(self, draft):
        assert found() == []

    @pytest.mark.parametrize("spoil", SPOILT)
    def test_wrong_scores_are_found_and_repaired(self, draft, spoil):
        spoil()
        differences = list(verify_scores(now=SOON))
        assert differences
        repair_scores(differences=differences, now=SOON)
        assert found() == []

    def test_a_difference_has_the_stored_and_the_expected_value(self, draft):
        spoil_a_season()
        assert found() == [
            f"The season of constructor {draft.scores.get(rank=1).constructor_id} has 99, 1, 1, 6, 0, 1, "
            "and should have 6, 1, 1, 6, 0, 1."
        ]

    def test_a_draft_that_catching_up_missed_is_reported_as_late(self, draft):
        results_for(draft.race, ["driver_4"])
        assert found() == ["It is behind its results."]

    def test_recent_results_are_left_to_catching_up(self, draft):
        results_for(draft.race, ["driver_4"], recorded_at=SOON - timedelta(minutes=1))
        assert found() == []

    def test_verification_can_be_limited_to_a_season_or_league(self, season, league, draft):
        spoil_a_season()
        assert found(league=league) == found(season=season) != []


class TestTheCommand:
    def test_it_succeeds_if_all_scores_are_correct(self, draft, capsys):
        call_command("verify_scores")
        assert "All scores match the rules." in capsys.readouterr().out

    def test_it_fails_if_scores_differ(self, league, draft, capsys):
        spoil_a_pick()
        with pytest.raises(CommandError, match="do not match the rules"):
            call_command("verify_scores", league=league.pk)
        assert f"League {league.pk}, draft {draft.pk}: The pick" in capsys.readouterr().out

    def test_scores_are_correct_after_a_repair(self, draft, capsys):
        spoil_a_pick()
        call_command("verify_scores", season=2025, repair=True)
        assert found() == []

    @pytest.mark.parametrize("options", [{"season": 1950}, {"league": 10**9}])
    def test_an_unknown_season_or_league_is_refused(self, draft, options):
        with pytest.raises(CommandError, match="not found"):
            call_command("verify_scores", **options)


class TestTheNightlyTask:
    def test_administrators_are_notified_once_and_the_log_is_written(self, draft, caplog):
        chief = UserFactory.create(is_superuser=True)
        spoil_a_pick()
        with caplog.at_level(logging.ERROR):
            assert verify_nightly(now=SOON) == verify_nightly(now=SOON) > 0
        notification = Notification.objects.get(kind="for_administrators")
        assert notification.user == chief
        assert notification.title.endswith("not match the rules")
        assert "manage.py verify_scores" in notification.body
        assert "scores do not match the rules" in caplog.text

    def test_correct_scores_notify_nobody(self, draft, caplog):
        UserFactory.create(is_superuser=True)
        assert verify_nightly(now=SOON) == 0
        assert not Notification.objects.filter(kind="for_administrators").exists()
