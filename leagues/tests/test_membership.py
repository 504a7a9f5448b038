"""Joining, leaving, roles and transfer of the management."""

import pytest
from django.db import IntegrityError, transaction

from constructors.models import Constructor
from core.errors import NotAllowed, Refused
from leagues.models import League, Membership
from leagues.selectors import active_members, can_manage, leagues_visible_to, membership_of
from leagues.services import (
    change_league,
    join_by_code,
    join_league,
    leave_league,
    remove_member,
    set_role,
    transfer_management,
)
from tests.support.cast import FOUNDED_AT
from tests.support.factories import UserFactory


def roles(league):
    return {str(member.user): member.role for member in active_members(league)}


def refusal(call, **kwargs):
    with pytest.raises(Refused) as refused:
        call(**kwargs)
    return refused.value.code


class TestJoining:
    @pytest.mark.parametrize("written", [str.upper, str.lower, lambda code: f"  {code.title()} "])
    def test_a_code_is_read_in_any_case(self, league, charlie, written):
        join_by_code(user=charlie, code=written(league.code), now=FOUNDED_AT)
        assert roles(league) == {"alice": "manager", "bob": "member", "charlie": "member"}

    def test_an_unknown_code_is_refused(self, league, charlie):
        assert refusal(join_by_code, user=charlie, code="ABCDEFGH", now=FOUNDED_AT) == "unknown_code"

    def test_a_newcomer_gets_a_constructor(self, league, charlie):
        join_league(user=charlie, league=league, constructor_name="Charlie GP", now=FOUNDED_AT)
        assert Constructor.objects.get(owner=charlie).name == "Charlie GP"

    def test_nobody_joins_twice(self, league, bob):
        assert refusal(join_league, user=bob, league=league, now=FOUNDED_AT) == "already_member"
        assert Membership.objects.filter(league=league, user=bob).count() == 1

    def test_a_full_league_cannot_be_joined(self, league, alice, charlie):
        change_league(league=league, by=alice, capacity=2)
        with pytest.raises(Refused, match="full: it has room for 2 constructors"):
            join_league(user=charlie, league=league, now=FOUNDED_AT)

    def test_leaving_frees_a_place(self, league, alice, bob, charlie):
        change_league(league=league, by=alice, capacity=2)
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        join_league(user=charlie, league=league, now=FOUNDED_AT)
        assert roles(league) == {"alice": "manager", "charlie": "member"}

    def test_an_archived_league_cannot_be_joined(self, league, alice, bob, charlie):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        leave_league(user=alice, league=league, now=FOUNDED_AT)
        assert refusal(join_by_code, user=charlie, code=league.code, now=FOUNDED_AT) == "archived"

    def test_a_member_who_returns_starts_again_and_the_old_history_stays(self, league, bob, bobs):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        join_league(user=bob, league=league, now=FOUNDED_AT)
        assert Constructor.objects.filter(owner=bob).count() == 2
        assert Constructor.objects.active().get(owner=bob) != bobs


class TestLeaving:
    def test_a_former_member_keeps_the_constructor_but_cannot_see_the_league(self, league, bob):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        assert Membership.objects.get(user=bob).left_at == FOUNDED_AT
        assert membership_of(bob, league) is None
        assert league not in leagues_visible_to(bob)

    def test_the_manager_must_transfer_the_management_before_leaving(self, league, alice):
        assert refusal(leave_league, user=alice, league=league, now=FOUNDED_AT) == "manager_stays"
        assert roles(league)["alice"] == "manager"

    def test_a_manager_can_leave_after_the_transfer(self, league, alice, bob):
        transfer_management(league=league, by=alice, to=bob)
        leave_league(user=alice, league=league, now=FOUNDED_AT)
        assert roles(league) == {"bob": "manager"}

    def test_the_league_is_archived_when_the_last_member_leaves(self, league, alice, bob):
        leave_league(user=bob, league=league, now=FOUNDED_AT)
        leave_league(user=alice, league=league, now=FOUNDED_AT)
        league.refresh_from_db()
        assert league.archived_at == FOUNDED_AT

    def test_a_stranger_cannot_leave(self, league, charlie):
        assert refusal(leave_league, user=charlie, league=league, now=FOUNDED_AT) == "not_member"


