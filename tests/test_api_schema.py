"""The published API schema is complete, raises no warnings and is served without third-party servers."""

import gzip
import json
import re
from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft4Validator

from core.api import schema_document
from tests.support.api_description import api_description

FORMATS = ["yaml", "json"]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema():
    return api_description()


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


class TestServedSchema:
    """It is generated once and then served as bytes: generating it takes seconds of processor time."""

    def test_it_is_generated_once_however_many_ask_at_once(self, monkeypatch):
        generated, generate = [], SchemaGenerator.get_schema

        def counting(self, **kwargs):
            generated.append(kwargs)
            return generate(self, **kwargs)

        monkeypatch.setattr(SchemaGenerator, "get_schema", counting)
        for kept in (schema_document._document, schema_document._schema):
            kept.cache_clear()
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda format: Client().get("/api/schema", {"format": format}), FORMATS * 4))
        assert [answer.status_code for answer in answers] == [200] * 8
        assert len({answer.content for answer in answers}) == 2
        assert len(generated) == 1

    def test_it_is_the_committed_one(self, client):
        assert client.get("/api/schema").content == (settings.BASE_DIR / "docs" / "openapi.yaml").read_bytes()

    @pytest.mark.parametrize(
        ("accepted", "content_type"),
        [
            ("application/vnd.oai.openapi", "application/vnd.oai.openapi"),
            ("application/yaml", "application/yaml"),
            ("application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
            ("application/json", "application/json"),
        ],
    )
    def test_the_client_chooses_the_format(self, client, accepted, content_type):
        assert client.get("/api/schema", headers={"Accept": accepted}).headers["Content-Type"] == content_type

    @pytest.mark.django_db
    def test_it_is_the_same_for_everyone(self, client, alice):
        body = client.get("/api/schema").content
        client.force_login(alice)
        asked = {"Accept-Language": "de", "Authorization": "Bearer nonsense"}
        answer = client.get("/api/schema?lang=de&version=9", headers=asked)
        assert answer.content == body
        assert answer.headers["Cache-Control"] == "public, no-cache"

    def test_a_client_that_has_it_gets_no_body(self, client):
        etags = {format: client.get("/api/schema", {"format": format}).headers["ETag"] for format in FORMATS}
        assert len(set(etags.values())) == 2
        for format, etag in etags.items():
            answer = client.get("/api/schema", {"format": format}, headers={"If-None-Match": etag})
            assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", etag)
            assert vary(answer) == {"accept", "accept-encoding"}
        assert client.get("/api/schema", headers={"If-None-Match": etags["json"]}).status_code == 200

    def test_it_is_compressed_for_clients_that_accept_it(self, client):
        plain = client.get("/api/schema")
        answer = client.get("/api/schema", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.content) == plain.content
        assert len(answer.content) < len(plain.content) / 5
        assert vary(answer) == vary(plain) == {"accept", "accept-encoding"}

    def test_a_client_may_refuse_compression(self, client):
        answer = client.get("/api/schema", headers={"Accept-Encoding": "br, gzip;q=0"})
        assert "Content-Encoding" not in answer.headers

    @pytest.mark.parametrize("address", ["/api/docs", "/api/docs?script=", "/api/redoc"])
    def test_the_pages_that_show_it_are_not_sent_twice(self, client, address):
        answer = client.get(address)
        assert answer.headers["Cache-Control"] == "public, no-cache"
        assert vary(answer) <= {"accept-encoding"}
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.content, again.cookies) == (304, b"", {})


def vary(answer):
    """What the response depends on, besides `Origin`, which CORS adds to everything below /api/."""
    return {name.strip().lower() for name in answer.headers["Vary"].split(",")} - {"origin"}


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
