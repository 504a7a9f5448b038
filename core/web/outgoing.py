"""An HTTP client for addresses that users give, such as push endpoints and webhooks. It is safe against SSRF.

All addresses of the host are checked, and the connection goes to an address that was checked: another answer of DNS in
the meantime (DNS rebinding) changes nothing. Only public addresses are allowed, and only HTTPS, except in the networks
of `OUTGOING_ALLOWED_NETWORKS`. Redirects are not followed, proxies of the environment are not used, and a request has
5 seconds in total, however slowly the other side sends.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address, ip_network
from threading import Thread
from types import TracebackType
from typing import Any, Self

import httpcore
import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from .public_addresses import IPAddress, embedded_ipv4, is_public

TIMEOUT_SECONDS = 5.0
MAX_BODY_BYTES = 64 * 1024
MAX_URL_LENGTH = 2000
# Bytes per write, so that the time limit holds although the other side reads slowly.
WRITE_BYTES = 16 * 1024
# Of the ports that programs of the system use, only those of HTTP.
FIRST_USER_PORT = 1024
HTTP_PORTS = {"http": 80, "https": 443}

Resolver = Callable[[str, int], Sequence[str]]


class OutgoingRequestRefused(Exception):  # noqa: N818 - a refusal, like core.errors.Refused
    """The address is not allowed: nothing was sent. `str(refused)` is a sentence for the user who gave it."""


class OutgoingRequestFailed(Exception):  # noqa: N818 - named like the refusal
    """There was no response. `str(failed)` is a sentence; `may_have_arrived` is whether the request was sent."""

    def __init__(self, sentence: str, *, may_have_arrived: bool) -> None:
        super().__init__(sentence)
        self.may_have_arrived = may_have_arrived


@dataclass(frozen=True)
class OutgoingResponse:
    """A response. Names of headers are lower-case; `body` has the first 64 KiB at most."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def retry_after(self, now: datetime) -> timedelta | None:
        """How long the other side wants us to wait, by `Retry-After` in seconds or as a date."""
        value = self.headers.get("retry-after", "")
        if value.isascii() and value.isdigit():
            return timedelta(seconds=min(int(value[:9]), 7 * 86_400))
        try:
            date = parsedate_to_datetime(value)
        except ValueError:
            return None
        return max((date if date.tzinfo else date.replace(tzinfo=UTC)) - now, timedelta(0))


def check_url(text: str) -> httpx.URL:
    """Parse a URL that a user gives. Raises `OutgoingRequestRefused` if no request to it can be allowed."""
    try:
        url = httpx.URL(text[: MAX_URL_LENGTH + 1])
    except httpx.InvalidURL as error:
        raise OutgoingRequestRefused(_("This is not a valid address.")) from error
    if len(text) > MAX_URL_LENGTH:
        raise OutgoingRequestRefused(_("The address is too long."))
    if url.scheme not in _schemes() or not url.host:
        raise OutgoingRequestRefused(_("The address must begin with https://."))
    if url.userinfo:
        raise OutgoingRequestRefused(_("The address must not contain a user name or a password."))
    port = _port(url)
    if port not in HTTP_PORTS.values() and not FIRST_USER_PORT <= port <= 65535:
        raise OutgoingRequestRefused(_("The port %(port)d is not allowed.") % {"port": port})
    return url


def _schemes() -> Sequence[str]:
    return ("https", "http") if settings.OUTGOING_ALLOWED_NETWORKS else ("https",)


def _port(url: httpx.URL) -> int:
    return HTTP_PORTS[url.scheme] if url.port is None else url.port


