"""What really happened to cars and drivers in 2025 and 2026, and what it brought to those who held them."""

from datetime import timedelta

import pytest

from drafts.models import Draft, Pick
from leagues.services import create_league
from races.models import Race
from races.pack import read_pack
from races.services import record_classification, record_season
from scoring.models import PickScore
from scoring.services import score_race
from tests.stories import filled, fresh, joined, locked, opened

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def race_week(alice, bob):
    """Draft for a round on the line-up of the race before, then let it be run and scored; returns the draft."""

    def run(year: int, number: int, *drivers: str) -> Draft:
        pack = read_pack(year)
        facts = {one.round: one for one in pack.season.races}
        starts_at = facts[number].starts_at
        assert starts_at is not None, "a race of the pack has its time"
        moment = starts_at - 6 * DAY
        season = record_season(facts=pack.season, now=moment)
        results = {one.round: one for one in pack.classifications if one.kind == "race"}
        record_classification(season=season, facts=results[number - 1], source="pack", now=moment)
        league = create_league(creator=alice, season=season, name="Alpine Friends", now=moment)
        joined(league, bob, at=moment)
        draft = locked(filled(opened(league, list(league.constructors.order_by("pk"))), drivers))
        assert draft.race.round == number
        afterwards = starts_at + timedelta(hours=6)
        record_classification(season=season, facts=results[number], source="pack", now=afterwards)
        score_race(race=Race.objects.select_related("season").get(pk=draft.race_id), now=afterwards)
        return fresh(draft)

    return run


def scorers(draft: Draft) -> dict[str, tuple[str | None, int]]:
    """Who scored for each pick, and how much."""
    scores = PickScore.objects.filter(pick__draft=draft).select_related("pick__entry__driver", "driver")
    return {one.pick.entry.driver.ref: (one.driver.ref if one.driver else None, int(one.points)) for one in scores}


def test_lawson_and_tsunoda_changed_cars_and_everybody_kept_his_driver(race_week):
    """Japan 2025: drafted while Lawson was at Red Bull and Tsunoda at Racing Bulls."""
    draft = race_week(2025, 3, "lawson", "tsunoda", "max_verstappen", "hadjar")
    made = scorers(draft)
    # Tsunoda came 12th, Lawson 17th, Hadjar 8th, Verstappen won.
    assert made == {
        "lawson": ("lawson", 3), "tsunoda": ("tsunoda", 8), "max_verstappen": ("max_verstappen", 1),
        "hadjar": ("hadjar", 8),
    }  # fmt: skip
    seats = dict(draft.race.entries.values_list("driver__ref", "team__ref"))
    assert (seats["lawson"], seats["tsunoda"]) == ("rb", "red_bull")


def test_colapinto_came_in_for_doohan(race_week):
    """Imola 2025: Alpine put the other man in after Miami."""
    draft = race_week(2025, 7, "doohan", "gasly", "norris", "piastri")
    # Colapinto came 16th, Gasly 13th.
    assert (scorers(draft)["doohan"], scorers(draft)["gasly"]) == (("colapinto", 4), ("gasly", 7))
    assert Pick.objects.filter(draft=draft, entry__driver__ref="doohan").exists()


def test_four_cars_did_not_start(race_week):
    """China 2026: both McLarens, Bortoleto and Albon stayed in the garage."""
    draft = race_week(2026, 2, "norris", "piastri", "bortoleto", "albon")
    assert scorers(draft) == dict.fromkeys(("norris", "piastri", "bortoleto", "albon"), (None, 0))
    breakdowns = PickScore.objects.filter(pick__draft=draft).values_list("breakdown", flat=True)
    assert list(breakdowns) == [[["Did not start", "0"]]] * 4


def test_a_driver_who_did_not_enter_and_was_not_replaced_brings_nothing(race_week):
    """Spain 2025: Stroll's hand hurt after qualifying, and Aston Martin ran one car."""
    draft = race_week(2025, 9, "stroll", "alonso", "norris", "piastri")
    # Alonso came 9th.
    assert (scorers(draft)["stroll"], scorers(draft)["alonso"]) == ((None, 0), ("alonso", 9))
