"""Pages of other sites at the live doors: what corsheaders is for Django, for what is answered without it."""

from django.conf import settings

from .asgi import App, Header, Message, Receive, Send, header


def with_cors(app: App) -> App:
    """The same for the sites of `CORS_ALLOWED_ORIGINS`, whose pages bring a token; for all others nothing changes."""

    async def answer_origins(scope: Message, receive: Receive, send: Send) -> None:
        origin = header(scope, b"origin")
        if origin not in settings.CORS_ALLOWED_ORIGINS:
            await app(scope, receive, send)
        elif scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await _answer_preflight(send, origin)
        else:
            await app(scope, receive, _allowing(send, origin))

    return answer_origins


def _allowed(origin: str) -> list[Header]:
    return [(b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")]


def _allowing(send: Send, origin: str) -> Send:
    async def send_allowed(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_allowed(origin)]}
        await send(message)

    return send_allowed


async def _answer_preflight(send: Send, origin: str) -> None:
    """Tell a browser that its page may ask: for reading, with its token, from the event that it has."""
    headers = [
        *_allowed(origin),
        (b"access-control-allow-methods", b"GET"),
        (b"access-control-allow-headers", b"authorization, last-event-id, cache-control"),
        (b"access-control-max-age", b"86400"),
        (b"content-length", b"0"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
