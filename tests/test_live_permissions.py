"""Every role requests the live endpoints: the responses must match the permission table in `tests.permissions.rules`.

Django does not serve these endpoints. The requests authenticate by cookie, by token and by a spectator's secret. They
use GET and other methods, for drafts in the user's own league and in another one, and for a missing draft, and for the
user's own stream.
"""

import asyncio
from collections.abc import Callable, Iterator
from itertools import product

import pytest

from accounts.models import User
from fantasyf1 import asgi
from fantasyf1.person_stream import PATH, PersonRegistry, PersonTopic
from tests.permissions.rules import LIVE_RULES
from tests.permissions.world import MARKERS, MISSING_ID, NOW, ROLES, World, foreign_markers, make_world, role_in_league
from tests.support.cast import SetClock
from tests.support.sse_client import (
    FAST_POLLING,
    AsgiStreamClient,
    Headers,
    bearer_headers,
    running_registry,
    session_cookie_headers,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("serialized_sqlite")]

METHODS = ("GET", "HEAD", "POST", "DELETE")


@pytest.fixture
def world(at: SetClock) -> World:
    at(NOW)
    return make_world()


def test_every_live_route_has_a_rule_and_every_rule_a_route() -> None:
    assert set(asgi.LIVE_ROUTES) == set(LIVE_RULES)


@pytest.mark.parametrize("sign", [session_cookie_headers, bearer_headers])
def test_every_role_hears_only_of_its_own_leagues(world: World, sign: Callable[[User], Headers]) -> None:
    signs = {role: sign(user) if (user := world.user_for(role)) else {} for role in ROLES}
    wrong = asyncio.run(find_all_problems(world, signs))
    assert not wrong, "\n".join(wrong)


async def find_all_problems(world: World, signs: dict[str, Headers]) -> list[str]:
    wrong: list[str] = []
    async with running_registry() as registry:
        for (role, headers), method, secret in product(signs.items(), METHODS, watch_secrets(world)):
            clients = {
                place: AsgiStreamClient(registry, pk, headers, f"watch={secret}", method) for place, pk in drafts(world)
            }
            for client in clients.values():
                await wait_for_answer(client)
            found = find_problems(role, method, secret, clients, world)
            wrong += [f"{role} by {method}, {secret or 'no secret'}: {problem}" for problem in found]
    return wrong


@pytest.mark.parametrize("sign", [session_cookie_headers, bearer_headers])
def test_every_role_hears_at_its_own_address_only_of_its_leagues(world: World, sign: Callable[[User], Headers]) -> None:
    signs = {role: sign(user) if (user := world.user_for(role)) else {} for role in ROLES}
    for role, client in asyncio.run(ask_for_own_streams(signs)).items():
        is_allowed = ROLES[role][1] in LIVE_RULES[PATH].may["GET"]
        assert client.status == (200 if is_allowed else 401), role
        assert not any(marker in client.text.lower() for marker in foreign_markers(role)), role
        is_member = ROLES[role][1] in ("member", "co_manager", "manager")
        assert (ROLES[role][0] in client.text.lower()) == is_member, role


async def ask_for_own_streams(signs: dict[str, Headers]) -> dict[str, AsgiStreamClient]:
    async with running_registry(registry=PersonRegistry(PersonTopic(), FAST_POLLING)) as registry:
        clients = {role: AsgiStreamClient(registry, None, headers, path=PATH) for role, headers in signs.items()}
        for client in clients.values():
            await wait_for_answer(client)
        return clients


async def wait_for_answer(client: AsgiStreamClient) -> None:
    """Read until the past events have been sent or the request is refused, then disconnect."""
    await client.wait_until(lambda: client.task.done() or len(client.messages) > 2)
    client.disconnect()


def watch_secrets(world: World) -> list[str]:
    return ["", "nonsense", world.places[MARKERS[0]].ids["token"]]


def drafts(world: World) -> list[tuple[str, int]]:
    return [("missing", MISSING_ID), *((place.name, place.ids["draft"]) for place in world.places.values())]


def find_problems(
    role: str, method: str, secret: str, clients: dict[str, AsgiStreamClient], world: World
) -> Iterator[str]:
    for place in world.places.values():
        client = clients[place.name]
        is_watched = secret == place.ids["token"]
        may = is_watched or role_in_league(role, place) in LIVE_RULES["/live/drafts/"].may["GET"]
        said = f"{client.messages[0]} {client.text}".lower()
        if (client.status == 200) != (method == "GET" and may):
            yield f"{client.status} for {place.name}"
        if not may and client.messages != clients["missing"].messages:
            yield f"{place.name} is not like what is missing"
        if may and method == "GET" and place.name not in said:
            yield f"nothing is told of {place.name}"
        if any(marker in said for marker in foreign_markers(role) if not (is_watched and marker == place.name)):
            yield f"{place.name} is revealed to a user without access"
