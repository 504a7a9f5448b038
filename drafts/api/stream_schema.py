"""Adds the event stream of a draft to the OpenAPI schema: it is served without Django, so no view describes it."""

from typing import Any

from core.api.examples import EXAMPLE_DATETIME
from drafts.event_stream import PREFIX

DESCRIPTION = """Server-sent events: first all that happened after `after` (or after the `Last-Event-ID` that an
`EventSource` sends when it comes back), then everything as it happens. An event is called `draft`, its `id` is its
number, its data are `{"seq", "kind", "at", "payload"}` as at `/api/v1/drafts/{draft_id}/events`. `reset` says that the
log is shorter than it was: read the draft anew. Other messages only say that the line is alive. A stream ends after
ten minutes at most; open it again with the last id."""
EXAMPLE = (
    f'id: 17\nevent: draft\ndata: {{"seq": 17, "kind": "picked", "at": "{EXAMPLE_DATETIME}", '
    '"payload": {"slot": 1, "driver_id": "norris"}}\n\n'
)


def add_stream_to_schema(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the path of the stream. A postprocessing hook of drf-spectacular."""
    error_schema = {"type": "object", "properties": {"detail": {"type": "string"}}, "required": ["detail"]}
    number = {"type": "integer", "minimum": 0}
    result["paths"][f"{PREFIX}{{draft_id}}/"] = {
        "get": {
            "operationId": "drafts_stream",
            "summary": "Follow a draft live",
            "description": DESCRIPTION,
            "tags": ["drafts"],
            "parameters": [
                {"in": "path", "name": "draft_id", "required": True, "schema": {"type": "integer"}, "example": 42},
                {"in": "query", "name": "after", "schema": number, "description": "Only events with a larger number."},
                {"in": "query", "name": "watch", "schema": {"type": "string"}, "description": "A spectator's secret."},
                {"in": "header", "name": "Last-Event-ID", "schema": {"type": "string"}},
            ],
            "security": [{"jwtAuth": []}, {}],
            "responses": {
                "200": {
                    "description": "The stream.",
                    "content": {"text/event-stream": {"schema": {"type": "string"}, "example": EXAMPLE}},
                },
                "401": _error_response(error_schema, "The token is not valid."),
                "404": _error_response(error_schema, "There is no such draft, or not for you."),
                "503": _error_response(error_schema, "Not just now: `Retry-After` says when to try again."),
            },
        }
    }
    return result


def _error_response(schema: dict[str, Any], description: str) -> dict[str, Any]:
    example = {"detail": "Not found."}
    return {"description": description, "content": {"application/json": {"schema": schema, "example": example}}}
