"""`/metrics`: who may read it, and what it says, over ASGI in web processes and on a port of the others."""

import asyncio
import hmac
import ipaddress
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder

from core.sse.asgi import Message, Receive, Send, get_header, send_error
from core.sse.guards import is_for_allowed_host

from . import processes, site

logger = logging.getLogger(__name__)

PATH = "/metrics"
# What proxies add. A request with one of these does not come from the peer of its connection.
FORWARDING_HEADERS = {b"forwarded", b"via", b"x-real-ip"}
FORWARDING_PREFIX = b"x-forwarded-"
BEARER = b"Bearer "

Headers = Sequence[tuple[bytes, bytes]]

_thread = ThreadPoolExecutor(1, thread_name_prefix="metrics-page")


# -- who may read it ---------------------------------------------------------------------------------------------------


def has_token(headers: Headers) -> bool:
    """Whether the request carries `METRICS_TOKEN`."""
    if not settings.METRICS_TOKEN:
        return False
    expected = BEARER + settings.METRICS_TOKEN.encode()
    return any(name == b"authorization" and hmac.compare_digest(value, expected) for name, value in headers)


def is_direct_and_local(address: str, headers: Headers) -> bool:
    """Whether the request comes from a program on this machine, and not from a proxy on it.

    >>> is_direct_and_local("127.0.0.1", []), is_direct_and_local("::1", []), is_direct_and_local("10.0.0.7", [])
    (True, True, False)
    >>> is_direct_and_local("127.0.0.1", [(b"x-forwarded-for", b"127.0.0.1")])
    False
    """
    if any(name in FORWARDING_HEADERS or name.startswith(FORWARDING_PREFIX) for name, _ in headers):
        return False
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_allowed(scope: Message) -> bool:
    """Whether this request may read the metrics. Everybody else gets the page for what does not exist."""
    if not settings.METRICS:
        return False
    headers = scope["headers"]
    if has_token(headers):
        return True
    # A page in a browser on this machine could send a request here, but only by the name of its own host.
    return is_direct_and_local((scope.get("client") or ("",))[0], headers) and is_for_allowed_host(scope)


# -- what it says ------------------------------------------------------------------------------------------------------


def expose(accept: str, more: Callable[[], Iterable[Metric]] = tuple) -> tuple[str, bytes]:
    """The content type and the body: what all processes on this machine count, and `more`."""
    encode, content_type = choose_encoder(accept)
    return content_type, encode(Collected([*processes.merged(processes.gather().items()), *more()]))


class Collected:
    """Metrics in the form that the encoders of prometheus_client take."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


async def metrics_page(scope: Message, receive: Receive, send: Send) -> None:
    """The ASGI application of a web process, for those who may read it."""
    if scope["method"] not in ("GET", "HEAD"):
        await send_error(scope, send, 405, "method_not_allowed", _("Use GET."), (b"allow", b"GET, HEAD"))
        return
    accept = get_header(scope, b"accept")
    loop = asyncio.get_running_loop()
    content_type, body = await loop.run_in_executor(_thread, expose, accept, site.collect)
    headers = [
        (b"content-type", content_type.encode()),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


class MetricsRoute(processes.Route):
    """What a background process serves on `METRICS_ADDRESS`."""

    def allows(self, address: str, headers: list[tuple[str, str]]) -> bool:
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return has_token(encoded) or is_direct_and_local(address, encoded)

    def body(self, accept: str) -> tuple[str, bytes]:
        return expose(accept)


@contextmanager
def exposed(name: str) -> Iterator[None]:
    """While the block runs, the other processes find this one, and it serves `/metrics` on `METRICS_ADDRESS`."""
    processes.start(name)
    listener = _listen()
    try:
        yield
    finally:
        if listener:
            listener.close()
        processes.stop()


def _listen() -> processes.Listener | None:
    """Listen on `METRICS_ADDRESS`. Without the port, the process works without its metrics."""
    if not settings.METRICS or not settings.METRICS_ADDRESS:
        return None
    host, _, port = settings.METRICS_ADDRESS.rpartition(":")
    try:
        return processes.Listener(host.strip("[]"), int(port), {PATH: MetricsRoute()})
    except OSError as error:
        logger.warning("Metrics are not served on METRICS_ADDRESS %s: %s", settings.METRICS_ADDRESS, error)
        return None
