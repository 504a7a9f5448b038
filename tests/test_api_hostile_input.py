"""Every operation of the API refuses hostile input and never causes a server error."""

import itertools
import json
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from constructors.models import Constructor
from leagues.services import add_webhook, block_sender, invite
from notifications.services import subscribe_to_push
from tests.support.api_description import api_description
from tests.support.cast import DRAFTING_AT, make_league, make_season, open_first_draft
from tests.support.factories import UserFactory
from tests.support.notifications import notified
from tests.support.stories import pick_link_token

pytestmark = pytest.mark.django_db

HOSTILE_VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**15,
    2**31,
    2**63,
    10**400,
    "",
    " ",
    "\0",
    "a\0b",
    "\u202e",
    "\ud800",
    "x" * 10_000,
    "' OR 1=1 --",
    "%00",
    "9" * 5000,
    "1e309",
    [],
    [None],
    [[]],
    {},
    {"": None},
    {"a": {"b": [1, {"c": "\0"}]}},
]
HOSTILE_URL_VALUES = ["0", "-1", "9" * 30, "9" * 5000, "%00", "%ff", "x", "1.5", "%E2%80%AE", "..", "' OR 1=1"]


SCHEMA = api_description()


def operations():
    """Yield path, method and description of every operation that Django serves. Live streams have their own server."""
    for path, methods in SCHEMA["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/"):
                yield path, method, operation


def body_fields(operation):
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return []
    return list(SCHEMA["components"]["schemas"][content["schema"]["$ref"].rsplit("/", 1)[1]]["properties"])


@pytest.fixture(scope="module")
def path_values(module_db):
    """Return values for the parameters in the paths. All of these objects exist, and Alice may access them."""
    alice, bob = (UserFactory.create(username=name) for name in ("alice", "bob"))
    league = make_league(make_season(), alice, bob)
    alices, bobs = (Constructor.objects.get(league=league, owner=user) for user in (alice, bob))
    open_draft = open_first_draft(league, alices, bobs)
    webhook = add_webhook(
        league=open_draft.league, by=alice, service="generic", name="P", url="https://localhost/", now=DRAFTING_AT
    )
    endpoint = "https://127.0.0.1/push"
    device = subscribe_to_push(user=alice, kind="unifiedpush", endpoint=endpoint, now=DRAFTING_AT)
    return {
        "league_id": open_draft.league_id,
        "device_id": device.pk,
        "block_id": block_sender(user=alice, sender=bob, now=DRAFTING_AT).pk,
        "token": pick_link_token(open_draft, DRAFTING_AT),
        "webhook_id": webhook.pk,
        "code": league.code,
        "race_id": open_draft.race_id,
        "constructor_id": alices.pk,
        "user_id": bob.pk,
        "draft_id": open_draft.pk,
        "invitation_id": invite(league=open_draft.league, by=alice, email="a@example.org", now=DRAFTING_AT).pk,
        "driver_id": "driver_1",
        "browser_id": 1,
        "app_id": UUID(int=1),
        "notification_id": notified(alice, kind="league_changed", key="k", title="News", now=DRAFTING_AT).pk,
    }


@pytest.fixture
def alice(db, path_values):
    return User.objects.get(username="alice")


@pytest.fixture(autouse=True)
def clock_stands_still(at):
    at(DRAFTING_AT)


OPERATIONS_WITH_BODY = [
    (path, method, body_fields(operation)) for path, method, operation in operations() if "requestBody" in operation
]
OPERATIONS_WITH_QUERY = [
    (path, [parameter["name"] for parameter in operation["parameters"] if parameter.get("in") == "query"])
    for path, method, operation in operations()
    if method == "get" and any(parameter.get("in") == "query" for parameter in operation.get("parameters", []))
]
OPERATIONS_WITH_PATH_VALUES = [(path, method) for path, method, *_ in operations() if "{" in path]


@pytest.mark.parametrize(("path", "method", "fields"), OPERATIONS_WITH_BODY, ids=lambda value: str(value)[:60])
def test_no_body_causes_a_server_error(api, alice, path_values, path, method, fields):
    client = api(alice)
    for field, value in itertools.product(fields, HOSTILE_VALUES):
        body = {name: "x" for name in fields if name not in ("settings", "season", "capacity")} | {field: value}
        for sent in ({field: value}, body):
            answer = getattr(client, method)(
                path.format(**path_values), json.dumps(sent), content_type="application/json"
            )
            assert answer.status_code < 500, (field, value)
            assert answer.status_code < 400 or answer.json()["error"]["message"], (field, value)


@pytest.mark.parametrize(("path", "names"), OPERATIONS_WITH_QUERY, ids=lambda value: str(value)[:60])
def test_no_query_causes_a_server_error(api, alice, path_values, path, names):
    client = api(alice)
    for name, value in itertools.product([*names, "nonsense"], HOSTILE_URL_VALUES):
        answer = client.get(f"{path.format(**path_values)}?{name}={value}")
        assert answer.status_code < 500, (name, value)


@pytest.mark.parametrize(("path", "method"), OPERATIONS_WITH_PATH_VALUES)
def test_no_url_causes_a_server_error(api, alice, path_values, path, method):
    client = api(alice)
    names = [name for name in path_values if f"{{{name}}}" in path]
    for name, value in itertools.product(names, HOSTILE_URL_VALUES):
        answer = getattr(client, method)(path.format(**{**path_values, name: value}), {})
        # Alice is no administrator, so administrators' operations answer 403 for any value.
        assert answer.status_code in (400, 403, 404), (name, value, answer.status_code)


@pytest.mark.parametrize(("path", "method"), [(path, method) for path, method, *_ in operations()])
def test_every_response_has_a_documented_status(api, alice, path_values, path, method):
    described = SCHEMA["paths"][path][method]
    for client in (api(alice), api()):
        answer = getattr(client, method)(path.format(**path_values), {} if method != "get" else None)
        assert str(answer.status_code) in described["responses"], answer.content


@pytest.mark.parametrize("path", sorted({path for path, *_ in operations()}))
def test_an_unsupported_method_has_the_error_shape(api, alice, path_values, path):
    offered = set(SCHEMA["paths"][path])
    for method in {"get", "post", "put", "patch", "delete", "options"} - offered:
        answer = getattr(api(alice), method)(path.format(**path_values))
        assert answer.status_code == 405, method
        assert answer.json()["error"]["code"] == "method_not_allowed"
