"""The history of a draft: the event log as sentences, the durations of its picks, and the page of a finished draft."""

from datetime import timedelta

import pytest
from django.urls import reverse

from drafts.history import SENTENCES, draft_history, event_lines
from drafts.models import Draft, DraftEvent, Pick
from drafts.rules.pick_durations import TimedEvent, pick_durations
from drafts.selectors import draft_room
from drafts.services import (
    change_pick,
    extend_turn,
    lock_draft,
    pause_draft,
    pick_for,
    reschedule_drafts,
    resume_draft,
    undo_picks,
)
from drafts.services.event_log import append_event
from leagues.models import League
from races.models import Race
from tests.support.cast import DRAFTING_AT, OVER_AT
from tests.support.stories import entry, filled, fresh, locked, pick, scored

MINUTE = timedelta(minutes=1)
BY_NUMBER = [f"driver_{number}" for number in range(1, 23)]


def after(minutes):
    return DRAFTING_AT + minutes * MINUTE


def sentences(draft):
    return [line.sentence for line in event_lines(draft)]


def history_of(draft):
    return draft_history(draft_room(fresh(draft)))


def page(client, draft):
    return client.get(reverse("drafts:room", args=[draft.league_id, draft.race_id]))


class TestTimes:
    @pytest.mark.parametrize(
        ("log", "minutes"),
        [
            ([("opened", 0), ("picked", 3, 1), ("picked", 10, 2)], {1: 3, 2: 7}),
            ([("opened", 0), ("paused", 2), ("picked", 9, 1), ("resumed", 12), ("picked", 13, 2)], {1: 2, 2: 1}),
            ([("opened", 0), ("passed", 5, 1), ("picked", 6, 1), ("picked", 9, 2)], {2: 4}),
            ([("opened", 0), ("picked", 3, 1), ("undone", 8, 1), ("picked", 10, 1)], {1: 2}),
            ([("opened", 0), ("passed", 5, 1), ("undone", 7, 1), ("picked", 9, 1)], {1: 2}),
            ([("opened", 0), ("picked", 1, 1), ("completed", 1), ("slots_added", 5), ("picked", 7, 2)], {1: 1, 2: 2}),
            ([("opened", 0), ("slots_released", 4), ("picked", 6, 1), ("picked", 9, 2)], {2: 3}),
            ([("opened", 0), ("slots_added", 4), ("picked", 6, 1)], {1: 6}),
            ([("order_set", 0), ("opened", 5), ("picked", 6, 1), ("grace", 7), ("picked", 9, 2)], {1: 1, 2: 3}),
        ],
    )
    def test_a_slots_duration_excludes_pauses(self, log, minutes):
        happenings = [TimedEvent(kind, after(at), tuple(slots)) for kind, at, *slots in log]
        assert pick_durations(happenings) == {slot: number * MINUTE for slot, number in minutes.items()}


