"""Notifications of scored races and of the end of a season."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leagues.services import create_league, leave_league
from notifications.kinds import CHANNELS, Priority
from notifications.models import Notification
from notifications.services import set_notification_preferences
from races.models import Race
from scoring.models import DraftScoring, ScoreVersion
from scoring.services import notify_of_scores, notify_of_season_ends, score_race
from tests.support.cast import FOUNDED_AT, OVER_AT
from tests.support.factories import UserFactory, results_for
from tests.support.stories import filled, fresh, joined, opened, scored

PICKS = ["driver_1", "driver_2", "driver_3", "driver_4"]
DAY = timedelta(days=1)


@pytest.fixture
def draft(league, alices, bobs):
    """Alice holds drivers 1 and 3 and has 4 points; Bob holds 2 and 4 and has 6."""
    return scored(filled(opened(league, [alices, bobs]), PICKS))


def news_of(user, kind="race_scored"):
    return Notification.objects.filter(user=user, kind=kind).order_by("pk")


def second_race(league):
    """Bob picks first and has 1 + 3 points, Alice 10 + 9. Returns when it was scored."""
    draft = opened(league)
    draft = scored(filled(fresh(draft), ["driver_1", "driver_10", "driver_3", "driver_9"]))
    return draft.race.expected_start + timedelta(hours=4)


class TestRaceScored:
    def test_a_player_is_told_points_places_and_best_pick(self, draft, bob):
        assert notify_of_scores(now=OVER_AT) == 1
        news = news_of(bob).get()
        assert news.title == f"{draft.race.name}: 6 points in “Alpine Friends”, 1st in the race"
        assert news.body.splitlines() == [
            "1st in the season, with 6 points.",
            "Your best pick: Driver 4, points: 4.",
        ]
        assert news.url == f"/leagues/{draft.league_id}/races/{draft.race_id}/"

    def test_it_waits_for_the_other_leagues_of_the_race_and_behind_urgent_news(self, draft, alice):
        notify_of_scores(now=OVER_AT)
        news = news_of(alice).get()
        assert (news.group, news.priority) == (f"results:{draft.race_id}", Priority.BULK)
        assert news.league_id == draft.league_id

    def test_a_player_is_told_how_far_they_moved_in_the_season(self, league, draft, alice, bob):
        notify_of_scores(now=second_race(league))
        told = [news_of(user).latest("pk").body.splitlines()[0] for user in (alice, bob)]
        assert told == ["1st in the season, up 1, with 23 points.", "2nd in the season, down 1, with 10 points."]

    def test_players_are_told_once(self, draft, alice):
        assert [notify_of_scores(now=OVER_AT) for _ in range(2)] == [1, 0]
        DraftScoring.objects.update(notified_at=None)
        notify_of_scores(now=OVER_AT)
        assert news_of(alice).count() == 1

    def test_a_correction_is_not_told_as_a_result(self, draft, alice):
        notify_of_scores(now=OVER_AT)
        results_for(draft.race, ["driver_4"], recorded_at=OVER_AT + DAY)
        score_race(race=fresh(draft).race, now=OVER_AT + DAY)
        assert notify_of_scores(now=OVER_AT + DAY) == 0

    def test_bots_former_members_and_members_without_a_slot_are_not_told(self, league, draft, bob, charlie):
        joined(league, charlie, at=draft.locks_at)
        joined(league, is_bot=True, at=draft.locks_at)
        leave_league(user=bob, league=league, now=OVER_AT)
        notify_of_scores(now=OVER_AT)
        assert set(Notification.objects.filter(kind="race_scored").values_list("user__username", flat=True)) == {
            "alice"
        }

    def test_a_race_that_was_scored_long_ago_is_no_news(self, draft):
        assert notify_of_scores(now=OVER_AT + 8 * DAY) == 1
        assert not Notification.objects.filter(kind="race_scored").exists()

    def test_a_channel_that_a_user_has_turned_off_for_the_league_stays_off(self, draft, alice, bob):
        off = {"race_scored": dict.fromkeys(CHANNELS, False)}
        set_notification_preferences(user=alice, preferences=off, league=draft.league_id)
        set_notification_preferences(user=bob, preferences=off)
        set_notification_preferences(user=bob, preferences={"race_scored": {"email": True}}, league=draft.league_id)
        notify_of_scores(now=OVER_AT)
        assert not news_of(alice).exists()
        assert not news_of(bob).get().is_in_app

    def test_more_leagues_take_no_more_statements(self, league, season, draft):
        with CaptureQueriesContext(
            connection,
        ) as few:
            notify_of_scores(now=OVER_AT)
        for number in range(5):
            other = create_league(creator=UserFactory.create(), season=season, name=f"League {number}", now=FOUNDED_AT)
            scored(filled(opened(other)))
        with CaptureQueriesContext(connection) as many:
            assert notify_of_scores(now=OVER_AT) == 5
        assert len(many) == len(few)


class TestSeasonOver:
    @pytest.fixture
    def over_at(self, draft, season):
        """The first race is the last: the others are cancelled."""
        season.races.exclude(pk=draft.race_id).update(state=Race.State.CANCELLED)
        return OVER_AT

    def test_everyone_gets_the_champion_and_their_own_summary(self, draft, over_at, alice):
        assert notify_of_season_ends(now=over_at) == 1
        news = news_of(alice, "season_over").get()
        assert news.title == "Season 2025 of “Alpine Friends” is over: you finished 2nd"
        assert news.body.splitlines() == [
            "Champion: Bob Motorsport.",
            "You: 2nd, with 4 points.",
            f"Your best week: {draft.race.name}, with 4 points.",
        ]
        assert news.url == f"/leagues/{draft.league_id}/records/"

    def test_they_are_told_once(self, over_at, alice):
        assert [notify_of_season_ends(now=over_at + number * DAY) for number in range(2)] == [1, 0]
        ScoreVersion.objects.update(season_end_notified_at=None)
        notify_of_season_ends(now=over_at)
        assert news_of(alice, "season_over").count() == 1

    def test_nobody_is_told_while_a_race_is_to_come(self, draft):
        assert notify_of_season_ends(now=OVER_AT) == 0

    def test_nobody_is_told_before_the_last_race_is_scored(self, league, alices, bobs, season):
        draft = filled(opened(league, [alices, bobs]), PICKS)
        season.races.exclude(pk=draft.race_id).update(state=Race.State.CANCELLED)
        assert notify_of_season_ends(now=OVER_AT) == 0
        scored(draft)
        assert notify_of_season_ends(now=OVER_AT) == 1

    def test_a_season_that_ended_long_ago_is_no_news(self, over_at):
        assert notify_of_season_ends(now=over_at + 31 * DAY) == 1
        assert not Notification.objects.filter(kind="season_over").exists()
