"""The published description of the API: complete, without a warning, and served without anybody else's servers."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    return {
        f"{method.upper()} {path}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def lacking(operations, is_wanted, code):
    """The operations that should describe an answer with this code and do not."""
    return [name for name, one in operations.items() if is_wanted(name, one) and code not in one["responses"]]


def test_it_is_valid_and_raises_no_warning():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    assert json.loads(out.getvalue())["info"]["title"] == "Fantasy F1"


def test_every_operation_has_a_tag_and_a_summary(operations):
    assert [name for name, one in operations.items() if not one.get("tags") or not one.get("summary")] == []


def test_every_operation_that_takes_a_token_says_how_it_refuses_one(operations):
    assert lacking(operations, lambda name, one: one.get("security") == [{"jwtAuth": []}], "401") == []


def test_every_operation_with_a_body_says_how_it_refuses_one(operations):
    assert lacking(operations, lambda name, one: "requestBody" in one, "400") == []


def test_every_operation_on_one_thing_says_how_it_answers_when_there_is_none(operations):
    assert lacking(operations, lambda name, one: "{" in name, "404") == []


def test_every_list_has_the_one_shape(schema, operations):
    pages = [name for name in schema["components"]["schemas"] if name.startswith("Paginated")]
    shape = {"items", "total", "page", "page_size", "total_pages"}
    assert pages
    assert all(set(schema["components"]["schemas"][name]["properties"]) == shape for name in pages)


def test_every_fault_has_the_one_shape(operations):
    faults = [
        answer["content"]["application/json"]["schema"]
        for operation in operations.values()
        for code, answer in operation["responses"].items()
        if code >= "400"
    ]
    assert faults
    assert all(fault == {"$ref": "#/components/schemas/Error"} for fault in faults)


def test_addresses_are_written_without_a_last_slash(schema):
    assert [path for path in schema["paths"] if path.endswith("/")] == []


@pytest.mark.parametrize("address", ["/api/schema/", "/api/schema"])
def test_the_description_is_served(client, address):
    answer = client.get(address, {"format": "json"})
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")


def test_the_pages_that_show_it_load_nothing_from_elsewhere(client):
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "https://" not in page
