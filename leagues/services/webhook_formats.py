"""The requests that webhooks get: messages for Discord and Slack, and signed JSON for everything else.

Names are the text of users. In a chat they must not mention anybody, link or format anything.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils import translation

from core import clock
from core.web.languages import known_language
from core.web.standard_webhooks import signed_headers

from .. import webhook_events
from ..models import Webhook, WebhookDelivery
from ..webhook_events import EventType, Notation

Service = Webhook.Service

MAX_DISCORD_LENGTH = 2000
MAX_SLACK_LENGTH = 3000
# Everything that Discord's Markdown, mentions and links consist of.
DISCORD_SPECIAL = re.compile(r"([\\`*_~|<>\[\]()#:@&+-])")
# How a time is marked in a text for Slack, until it becomes an element of its own: seconds since 1970.
SLACK_TIME = re.compile("\0(\\d+)\0")
# What a text consists of, so that it is not cut inside a time or between a backslash and its character.
DISCORD_PARTS = re.compile(r"(?:\\.|<t:\d+:F>|[^\\<])*", re.DOTALL)
SLACK_PARTS = re.compile("(?:\0\\d+\0|[^\0])*")


def request_of(delivery: WebhookDelivery, event_type: EventType) -> tuple[dict[str, str], bytes]:
    """The headers and the body of the request. Chats get the language of the manager who added the webhook."""
    author = delivery.webhook.created_by
    with translation.override(known_language(author.language if author else "")):
        body = json.dumps(FORMATS[delivery.webhook.service](delivery, event_type), separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"}
    if delivery.webhook.service == Service.GENERIC:
        message_id = f"msg_{delivery.message_id.hex}"
        secret, now = delivery.webhook.secret, clock.system_now()
        headers |= signed_headers(secret=secret, message_id=message_id, body=body, now=now)
    return headers, body


def _discord(delivery: WebhookDelivery, event_type: EventType) -> dict[str, Any]:
    shown = webhook_events.shown_data(delivery.data, DISCORD)
    url = _url(delivery, event_type)
    # In angle brackets, so that Discord shows no preview.
    text = f"**{shown['league']}** · {event_type.text(shown)}"
    text = _cut(text, MAX_DISCORD_LENGTH - len(url) - 3, DISCORD_PARTS)
    content = f"{text}\n<{url}>" if url else text
    return {"content": content, "allowed_mentions": {"parse": []}}


def _slack(delivery: WebhookDelivery, event_type: EventType) -> dict[str, Any]:
    shown = webhook_events.shown_data(delivery.data, SLACK)
    league, url = shown["league"], _url(delivery, event_type)
    text = _cut(event_type.text(shown), MAX_SLACK_LENGTH, SLACK_PARTS)
    elements = [_slack_text(league, bold=True), _slack_text(" · "), *_slack_elements(text)]
    if url:
        elements += [_slack_text("\n"), {"type": "link", "url": url}]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}
    # Slack shows the text in its notifications, and other servers show it instead of the block.
    plain = SLACK_TIME.sub(lambda time: _utc(int(time[1])), f"{league} · {text}")
    return {"text": escaped_for_slack(plain), "mrkdwn": False, "blocks": [block], "unfurl_links": False}


def _cut(text: str, length: int, parts: re.Pattern[str]) -> str:
    r"""As many whole parts of the text as fit into this many characters.

    >>> _cut("It locks <t:1751700600:F>.", 24, DISCORD_PARTS), _cut(r"Bob \*\*", 7, DISCORD_PARTS)
    ('It locks ', 'Bob \\*')
    >>> [_cut("Round 5\x001751700600\x00.", length, SLACK_PARTS) for length in (17, 19)]
    ['Round 5', 'Round 5\x001751700600\x00']
    """
    found = parts.match(text[:length])
    return found[0] if found and len(text) > length else text


def _slack_elements(text: str) -> Iterator[dict[str, Any]]:
    """Elements of rich text, in which Slack formats, links and mentions nothing by itself: text and times."""
    for number, part in enumerate(SLACK_TIME.split(text)):
        # With one group, every second part is what the group has matched.
        if number % 2:
            time = {"timestamp": int(part), "format": "{date_short_pretty} {time}", "fallback": _utc(int(part))}
            yield {"type": "date", **time}
        elif part:
            yield _slack_text(part)


def _slack_text(text: str, *, bold: bool = False) -> dict[str, Any]:
    return {"type": "text", "text": text, **({"style": {"bold": True}} if bold else {})}


def _generic(delivery: WebhookDelivery, event_type: EventType) -> dict[str, Any]:
    created_at = delivery.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    url = _url(delivery, event_type)
    return {"type": delivery.event, "timestamp": created_at, "data": {**delivery.data, "url": url}}


FORMATS: Mapping[str, Callable[[WebhookDelivery, EventType], dict[str, Any]]] = {
    Service.DISCORD: _discord,
    Service.SLACK: _slack,
    Service.GENERIC: _generic,
}


def _url(delivery: WebhookDelivery, event_type: EventType) -> str:
    path = event_type.path(delivery.data)
    return f"{settings.SITE_URL}{path}" if path else ""


def escaped_for_discord(text: str) -> str:
    r"""The text on one line, with a backslash before everything that Discord could interpret.

    >>> escaped_for_discord("@everyone *Bob*")
    '\\@everyone \\*Bob\\*'
    """
    return DISCORD_SPECIAL.sub(r"\\\1", " ".join(text.split()))


def escaped_for_slack(text: str) -> str:
    """The text with the three characters escaped that Slack's links and mentions consist of.

    >>> escaped_for_slack("<!channel> & Bob")
    '&lt;!channel&gt; &amp; Bob'
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _discord_time(moment: datetime) -> str:
    return f"<t:{int(moment.timestamp())}:F>"


def _slack_name(text: str) -> str:
    """The text on one line, without what marks a time."""
    return " ".join(text.replace("\0", "").split())


def _slack_time(moment: datetime) -> str:
    return f"\0{int(moment.timestamp())}\0"


def _utc(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d %H:%M UTC")


DISCORD = Notation(escaped_for_discord, _discord_time)
SLACK = Notation(_slack_name, _slack_time)
