"""What a request tells about the client: its IP address, and the page that it wants to see next."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def client_address(request: HttpRequest) -> str:
    """The client's IP address as rate limits count it: for IPv6 the /64 network, which usually belongs to one customer.

    Each of the `TRUSTED_PROXIES` proxies appends the address that it sees to `X-Forwarded-For`. Entries before those
    come from the client and can be forged.
    """
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    trusted = min(settings.TRUSTED_PROXIES, len(forwarded))
    return _rate_limit_key(forwarded[-trusted] if trusted else request.META.get("REMOTE_ADDR", ""))


def _rate_limit_key(text: str) -> str:
    """An IPv4 address unchanged, an IPv6 address as its /64 network; any other text unchanged.

    >>> [_rate_limit_key(text) for text in ("203.0.113.7", "2001:db8:1:2:3:4:5:6", "::ffff:203.0.113.7", "unix:")]
    ['203.0.113.7', '2001:db8:1:2::/64', '203.0.113.7', 'unix:']
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False))


def next_url(request: HttpRequest, default: str) -> str:
    """The page of this site that the form names as `next`, or else `default`."""
    url = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if is_safe else default
