"""Generated examples for every operation of the OpenAPI schema.

A field name means the same thing throughout the API, so one table of values by name gives every body an example that
always fits its schema. An operation that defines its own example keeps it.
"""

import re
from collections.abc import Iterator
from typing import Any

from core.web.error_bodies import error_body

Schema = dict[str, Any]

EXAMPLE_DATETIME = "2025-07-03T12:00:00Z"
EXAMPLES_BY_FORMAT = {
    "date-time": EXAMPLE_DATETIME,
    "date": "2025-07-06",
    "email": "bob@example.org",
    "uri": "https://f1.example.org/",
    "uuid": "7b2b1c1e-4f5a-4a53-9d0e-2f1f0e6f7a11",
}
EXAMPLES_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": False, "string": "text", "object": {}}
EXAMPLES_BY_NAME: dict[str, Any] = {
    "access": "eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmVk",
    "after": 41,
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    "breakdown": [{"label": "Finished 10th", "points": "10"}],
    "capacity": 11,
    "circuit_id": "silverstone",
    "clock_seconds": 14400,
    "code": "NOR",
    "manager": "alice",
    "commitment": "01698ce1d2f3a1c6c9bd3c0f6d2f1f37a2c5b5b6c6e7d8f9a0b1c2d3e4f5a6b7",
    "constructor": "Bob Motorsport",
    "constructor_id": 12,
    "constructor_name": "Bob Motorsport",
    "count": 2,
    "country": "United Kingdom",
    "custom_points": {"places": [25, 18, 15], "pole": 1},
    "device": "phone",
    "device_id": 3,
    "do_not_draft": ["stroll"],
    "draft_id": 42,
    "driver_id": "norris",
    "email": "bob@example.org",
    "endpoint": "https://push.example.org/wpush/v2/gAAAAABm",
    "expires_in": 1800,
    "family_name": "Norris",
    "first_race": "British Grand Prix",
    "given_name": "Lando",
    "grid_size": 20,
    "id": 7,
    "initials": "B",
    "invitation_id": 5,
    "invited_by": "alice",
    "label": "Finished 10th",
    "last_error": None,
    "last_race": "Belgian Grand Prix",
    "language": "de",
    "last_seq": 17,
    "league_id": 7,
    "locality": "Silverstone",
    "minutes": 30,
    "name": "Alpine Friends",
    "nationality": "British",
    "number": 4,
    "other_constructor_id": 13,
    "out_driver_id": "doohan",
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "password": "a cold front over Spa",
    "payload": {"slot": 1, "driver_id": "norris"},
    "picks_per_race": 2,
    "player": "bob",
    "points": "10",
    "points_against": "8",
    "predecessor_id": 3,
    "public_key": "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
    "race": "British Grand Prix",
    "race_id": 24,
    "refresh": "eyJhbGciOiJIUzI1NiJ9.e30.cmVmcmVzaA",
    "round": 1,
    "season": 2025,
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "seed": "spa",
    "seen": 17,
    "seq": 17,
    "slot": 1,
    "status": "Finished",
    "team": "McLaren",
    "team_id": "mclaren",
    "time_zone": "Europe/Berlin",
    "token": "kq3vYw0o7m1m9y8mJ2n4sVdGmXb5cTzR6pLhQeWfUaI",
    "total_pages": 1,
    "user_id": 3,
    "username": "bob",
    "void_reason": "",
    "year": 2025,
}
ERROR_EXAMPLES = {
    "400": ("invalid", "Enter a name.", {"name": ["Enter a name."]}),
    "401": ("not_authenticated", "Sign in first.", {}),
    "403": ("not_allowed", "Only the league's managers can do this.", {}),
    "404": ("not_found", "Not found.", {}),
    "409": ("not_your_turn", "It is Alice Racing's turn.", {}),
    "410": ("gone", "The draft has locked.", {}),
    "413": ("too_large", "The request is too large.", {}),
    "415": ("unsupported_media_type", "Unsupported media type “text/plain” in request.", {}),
    "422": ("idempotency_key_reused", "This idempotency key was already used for a different request.", {}),
    "429": ("throttled", "Request was throttled. Expected available in 40 seconds.", {}),
}  # fmt: skip


