"""Line-ups: copied from the previous race, frozen when drafts open, corrected by better sources."""

from datetime import timedelta

import pytest

from core.errors import Invalid
from races.models import Driver, Entry, Race, Team
from races.selectors import expected_entries
from races.services import freeze_line_up, prepare_line_up, record_entries, save_entry
from races.signals import drivers_withdrawn
from races.sources.dto import EntryDTO
from tests.support.factories import STARTS_AT, DriverFactory, EntryFactory, SeasonFactory, grid, results_for, weekend

API, ADMINISTRATOR = Entry.Source.API, Entry.Source.ADMINISTRATOR
WEEK = timedelta(weeks=1)
NOW = STARTS_AT - WEEK


@pytest.fixture
def first(db) -> Race:
    """The season's first race, with ten teams."""
    race = weekend(SeasonFactory.create(grid_size=20))
    grid(race, teams=10)
    return race


@pytest.fixture
def second(first) -> Race:
    return weekend(first.season, round=2)


def prepare(race: Race) -> None:
    prepare_line_up(race=race, now=race.expected_start - timedelta(days=5))


def line_up(race: Race) -> dict[str, tuple[str | None, int | None]]:
    entries = race.entries.filter(is_withdrawn=False).select_related("driver", "team")
    return {entry.driver.ref: (entry.team.ref if entry.team else None, entry.number) for entry in entries}


def facts_of(race: Race) -> list[EntryDTO]:
    return [EntryDTO(driver, *seat) for driver, seat in line_up(race).items()]


def test_the_cars_of_the_last_race_are_entered(first, second):
    results_for(first)
    prepare(second)
    assert line_up(second) == line_up(first)
    assert set(second.entries.values_list("source", flat=True)) == {"line_up"}


def test_before_the_first_result_the_line_up_comes_from_the_calendar(first, second):
    prepare(second)
    assert line_up(second) == line_up(first)


def test_the_line_up_is_copied_from_the_latest_finished_race(first, second):
    third = weekend(first.season, round=3)
    results_for(first)
    EntryFactory.create(race=second, driver=Driver.objects.get(ref="driver_1"))
    results_for(second)
    prepare_line_up(race=third, now=first.expected_start + timedelta(days=1))
    assert line_up(third) == line_up(first)


def test_a_known_line_up_is_copied_before_its_race_is_classified(first, second):
    third = weekend(first.season, round=3)
    results_for(first)
    newcomer = EntryDTO(DriverFactory.create().ref, "team_1", 51)
    record_entries(race=second, entries=[*facts_of(first)[1:], newcomer], now=NOW)
    prepare(third)
    assert line_up(third) == line_up(second) != line_up(first)


def drove(race: Race, **seats: tuple[str, int]) -> None:
    """Record that these drivers drove these cars, and nobody else those of their teams."""
    race.entries.filter(team__ref__in=[team for team, _ in seats.values()]).update(is_withdrawn=True)
    for ref, (team, number) in seats.items():
        Entry.objects.update_or_create(
            race=race,
            driver=DriverFactory.create(ref=ref),
            defaults={"team": Team.objects.get(ref=team), "number": number, "is_withdrawn": False, "source": API},
        )
    results_for(race)
    race.classifications.get().results.exclude(driver__entries__in=race.entries.filter(is_withdrawn=False)).delete()


def test_who_was_replaced_in_the_last_race_is_not_entered(first, second):
    drove(first, driver_4=("team_2", 4), driver_34=("team_2", 34))
    prepare(second)
    assert "driver_3" not in line_up(second)
    assert line_up(second)["driver_34"] == ("team_2", 34)


def test_a_car_that_was_missing_keeps_its_seat_with_the_driver_who_had_it_last(first, second):
    """Australia 2024: Sargeant gave up the car for Albon, is not in the result at all, and was back in Japan."""
    results_for(first)
    prepare(second)
    second.entries.filter(driver__ref="driver_3").delete()
    drove(second, driver_4=("team_2", 4))
    third = weekend(first.season, round=3)
    prepare(third)
    assert line_up(third) == line_up(first)


def test_a_car_that_was_missing_in_the_first_race_keeps_its_seat_too(first, second):
    drove(first, driver_4=("team_2", 4))
    prepare(second)
    assert line_up(second)["driver_3"] == ("team_2", 3)


def test_a_driver_who_drives_elsewhere_does_not_keep_the_seat(first, second):
    results_for(first)
    prepare(second)
    drove(second, driver_4=("team_2", 4), driver_1=("team_1", 1), driver_3=("team_1", 3))
    third = weekend(first.season, round=3)
    prepare(third)
    assert line_up(third)["driver_3"] == ("team_1", 3)
    assert "driver_2" not in line_up(third)
    assert len(line_up(third)) == 19


def test_the_line_up_that_a_page_shows_is_the_one_that_will_be_copied(first, second):
    drove(first, driver_4=("team_2", 4))
    shown = {entry.driver.ref for entry in expected_entries(second, second.expected_start)}
    prepare(second)
    assert shown == line_up(second).keys()
    assert len(shown) == 20


def test_preparing_twice_changes_nothing(first, second):
    results_for(first)
    prepare(second)
    before = list(second.entries.order_by("pk").values())
    prepare(second)
    assert list(second.entries.order_by("pk").values()) == before


