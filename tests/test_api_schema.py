"""The published API schema is complete, raises no warnings and is served without third-party servers."""

import json
import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft4Validator

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture(scope="module")
def operations(schema):
    return {
        f"{method.upper()} {path}": resolved_operation(operation, schema)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    }


def resolved_operation(operation, schema):
    """Return the operation with its references to shared responses and parameters resolved."""
    answers = {code: resolved_ref(answer, schema) for code, answer in operation["responses"].items()}
    parameters = [resolved_ref(parameter, schema) for parameter in operation.get("parameters", [])]
    return {**operation, "responses": answers, "parameters": parameters}


def resolved_ref(part, schema):
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    return schema["components"][kind][name]


def operations_without(operations, is_wanted, code):
    """Return the operations that should describe a response with this status code and do not."""
    return [
        name
        for name, operation in operations.items()
        if is_wanted(name, operation) and code not in operation["responses"]
    ]


def test_the_schema_is_valid_without_warnings():
    out = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json", stdout=out)
    assert json.loads(out.getvalue())["info"]["title"] == "Fantasy F1"


def test_every_operation_has_a_tag_and_a_summary(operations):
    assert [
        name for name, operation in operations.items() if not operation.get("tags") or not operation.get("summary")
    ] == []


def test_every_operation_with_a_token_documents_401(operations):
    assert (
        operations_without(operations, lambda name, operation: operation.get("security") == [{"jwtAuth": []}], "401")
        == []
    )


def test_every_operation_with_a_body_documents_400(operations):
    assert operations_without(operations, lambda name, operation: "requestBody" in operation, "400") == []


def test_every_operation_on_an_object_documents_404(operations):
    assert operations_without(operations, lambda name, operation: "{" in name, "404") == []


def test_every_list_has_the_same_shape(schema, operations):
    pages = [name for name in schema["components"]["schemas"] if name.startswith("Paginated")]
    shape = {"items", "total", "page", "page_size", "total_pages"}
    assert pages
    assert all(set(schema["components"]["schemas"][name]["properties"]) == shape for name in pages)


def test_every_error_has_the_same_shape(operations):
    faults = [
        answer["content"]["application/json"]["schema"]
        for name, operation in operations.items()
        if not is_live(name)
        for code, answer in operation["responses"].items()
        if code >= "400"
    ]
    assert faults
    assert all(fault == {"$ref": "#/components/schemas/Error"} for fault in faults)


def test_the_committed_schema_is_up_to_date():
    """Regenerate it with `manage.py spectacular --file docs/openapi.yaml`."""
    out = StringIO()
    call_command("spectacular", stdout=out)
    assert (settings.BASE_DIR / "docs" / "openapi.yaml").read_text() == out.getvalue()


def json_bodies(operation):
    """Yield every JSON body of an operation: the request's and each response's."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        if content := part.get("content", {}).get("application/json"):
            yield content


def test_every_body_has_an_example(operations):
    assert [
        name
        for name, operation in operations.items()
        for body in json_bodies(operation)
        if not {"example", "examples"} & set(body)
    ] == []


def test_every_example_matches_its_schema(schema, operations):
    components = {"components": schema["components"]}
    for name, operation in operations.items():
        for body in json_bodies(operation):
            if "example" in body:
                problems = list(Draft4Validator({**body["schema"], **components}).iter_errors(body["example"]))
                assert problems == [], name


def test_every_operation_has_its_security_requirements(operations):
    assert [name for name, operation in operations.items() if "security" not in operation and not is_open(name)] == []


def test_every_operation_documents_the_responses_of_its_kind(operations):
    assert operations_without(operations, lambda name, operation: not is_live(name), "429") == []
    assert (
        operations_without(operations, lambda name, operation: name.startswith("GET") and not is_live(name), "304")
        == []
    )
    assert operations_without(operations, lambda name, operation: takes_idempotency_key(operation), "422") == []
    assert any(takes_idempotency_key(operation) for operation in operations.values())


def takes_idempotency_key(operation):
    return any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))


def is_live(name):
    return "/live/" in name


def is_open(name):
    """Operations for signing in need no token."""
    return "/auth/" in name


def test_paths_have_no_trailing_slash(schema):
    assert [path for path in schema["paths"] if path.endswith("/") and not is_live(path)] == []


@pytest.mark.parametrize("address", ["/api/schema/", "/api/schema"])
def test_the_schema_is_served(client, address):
    answer = client.get(address, {"format": "json"})
    assert answer.status_code == 200
    assert answer.json()["openapi"].startswith("3.")


@pytest.mark.parametrize(("address", "shown_by"), [("/api/docs/", "swagger-ui"), ("/api/redoc/", "redoc")])
def test_the_documentation_pages_load_nothing_from_other_sites(client, address, shown_by):
    page = client.get(address).content.decode()
    assert shown_by in page
    assert "https://" not in page


# -- names of keys -----------------------------------------------------------------------------------------------------

# What the API has ids of. A league's predecessor and a bot are a league and a constructor; a request is in the log.
NOUNS = {"activity", "app", "block", "browser", "circuit", "constructor", "delivery", "device"}
NOUNS |= {"draft", "driver", "invitation", "league", "notification", "race", "team", "user", "webhook"}
REFERENCES = NOUNS | {"predecessor", "bot", "request"}
# Schemas whose names do not end in what they describe.
DESCRIBES = {"DraftStatus": "draft", "DriverDetail": "driver", "LeagueDetail": "league"}
DESCRIBES |= {"Person": "user", "SkippedRace": "skip", "TeamDetail": "team", "WebhookWithSecret": "webhook"}


def described_by(name):
    """What the schema with this name describes, in one word: a `RankedDriver` is a driver."""
    return DESCRIBES.get(name) or re.findall("[A-Z][a-z]*", name.removesuffix("Request"))[-1].lower()


def test_the_own_key_of_an_object_is_id(schema):
    for name, described in schema["components"]["schemas"].items():
        properties, noun = described.get("properties", {}), described_by(name)
        assert f"{noun}_id" not in properties, f"{name} is a {noun}: its own key is id"
        assert "id" not in properties or noun in NOUNS, f"{name} is no object of the API: which id is it?"


def test_references_end_in_what_they_refer_to(schema, operations):
    names = [name for each in schema["components"]["schemas"].values() for name in each.get("properties", {})]
    names += [parameter["name"] for operation in operations.values() for parameter in operation.get("parameters", [])]
    references = {name for name in names if name.endswith("_id")}
    assert {name for name in references if name.removesuffix("_id").split("_")[-1] not in REFERENCES} == set()


def test_a_number_is_not_called_like_the_object_it_refers_to(schema):
    for name, described in schema["components"]["schemas"].items():
        numbers = {key for key, value in described.get("properties", {}).items() if value.get("type") == "integer"}
        assert not numbers & NOUNS, name


def test_path_parameters_are_references(schema):
    parameters = re.findall(r"{(\w+)}", " ".join(schema["paths"]))
    assert {name for name in parameters if not name.endswith("_id")} <= {"code", "token"}