def add_examples(result: Schema, **_: Any) -> Schema:
    """Add an example to every body and every path parameter. A postprocessing hook of drf-spectacular."""
    components = result.get("components", {}).get("schemas", {})
    for operation in _operations(result):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path" and not {"example", "examples"} & set(parameter):
                parameter["example"] = example_of(parameter["schema"], components, parameter["name"])
        _add_example(operation.get("requestBody", {}), components, None)
        for code, response in operation["responses"].items():
            _add_example(response, components, code)
    return result


def _operations(result: Schema) -> Iterator[Schema]:
    for methods in result["paths"].values():
        yield from (methods[method] for method in methods if method in ("get", "post", "put", "patch", "delete"))


def _add_example(body: Schema, components: Schema, code: str | None) -> None:
    content = body.get("content", {}).get("application/json")
    if content is None or {"example", "examples"} & set(content):
        return
    content["example"] = (
        error_example(*ERROR_EXAMPLES[code]) if code in ERROR_EXAMPLES else example_of(content["schema"], components)
    )


def error_example(code: str, message: str, fields: Schema | None = None) -> Schema:
    return error_body(code, message, fields=fields or {}, request_id="3f2a9c41d07b4e0c8d3b6a5f1e2c7d90")


def example_of(schema: Schema, components: Schema, name: str = "", noun: str = "") -> Any:
    """A value that is valid for the schema. `noun` is what an object is, such as "driver": its `id` is a `driver_id`.

    >>> example_of({"type": "array", "items": {"type": "integer", "minimum": 5}}, {})
    [5]
    >>> example_of({"type": "object", "properties": {"driver_id": {"type": "string"}}}, {})
    {'driver_id': 'norris'}
    >>> example_of({"type": "integer", "maximum": 3}, {}, "season")
    1
    """
    if "$ref" in schema:
        component = schema["$ref"].rsplit("/", 1)[1]
        return example_of(components[component], components, name, _noun_of(component))
    for composition in ("allOf", "oneOf", "anyOf"):
        if composition in schema:
            return example_of(schema[composition][0], components, name)
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if name in EXAMPLES_BY_NAME and _fits(EXAMPLES_BY_NAME[name], schema):
        return EXAMPLES_BY_NAME[name]
    return _by_type(schema, components, name, noun)


def _by_type(schema: Schema, components: Schema, name: str, noun: str) -> Any:
    kind = schema.get("type")
    if kind == "array":
        return [example_of(schema["items"], components, name.removesuffix("s"))]
    if kind == "object" or "properties" in schema:
        properties = schema.get("properties", {})
        names = {"id": f"{noun}_id"} if noun else {}
        return {key: example_of(properties[key], components, names.get(key, key)) for key in properties}
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), min(1, schema.get("maximum", 1)))
    if schema.get("format") in EXAMPLES_BY_FORMAT:
        return EXAMPLES_BY_FORMAT[schema["format"]]
    return EXAMPLES_BY_TYPE.get(str(kind), "text")


def _noun_of(component: str) -> str:
    """What the objects of a component are, as far as the table has an example of their ids.

    >>> _noun_of("FreeDriver"), _noun_of("DraftStatus"), _noun_of("Standing")
    ('driver', 'draft', '')
    """
    words = [word.lower() for word in re.findall("[A-Z][a-z]*", component)]
    return next((word for word in reversed(words) if f"{word}_id" in EXAMPLES_BY_NAME), "")


def _fits(value: Any, schema: Schema) -> bool:
    """Whether a value from the table has the schema's type and is within its bounds."""
    if "properties" in schema or schema.get("format") in EXAMPLES_BY_FORMAT:
        return False
    kind = schema.get("type")
    if isinstance(value, int):
        return kind == "integer" and bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))
    if isinstance(value, str):
        return kind == "string" and len(value) <= schema.get("maxLength", len(value))
    if isinstance(value, list):
        return kind == "array" and isinstance(value[0], dict) == ("$ref" in schema["items"])
    return kind in (None, "object")
