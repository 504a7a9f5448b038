"""Every role requests every route: the responses must match the table in `tests.permissions.rules`, cell by cell.

Two private leagues, each with all of its people. Nothing named after one of them may reach anyone else: not in a body,
a header, an e-mail or a notification. People who may not know that something exists get the response for a missing one.
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib import admin
from django.core import mail
from django.db import connection, transaction
from django.shortcuts import get_object_or_404
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from core import clock
from leagues.league_scoped_admin import LeagueScopedAdmin
from leagues.models import League
from notifications.models import Notification
from notifications.services import send_due_emails
from tests.permissions.rules import EXAMPLE_PATHS, FORM_BODIES, JSON_BODIES, QUERY_STRINGS, RULES, SEES, Rule
from tests.permissions.world import (
    MARKERS,
    MISSING_ID,
    MISSING_VALUES,
    NOW,
    ROLES,
    LeagueSide,
    World,
    foreign_markers,
    make_world,
    role_in_league,
)
from tests.support.cast import access_token

pytestmark = pytest.mark.django_db

REFUSED = (401, 403, 404)
SIGN_IN = ("/accounts/sign-in/", "/admin/login/")
# What a refused request must not write. Sessions, the messages in them and the counters of tries belong to no league.
WRITE_STATEMENTS = re.compile(
    r'(INSERT INTO|UPDATE|DELETE FROM) "(races|leagues|constructors|drafts|scoring|accounts_user)'
)
MESSAGE_STATEMENTS = re.compile(
    r'INSERT INTO "(notifications_outgoingemail|leagues_invitation|notifications_notification)"'
)
# Subjects of routes whose address is the secret itself (anyone who has it sees what it opens), and of routes whose
# response is only about the user who asks.
SECRET_SUBJECTS = ("code", "token", "mail", "stopping", "own_data", "practice")
FORM_CONTENT_TYPE = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """The world of all cells. It is created once, and no cell leaves anything behind."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(clock, "now", lambda: NOW)
        for name in ("django.request", "core.api.exceptions"):
            patch.setattr(logging.getLogger(name), "disabled", True)  # there are thousands of refusals
        yield make_world()
        transaction.set_rollback(True)


# -- routes ------------------------------------------------------------------------------------------------------------


def routes() -> Iterator[tuple[str, str]]:
    """The name and the pattern of every route; a route without a name is named after the beginning of its pattern."""
    yield from _routes(get_resolver().url_patterns, "", "")


