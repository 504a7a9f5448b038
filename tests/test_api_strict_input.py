"""Every operation of the API refuses query parameters and fields that the schema does not have, and names them."""

import json

import pytest

from core.api.schema import documented_input
from tests.support.api_description import api_description
from tests.support.api_world import make_api_world
from tests.support.cast import DRAFTING_AT, access_token

pytestmark = pytest.mark.django_db

DESCRIPTION = api_description()
OPERATIONS = {
    (method, path): operation
    for path, methods in DESCRIPTION["paths"].items()
    if path.startswith("/api/")
    for method, operation in methods.items()
}
WITH_BODY = {name: operation for name, operation in OPERATIONS.items() if "requestBody" in operation}
UNSAFE = ("post", "put", "patch", "delete")


@pytest.fixture
def world(at):
    at(DRAFTING_AT)
    return make_api_world()


@pytest.fixture
def send(client, world):
    def send(method, path, operation, role="administrator", *, query=None, body=None):
        address = path.format(**{name: str(value) for name, value in world.values(operation["operationId"]).items()})
        headers = {"Authorization": f"Bearer {access_token(world.people[role])}"}
        return client.generic(
            method, address, json.dumps(body or {}), "application/json", headers=headers, query_params=query
        )

    return send


def fields_of(response):
    return response.status_code, list(response.json()["error"]["fields"])


def test_every_operation_names_an_unknown_query_parameter(send):
    answers = {
        name: fields_of(send(*name, operation, query={"nonsense": "1"})) for name, operation in OPERATIONS.items()
    }
    assert {name: answer for name, answer in answers.items() if answer != (400, ["nonsense"])} == {}


def test_looking_up_the_documented_input_prints_nothing(send, capsys):
    documented_input.cache_clear()
    for name, operation in OPERATIONS.items():
        send(*name, operation)
    assert capsys.readouterr().err == ""


def test_every_operation_without_a_body_names_an_unknown_field(send):
    bodiless = {name: each for name, each in OPERATIONS.items() if name not in WITH_BODY and name[0] in UNSAFE}
    answers = {name: fields_of(send(*name, each, body={"nonsense": 1})) for name, each in bodiless.items()}
    assert {name: answer for name, answer in answers.items() if answer != (400, ["nonsense"])} == {}


def test_every_operation_with_a_body_names_an_unknown_field(send, world):
    wrong = {}
    for name, operation in WITH_BODY.items():
        answers = [fields_of(send(*name, operation, role, body={"nonsense": 1})) for role in ("player", "manager")]
        answers.append(fields_of(send(*name, operation, body={"nonsense": 1})))
        if not any(status == 400 and "nonsense" in fields for status, fields in answers):
            wrong[name] = answers
    assert wrong == {}


@pytest.mark.parametrize("query", ["page=1", "page_size=5", "format=json", "season=2025", ""])
def test_documented_query_parameters_are_accepted(client, world, query):
    assert client.get(f"/api/v1/races?{query}").status_code == 200
    assert client.head(f"/api/v1/races?{query}").status_code == 200


def test_a_parameter_of_another_operation_is_unknown(client, world):
    league = world.usual["league_id"]
    address, headers = f"/api/v1/leagues/{league}", {"Authorization": f"Bearer {access_token(world.people['manager'])}"}
    assert fields_of(client.get(f"{address}?page=1&season=2025", headers=headers)) == (400, ["page", "season"])
    assert client.head(f"{address}?page=1", headers=headers).status_code == 400


def test_unknown_fields_are_named_by_their_path(api, alice):
    body = {"name": "Alpine Friends", "colour": "red", "settings": {"sprint": True, "sprints": True}}
    answer = api(alice).post("/api/v1/leagues", body)
    assert fields_of(answer) == (400, ["colour", "settings.sprint"])
    assert answer.json()["error"]["message"] == "There is no field “colour”."


def test_a_field_that_can_only_be_read_cannot_be_sent(api, alice):
    assert fields_of(api(alice).patch("/api/v1/auth/me", {"id": 7})) == (400, ["id"])


@pytest.mark.parametrize("body", ["[1]", '"text"', "7"])
def test_a_request_without_a_body_takes_none(api, alice, body):
    answer = api(alice).post("/api/v1/auth/logout-all", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "This request takes no body.")
