"""Creating a league: what the creator gets, what is refused, and the capacity."""

import pytest

from constructors.models import Constructor
from core.errors import Invalid, Refused
from drafts.models import Draft
from leagues.models import CODE_ALPHABET, League, Membership
from leagues.services import create_league
from tests.support.cast import FOUNDED_AT
from tests.support.factories import SeasonFactory


def create(creator, season, **kwargs):
    return create_league(creator=creator, season=season, now=FOUNDED_AT, **{"name": "Alpine Friends", **kwargs})


def test_the_creator_manages_the_league_and_is_recorded(season, alice):
    league = create(alice, season)
    membership = Membership.objects.get(league=league)
    assert (membership.user, membership.role, membership.joined_at) == (alice, "manager", FOUNDED_AT)
    assert league.creator == alice


def test_the_creator_gets_a_constructor(season, alice):
    league = create(alice, season, constructor_name="Alice Racing")
    assert [(constructor.owner, constructor.name) for constructor in Constructor.objects.filter(league=league)] == [
        (alice, "Alice Racing")
    ]


def test_the_first_draft_is_created_with_the_league(season, alice, race):
    league = create(alice, season)
    assert [(draft.race, draft.state) for draft in Draft.objects.filter(league=league)] == [
        (race, Draft.State.UPCOMING)
    ]


def test_leagues_are_private_and_have_the_default_settings(season, alice):
    league = create(alice, season)
    version = league.settings_versions.get()
    assert (league.is_public, version.number, version.created_by) == (False, 1, alice)
    assert (version.picks_per_race, version.method, version.order_strategy) == (2, "sequential", "rotation")
    assert (version.scoring, version.sprints, version.autopicks) == ("inverted_position", False, True)


def test_every_league_has_its_own_readable_code(season, alice):
    codes = {create(alice, season, name=f"League {n}").code for n in range(30)}
    assert len(codes) == 30
    assert all(len(code) == 8 and set(code) <= set(CODE_ALPHABET) for code in codes)


@pytest.mark.parametrize(("cars", "picks", "fit"), [(22, 2, 11), (20, 2, 10), (22, 4, 5), (20, 3, 6)])
def test_a_league_is_as_large_as_the_grid_allows(alice, cars, picks, fit):
    season = SeasonFactory.create(grid_size=cars)
    assert create(alice, season, settings={"picks_per_race": picks}).capacity == fit


def test_too_many_constructors_for_the_grid_are_refused_with_the_maximum(season, alice):
    with pytest.raises(Invalid, match="the grid has 22: at most 11 fit") as refused:
        create(alice, season, capacity=12)
    assert refused.value.field == "capacity"
    assert not League.objects.exists()


def test_a_capacity_of_zero_is_refused(season, alice):
    with pytest.raises(Invalid, match="at least one constructor"):
        create(alice, season, capacity=0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"visibility": "secret"}, "visibility"),
        ({"settings": {"method": "zigzag"}}, "method"),
        ({"settings": {"picks_per_race": 0}}, "picks_per_race"),
        ({"settings": {"picks_per_race": 6}}, "picks_per_race"),
        ({"settings": {"lock_minutes": 1441}}, "lock_minutes"),
        ({"settings": {"league": 3}}, "league"),
        ({"settings": {"scoring": "custom", "custom_points": {"places": [101]}}}, "custom_points"),
        ({"settings": {"custom_points": None}}, "custom_points"),
    ],
)
def test_invalid_input_names_the_field(season, alice, wrong, field):
    with pytest.raises(Invalid) as refused:
        create(alice, season, **wrong)
    assert refused.value.field == field
    assert not League.objects.exists()


def test_an_invalid_constructor_name_creates_no_league(season, alice):
    with pytest.raises(Refused):
        create(alice, season, constructor_name="x" * 41)
    assert not League.objects.exists()
