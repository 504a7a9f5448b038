"""The pole position: who was fastest in qualifying is part of a race's results, and never delays them."""

from dataclasses import replace

import pytest

from races.models import Classification, Race
from races.services import fetch_classifications, record_classification, record_manual_classification
from races.sources.parser import SourceError
from races.tests.fake_source import FakeSource
from races.tests.test_results import ROWS, changed, classification_dto
from tests.support.cast import OVER_AT
from tests.support.factories import SeasonFactory, UserFactory, grid, weekend

pytestmark = pytest.mark.django_db


@pytest.fixture
def race() -> Race:
    race = weekend(SeasonFactory.create(grid_size=20))
    grid(race, teams=10)
    return race


def record(race: Race, pole: str, rows=ROWS) -> Classification | None:
    dto = replace(classification_dto(race, rows), pole=pole)
    return record_classification(season=race.season, dto=dto, source=Classification.Source.API, now=OVER_AT)


def pole_of(race: Race) -> str | None:
    pole = race.classifications.order_by("-revision")[0].pole
    return pole.ref if pole else None


def fetched(source: FakeSource, race: Race) -> list[str]:
    return [dto.pole for dto in fetch_classifications(source, 2025, "race", race.round)]


def test_it_is_fetched_with_the_results_of_a_race(race):
    source = FakeSource()
    source.races, source.fastest = {1: classification_dto(race)}, {1: "driver_7"}
    assert fetched(source, race) == ["driver_7"]
    assert record(race, "driver_7")
    assert pole_of(race) == "driver_7"


def test_one_that_cannot_be_read_does_not_delay_the_results(race):
    class WithoutQualifying(FakeSource):
        def poles(self, year: int, only_round: int | None = None) -> dict[int, str]:
            raise SourceError("The F1 API cannot be reached.")

    source = WithoutQualifying()
    source.races = {1: classification_dto(race)}
    assert fetched(source, race) == [""]


def test_one_that_comes_later_is_a_revision_that_says_so(race):
    record(race, "")
    revision = record(race, "driver_7")
    assert revision is not None
    assert (revision.revision, revision.difference) == (2, ["Pole position: none → Driver 7"])


def test_one_that_is_unknown_this_time_stays(race):
    record(race, "driver_7")
    assert record(race, "") is None
    assert record(race, "", changed(20, status="Disqualified"))
    assert pole_of(race) == "driver_7"


def test_an_administrator_can_enter_it(race):
    by = UserFactory.create(is_superuser=True)
    record(race, "driver_7")
    driver = race.entries.get(driver__ref="driver_8").driver
    for pole, expected in ((None, "driver_7"), (driver, "driver_8")):
        record_manual_classification(
            race=race, kind="race", rows=ROWS, by=by, reason="The stewards decided.", now=OVER_AT, pole=pole
        )
        assert pole_of(race) == expected


def test_a_season_is_read_with_its_poles(jolpica_client):
    poles = jolpica_client.poles(2025)
    assert (len(poles), poles[1], poles[24]) == (24, "norris", "max_verstappen")
    assert jolpica_client.poles(2025, 14) == {14: "leclerc"}


def test_a_season_without_qualifying_results_has_none(jolpica_client, replay):
    replay.control(now="2025-03-01T00:00:00Z")
    assert jolpica_client.poles(2025) == {}