def _routes(patterns: list[Any], before: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(
                pattern.url_patterns, address, f"{space}{pattern.namespace}:" if pattern.namespace else space
            )
        elif isinstance(pattern, URLPattern):
            name = f"{space}{pattern.name}" if pattern.name else address.partition("(")[0]
            yield name, address
            yield from ((f"{name} {act}", address.replace("<slug:act>", act)) for act in _admin_acts(name))


def _admin_acts(route: str) -> list[str]:
    """The actions of a table of the admin, which share a route."""
    table = route.removeprefix("admin:").removesuffix("_act")
    for model, model_admin in admin.site._registry.items():
        if f"admin:{model._meta.app_label}_{model._meta.model_name}_act" == route:
            assert isinstance(model_admin, LeagueScopedAdmin), table
            return list(model_admin.object_actions)
    return []


ROUTES = dict(routes())


def test_every_route_has_a_rule_and_every_rule_a_route() -> None:
    assert set(ROUTES) == set(RULES)


def address_of(name: str, world: World, place: LeagueSide | None) -> str:
    """The address of a route for a place; if the place is None, of something that does not exist."""

    def value(match: re.Match[str]) -> str:
        return str(_url_value(name, match[1], world, place))

    address = EXAMPLE_PATHS.get(name) or "/" + re.sub(r"<(?:\w+:)?(\w+)>", value, ROUTES[name])
    return address + QUERY_STRINGS.get(name, "")


def _url_value(name: str, parameter: str, world: World, place: LeagueSide | None) -> Any:
    about = RULES[name].about
    if parameter in ("race_pk", "race_id") or (name.startswith(("races:", "api:race")) and parameter == "pk"):
        return (world.scored if name.startswith(("scoring:", "pages:")) else world.race).pk
    fixed = {
        "ref": world.driver,
        "team_ref": "team_1",
        "driver_id": world.driver,
        "act": "nothing",
        "kind": "race",
        "year": 2025,
    }
    if parameter in fixed:
        return fixed[parameter]
    if place is None or not about:
        return MISSING_VALUES.get(about, MISSING_ID)
    more = {
        "user_id": "user",
        "user_pk": "user",
        "invitation_pk": "invitation",
        "invitation_id": "invitation",
        "webhook_pk": "leagues_webhook",
        "webhook_id": "leagues_webhook",
        "constructor_pk": "constructor",
        "constructor_id": "constructor",
    }
    known = world.rows | place.rows | place.ids
    return known[more.get(parameter, about)]


# -- cells -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """The outcome of a request: the response, whether it wrote anything, and the messages that it sent to people."""

    response: Any
    is_written: bool
    messages: list[tuple[str, str]]

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    @property
    def body(self) -> str:
        response = self.response
        return (b"".join(response) if response.streaming else response.content).decode(
            errors="replace"
        )  # an icon is no text

    @property
    def is_allowed(self) -> bool:
        leads_to = self.response.headers.get("Location", "")
        return self.status not in REFUSED and not leads_to.startswith(SIGN_IN)

    def looks_like(self, other: "Outcome") -> bool:
        """Whether both are the same apart from what always differs: their address, tokens, request ids, the time."""
        return self.status == other.status and self.comparable_body == other.comparable_body

    @property
    def comparable_body(self) -> str:
        body = self.body.replace(self.response.request["PATH_INFO"], "")
        return re.sub(r"[0-9A-Za-z]{32,}|[0-9T:.+-]{19,}", "", body)


class StatementRecorder:
    """Records whether the SQL statements write something or send messages."""

    writes = sends_messages = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.writes |= bool(WRITE_STATEMENTS.match(sql))
        self.sends_messages |= bool(MESSAGE_STATEMENTS.match(sql))
        return execute(sql, params, many, context)


class RoleClient:
    """The client of a role: it sends the cookies of a browser to pages, and a token to the API."""

    def __init__(self, user: User | None) -> None:
        self.headers = {"Authorization": f"Bearer {access_token(user)}"} if user else {}
        self.client = Client(raise_request_exception=False)
        if user:
            self.client.force_login(user)
        self.cookies = {name: morsel.value for name, morsel in self.client.cookies.items()}

    def ask(self, method: str, name: str, world: World, place: LeagueSide | None) -> Outcome:
        """Send a request about a place, or about what does not exist, and roll back its effects."""
        address, done = address_of(name, world, place), StatementRecorder()
        with transaction.atomic():
            with connection.execute_wrapper(done):
                response = self._send(method, name, address, _body_values(place))
            messages = sent_messages() if done.sends_messages else []
            transaction.set_rollback(True)
        return Outcome(response, done.writes, messages)

    def _send(self, method: str, name: str, address: str, words: dict[str, Any]) -> Any:
        self.client.cookies.clear()  # forget the cookies that a response has set
        if address.startswith("/api/"):
            body = JSON_BODIES.get(name, "{}") % words
            return self.client.generic(method, address, body, "application/json", headers=self.headers)
        self.client.cookies.load(self.cookies)
        body = FORM_BODIES.get(name, "") % words if method == "POST" else ""
        return self.client.generic(method, address, body, FORM_CONTENT_TYPE)


def _body_values(place: LeagueSide | None) -> dict[str, Any]:
    """The values that request bodies refer to."""
    return {**(place.ids if place else {"user": MISSING_ID, "undo": "nothing"}), "email": "guest-z@example.org"}


def sent_messages() -> list[tuple[str, str]]:
    """The e-mails in the outbox and the notifications of this moment: each with its address and its whole text."""
    mail.outbox = []
    send_due_emails(now=NOW)
    mails = [
        (to, f"{message.subject} {message.body} {message.extra_headers}")
        for message in mail.outbox
        for to in message.recipients()
    ]
    news = Notification.objects.filter(created_at=NOW).select_related("user")
    return [*mails, *((notification.user.email, f"{notification.title} {notification.body}") for notification in news)]


# Everything on PostgreSQL; on SQLite, the pages of the two roles that together see all of them.
IS_COMPLETE = connection.vendor == "postgresql"
TESTED_ROLES = list(ROLES) if IS_COMPLETE else ["administrator", "member"]
TESTED_METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"} if IS_COMPLETE else {"GET"}


@pytest.mark.parametrize("role", TESTED_ROLES)
def test_every_role_reaches_only_the_routes_that_it_may(world: World, role: str) -> None:
    person, cells, wrong = RoleClient(world.user_for(role)), 0, []
    for name, rule in RULES.items():
        for method in filter(TESTED_METHODS.__contains__, rule.methods()):
            missing = person.ask(method, name, world, None)
            cells += bool(rule.about)
            for place in leagues_to_ask(rule, world):
                answer = person.ask(method, name, world, place) if rule.about else missing
                cells += 1
                if problem := find_problem(role, rule, method, world, place, answer, missing):
                    wrong.append(f"{method} {name} of {place.name}: {answer.status}, {problem}")
    assert not wrong, "\n".join(wrong)
    assert cells * len(ROLES) >= (5000 if IS_COMPLETE else 2000)


def leagues_to_ask(rule: Rule, world: World) -> list[LeagueSide]:
    """Both leagues if the rule is about leagues; otherwise one, so that each route is requested only once."""
    return list(world.places.values()) if is_league_rule(rule, world) else [world.places[MARKERS[0]]]


def is_league_rule(rule: Rule, world: World) -> bool:
    place = world.places[MARKERS[0]]
    return rule.about in place.ids or rule.about in place.rows or rule.about in SECRET_SUBJECTS


def find_problem(
    role: str, rule: Rule, method: str, world: World, place: LeagueSide, answer: Outcome, missing: Outcome
) -> str:
    """What is wrong with a response; "" if it is right."""
    is_own = is_league_rule(rule, world)
    what = role_in_league(role, place) if is_own else ROLES[role][1]
    allowed = rule.may.get(method)
    if answer.status >= 500 or missing.status >= 500:
        return "a fault"
    if leaks_in_response(role, rule, answer):
        return "reveals another league"
    if leaks_in_messages(world, place, answer):
        return "lets others know of a league that is none of their business"
    if allowed is not None and what in allowed:
        return "" if answer.is_allowed else "is kept out"
    if answer.is_written:
        return "writes something"
    if allowed is None or (what in SEES and ("Location" in answer.response.headers or answer.status == 422)):
        return ""  # A page refuses with a sentence.
    if answer.is_allowed:
        return "is let in"
    if is_own and what not in SEES and not answer.looks_like(missing):
        return f"not the answer for what does not exist, {missing.status}"
    return ""


def leaks_in_response(role: str, rule: Rule, answer: Outcome) -> bool:
    if rule.about in SECRET_SUBJECTS or rule.about == "person":
        return False
    seen = f"{answer.response.headers} {answer.response.cookies} {answer.body}".lower()
    return any(marker in seen for marker in foreign_markers(role))


def leaks_in_messages(world: World, place: LeagueSide, answer: Outcome) -> bool:
    """Whether e-mails or notifications mention a league to people who are neither in it nor just invited to it."""
    return any(
        marker in text.lower()
        and marker not in world.leagues_known_to(to)
        and (to, marker) != ("friend@example.org", place.name)
        for to, text in answer.messages
        for marker in MARKERS
    )


def test_a_page_without_its_guard_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "leagues.views.membership.accessible_league_or_404", lambda _, pk: get_object_or_404(League, pk=pk)
    )
    stranger, place = RoleClient(world.user_for("player")), world.places[MARKERS[0]]
    answer, missing = (stranger.ask("GET", "leagues:members", world, side) for side in (place, None))
    problem = find_problem("player", RULES["leagues:members"], "GET", world, place, answer, missing)
    assert problem == "reveals another league"


def test_what_goes_out_by_mail_is_heard(world: World) -> None:
    manager, place = RoleClient(world.user_for("manager")), world.places[MARKERS[0]]
    answer = manager.ask("POST", "leagues:invite", world, place)
    assert [to for to, text in answer.messages if place.name in text] == ["friend@example.org"]
    assert not leaks_in_messages(world, place, answer)
    assert leaks_in_messages(world, world.places[MARKERS[1]], answer)