def test_edits_by_an_administrator_stay(first, second):
    results_for(first)
    prepare(second)
    rb = Team.objects.get(ref="team_9")
    second.entries.filter(driver__ref="driver_1").update(team=rb, source=ADMINISTRATOR)
    second.entries.filter(driver__ref="driver_2").update(is_withdrawn=True, source=ADMINISTRATOR)
    prepare(second)
    assert line_up(second)["driver_1"] == ("team_9", 1)
    assert "driver_2" not in line_up(second)


def test_a_line_up_from_the_api_is_left_alone(first, second):
    results_for(first)
    record_entries(race=second, entries=facts_of(first)[1:], now=NOW)
    known = line_up(second)
    prepare(second)
    assert line_up(second) == known
    assert len(known) == 19


def test_a_finished_race_is_left_alone(first, second):
    before = line_up(first)
    results_for(first)
    record_entries(race=first, entries=facts_of(first)[:3], now=NOW)
    prepare(first)
    assert line_up(first) == before


def test_the_line_up_is_fixed_once(first):
    first.entries.filter(driver__ref="driver_2").update(is_withdrawn=True)
    freeze_line_up(race=first, now=first.expected_start - WEEK)
    first.entries.filter(driver__ref="driver_1").update(team=Team.objects.get(ref="team_9"), number=99)
    freeze_line_up(race=first, now=first.expected_start)
    moved = first.entries.get(driver__ref="driver_1")
    first.refresh_from_db()
    assert (moved.in_line_up, moved.line_up_team, moved.line_up_number) == (True, Team.objects.get(ref="team_1"), 1)
    assert first.entries.filter(in_line_up=True).count() == 19
    assert first.line_up_frozen_at == first.expected_start - WEEK


def test_a_driver_who_leaves_before_drafts_open_is_deleted(first):
    record_entries(race=first, entries=facts_of(first)[1:], now=NOW)
    assert first.entries.count() == 19


def test_a_driver_who_leaves_after_drafts_opened_is_withdrawn(first):
    """2026, round 12: a Red Bull driver is out, a second driver moves there, a third joins Racing Bulls."""
    freeze_line_up(race=first, now=first.expected_start)
    tsunoda = EntryFactory.create(race=weekend(first.season, round=5)).driver
    stay = [dto for dto in facts_of(first) if dto.driver not in ("driver_1", "driver_3")]
    moves = [EntryDTO("driver_3", "team_1", 3), EntryDTO(tsunoda.ref, "team_2", 22)]
    record_entries(race=first, entries=[*stay, *moves], now=NOW)
    out, moved, came_in = (first.entries.get(driver__ref=ref) for ref in ("driver_1", "driver_3", tsunoda.ref))
    assert (out.is_withdrawn, out.in_line_up) == (True, True)
    assert (moved.team, moved.line_up_team) == (Team.objects.get(ref="team_1"), Team.objects.get(ref="team_2"))
    assert (came_in.in_line_up, came_in.source) == (False, API)


def withdrawn_signals(call) -> list[tuple]:
    """Call `call` and return the `drivers_withdrawn` signals that it sent."""
    news = []

    def listen(*, race, entries, now, **_) -> None:
        news.append((race, list(Entry.objects.filter(pk__in=entries).values_list("driver__ref", flat=True)), now))

    drivers_withdrawn.connect(listen)
    call()
    drivers_withdrawn.disconnect(listen)
    return news


def test_a_withdrawal_after_drafts_opened_sends_one_signal(first):
    freeze_line_up(race=first, now=first.expected_start)
    left = facts_of(first)[1:]
    for expected in ([(first, ["driver_1"], NOW)], []):
        assert withdrawn_signals(lambda: record_entries(race=first, entries=left, now=NOW)) == expected


def test_a_withdrawal_before_drafts_open_sends_no_signal(first):
    left = facts_of(first)[1:]
    assert withdrawn_signals(lambda: record_entries(race=first, entries=left, now=NOW)) == []


def test_a_withdrawal_by_an_administrator_sends_one_signal(first):
    entry = first.entries.get(driver__ref="driver_2")
    entry.is_withdrawn = True
    assert withdrawn_signals(lambda: save_entry(entry=entry, now=NOW)) == [(first, ["driver_2"], NOW)]
    entry.number = 99
    assert withdrawn_signals(lambda: save_entry(entry=entry, now=NOW)) == []
    entry.refresh_from_db()
    assert (entry.number, entry.is_withdrawn, entry.source) == (99, True, ADMINISTRATOR)


def test_a_withdrawal_after_the_race_sends_no_signal(first):
    results_for(first)
    entry = first.entries.get(driver__ref="driver_2")
    entry.is_withdrawn = True
    assert withdrawn_signals(lambda: save_entry(entry=entry, now=NOW)) == []


def test_a_copied_line_up_does_not_replace_one_from_the_api(first):
    record_entries(race=first, entries=facts_of(first), now=NOW)
    known = line_up(first)
    record_entries(race=first, entries=[EntryDTO("driver_1")], now=NOW)
    assert line_up(first) == known


def test_an_unknown_driver_in_a_line_up_is_refused(first):
    with pytest.raises(Invalid, match="contains “nobody”"):
        record_entries(race=first, entries=[EntryDTO("nobody", "team_1", 1)], now=NOW)