class TestTheLog:
    def test_every_kind_of_event_has_a_sentence(self):
        assert set(SENTENCES) == set(DraftEvent.Kind.values)

    def test_picks_name_constructor_and_driver(self, open_draft, alices):
        pick(open_draft, alices, "driver_1", after(1))
        assert sentences(open_draft) == [
            "Alice Racing picked Driver 1.",
            "The draft opened. Order: Set by the manager.",
        ]

    @pytest.mark.parametrize(
        ("source", "sentence"),
        [
            ("bot", "Alice Racing, a bot, picked Carlos Sainz Jr."),
            ("wish", "Alice Racing got Carlos Sainz Jr. from the wish list."),
            ("autopick", "Alice Racing got Carlos Sainz Jr. as an autopick."),
        ],
    )
    def test_picks_say_how_they_were_made(self, open_draft, source, sentence):
        payload = {"slot": 1, "constructor": "Alice Racing", "driver": "Carlos Sainz Jr.", "source": source}
        append_event(open_draft, DraftEvent.Kind.PICKED, now=after(1), **payload)
        assert sentences(open_draft)[0] == sentence

    def test_actions_name_the_manager(self, open_draft, alice, bobs, alices):
        pick(open_draft, alices, "driver_1", after(1))
        pause_draft(draft=open_draft, by=alice, now=after(2))
        resume_draft(draft=open_draft, by=alice, now=after(3))
        extend_turn(draft=open_draft, by=alice, minutes=30, now=after(4))
        pick_for(draft=open_draft, constructor=bobs, entry=entry(open_draft.race, "driver_2"), by=alice, now=after(5))
        undo_picks(draft=open_draft, by=alice, count=2, now=after(6))
        lines = event_lines(open_draft)[:5]
        assert [line.sentence for line in lines] == [
            "alice undid the last 2 picks: Driver 2, Driver 1.",
            "alice picked Driver 2 for Bob Motorsport.",
            "alice extended the clock by 30 minutes.",
            "alice resumed the draft.",
            "alice paused the draft.",
        ]
        assert all(line.is_managers for line in lines)
        assert lines[2].until is not None

    def test_a_deleted_manager_is_a_former_manager(self, open_draft):
        append_event(open_draft, DraftEvent.Kind.PAUSED, now=after(1))
        assert sentences(open_draft)[0] == "A former manager paused the draft."

    def test_a_changed_pick_names_both_drivers(self, open_draft, alices):
        pick(open_draft, alices, "driver_1", after(1))
        change_pick(constructor=alices, entry=entry(open_draft.race, "driver_3"), now=after(2))
        assert sentences(open_draft)[0] == "Alice Racing changed the pick from Driver 1 to Driver 3."

    def test_repeated_scoring_says_scored_again(self, open_draft):
        for _ in range(2):
            append_event(open_draft, DraftEvent.Kind.SCORED, now=after(1), race_revision=1, sprint_revision=None)
        assert sentences(open_draft)[:2] == ["The draft was scored again.", "The draft was scored."]

    def test_it_is_read_in_two_queries(self, open_draft, alices, bobs, alice, django_assert_max_num_queries):
        for number in range(2):
            pick(open_draft, alices, "driver_1", after(number))
            undo_picks(draft=open_draft, by=alice, count=1, now=after(number))
        with django_assert_max_num_queries(2):
            event_lines(open_draft)


class TestDraftHistory:
    def test_every_pick_has_its_duration(self, open_draft, alices, bobs):
        pick(open_draft, alices, "driver_1", after(3))
        pick(open_draft, bobs, "driver_2", after(10))
        assert [line.took_text for line in history_of(open_draft).picks] == ["3 min", "7 min", "", ""]

    def test_the_chart_has_the_minutes_of_each_pick(self, open_draft, alices, bobs):
        pick(open_draft, alices, "driver_1", after(3))
        pick(open_draft, bobs, "driver_2", after(10))
        chart = history_of(open_draft).times_chart
        assert [(placed.bar.short, placed.bar.text) for placed in chart.bars] == [("1", "3"), ("2", "7")]

    def test_autopicks_at_the_lock_have_no_duration(self, open_draft, alices):
        pick(open_draft, alices, "driver_1", after(3))
        history = history_of(locked(open_draft))
        assert [line.took_text for line in history.picks] == ["3 min", "", "", ""]
        assert [line.manner for line in history.picks] == ["", *["Autopick, at the lock"] * 3]
        assert (history.quickest, history.slowest, history.unattended) == ("3 min", "3 min", 3)

    def test_a_managers_pick_names_the_manager(self, open_draft, alices, alice):
        pick_for(draft=open_draft, constructor=alices, entry=entry(open_draft.race, "driver_1"), by=alice, now=after(1))
        assert history_of(open_draft).picks[0].manner == "Picked by the manager, alice"

    @pytest.mark.parametrize(
        ("source", "manner"),
        [
            (Pick.Source.BOT, "Picked by a bot"),
            (Pick.Source.WISH, "From the wish list"),
            (Pick.Source.AUTOPICK, "Autopick"),
            (Pick.Source.PLAYER, ""),
        ],
    )
    def test_each_way_to_a_pick_has_its_own_text(self, open_draft, alices, source, manner):
        pick(open_draft, alices, "driver_1", after(1))
        open_draft.picks.update(source=source)
        assert history_of(open_draft).picks[0].manner == manner

    def test_slots_without_a_pick_say_so(self, open_draft, alices):
        open_draft.slots.filter(number=1).update(passed_at=after(1))
        assert [line.manner for line in history_of(open_draft).picks][:2] == ["No pick: time ran out", "No pick"]
        pick(open_draft, alices, "driver_1", after(9))
        assert history_of(open_draft).picks[0].manner == "Picked after the turn had passed"


