"""Users, leagues and races with which every API operation succeeds for some user, and the values to call it with.

Alice manages one league whose draft is under way, another whose draft is paused before its first pick, and one whose
first draft waits in its lobby. Bob plays in the first and the last one and is invited to a fourth. Two races are over;
an administrator may enter their results.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from accounts.models import BrowserSession, EmailChange, TokenFamily, User
from accounts.services import begin_mfa_set_up, issue_tokens, signed_links, turn_on_mfa
from constructors.models import Constructor
from constructors.selectors import constructors_in
from drafts.models import Draft
from drafts.pick_links import read_pick_link
from drafts.services import open_due_drafts, pause_draft, pick_by_link, skip_race
from leagues.models import League
from leagues.services import (
    add_webhook,
    archive_league,
    block_league,
    create_league,
    invite,
    join_league,
    remove_member,
)
from notifications.models import Notification
from notifications.services import subscribe_to_push
from races.models import Race, Season
from races.selectors import classification_rows, race_results
from races.services import record_manual_classification

from .cast import DRAFTING_AT, FOUNDED_AT
from .factories import PASSWORD, STARTS_AT, SeasonFactory, UserFactory, grid, results_for, weekend
from .stories import entry, fresh, pick, pick_link_token, withdrawn

ANOTHER_PASSWORD = "a warm front over Monza"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class ApiWorld:
    """The users by their roles, and values by their names in the API."""

    people: Mapping[str, User | None]
    usual: Values
    of_operation: Mapping[str, Values]

    def values(self, operation_id: str) -> Values:
        """The values with which the operation succeeds, for its address and its body."""
        return {**self.usual, **self.of_operation.get(operation_id, {})}


def make_api_world(push_endpoint: str = "https://push.example.org/bob") -> ApiWorld:
    """Create the world. The clock (`core.clock`) must be set to `DRAFTING_AT`.

    Bob's device has this endpoint, which gets test messages.
    """
    alice, bob, charlie = (_user(name) for name in ("alice", "bob", "charlie"))
    admin = _user("admin", is_superuser=True)
    season = _season()
    league = _league(season, alice, "Alpine Friends")
    join_league(user=bob, league=league, constructor_name="Bob Motorsport", now=FOUNDED_AT)
    paused, public = _league(season, alice, "Monza Club"), _league(season, charlie, "Everybody", visibility="public")
    join_league(user=charlie, league=paused, now=FOUNDED_AT)
    gathering = _league(season, alice, "Spa Evening", first_draft_start="manual")
    join_league(user=bob, league=gathering, now=FOUNDED_AT)
    linked = _league(season, charlie, "Zandvoort Link")
    join_league(user=alice, league=linked, now=FOUNDED_AT)
    draft = _start_draft(league, alice, bob)
    pause_draft(draft=_draft_of(paused), by=alice, now=DRAFTING_AT)
    people = {"visitor": None, "player": bob, "manager": alice, "administrator": admin}
    of_operation = (
        # First, because signing in ends the links to reset a password.
        _sign_in_values(bob)
        | _account_values(bob)
        | _email_values(alice)
        | _mfa_values(bob, admin)
        | _draft_values(league, paused, bob)
        | _lobby_values(gathering)
        | _pick_link_values(draft, _draft_of(linked))
        | _league_values(league, public, alice, bob, charlie)
        | _device_values(bob, push_endpoint)
        | _season_values(alice)
        | _manager_values(league, alice, charlie)
        | _race_values(season, admin)
    )
    usual = {**_default_values(draft, alice, bob), "webhook_id": _webhook_id(league, alice)}
    return ApiWorld(people, usual, of_operation)


def _user(name: str, **kwargs: Any) -> User:
    return UserFactory.create(username=name, password=PASSWORD, **kwargs)


def _season() -> Season:
    season = SeasonFactory.create(year=2025)
    for number in (1, 2, 3):
        grid(weekend(season, number, sprint=number == 2))
    return season


def _league(season: Season, creator: User, name: str, **kwargs: Any) -> League:
    return create_league(creator=creator, season=season, name=name, now=FOUNDED_AT, **kwargs)


def _draft_of(league: League) -> Draft:
    return fresh(Draft.objects.get(league=league))


def _constructor_of(league: League, user: User) -> Constructor:
    return Constructor.objects.get(league=league, owner=user)


def _start_draft(league: League, first: User, second: User) -> Draft:
    """Open all drafts. In this one, the first player has picked a withdrawn driver, and the second is on the clock."""
    order = [_constructor_of(league, user).pk for user in (first, second)]
    Draft.objects.filter(league=league).update(planned_order=order)
    open_due_drafts(now=DRAFTING_AT)
    pick(_draft_of(league), _constructor_of(league, first), "driver_1", DRAFTING_AT)
    withdrawn(_draft_of(league), "driver_1", DRAFTING_AT)
    return _draft_of(league)


def _default_values(draft: Draft, alice: User, bob: User) -> Values:
    return {
        "league_id": draft.league_id,
        "race_id": draft.race_id,
        "draft_id": draft.pk,
        "constructor_id": _constructor_of(draft.league, alice).pk,
        "other_constructor_id": _constructor_of(draft.league, bob).pk,
        "user_id": bob.pk,
        "driver_id": "driver_5",
        "out_driver_id": "driver_1",
        "team_id": "team_1",
        "season": draft.race.season.year,
        "seen": None,
    }


def _account_values(bob: User) -> dict[str, Values]:
    keys = {"refresh": issue_tokens(user=bob, now=DRAFTING_AT)["refresh"]}
    new = {"new_password": ANOTHER_PASSWORD}
    newcomer = {"username": "newcomer", "email": "newcomer@example.org", "password": PASSWORD, "invitation": ""}
    return {
        "auth_login_create": {"username": "bob", "password": PASSWORD, "code": ""},
        "auth_logout_create": keys,
        "auth_refresh_create": keys,
        "auth_register_create": newcomer,
        "auth_me_delete_create": {"password": PASSWORD},
        "auth_email_update": {"email": "bob@new.example.org", "password": PASSWORD},
        "auth_password_create": {"current_password": PASSWORD, **new},
        "auth_password_reset_confirm_create": {"token": signed_links.password_reset_token(bob), **new},
    }


def _email_values(alice: User) -> dict[str, Values]:
    """Alice has given an address that she has not confirmed yet, and had another one before."""
    address = EmailAddress.objects.create(user=alice, email="alice@new.example.org", verified=False)
    change = EmailChange.objects.create(user=alice, old_email="alice@old.example.org", changed_at=DRAFTING_AT)
    return {
        "auth_email_confirm_create": {"token": EmailConfirmationHMAC(address).key},
        "auth_email_undo_create": {"token": signed_links.undo_token(change)},
    }


def _mfa_values(bob: User, admin: User) -> dict[str, Values]:
    """The administrator has MFA, and Bob is about to turn it on."""
    _turn_on_mfa(admin)
    own_password = {"password": PASSWORD}
    names = ("set_up", "turn_off", "recovery_codes", "recovery_codes_new")
    return {
        "auth_mfa_confirm_create": _mfa_token_and_code(bob),
        **{f"auth_mfa_{name}_create": own_password for name in names},
    }


def _turn_on_mfa(user: User) -> None:
    turn_on_mfa(user=user, now=DRAFTING_AT, **_mfa_token_and_code(user))


def _mfa_token_and_code(user: User) -> dict[str, str]:
    begun = begin_mfa_set_up(user=user)
    _, counter, _ = totp.yield_hotp_counters_from_time()
    return {"token": begun["token"], "code": totp.format_hotp_value(totp.hotp_value(begun["secret"], counter))}


def _sign_in_values(bob: User) -> dict[str, Values]:
    """Bob is signed in in a browser and in an app."""
    Client().force_login(bob)
    issue_tokens(user=bob, now=DRAFTING_AT)
    return {
        "auth_sign_ins_browsers_destroy": {"browser_id": BrowserSession.objects.get(user=bob).pk},
        "auth_sign_ins_apps_destroy": {"app_id": str(TokenFamily.objects.get(user=bob).pk)},
    }


def _lobby_values(gathering: League) -> dict[str, Values]:
    in_the_lobby = {"draft_id": _draft_of(gathering).pk, "is_ready": True}
    names = ("lobby_retrieve", "ready_create", "nudge_create", "start_create")
    return {f"drafts_{name}": in_the_lobby for name in names}


def _draft_values(league: League, paused: League, bob: User) -> dict[str, Values]:
    """The order can be set, and a draft can be resumed, if no pick has been made."""
    draft = _draft_of(paused)
    order = [constructor.pk for constructor in constructors_in(paused)]
    its_order = {"draft_id": draft.pk, "league_id": paused.pk, "order": order}
    bobs = {"constructor_id": _constructor_of(league, bob).pk}
    return {
        "drafts_resume_create": its_order,
        "drafts_order_create": its_order,
        "races_leagues_draft_order_create": its_order,
        "constructors_drafts_create": bobs | {"slot": 2},
        "drafts_pick_for_create": bobs,
        "drafts_undo_create": {"count": 1},
        "constructors_wish_list_update": {"wish_list": [{"driver_id": "driver_3"}], "do_not_draft": ["driver_4"]},
    }


def _pick_link_values(draft: Draft, picked: Draft) -> dict[str, Values]:
    """Links to the turn of the first draft, and to the first turn of the second one, whose pick can be changed."""
    names = ("retrieve", "pick_create", "autodraft_create", "extension_create")
    change = {"token": pick_link_token(picked, DRAFTING_AT)}
    pick_by_link(link=read_pick_link(change["token"]), entry=entry(picked.race, "driver_2"), now=DRAFTING_AT)
    links: dict[str, Values] = {f"pick_links_{name}": {"token": pick_link_token(draft, DRAFTING_AT)} for name in names}
    return links | {"pick_links_pick_partial_update": change}


def _league_values(league: League, public: League, alice: User, bob: User, charlie: User) -> dict[str, Values]:
    sent = invite(league=league, by=alice, email="dora@example.org", now=DRAFTING_AT)
    to_their_name = {"invitation_id": invite(league=public, by=charlie, username="bob", now=DRAFTING_AT).pk}
    by_mail = {"token": invite(league=public, by=charlie, email=bob.email, now=DRAFTING_AT).token}
    return {
        "leagues_invitations_create": {"username": "charlie"},
        "leagues_invitations_destroy": {"invitation_id": sent.pk},
        "blocks_create": {"user_id": charlie.pk},
        "blocks_destroy": {"block_id": block_league(user=bob, league=public, now=DRAFTING_AT).pk},
        "invitations_accept_create": to_their_name,
        "invitations_decline_create": to_their_name,
        "invitations_accept_by_token": by_mail,
        "invitations_decline_by_token": by_mail,
        "leagues_join_create": {"league_id": public.pk},
        "leagues_join_by_code": {"code": public.code},
        "leagues_by_code": {"code": public.code},
        **{
            f"notifications_{operation}": {"notification_id": Notification.objects.filter(user=bob).earliest("pk").pk}
            for operation in ("retrieve", "destroy", "read_create", "unread_create")
        },
    }


def _device_values(bob: User, endpoint: str) -> dict[str, Values]:
    device = subscribe_to_push(user=bob, kind="unifiedpush", endpoint=endpoint, now=DRAFTING_AT)
    return {name: {"device_id": device.pk} for name in ("devices_test_create", "devices_destroy")}


def _season_values(alice: User) -> dict[str, Values]:
    """A league whose season is over, and one of the current season that is archived."""
    last_season = SeasonFactory.create(year=2024)
    weekend(last_season, 1, DRAFTING_AT - timedelta(weeks=12))
    over = create_league(creator=alice, season=last_season, name="Last Year", now=DRAFTING_AT - timedelta(weeks=20))
    archived = _league(Season.objects.get(year=2025), alice, "Archived")
    archive_league(league=archived, by=alice, now=DRAFTING_AT)
    return {
        "leagues_continue": {"league_id": over.pk, "name": "This Year", "capacity": 5},
        "leagues_unarchive_create": {"league_id": archived.pk},
    }


def _manager_values(league: League, alice: User, charlie: User) -> dict[str, Values]:
    """Alice's league skips the second race. Another one has never drafted, and Charlie must not join it again."""
    second, third = (league.season.races.get(round=number) for number in (2, 3))
    skip_race(league=league, race=second, by=alice, now=DRAFTING_AT)
    other = _league(league.season, alice, "Quiet Corner")
    join_league(user=charlie, league=other, now=FOUNDED_AT)
    remove_member(league=other, by=alice, user=charlie, now=DRAFTING_AT, ban=True)
    return {
        "leagues_skipped_races_update": {"race_id": third.pk},
        "leagues_skipped_races_destroy": {"race_id": second.pk},
        "leagues_bans_destroy": {"league_id": other.pk, "user_id": charlie.pk},
        "leagues_destroy": {"league_id": other.pk},
        "leagues_webhooks_create": {"service": "generic", "url": "https://localhost/hook"},
        "leagues_webhooks_partial_update": {"url": "https://localhost/hook"},
    }


def _webhook_id(league: League, alice: User) -> int:
    """A webhook whose address is not public, so that nothing is ever sent."""
    url = "https://localhost/hook"
    return add_webhook(league=league, by=alice, service="generic", name="Program", url=url, now=DRAFTING_AT).pk


def _race_values(season: Season, admin: User) -> dict[str, Values]:
    """Two races of previous weeks, one with results from the feed and one with results entered by hand."""
    fed, by_hand = _finished_race(season, 4), _finished_race(season, 5)
    rows = classification_rows(by_hand.classifications.get())
    record_manual_classification(race=by_hand, kind="race", rows=rows, by=admin, reason="Document 47", now=DRAFTING_AT)
    return {
        "races_results_create": {"race_id": fed.pk, "reason": "Document 48", "rows": race_results(fed)["race"]["rows"]},
        "races_results_release_create": {"race_id": by_hand.pk},
    }


def _finished_race(season: Season, number: int) -> Race:
    race = weekend(season, number, STARTS_AT - timedelta(weeks=5))
    grid(race)
    results_for(race)
    return race