class TestRoles:
    def test_the_former_manager_becomes_a_co_manager(self, league, alice, bob):
        transfer_management(league=league, by=alice, to=bob)
        assert roles(league) == {"bob": "manager", "alice": "co_manager"}

    def test_transferring_to_oneself_changes_nothing(self, league, alice):
        transfer_management(league=league, by=alice, to=alice)
        assert roles(league) == {"alice": "manager", "bob": "member"}

    def test_the_management_stays_in_the_league(self, league, alice, charlie):
        assert refusal(transfer_management, league=league, by=alice, to=charlie) == "not_member"

    def test_a_constraint_allows_one_manager(self, league, bob):
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.filter(league=league, user=bob).update(role="manager")

    def test_a_co_manager_manages_and_can_be_made_a_member_again(self, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert can_manage(bob, league)
        set_role(league=league, by=alice, user=bob, role="member")
        assert not can_manage(bob, league)

    @pytest.mark.parametrize("role", ["manager", "owner", ""])
    def test_other_roles_are_refused(self, league, alice, bob, role):
        assert refusal(set_role, league=league, by=alice, user=bob, role=role) == "unknown_role"

    def test_the_managers_role_changes_only_by_a_transfer(self, league, alice):
        assert refusal(set_role, league=league, by=alice, user=alice, role="member") == "manager_stays"

    @pytest.mark.parametrize("who", ["bob", "charlie", "co-manager"])
    def test_only_the_manager_transfers_the_management_and_assigns_roles(self, league, alice, bob, charlie, who):
        by = {"charlie": charlie}.get(who, bob)
        if who == "co-manager":
            set_role(league=league, by=alice, user=bob, role="co_manager")
        for call in (
            lambda: transfer_management(league=league, by=by, to=bob),
            lambda: set_role(league=league, by=by, user=bob, role="co_manager"),
        ):
            with pytest.raises(NotAllowed):
                call()
        assert roles(league)["alice"] == "manager"

    def test_an_administrator_can_do_what_the_manager_can(self, league, bob):
        administrator = UserFactory.create(is_superuser=True)
        transfer_management(league=league, by=administrator, to=bob)
        assert roles(league) == {"bob": "manager", "alice": "co_manager"}


class TestSeeing:
    def test_a_private_league_is_hidden_from_strangers(self, league, bob, charlie):
        assert list(leagues_visible_to(bob)) == [league]
        assert list(leagues_visible_to(charlie)) == []

    def test_everyone_sees_a_public_league(self, league, alice, charlie):
        change_league(league=league, by=alice, visibility=League.Visibility.PUBLIC)
        assert list(leagues_visible_to(charlie)) == [league]


class TestRemoving:
    def test_a_manager_removes_a_member_whose_history_stays(self, league, alice, bob, bobs):
        remove_member(league=league, by=alice, user=bob, now=FOUNDED_AT)
        assert roles(league) == {"alice": "manager"}
        bobs.refresh_from_db()
        assert bobs.left_at == FOUNDED_AT

    def test_a_member_cannot_remove_anyone(self, league, alice, bob, charlie):
        join_league(user=charlie, league=league, now=FOUNDED_AT)
        with pytest.raises(NotAllowed):
            remove_member(league=league, by=bob, user=charlie, now=FOUNDED_AT)
        assert len(roles(league)) == 3

    def test_a_co_manager_removes_members_but_no_other_co_manager(self, league, alice, bob, charlie):
        dora = UserFactory.create(username="dora")
        for user in (charlie, dora):
            join_league(user=user, league=league, now=FOUNDED_AT)
        for user in (bob, charlie):
            set_role(league=league, by=alice, user=user, role="co_manager")
        with pytest.raises(NotAllowed):
            remove_member(league=league, by=bob, user=charlie, now=FOUNDED_AT)
        remove_member(league=league, by=bob, user=dora, now=FOUNDED_AT)
        assert roles(league) == {"alice": "manager", "bob": "co_manager", "charlie": "co_manager"}

    def test_the_manager_cannot_be_removed(self, league, alice, bob):
        set_role(league=league, by=alice, user=bob, role="co_manager")
        assert refusal(remove_member, league=league, by=bob, user=alice, now=FOUNDED_AT) == "manager_stays"

    def test_a_stranger_cannot_be_removed(self, league, alice, charlie):
        assert refusal(remove_member, league=league, by=alice, user=charlie, now=FOUNDED_AT) == "not_member"
