"""Constructors: default names, renaming, and what remains after a player leaves."""

import pytest

from constructors.models import Constructor
from constructors.selectors import constructors_in, constructors_of, own_constructor
from constructors.services import rename_constructor
from core.errors import Invalid, NotAllowed, Refused
from leagues.services import join_league, leave_league
from scoring.leaderboards import leaderboard
from scoring.selectors import scored_picks
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory
from tests.support.stories import joined, opened, scored


def names(league):
    return sorted(constructor.name for constructor in constructors_in(league))


class TestNames:
    def test_without_a_name_a_constructor_gets_the_players_name(self, league, charlie):
        assert joined(league, charlie).name == "charlie"

    def test_a_name_that_is_taken_gets_a_number(self, league, charlie, bobs, bob):
        rename_constructor(constructor=bobs, by=bob, name="Charlie")
        assert joined(league, charlie).name == "charlie 2"

    def test_a_long_player_name_is_cut_to_fit(self, league):
        for name in ("x" * 60, "x" * 40 + "y"):
            joined(league, UserFactory.create(username=name))
        assert names(league)[2:] == ["x" * 38 + " 2", "x" * 40]

    @pytest.mark.parametrize("name", ["Bob Motorsport", "BOB motorsport", "  bob   motorsport "])
    def test_two_constructors_of_a_league_never_share_a_name(self, league, charlie, name):
        with pytest.raises(Refused, match="is already called") as refused:
            join_league(user=charlie, league=league, constructor_name=name, now=FOUNDED_AT)
        assert refused.value.code == "name_taken"
        assert names(league) == ["Alice Racing", "Bob Motorsport"]

    def test_the_name_of_a_retired_constructor_is_free(self, league, bob, charlie):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        join_league(user=charlie, league=league, constructor_name="Bob Motorsport", now=FOUNDED_AT)
        assert names(league) == ["Alice Racing", "Bob Motorsport"]

    def test_a_player_renames_their_constructor(self, bobs, bob):
        assert rename_constructor(constructor=bobs, by=bob, name=" Scuderia  Bob ").name == "Scuderia Bob"

    def test_a_rename_can_change_only_the_case(self, bobs, bob):
        assert rename_constructor(constructor=bobs, by=bob, name="BOB MOTORSPORT").name == "BOB MOTORSPORT"

    def test_others_cannot_rename_it_not_even_the_manager(self, bobs, alice, charlie):
        for who in (alice, charlie):
            with pytest.raises(NotAllowed):
                rename_constructor(constructor=bobs, by=who, name="Mine")

    @pytest.mark.parametrize("name", ["", "   ", "x" * 41])
    def test_an_empty_or_long_name_is_refused(self, bobs, bob, name):
        with pytest.raises(Invalid) as refused:
            rename_constructor(constructor=bobs, by=bob, name=name)
        assert refused.value.field == "constructor_name"

    def test_a_new_name_is_in_the_leaderboard_at_once(self, league, bobs, bob):
        leaderboard(league)
        rename_constructor(constructor=bobs, by=bob, name="Scuderia Bob")
        assert "Scuderia Bob" in {row["constructor"] for row in leaderboard(league)}


class TestLeaving:
    def test_a_constructor_retires_with_its_player(self, league, bob, bobs):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        bobs.refresh_from_db()
        assert bobs.left_at == FOUNDED_AT
        assert own_constructor(bob, league) is None
        assert list(constructors_of(bob)) == []

    def test_only_the_constructor_of_the_former_member_retires(self, league, bob, alices):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        assert list(constructors_in(league)) == [alices]

    def test_its_picks_and_points_stay(self, league, bob, bobs):
        draft = scored(opened(league))
        leave_league(user=bob, league=league, now=draft.locks_at)
        assert scored_picks(bobs).count() == 2
        assert {row["constructor"]: row["has_left"] for row in leaderboard(league)} == {
            "Alice Racing": False,
            "Bob Motorsport": True,
        }

    def test_the_standings_drop_a_retired_constructor_that_never_drafted(self, league, bob):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        assert [row["constructor"] for row in leaderboard(league)] == ["Alice Racing"]

    def test_picks_of_a_deleted_account_belong_to_a_former_player(self, league, bob, bobs):
        scored(opened(league))
        bob.delete()
        assert Constructor.objects.get(pk=bobs.pk).player == "former player"
        assert scored_picks(bobs).count() == 2
