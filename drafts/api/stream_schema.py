"""Adds the event stream of a draft to the OpenAPI schema: it is served without Django, so no view describes it."""

from typing import Any

from core.api.examples import EXAMPLE_DATETIME, error_example
from drafts.event_stream import PREFIX

DESCRIPTION = """Server-sent events: first the events after `after` (or after the `Last-Event-ID` that an `EventSource`
sends when it reconnects), then new events as they happen. Events have the type `draft`, their number as `id`, and the
data `{"seq", "kind", "at", "payload"}` as in `/api/v1/drafts/{draft_id}/events`. A `reset` event means that the log is
shorter than before: reload the draft. Other messages are heartbeats. A stream ends after ten minutes at most: reconnect
with the last id."""
EXAMPLE = (
    f'id: 17\nevent: draft\ndata: {{"seq": 17, "kind": "picked", "at": "{EXAMPLE_DATETIME}", '
    '"payload": {"slot": 1, "driver_id": "norris"}}\n\n'
)
Operation = dict[str, Any]
INVALID_TOKEN = ("The token is not valid.", "token_not_valid", "This token is not valid or has expired.")


def add_stream_to_schema(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the path of the stream. A postprocessing hook of drf-spectacular."""
    operation = stream_operation("drafts_stream", "drafts", "Follow a draft live", DESCRIPTION, EXAMPLE)
    operation["parameters"] += [
        {"in": "path", "name": "draft_id", "required": True, "schema": {"type": "integer"}, "example": 42},
        {
            "in": "query",
            "name": "watch",
            "schema": {"type": "string"},
            "description": "The token of a spectator link.",
        },
    ]
    operation["security"].append({})
    missing = "There is no such draft, or you cannot see it."
    operation["responses"]["404"] = error_response(missing, "not_found", "Not found.")
    result["paths"][f"{PREFIX}{{draft_id}}/"] = {"get": operation}
    return result


def stream_operation(name: str, tag: str, summary: str, description: str, example: str) -> Operation:
    """The description of a stream, without the parameters and responses that only this one has."""
    unavailable = "Temporarily unavailable. `Retry-After` says when to try again."
    return {
        "operationId": name,
        "summary": summary,
        "description": description,
        "tags": [tag],
        "parameters": [
            {
                "in": "query",
                "name": "after",
                "schema": {"type": "integer", "minimum": 0},
                "description": "Only events with a greater number.",
            },
            {"in": "header", "name": "Last-Event-ID", "schema": {"type": "string"}},
        ],
        "security": [{"jwtAuth": []}],
        "responses": {
            "200": {
                "description": "The event stream.",
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": example}},
            },
            "400": error_response("There is no such query parameter.", "invalid", "There is no query parameter “x”."),
            "401": error_response(*INVALID_TOKEN),
            "503": error_response(unavailable, "unavailable", "The server is restarting. Try again soon."),
        },
    }


def error_response(description: str, code: str, message: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Error"}
    example = error_example(code, message)
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}
