"""Adds the event stream of a person to the OpenAPI schema: it is served without Django, so no view describes it."""

from typing import Any

from core.api.examples import EXAMPLE_DATETIME
from drafts.api.stream_schema import error_response, stream_operation
from fantasyf1.person_stream import PATH

DESCRIPTION = """Server-sent events for you, over all your leagues. When you connect, you get how things are now, then
what changes. A client that reconnects with its last id (`Last-Event-ID` or `after`) gets what it has missed, and maybe
some of what it has.

- `turn`: a draft that is not locked: `{"draft_id", "league_id", "league", "race_id", "race", "state",
  "constructor_id", "constructor", "slot", "is_mine", "can_pick", "turn_ends_at"}`, with the constructor on the clock.
- `notification`: an unread notification, as in `/api/v1/notifications`.
- `scores`: the scores of a league have changed if you do not have this `version` yet: `{"league_id", "version"}`.

A `reset` event means that you have left a league, or that something was deleted: what follows is how things are now.
`replaced` means that you have opened more than 8 streams: this one ends. `beat` is a heartbeat. A stream ends after ten
minutes at most: reconnect with the last id.

Without a stream, poll `/api/v1/drafts`, `/api/v1/notifications?unread=true` and
`/api/v1/leagues/{league_id}/leaderboard` with `If-None-Match`: once a minute is enough."""
SUMMARY = "Follow your turns, notifications and scores"
EXAMPLE = (
    'event: turn\ndata: {"draft_id": 42, "league_id": 7, "league": "Alpine Friends", "race_id": 24, '
    '"race": "British Grand Prix", "state": "open", "constructor_id": 12, "constructor": "Bob Motorsport", "slot": 1, '
    f'"is_mine": true, "can_pick": true, "turn_ends_at": "{EXAMPLE_DATETIME}"}}\n\nid: 118\n\n'
)


def add_stream_to_schema(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Add the path of the stream. A postprocessing hook of drf-spectacular."""
    operation = stream_operation("me_stream", "auth", SUMMARY, DESCRIPTION, EXAMPLE)
    missing = "You are not signed in, or the token is not valid."
    operation["responses"]["401"] = error_response(missing, "not_authenticated", "Sign in first.")
    result["paths"][PATH] = {"get": operation}
    return result