class TestPageOfAFinishedDraft:
    def test_it_shows_picks_durations_log_and_order(self, client, open_draft, alices, bob, at):
        pick(open_draft, alices, "driver_1", after(3))
        draft = locked(open_draft)
        at(draft.locks_at)
        client.force_login(bob)
        text = page(client, draft).text
        for words in ("Pick by pick", "3 min", "Autopick, at the lock", "The draft locked.", "3 of 4 picks"):
            assert words in text
        assert reverse("drafts:order", args=[draft.league_id, draft.race_id]) in text

    def test_it_shows_the_points_once_they_are_in(self, client, open_draft, bob, at):
        draft = scored(filled(open_draft, ["driver_1"]), ["driver_1"])
        at(OVER_AT + timedelta(days=1))
        client.force_login(bob)
        text = page(client, draft).text
        assert "The draft was scored." in text
        assert "Pick by pick" in text

    def test_it_shows_the_steals_best_first(self, client, open_draft, bob, at):
        """Driver 10 is the fourth pick and scores most, driver 8 is the third one and scores second most."""
        done = scored(filled(open_draft, ["driver_1", "driver_2", "driver_8", "driver_10"]), BY_NUMBER)
        at(OVER_AT)
        client.force_login(bob)
        answer = page(client, done)
        steals = [(line.pick.entry.driver.ref, line.steal_text) for line in answer.context["history"].steals]
        assert steals == [("driver_10", "Picked 4th, 1st by points"), ("driver_8", "Picked 3rd, 2nd by points")]
        assert answer.text.count("Picked 4th, 1st by points") == 2, "in the list of picks, and among the steals"

    def test_without_points_there_are_no_steals(self, open_draft):
        assert history_of(locked(filled(open_draft))).steals == []

    def test_a_void_one_says_why(self, client, open_draft, bob, at):
        Race.objects.filter(pk=open_draft.race_id).update(state=Race.State.CANCELLED)
        reschedule_drafts(race=Race.objects.get(pk=open_draft.race_id), now=after(5))
        client.force_login(bob)
        draft = fresh(open_draft)
        assert draft.state == Draft.State.VOID
        assert "The draft became void." in page(client, draft).text

    def test_a_draft_in_progress_has_no_history_yet(self, client, open_draft, bob):
        client.force_login(bob)
        assert "Pick by pick" not in page(client, open_draft).text

    def test_a_stranger_gets_404(self, client, open_draft, charlie):
        lock_draft(draft=open_draft, now=open_draft.locks_at)
        client.force_login(charlie)
        assert page(client, open_draft).status_code == 404

    def test_names_are_escaped(self, client, open_draft, alices, bob, at):
        alices.name = "<b>Bold & co</b>"
        alices.save(update_fields=["name"])
        pick(open_draft, alices, "driver_1", after(1))
        draft = locked(open_draft)
        League.objects.filter(pk=draft.league_id).update(name="<i>League</i>")
        client.force_login(bob)
        text = page(client, draft).text
        assert "&lt;b&gt;Bold &amp; co&lt;/b&gt; picked" in text
        assert "<b>Bold" not in text
        assert "<i>League" not in text

    def test_it_takes_a_bounded_number_of_queries(self, client, open_draft, bob, django_assert_max_num_queries):
        draft = locked(open_draft)
        client.force_login(bob)
        with django_assert_max_num_queries(22):
            page(client, draft)
