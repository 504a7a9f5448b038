"""The data of the permission tests: two private leagues, their people and a scored race.

Everything in one league is called Zanzibar and everything in the other Quixote, so that a leak is visible wherever it
occurs. The first race is scored and corrected. The drafts for the second race are open.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Model
from django.test import Client

from accounts.models import BrowserSession, TokenFamily, User
from accounts.services import issue_tokens
from constructors.models import Constructor
from core import undo as core_undo
from drafts.models import Draft, SpectatorLink
from drafts.services import lock_draft, make_pick, open_due_drafts, renew_spectator_link, skip_race
from fantasyf1.pages import practice_links
from leagues import undos as leagues_undos
from leagues import unsubscribing as leagues_unsubscribing
from leagues.league_scoped_admin import LeagueScopedAdmin, league_of
from leagues.models import Ban, Invitation, League, WebhookDelivery
from leagues.services import add_webhook, block_league, create_league, invite, join_league, leave_league, set_role
from notifications import unsubscribing
from notifications.models import Delivery, Notification
from notifications.services import send_due_emails, subscribe_to_push
from races.models import Race, Season
from scoring.services import score_race
from tests.support.cast import DRAFTING_AT, FOUNDED_AT, OVER_AT
from tests.support.factories import SeasonFactory, UserFactory, grid, practice_board, results_for, weekend
from tests.support.notifications import notified

ZANZIBAR, QUIXOTE = "zanzibar", "quixote"
MARKERS = (ZANZIBAR, QUIXOTE)
# A time at which the drafts for the second race are open.
NOW = DRAFTING_AT + timedelta(days=7)
MISSING_ID = 999_999
MISSING_VALUES = {
    **dict.fromkeys(("code", "token", "mail", "unsubscribing", "practice"), "NOBODY22"),
    "app": UUID(int=1),
}
# The league of each role, and its relation to that league. To the other league, it is a stranger.
ROLES = {
    "visitor": (ZANZIBAR, "visitor"),
    "player": (ZANZIBAR, "stranger"),
    "former member": (ZANZIBAR, "former"),
    "member": (ZANZIBAR, "member"),
    "member of another league": (QUIXOTE, "member"),
    "co-manager": (ZANZIBAR, "co_manager"),
    "manager": (ZANZIBAR, "manager"),
    "manager of another league": (QUIXOTE, "manager"),
    "administrator": (ZANZIBAR, "administrator"),
}
ROLES_WITHOUT_LEAGUE = ("visitor", "administrator")


@dataclass(frozen=True)
class LeagueSide:
    """A league, the IDs in it that URLs can contain, and the first row of each table of the admin."""

    name: str
    ids: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)


@dataclass
class World:
    places: dict[str, LeagueSide]
    people: dict[str, dict[str, User]]
    administrator: User
    race: Race
    scored: Race
    driver: str
    rows: dict[str, Any]

    def user_for(self, role: str) -> User | None:
        home, what = ROLES[role]
        return self.administrator if what == "administrator" else self.people[home].get(what)

    def leagues_known_to(self, address: str) -> tuple[str, ...]:
        """Return the leagues that e-mails to this address may mention."""
        return tuple(
            name
            for name, people in self.people.items()
            if any(user.email == address and role not in ("stranger", "former") for role, user in people.items())
        )


def role_in_league(role: str, place: LeagueSide) -> str:
    """Return the relation of the role to a league."""
    home, what = ROLES[role]
    return what if place.name == home or what in ROLES_WITHOUT_LEAGUE else "stranger"


def foreign_markers(role: str) -> tuple[str, ...]:
    """Return the markers that the role must not see."""
    home, what = ROLES[role]
    if what == "administrator":
        return ()
    own = (home,) if what in ("member", "co_manager", "manager") else ()
    return tuple(name for name in MARKERS if name not in own)


def make_world() -> World:
    """Create all data. Set the clock to NOW for requests that use it."""
    season = _season()
    people = {name: _people(name) for name in MARKERS}
    leagues = {name: _create_league(name, season, people[name]) for name in MARKERS}
    scored = _score_first_race(season)
    open_due_drafts(now=NOW)
    race = season.races.get(round=2)
    _make_first_picks(race)
    places = {name: _league_side(name, leagues[name], people[name]) for name in MARKERS}
    send_due_emails(now=NOW)
    # Backdate the notifications, so that tests find those that their own requests create at NOW.
    Notification.objects.update(created_at=FOUNDED_AT)
    administrator = UserFactory.create(username="root", is_superuser=True, is_staff=True)
    # Requests record once a day that a user is there: everyone has been seen, so that no cell writes it.
    User.objects.update(last_seen_at=NOW)
    return World(
        places=places,
        people=people,
        administrator=administrator,
        race=race,
        scored=scored,
        driver=race.entries.all()[0].driver.ref,
        rows={_admin_name(model): _first_id(model._default_manager.all()) for model in admin.site._registry},
    )


def _season() -> Season:
    season = SeasonFactory.create(year=2025)
    for number in (1, 2, 3):
        grid(weekend(season, number))
    return season


def _people(name: str) -> dict[str, User]:
    """Create the people of a league.

    Only its members are named after it: users always see their own name.
    """
    inside = {role: UserFactory.create(username=f"{name}-{role}") for role in ("manager", "co_manager", "member")}
    return inside | {role: UserFactory.create(username=f"{role}-{name[0]}") for role in ("former", "stranger")}


def _create_league(name: str, season: Season, people: dict[str, User]) -> League:
    manager = people["manager"]
    league = create_league(
        creator=manager, season=season, name=f"{name} league", constructor_name=f"{name} one", now=FOUNDED_AT
    )
    for role in ("co_manager", "member", "former"):
        join_league(user=people[role], league=league, constructor_name=f"{name} {role}", now=FOUNDED_AT)
    set_role(league=league, by=manager, user=people["co_manager"], role="co_manager")
    leave_league(user=people["former"], league=league, now=FOUNDED_AT)
    return league


def _score_first_race(season: Season) -> Race:
    """Draft, score and correct the first race. The correction reverses the order of the drivers."""
    open_due_drafts(now=DRAFTING_AT)
    for draft in Draft.objects.filter(race__round=1):
        lock_draft(draft=draft, now=draft.locks_at)
    race = season.races.get(round=1)
    for order in (range(1, 23), range(22, 0, -1)):
        results_for(race, [f"driver_{number}" for number in order])
        score_race(race=Race.objects.get(pk=race.pk), now=OVER_AT)
    return race


def _make_first_picks(race: Race) -> None:
    """Make the first pick in the draft of each league."""
    for draft in Draft.objects.filter(race=race):
        constructor = draft.slots.select_related("constructor__owner").order_by("number")[0].constructor
        make_pick(constructor=constructor, entry=race.entries.all()[0], by=constructor.owner, now=NOW)


def _league_side(name: str, league: League, people: dict[str, User]) -> LeagueSide:
    renew_spectator_link(league=league, by=people["manager"], now=NOW)
    guest = UserFactory.create(username=f"guest-{name[0]}")
    asked, mailed = _invite(name, league, people["manager"], guest)
    _ban_and_skip(name, league, people["manager"])
    _connect(name, league, people["manager"])
    told = notified(people["member"], kind="league_changed", key="k", title=f"{name} news", now=NOW)
    Delivery.objects.create(notification=told, channel="email", created_at=NOW, due_at=NOW, give_up_at=OVER_AT)
    member = people["member"].pk
    # An address that no request is sent to.
    endpoint = f"https://127.0.0.1/{name}"
    device = subscribe_to_push(user=people["member"], kind="unifiedpush", endpoint=endpoint, now=NOW)
    issue_tokens(user=guest, now=NOW)
    unblocked = {"league": league.pk, "person": None, "blocked_at": NOW.isoformat()}
    ids = {
        "league": league.pk,
        "constructor": Constructor.objects.get(owner=member).pk,
        "draft": Draft.objects.get(league=league, race__round=2).pk,
        "notification": told.pk,
        "device": device.pk,
        "user": member,
        "person": member,
        "invitation": asked,
        "app": TokenFamily.objects.get(user=guest).pk,
        "browser": _browser_session_id(guest),
        "mail": mailed,
        "block": block_league(user=people["member"], league=league, now=NOW).pk,
        "undo": core_undo.token_of(people["member"], leagues_undos.UNBLOCKED, **unblocked),
        "stopping": leagues_unsubscribing.token_of(Invitation.objects.get(token=mailed).pk),
        "unsubscribing": unsubscribing.token_of(people["member"], ["league_changed"]),
        "code": league.code,
        "token": SpectatorLink.objects.get(league=league).token,
        "practice": practice_links.token_of(practice_board(league.season.races.get(round=1))),
    }
    return LeagueSide(name, ids, dict(_first_admin_rows(league)))


def _ban_and_skip(name: str, league: League, by: User) -> None:
    """Ban somebody, and let the league skip the third race: rows for the admin."""
    banned = UserFactory.create(username=f"banned-{name[0]}")
    Ban.objects.create(league=league, user=banned, reason=f"{name} reason", by=by, created_at=NOW)
    skip_race(league=league, race=league.season.races.get(round=3), by=by, now=NOW)


def _connect(name: str, league: League, by: User) -> None:
    """Connect a program, and let a delivery wait for it."""
    url = f"https://localhost/{name}/hook"
    webhook = add_webhook(league=league, by=by, service="generic", name=f"{name} program", url=url, now=NOW)
    data = {"league_id": league.pk, "league": league.name, "member": f"{name} member"}
    WebhookDelivery.objects.create(
        webhook=webhook, event="member.joined", data=data, created_at=NOW, due_at=NOW, give_up_at=OVER_AT
    )


def _invite(name: str, league: League, by: User, guest: User) -> tuple[int, str]:
    """Invite a player, and someone by e-mail. Return the ID of the first invitation and the token of the second."""
    asked = invite(league=league, by=by, username=guest.username, now=NOW)
    mailed = invite(league=league, by=by, email=f"{name}@example.org", now=NOW)
    return asked.pk, mailed.token


def _browser_session_id(user: User) -> int:
    Client().force_login(user)
    return BrowserSession.objects.get(user=user).pk


def _first_admin_rows(league: League) -> Iterator[tuple[str, Any]]:
    """Yield the league's first row in each of the admin's league-scoped tables, with the table's name."""
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, LeagueScopedAdmin):
            rows = (row for row in model._default_manager.all() if league_of(row, model_admin.league_path) == league)
            yield _admin_name(model), _first_id(rows)


def _first_id(rows: Iterable[Any]) -> Any:
    """Return the ID of the first row. If there are no rows, return the ID of a missing one."""
    return next((row.pk for row in rows), MISSING_ID)


def _admin_name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"
