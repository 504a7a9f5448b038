"""Real cases of 2025 and 2026: what happened to cars and drivers, and what their holders scored."""

from datetime import timedelta

import pytest

from core.errors import Refused
from drafts.history import event_lines
from drafts.models import Draft, Pick
from drafts.services import substitute_driver
from leagues.services import create_league
from races.models import Race
from races.services import record_classification, record_entries, record_season
from races.sources.dto import ClassificationDTO, EntryDTO
from races.sources.fixtures import read_pack
from scoring.models import PickScore
from scoring.services import score_race
from tests.support.stories import entry, filled, fresh, joined, locked, opened

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def race_week(alice, bob):
    """Return a factory of drafts for a round, with the line-up of the race before and all picks made."""

    def draft_for(year: int, number: int, *drivers: str) -> Draft:
        pack = read_pack(year)
        starts_at = {race.round: race for race in pack.season.races}[number].starts_at
        assert starts_at is not None, "a race of the pack has its time"
        moment = starts_at - 6 * DAY
        season = record_season(dto=pack.season, now=moment)
        record_classification(season=season, dto=results(year)[number - 1], source="pack", now=moment)
        league = create_league(creator=alice, season=season, name="Alpine Friends", now=moment)
        joined(league, bob, at=moment)
        draft = filled(opened(league, list(league.constructors.order_by("pk"))), drivers)
        assert draft.race.round == number
        return draft

    return draft_for


def results(year: int) -> dict[int, ClassificationDTO]:
    """The races' results by round."""
    found = read_pack(year).classifications
    return {result.round: result for result in found if result.kind == "race"}


def run(draft: Draft) -> Draft:
    """Lock the draft, record the results of its race, and score it."""
    race = locked(draft).race
    afterwards = race.expected_start + timedelta(hours=6)
    dto = results(race.season.year)[race.round]
    record_classification(season=race.season, dto=dto, source="pack", now=afterwards)
    score_race(race=Race.objects.select_related("season").get(pk=race.pk), now=afterwards)
    return fresh(draft)


def scorers(draft: Draft) -> dict[str, tuple[str | None, int]]:
    """Who scored for each pick, and how much."""
    scores = PickScore.objects.filter(pick__draft=draft).select_related("pick__entry__driver", "driver")
    return {
        score.pick.entry.driver.ref: (score.driver.ref if score.driver else None, int(score.points)) for score in scores
    }


def test_lawson_and_tsunoda_changed_cars_and_every_pick_kept_its_driver(race_week):
    """Japan 2025: drafted while Lawson was at Red Bull and Tsunoda at Racing Bulls."""
    draft = run(race_week(2025, 3, "lawson", "tsunoda", "max_verstappen", "hadjar"))
    made = scorers(draft)
    # Tsunoda came 12th, Lawson 17th, Hadjar 8th, Verstappen won.
    assert made == {
        "lawson": ("lawson", 3), "tsunoda": ("tsunoda", 8), "max_verstappen": ("max_verstappen", 1),
        "hadjar": ("hadjar", 8),
    }  # fmt: skip
    seats = dict(draft.race.entries.values_list("driver__ref", "team__ref"))
    assert (seats["lawson"], seats["tsunoda"]) == ("rb", "red_bull")


def test_colapinto_replaced_doohan(race_week):
    """Imola 2025: Alpine replaced Doohan after Miami."""
    draft = run(race_week(2025, 7, "doohan", "gasly", "norris", "piastri"))
    # Colapinto came 16th, Gasly 13th.
    assert (scorers(draft)["doohan"], scorers(draft)["gasly"]) == (("colapinto", 4), ("gasly", 7))
    assert Pick.objects.filter(draft=draft, entry__driver__ref="doohan").exists()


def line_up_changed(draft: Draft, out: str, *came: EntryDTO) -> None:
    """Record a new line-up before the lock: `out` is out, others came in or changed cars."""
    gone = {out, *(newcomer.driver for newcomer in came)}
    entries = draft.race.entries.select_related("driver", "team").exclude(driver__ref__in=gone)
    stay = [EntryDTO(car.driver.ref, car.team.ref if car.team else None, car.number) for car in entries]
    record_entries(race=draft.race, entries=[*stay, *came], now=draft.locks_at - DAY)


def taken_instead(draft: Draft, out: str, driver: str) -> None:
    """The holder of `out` takes `driver` instead."""
    holder = draft.picks.get(entry__driver__ref=out).slot.constructor
    wanted = entry(draft.race, driver)
    substitute_driver(constructor=holder, out=entry(draft.race, out), entry=wanted, now=draft.locks_at - DAY)


COLAPINTO_CAME_IN = EntryDTO("colapinto", "alpine", 43)


@pytest.mark.parametrize(("instead", "points"), [("colapinto", 4), ("gasly", 7), ("alonso", 9)])
def test_doohans_holder_substitutes_before_the_lock_and_scores_with_the_new_driver(race_week, instead, points):
    """Imola 2025, as if the feed had published the line-up in time: Colapinto came 16th, Gasly 13th, Alonso 11th."""
    draft = race_week(2025, 7, "doohan", "tsunoda", "norris", "piastri")
    line_up_changed(draft, "doohan", COLAPINTO_CAME_IN)
    taken_instead(draft, "doohan", instead)
    made = scorers(run(draft))
    assert made[instead] == (instead, points)
    assert made.keys() == {instead, "tsunoda", "norris", "piastri"}


def test_doohans_holder_who_does_nothing_scores_with_colapinto(race_week):
    draft = race_week(2025, 7, "doohan", "gasly", "norris", "piastri")
    line_up_changed(draft, "doohan", COLAPINTO_CAME_IN)
    assert scorers(run(draft))["doohan"] == ("colapinto", 4)


def test_hadjars_holder_can_take_tsunoda_and_lawsons_holder_keeps_lawson(race_week):
    """The Netherlands 2026: Lawson goes to Red Bull for Hadjar, and Tsunoda comes in at Racing Bulls."""
    draft = race_week(2026, 12, "hadjar", "lawson", "norris", "piastri")
    record_entries(race=draft.race, entries=read_pack(2026).line_ups[12], now=draft.locks_at - DAY)
    assert event_lines(draft)[0].sentence.startswith("Isack Hadjar is out. ")
    with pytest.raises(Refused, match="Lawson takes part"):
        taken_instead(draft, "lawson", "tsunoda")
    taken_instead(draft, "hadjar", "tsunoda")
    assert set(draft.picks.values_list("entry__driver__ref", flat=True)) == {"tsunoda", "lawson", "norris", "piastri"}


def test_four_cars_did_not_start(race_week):
    """China 2026: both McLarens, Bortoleto and Albon stayed in the garage."""
    draft = run(race_week(2026, 2, "norris", "piastri", "bortoleto", "albon"))
    assert scorers(draft) == dict.fromkeys(("norris", "piastri", "bortoleto", "albon"), (None, 0))
    breakdowns = PickScore.objects.filter(pick__draft=draft).values_list("breakdown", flat=True)
    assert list(breakdowns) == [[["Did not start", "0"]]] * 4


def test_a_driver_who_did_not_enter_and_was_not_replaced_scores_nothing(race_week):
    """Spain 2025: Stroll withdrew with hand pain after qualifying, and Aston Martin ran one car."""
    draft = run(race_week(2025, 9, "stroll", "alonso", "norris", "piastri"))
    # Alonso came 9th.
    assert (scorers(draft)["stroll"], scorers(draft)["alonso"]) == ((None, 0), ("alonso", 9))
