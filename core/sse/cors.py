"""CORS for the live streams, which do not pass through Django and django-cors-headers."""

from django.conf import settings

from .asgi import App, Header, Message, Receive, Send, get_header


def with_cors(app: App) -> App:
    """Add CORS headers for `CORS_ALLOWED_ORIGINS`, whose pages send a token. Other requests are passed on unchanged."""

    async def handle(scope: Message, receive: Receive, send: Send) -> None:
        origin = get_header(scope, b"origin")
        if origin not in settings.CORS_ALLOWED_ORIGINS:
            await app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and get_header(scope, b"access-control-request-method"):
            await _answer_preflight(send, origin)
        else:
            await app(scope, receive, _adding_headers(send, origin))

    return handle


def _cors_headers(origin: str) -> list[Header]:
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]


def _adding_headers(send: Send, origin: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_cors_headers(origin)]}
        await send(message)

    return send_with_headers


async def _answer_preflight(send: Send, origin: str) -> None:
    """Allow GET requests with a token and a last event id."""
    headers = [
        *_cors_headers(origin),
        (b"access-control-allow-methods", b"GET"),
        (b"access-control-allow-headers", b"authorization, last-event-id, cache-control"),
        (b"access-control-max-age", b"86400"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
