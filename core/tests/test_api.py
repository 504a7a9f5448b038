"""The API's error format and pagination, and its handling of malformed requests."""

import json

import pytest
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions

from core.api.exceptions import exception_handler
from core.api.views import server_error
from core.errors import Invalid, NotAllowed, Refused

JOIN = "/api/v1/leagues/join"


def error_of(answer):
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Refused("It is Bob's turn.", code="not_your_turn"), 409, "not_your_turn"),
        (NotAllowed("Only its player picks."), 403, "not_allowed"),
        (Invalid("There is no such race.", field="race_id"), 400, "invalid"),
        (Http404(), 404, "not_found"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (exceptions.ValidationError({"name": ["Too long."]}), 400, "invalid"),
    ],
)
def test_every_error_has_the_same_shape(fault, status, code):
    answer = exception_handler(fault, {})
    assert answer is not None
    assert answer.status_code == status
    assert answer.data["error"]["code"] == code
    assert set(answer.data["error"]) == {"code", "message", "fields", "request_id"}


def test_a_refusal_has_its_sentence_and_field():
    answer = exception_handler(Invalid("There is no such race.", field="race_id"), {})
    assert answer is not None
    assert answer.data["error"]["message"] == "There is no such race."
    assert answer.data["error"]["fields"] == {"race_id": ["There is no such race."]}


def test_nested_errors_are_named_by_their_path():
    answer = exception_handler(exceptions.ValidationError({"settings": {"method": ["No."]}}), {})
    assert answer is not None
    assert answer.data["error"]["fields"] == {"settings.method": ["No."]}


def test_an_unexpected_exception_is_not_handled():
    assert exception_handler(RuntimeError("secret"), {}) is None


def test_a_server_error_reveals_nothing():
    answer = server_error(RequestFactory().get("/api/v1/races"))
    assert answer.status_code == 500
    assert json.loads(answer.content)["error"]["code"] == "error"


def test_a_server_error_of_a_page_is_a_page():
    assert server_error(RequestFactory().get("/")).headers["Content-Type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "address", ["/api/v1/nonsense", "/api/v2/races", "/api", "/api/", "/api/v1/races/%00", "/api/%0A"]
)
def test_an_unknown_url_has_the_error_shape(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"


@pytest.mark.django_db
@pytest.mark.parametrize("address", [JOIN, JOIN + "/"])
def test_a_trailing_slash_makes_no_difference_even_for_post(api, alice, address):
    answer = api(alice).post(address, {"code": "NOSUCH22"})
    assert error_of(answer)["code"] == "unknown_code"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50 + b"1" + b"}" * 50,
        b'{"code": NaN}',
        b'{"code": "\\u0000"}',
        b'{"code": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"code": {"a": []}}',
        b'{"code": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:16]),
)
def test_a_body_with_invalid_json_is_refused(api, alice, body):
    answer = api(alice).post(JOIN, body, content_type="application/json")
    assert answer.status_code == 400
    assert error_of(answer)["message"]


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_refused(api, alice, settings):
    answer = api(alice).post(JOIN, {"code": "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE})
    assert answer.status_code == 413
    assert error_of(answer)["code"] == "too_large"


@pytest.mark.django_db
def test_form_data_is_refused(api, alice):
    answer = api(alice).post(JOIN, "code=ABC", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 415


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["rot13", "hex", "utf-16", "nonsense"])
def test_the_api_is_utf_8_for_every_requested_charset(api, season, charset):
    answer = api().get("/api/v1/races?season=2025", CONTENT_TYPE=f"application/json; charset={charset}")
    assert answer.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["", "0", "-1", "2", "x", "last", "%00", "9" * 5000])
def test_a_page_number_beyond_the_last_is_not_found(api, season, page):
    assert api().get(f"/api/v1/races?season=2025&page={page}").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(("size", "items"), [("2", 2), ("002", 2), ("100000", 3), ("9" * 5000, 3)])
def test_the_page_size_is_bounded(api, season, size, items):
    page = api().get(f"/api/v1/races?season=2025&page_size={size}").json()
    assert len(page["items"]) == items
    assert page["page_size"] <= 100


@pytest.mark.django_db
@pytest.mark.parametrize("size", ["", "0", "00", "-1", "x", "1.5", "\u0662", "null"])
def test_an_invalid_page_size_is_refused(api, season, size):
    answer = api().get("/api/v1/races", {"season": 2025, "page_size": size})
    assert answer.status_code == 400
    assert list(error_of(answer)["fields"]) == ["page_size"]


@pytest.mark.django_db
def test_a_list_contains_its_total(api, season):
    page = api().get("/api/v1/races?season=2025&page_size=2&page=2").json()
    assert {name: page[name] for name in ("total", "page", "page_size", "total_pages")} == {
        "total": 3,
        "page": 2,
        "page_size": 2,
        "total_pages": 2,
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"name": 5}, ["name"]),
        ({"name": "Alpine Friends", "capacity": "8"}, ["capacity"]),
        ({"name": "Alpine Friends", "capacity": True}, ["capacity"]),
        ({"name": "Alpine Friends", "visibility": 1}, ["visibility"]),
        ({"name": "Alpine Friends", "settings": {"sprints": "yes", "clock_seconds": "90"}}, [
            "settings.sprints", "settings.clock_seconds",
        ]),
    ],
)  # fmt: skip
def test_a_value_of_another_json_type_is_refused(api, alice, season, body, fields):
    answer = api(alice).post("/api/v1/leagues", body)
    assert answer.status_code == 400
    assert sorted(error_of(answer)["fields"]) == sorted(fields)


@pytest.mark.django_db
def test_json_types_are_checked_inside_lists_too(api, alices, alice):
    wanted = {"wish_list": [{"driver_id": "driver_1"}, {"driver_id": 2}], "do_not_draft": [None, 3]}
    answer = api(alice).put(f"/api/v1/constructors/{alices.pk}/wish-list", wanted)
    assert answer.status_code == 400
    assert sorted(error_of(answer)["fields"]) == ["do_not_draft.1", "wish_list.1.driver_id"]
