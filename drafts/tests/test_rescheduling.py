"""Rescheduling: races that move, are cancelled or postponed, and the effect on their drafts."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.errors import Refused
from drafts.models import Draft
from drafts.services import (
    lock_due_drafts,
    open_due_drafts,
    reschedule_drafts,
    rescheduling,
    schedule_drafts,
    set_order,
    skip_race,
)
from leagues.services import archive_league, change_settings, create_league, unarchive_league
from notifications.models import Notification
from races.models import Race
from races.services import set_race_state
from races.signals import race_changed
from tests.support.cast import DRAFTING_AT, FOUNDED_AT
from tests.support.factories import STARTS_AT, UserFactory, grid, weekend
from tests.support.stories import entry, filled, fresh, joined, locked, opened, order_of, pick, scored, upcoming

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
State = Draft.State


def moved(race, by, now=DRAFTING_AT):
    """Move a race with its sessions, as a calendar sync does, and reschedule the drafts."""
    race.starts_at += by
    race.race_date = race.starts_at.date()
    race.save()
    for session in race.sessions.all():
        session.starts_at += by
        session.date = session.starts_at.date()
        session.save()
    reschedule_drafts(race=Race.objects.get(pk=race.pk), now=now)


@pytest.fixture
def only_race(season, race):
    """A season with no other race."""
    season.races.exclude(pk=race.pk).delete()
    return race


def cancelled(race, now=DRAFTING_AT):
    set_race_state(race=race, state=Race.State.CANCELLED, now=now)


class TestAMove:
    def test_the_window_of_an_upcoming_draft_follows_the_race(self, only_race, league, race, upcoming_draft):
        moved(race, 6 * DAY, now=FOUNDED_AT)
        assert fresh(upcoming_draft).locks_at == upcoming_draft.locks_at + 6 * DAY
        assert fresh(upcoming_draft).opens_at == upcoming_draft.opens_at + 7 * DAY

    @pytest.mark.parametrize("by", [timedelta(hours=-3), 2 * DAY, 7 * DAY])
    def test_the_lock_of_an_open_draft_follows_the_race_and_picks_stay(self, league, race, by):
        draft = filled(opened(league))
        moved(race, by)
        assert fresh(draft).locks_at == draft.locks_at + by
        assert (fresh(draft).state, draft.picks.count()) == (State.COMPLETE, 4)

    @pytest.mark.parametrize("by", [7 * DAY + timedelta(minutes=1), 10 * DAY, -8 * DAY])
    def test_a_move_of_more_than_seven_days_voids_the_draft_and_keeps_the_order(self, only_race, league, race, by):
        draft = filled(opened(league))
        moved(race, by, now=draft.locks_at - 10 * DAY)
        assert (fresh(draft).state, draft.picks.count()) == (State.VOID, 4)
        again = opened(league)
        assert (again.race, again.order_source) == (race, "carried_over")
        assert order_of(again) == order_of(draft)

    @pytest.mark.parametrize(
        ("first", "second", "state"), [(6, 6, State.VOID), (6, -6, "complete"), (-6, -2, State.VOID)]
    )
    def test_two_moves_are_added_up(self, only_race, league, race, first, second, state):
        draft = filled(opened(league))
        early = draft.locks_at - 10 * DAY
        moved(race, first * DAY, now=early)
        assert fresh(draft).state == State.COMPLETE
        moved(race, second * DAY, now=early)
        assert fresh(draft).state == state
        if state == State.VOID:
            assert order_of(opened(league)) == order_of(draft)

    def test_a_void_draft_refuses_picks(self, only_race, league, race, alices):
        draft = opened(league)
        moved(race, 10 * DAY)
        draft.refresh_from_db()
        assert draft.void_reason == "The race moved by more than 7 days, so there will be a new draft."
        with pytest.raises(Refused, match="has not opened yet"):
            pick(draft, alices, "driver_1")

    def test_a_move_after_the_lock_changes_nothing(self, league, race):
        draft = locked(filled(opened(league)))
        moved(race, 10 * DAY)
        assert fresh(draft).state == State.LOCKED

    def test_a_race_moved_behind_another_before_its_draft_opens_is_drafted_later(self, league, race):
        grid(league.season.races.get(round=2))
        seed = upcoming(league).order_seed
        moved(race, 30 * DAY, now=FOUNDED_AT)
        assert (upcoming(league).race.round, upcoming(league).order_seed) == (2, seed)
        locked(opened(league))
        assert upcoming(league).race.round == 3
        locked(opened(league))
        assert upcoming(league).race == race


class TestARaceThatMovesBehindAnother:
    """Las Vegas 2024, moved by nine days: behind Qatar, and in the same week."""

    @pytest.fixture
    def both(self, league, race):
        """The race moves behind the second one after its draft has opened; both have a draft now."""
        grid(league.season.races.get(round=2))
        filled(opened(league))
        moved(race, 8 * DAY)
        return list(Draft.objects.not_void().filter(league=league).order_by("locks_at"))

    def test_both_are_drafted_and_each_opens_on_its_monday(self, both, race):
        qatar, vegas = both
        assert (qatar.race.round, vegas.race) == (2, race)
        assert vegas.opens_at < qatar.locks_at < vegas.locks_at
        assert open_due_drafts(now=vegas.opens_at) == 2
        assert {fresh(draft).state for draft in both} == {State.OPEN}

    def test_before_its_draft_has_opened_the_other_race_is_next_and_both_are_drafted(self, league, race):
        moved(race, 8 * DAY, now=FOUNDED_AT)
        found = Draft.objects.filter(league=league).order_by("locks_at")
        assert [draft.race.round for draft in found] == [2, 1]
        assert {draft.state for draft in found} == {State.UPCOMING}

    def test_a_race_that_moves_back_changes_nothing_else(self, league, both, race):
        moved(race, -8 * DAY, now=DRAFTING_AT + DAY)
        found = Draft.objects.not_void().filter(league=league).order_by("locks_at")
        assert [draft.race.round for draft in found] == [1, 2]

    def test_two_upcoming_drafts_never_have_the_same_race(self, league, both):
        new = weekend(league.season, 9, STARTS_AT - 9 * WEEK, name="A New Prize")
        race_changed.send(sender=Race, race=new, now=FOUNDED_AT)
        races = Draft.objects.not_void().filter(league=league).values_list("race", flat=True)
        assert len(set(races)) == len(races)
        assert new.pk in races

    def test_after_an_outage_across_both_locks_both_are_drafted(self, both):
        later = max(draft.locks_at for draft in both) + DAY
        open_due_drafts(now=later)
        lock_due_drafts(now=later)
        assert {fresh(draft).state for draft in both} == {State.LOCKED}


def about_missed_races():
    return list(Notification.objects.filter(message__in=["race_missed", "drafts_missed"]))


class TestARaceThatWasMissed:
    """The site was down from before one lock until after the next."""

    @pytest.fixture
    def outage(self, league, alice, bob):
        admin = UserFactory.create(is_superuser=True)
        draft = opened(league)
        third = league.season.races.get(round=3)
        later = third.expected_start - 3 * DAY
        lock_due_drafts(now=later)
        assert fresh(draft).state == State.LOCKED
        return admin, later

    def test_players_and_administrators_are_told(self, league, outage, alice, bob):
        admin, _ = outage
        second = league.season.races.get(round=2)
        told = {notification.user: notification.title for notification in about_missed_races()}
        assert told == {
            alice: f"{second.name}: “Alpine Friends” had no draft",
            bob: f"{second.name}: “Alpine Friends” had no draft",
            admin: f"{second.name}: leagues had no draft",
        }
        assert upcoming(league).race.round == 3

    def test_they_are_told_once(self, league, outage):
        _, later = outage
        upcoming(league).delete()
        schedule_drafts(now=later)
        assert len(about_missed_races()) == 3

    def test_a_race_that_the_league_skips_is_not_missed(self, league, alice):
        second, third = league.season.races.filter(round__gt=1).order_by("round")
        draft = opened(league)
        skip_race(league=league, race=second, by=alice, now=draft.opens_at)
        lock_due_drafts(now=third.expected_start - 3 * DAY)
        assert upcoming(league).race == third
        assert not about_missed_races()

    def test_a_race_during_the_time_in_the_archive_is_not_missed(self, league, alice):
        draft, third = opened(league), league.season.races.get(round=3)
        later = third.expected_start - 3 * DAY
        archive_league(league=league, by=alice, now=draft.opens_at)
        lock_due_drafts(now=draft.locks_at)
        unarchive_league(league=league, by=alice, now=later - DAY)
        schedule_drafts(now=later)
        assert upcoming(league).race == third
        assert not about_missed_races()

    def test_nor_is_a_first_draft(self, league, alice):
        draft = upcoming(league)
        archive_league(league=league, by=alice, now=draft.opens_at)
        unarchive_league(league=league, by=alice, now=draft.locks_at + DAY)
        lock_due_drafts(now=draft.locks_at + DAY)
        assert fresh(draft).state == State.VOID
        assert not about_missed_races()

    def test_a_new_league_has_missed_nothing(self, season, charlie):
        create_league(creator=charlie, season=season, name="Latecomers", now=STARTS_AT + 2 * DAY)
        schedule_drafts(now=STARTS_AT + 2 * DAY)
        assert not about_missed_races()


class TestACancellation:
    def test_a_cancelled_race_voids_the_draft_and_keeps_its_picks(self, league, race):
        draft = filled(opened(league))
        cancelled(race)
        draft = fresh(draft)
        assert (draft.state, draft.voided_at, draft.void_reason) == (State.VOID, DRAFTING_AT, "The race was cancelled.")
        assert draft.picks.count() == 4

    def test_a_race_cancelled_after_the_lock_voids_the_draft_too(self, league, race):
        draft = locked(filled(opened(league)))
        cancelled(race, now=draft.locks_at)
        assert fresh(draft).state == State.VOID
        assert upcoming(league).race.round == 2

    @pytest.mark.parametrize("strategy", ["rotation", "random", "reverse_standings", "manual"])
    def test_the_order_is_carried_over_to_the_next_draft(self, league, alice, race, strategy):
        for _ in range(4):
            joined(league)
        change_settings(league=league, by=alice, changes={"order_strategy": strategy}, now=FOUNDED_AT)
        draft = opened(league)
        cancelled(race)
        assert (following := opened(league)).race.round == 2
        assert order_of(following) == order_of(draft)

    def test_the_rotation_continues_from_the_carried_order(self, league, race, alices, bobs):
        opened(league, [alices, bobs])
        cancelled(race)
        scored(opened(league))
        assert order_of(opened(league))[:2] == [bobs.pk, alices.pk]

    def test_before_the_draft_opened_nothing_is_carried_and_the_next_race_is_drafted(self, league, race):
        cancelled(race, now=FOUNDED_AT)
        assert upcoming(league).race.round == 2
        assert opened(league).order_source == "random"

    @pytest.mark.parametrize("state", [Race.State.CANCELLED, Race.State.POSTPONED])
    def test_a_planned_order_of_a_draft_that_never_opened_is_carried_over(self, league, alice, race, state):
        order = [joined(league).pk, *(constructor.pk for constructor in league.constructors.order_by("pk")[:2])]
        set_order(draft=upcoming(league), order=order, by=alice, now=FOUNDED_AT)
        set_race_state(race=race, state=state, now=FOUNDED_AT)
        following = opened(league)
        assert (following.race.round, following.order_source) == (2, "manual")
        assert order_of(following) == order * 2
        locked(following)
        assert upcoming(league).planned_order is None

    def test_a_planned_order_is_carried_over_to_a_race_added_later(self, only_race, league, alice, race):
        order = [constructor.pk for constructor in league.constructors.order_by("-pk")]
        set_order(draft=upcoming(league), order=order, by=alice, now=FOUNDED_AT)
        cancelled(race, now=FOUNDED_AT)
        assert not Draft.objects.not_void().filter(league=league).exists()
        weekend(league.season, 2)
        schedule_drafts(now=FOUNDED_AT)
        assert upcoming(league).planned_order == order

    def test_a_reinstated_race_is_drafted_before_a_later_one(self, league, race):
        cancelled(race, now=FOUNDED_AT)
        set_race_state(race=race, state=Race.State.SCHEDULED, now=FOUNDED_AT + DAY)
        assert upcoming(league).race == race
        assert Draft.objects.not_void().filter(league=league).count() == 1

    def test_a_reinstated_race_waits_while_another_draft_is_open(self, league, race):
        cancelled(race, now=FOUNDED_AT)
        second = opened(league)
        set_race_state(race=race, state=Race.State.SCHEDULED, now=second.opens_at)
        assert fresh(second).state == State.OPEN
        assert not Draft.objects.filter(league=league, state=State.UPCOMING).exists()


class TestAPostponement:
    @pytest.mark.parametrize("is_open", [False, True])
    def test_the_draft_is_void_and_the_next_race_is_drafted(self, league, race, is_open):
        draft = filled(opened(league)) if is_open else upcoming(league)
        set_race_state(race=race, state=Race.State.POSTPONED, now=DRAFTING_AT)
        assert (fresh(draft).state, fresh(draft).void_reason) == (State.VOID, "The race was postponed.")
        assert upcoming(league).race.round == 2

    def test_a_postponed_race_with_a_new_date_is_drafted_by_date(self, league, race):
        grid(league.season.races.get(round=2))
        set_race_state(race=race, state=Race.State.POSTPONED, now=FOUNDED_AT)
        race.refresh_from_db()
        race.state, race.state_is_held = Race.State.SCHEDULED, False
        moved(race, 30 * DAY)
        for _ in range(2):
            locked(opened(league))
        assert upcoming(league).race == race


def test_a_race_added_before_the_others_is_drafted_first(league, race):
    """As when one race replaces two cancelled ones."""
    seed = upcoming(league).order_seed
    new = weekend(league.season, 9, STARTS_AT - 9 * WEEK, name="A New Prize")
    race_changed.send(sender=Race, race=new, now=FOUNDED_AT)
    assert (upcoming(league).race, upcoming(league).order_seed) == (new, seed)


def test_the_entries_of_a_race_drafted_again_are_those_of_the_first_draft(only_race, league, race):
    draft = filled(opened(league), ["driver_5"])
    moved(race, 8 * DAY)
    again = opened(league)
    assert pick(again, again.slots.get(number=1).constructor, "driver_5").entry == entry(race, "driver_5")
    assert draft.picks.filter(entry__driver__ref="driver_5").exists()
    assert race.starts_at == STARTS_AT + 8 * DAY


class TestManyLeagues:
    """The number of statements does not depend on the number of leagues."""

    @pytest.fixture
    def statements(self, season, race):
        """Count the statements of rescheduling after creating this many leagues, with open or upcoming drafts."""

        def count(leagues, change, *, is_open):
            for _ in range(leagues):
                create_league(
                    creator=UserFactory.create(), season=season, name="Many", first_draft_start="now",
                    settings={"bots_up_to": 2}, now=FOUNDED_AT,
                )  # fmt: skip
            if is_open:
                open_due_drafts(now=DRAFTING_AT)
            with CaptureQueriesContext(connection) as queries:
                change()
            return len(queries)

        return count

    @pytest.mark.parametrize("is_open", [True, False])
    def test_a_move_takes_a_fixed_number_of_queries(self, statements, race, is_open):
        few = statements(3, lambda: moved(race, DAY), is_open=is_open)
        again = statements(30, lambda: moved(race, -DAY, now=DRAFTING_AT + DAY), is_open=is_open)
        assert again == few
        assert Notification.objects.filter(kind="race_changed").count() == 3 + 33

    @pytest.mark.parametrize("is_open", [True, False])
    def test_a_cancellation_takes_a_fixed_number_of_queries(self, statements, race, is_open):
        def cancel():
            Race.objects.filter(pk=race.pk).update(state=Race.State.CANCELLED)
            reschedule_drafts(race=race, now=DRAFTING_AT)

        few = statements(3, cancel, is_open=is_open)
        Race.objects.filter(pk=race.pk).update(state=Race.State.SCHEDULED)
        Draft.objects.all().delete()
        again = statements(30, cancel, is_open=is_open)
        assert (again, Draft.objects.filter(state=State.VOID).count()) == (few, 30)
        assert Draft.objects.filter(state=State.UPCOMING, race__round=2).count() == 30

    def test_more_drafts_than_a_batch_are_all_moved(self, statements, race, monkeypatch):
        monkeypatch.setattr(rescheduling, "BATCH_SIZE", 4)
        statements(10, lambda: moved(race, DAY), is_open=True)
        assert Draft.objects.filter(events__kind="lock_moved").count() == 10