def resolve(host: str, port: int) -> Sequence[str]:
    """The IP addresses of a host as the system finds them, also for spellings such as 0x7f.1."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class OutgoingClient(AbstractContextManager["OutgoingClient"]):
    """A session for requests to addresses that users give. For one thread.

    `resolver` returns the IP addresses of a host, or raises `OSError`. `seconds` is the limit for a whole request.
    """

    def __init__(
        self,
        *,
        resolver: Resolver = resolve,
        ssl_context: ssl.SSLContext | None = None,
        seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._seconds = seconds
        self._backend = _CheckedBackend(resolver)
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context or httpx.create_ssl_context(),
            max_keepalive_connections=4,
            keepalive_expiry=seconds,
            network_backend=self._backend,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes) -> OutgoingResponse:
        """Send a POST request. Raises `OutgoingRequestRefused` or `OutgoingRequestFailed`.

        Every status is a response, also that of a redirect.
        """
        target = check_url(url)
        self._backend.begin(is_encrypted=target.scheme == "https", seconds=self._seconds)
        with self._readable_errors(target.host), self._stream(target, headers, body) as response:
            return OutgoingResponse(response.status, _decoded(response.headers), _first_bytes(response.iter_stream()))

    def _stream(
        self, url: httpx.URL, headers: Mapping[str, str], body: bytes
    ) -> AbstractContextManager[httpcore.Response]:
        parts = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = {"User-Agent": f"FantasyF1 (+{settings.SITE_URL})", **headers}
        encoded = [(name.encode("ascii"), value.encode("ascii")) for name, value in sent.items()]
        return self._pool.stream("POST", parts, headers=[(b"Host", url.netloc), *encoded], content=body)

    @contextmanager
    def _readable_errors(self, host: str) -> Iterator[None]:
        try:
            yield
        except httpcore.TimeoutException as error:
            sentence = _("%(host)s did not answer within %(seconds)d seconds.")
            raise self._failed(sentence % {"host": host, "seconds": self._seconds}) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise self._failed(_("The connection to %(host)s failed.") % {"host": host}) from error

    def _failed(self, sentence: str) -> OutgoingRequestFailed:
        return OutgoingRequestFailed(sentence, may_have_arrived=self._backend.is_sent)


def _decoded(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _first_bytes(chunks: Iterable[bytes]) -> bytes:
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) >= MAX_BODY_BYTES:
            break
    return body[:MAX_BODY_BYTES]


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses, and limits the time of the present request."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._backend = httpcore.SyncBackend()
        self._deadline = 0.0
        self._is_encrypted = True
        self.is_sent = False

    def begin(self, *, is_encrypted: bool, seconds: float) -> None:
        """Start the clock of a request."""
        self._is_encrypted, self.is_sent = is_encrypted, False
        self._deadline = time.monotonic() + seconds

    def seconds_left(self) -> float:
        """Raises `httpcore.TimeoutException` if no time is left."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.TimeoutException
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._addresses(host, port)
        if not all(self._is_allowed(address) for address in addresses):
            raise OutgoingRequestRefused(_("%(host)s is not a public address.") % {"host": host})
        return _LimitedStream(self._connect(addresses, port, socket_options), self)

    def _addresses(self, host: str, port: int) -> list[IPAddress]:
        try:
            found = _in_thread(lambda: self._resolver(host, port), self.seconds_left())
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError from error
        return [ip_address(address) for address in found]

    def _is_allowed(self, address: IPAddress) -> bool:
        networks = [ip_network(network) for network in settings.OUTGOING_ALLOWED_NETWORKS]
        forms = [address, embedded_ipv4(address) or address]
        is_own = any(form in network for form in forms for network in networks)
        return is_own or (self._is_encrypted and is_public(address))

    def _connect(
        self, addresses: Sequence[IPAddress], port: int, options: Iterable[httpcore.SOCKET_OPTION] | None
    ) -> httpcore.NetworkStream:
        """Connect to the first address that answers. Each gets its share of the time that is left."""
        reason: Exception = httpcore.ConnectError()
        for tried, address in enumerate(addresses):
            seconds = self.seconds_left() / (len(addresses) - tried)
            try:
                return self._backend.connect_tcp(str(address), port, timeout=seconds, socket_options=options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                reason = error
        raise reason


class _LimitedStream(httpcore.NetworkStream):
    """A connection whose reads and writes end with the time of the request, instead of having a limit each."""

    def __init__(self, stream: httpcore.NetworkStream, backend: _CheckedBackend) -> None:
        self._stream = stream
        self._backend = backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend.seconds_left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._backend.is_sent = True
        for start in range(0, len(buffer), WRITE_BYTES):
            self._stream.write(buffer[start : start + WRITE_BYTES], self._backend.seconds_left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = self._backend.seconds_left()
        return _LimitedStream(self._stream.start_tls(ssl_context, server_hostname, seconds), self._backend)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _in_thread(call: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """Call the resolver in a thread: it has no time limit of its own. Raises `TimeoutError` if it takes too long."""
    answer: Future[Sequence[str]] = Future()

    def run() -> None:
        try:
            answer.set_result(call())
        except (OSError, UnicodeError) as error:
            answer.set_exception(error)

    Thread(target=run, daemon=True).start()
    return answer.result(seconds)
