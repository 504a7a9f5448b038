"""What the doors of all apps share: how a refusal reaches a form, and from which address a request comes."""

import ipaddress

from django import forms
from django.conf import settings
from django.http import HttpRequest

from fantasyf1.kit.errors import Invalid, Refused


def add_refusal(form: forms.BaseForm, refused: Refused) -> None:
    """Show a refusal at the field that it is about, else above the form; so too one of a field that nobody sees."""
    field = refused.field if isinstance(refused, Invalid) else None
    is_seen = field in form.fields and not form[field].is_hidden
    form.add_error(field if is_seen else None, refused.sentence)


def site_of(request: HttpRequest) -> str:
    """Where links of a mail lead that this request has sent: one of ALLOWED_HOSTS, such as https://f1.example.org."""
    return f"{request.scheme}://{request.get_host()}"


def client_address(request: HttpRequest) -> str:
    """The address that a request comes from, as it is counted: of IPv6 the network, which one person has for himself.

    Each of `TRUSTED_PROXIES` has added the address that it heard to `X-Forwarded-For`; what stands before those is the
    client's own invention.
    """
    heard = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
    trusted = min(settings.TRUSTED_PROXIES, len(heard))
    return _counted(heard[-trusted] if trusted else request.META.get("REMOTE_ADDR", ""))


def _counted(text: str) -> str:
    """An address of IPv4, or the network of one of IPv6; whatever else, as it is.

    >>> _counted("203.0.113.7"), _counted("2001:db8:1:2:3:4:5:6"), _counted("::ffff:203.0.113.7"), _counted("unix:")
    ('203.0.113.7', '2001:db8:1:2::/64', '203.0.113.7', 'unix:')
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
