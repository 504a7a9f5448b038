"""Season packs: equal to the API's data, loaded as of a point in time, and quickly."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Model, Sum

from core import clock
from core.errors import Refused
from core.formatting.points import format_points
from races.management.commands import load_seasons
from races.models import Circuit, Classification, Driver, Entry, Race, Result, Season, Session, Team
from races.selectors import season_for_year
from races.services import load_pack, load_season
from races.sources import fixtures as packs

pytestmark = pytest.mark.django_db

LATER = datetime(2027, 1, 1, tzinfo=UTC)
NATURAL: dict[type[Model], tuple[str, ...]] = {
    Season: ("year", "is_demonstration", "grid_size", "results_version"),
    Circuit: ("ref", "name", "locality", "country"),
    Team: ("ref", "name", "nationality"),
    Driver: ("ref", "code", "given_name", "family_name", "date_of_birth", "nationality"),
    Race: ("season__year", "circuit__ref", "name", "round", "race_date", "starts_at", "state", "line_up_frozen_at"),
    Session: ("race__name", "kind", "date", "starts_at"),
    Entry: ("race__name", "driver__ref", "team__ref", "number", "is_withdrawn", "in_line_up", "source"),
    Classification: ("race__name", "kind", "revision", "digest", "recorded_at"),
    Result: (
        "classification__race__name", "classification__kind", "driver__ref", "team__ref", "number", "position",
        "position_text", "grid", "laps", "status", "points", "fastest_lap_rank", "time_text",
    ),
}  # fmt: skip


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every model by its natural key and values, without primary keys."""
    rows = {
        model.__name__: sorted(model._default_manager.values_list(*columns), key=str)
        for model, columns in NATURAL.items()
    }
    assert all(rows.values())
    return rows


@pytest.mark.parametrize("year", [2025, 2026])
def test_the_pack_equals_the_api(jolpica_client, year):
    season, outcomes = load_season(source=jolpica_client, year=year, now=LATER)
    assert [outcome.refusal for outcome in outcomes if outcome.refusal] == []
    from_api = everything()
    season.delete()
    for model in (Driver, Team, Circuit):
        model._default_manager.all().delete()
    # The API does not know manually maintained line-ups.
    load_pack(pack=replace(packs.read_pack(year), line_ups={}), now=LATER)
    assert everything() == from_api


def test_a_pack_can_be_written_and_read(tmp_path):
    for year in packs.available_packs():
        pack = packs.read_pack(year)
        path = packs.write_pack(pack, tmp_path)
        assert packs.read_pack(year, tmp_path) == pack
        assert path.read_text() == (packs.PACKS_DIR / path.name).read_text()


def test_a_rebuilt_pack_keeps_the_line_ups_of_future_races(jolpica_client, tmp_path):
    call_command("make_pack", "2026", folder=tmp_path, stdout=StringIO())
    assert (tmp_path / "2026.json").read_text() == (packs.PACKS_DIR / "2026.json").read_text()
    assert list(packs.read_pack(2026).line_ups) == [12]


def test_a_year_without_a_pack_raises():
    with pytest.raises(Refused, match="no season pack for 1950"):
        packs.read_pack(1950)


def test_the_known_line_up_of_a_future_race_is_loaded():
    season = load_pack(pack=packs.read_pack(2026), now=datetime(2026, 8, 10, tzinfo=UTC))
    dutch = season.races.get(round=12)
    seats = dict(dutch.entries.values_list("driver__ref", "team__ref"))
    assert (seats["lawson"], seats["tsunoda"], len(seats)) == ("red_bull", "rb", 22)
    assert "hadjar" not in seats


def test_a_rehearsal_does_not_know_the_future():
    canada = datetime(2025, 6, 15, 18, tzinfo=UTC)
    season = load_pack(pack=packs.read_pack(2025), now=canada + timedelta(minutes=119))
    assert Classification.objects.filter(kind="race").count() == 9
    load_pack(pack=packs.read_pack(2025), now=canada + timedelta(hours=2))
    assert season.races.filter(state="provisional").count() == 10


def test_loading_twice_changes_nothing():
    load_pack(pack=packs.read_pack(2025), now=LATER)
    before = everything()
    load_pack(pack=packs.read_pack(2025), now=LATER)
    assert everything() == before


def test_the_points_of_the_2025_pack_are_the_official_ones():
    load_pack(pack=packs.read_pack(2025), now=LATER)
    rows = Result.objects.values_list("driver__code").annotate(total=Sum("points"))
    totals = " ".join(f"{code} {format_points(total)}" for code, total in rows.order_by("-total", "driver__code"))
    assert totals == (
        "NOR 423 VER 421 PIA 410 RUS 319 LEC 242 HAM 156 ANT 150 ALB 73 SAI 64 ALO 56 HAD 51 HUL 51 BEA 41 LAW 38 "
        "OCO 38 STR 33 TSU 33 GAS 22 BOR 19 COL 0 DOO 0"
    )


def test_two_seasons_load_in_a_few_statements_per_race(django_assert_max_num_queries):
    with django_assert_max_num_queries(1000):
        for year in (2025, 2026):
            load_pack(pack=packs.read_pack(year), now=LATER)


# -- manage.py load_seasons ------------------------------------------------------------------------------------------


@pytest.fixture
def at(monkeypatch) -> Callable[[datetime], None]:
    """Set the clock of the command."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(clock, "_offset", lambda: moment - datetime.now(UTC))

    return set_clock


def load() -> str:
    out = StringIO()
    call_command("load_seasons", stdout=out)
    return out.getvalue()


def test_seasons_are_loaded_from_the_api_if_it_responds(replay, at):
    at(datetime(2026, 8, 1, tzinfo=UTC))
    output = load()
    assert "Season 2025 loaded from the F1 API: 24 races." in output
    assert "Season 2026 loaded from the F1 API: 23 races." in output
    assert set(Classification.objects.values_list("source", flat=True)) == {"api"}


def test_seasons_are_loaded_from_packs_if_the_api_does_not_respond(settings, at):
    settings.F1_API_URL = "http://127.0.0.1:1/"
    at(datetime(2025, 7, 3, tzinfo=UTC))
    output = load()
    assert "cannot be reached" in output
    assert "Season 2025 loaded from the season pack: 24 races." in output
    assert Classification.objects.filter(kind="race").count() == 11


def test_an_api_that_fails_halfway_loads_nothing(replay, at):
    at(datetime(2026, 1, 1, tzinfo=UTC))
    replay.control(fault={"kind": "truncate"})
    assert "Season 2025 loaded from the season pack" in load()
    assert set(Classification.objects.values_list("source", flat=True)) == {"pack"}


def test_loading_again_sends_no_requests(replay, at):
    at(datetime(2026, 8, 1, tzinfo=UTC))
    load()
    replay.reset()
    assert load() == "Season 2025 is already loaded.\nSeason 2026 is already loaded.\n"
    assert replay.requests == []


def test_a_year_without_data_gets_the_newest_pack(settings, at):
    settings.F1_API_URL = "http://127.0.0.1:1/"
    at(datetime(2035, 7, 3, tzinfo=UTC))
    assert "Season 2035 is not available. Loading the latest season pack, 2026." in load()
    assert season_for_year(2026) is not None


def test_without_api_and_packs_it_says_so(settings, at, monkeypatch):
    settings.F1_API_URL = "http://127.0.0.1:1/"
    monkeypatch.setattr(load_seasons, "available_packs", list)
    with pytest.raises(CommandError, match="nor a season pack"):
        load()
