"""Device cookies: proof that a user has signed in with this browser before, so that strangers cannot lock them out.

A cookie belongs to one user and one browser. It is signed, and ends with the password and on signing out everywhere. It
gives access to nothing: attempts with it count in a rate limit of their own, as OWASP describes.
https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from collections.abc import Mapping
from datetime import timedelta
from itertools import islice

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, get_random_string

from ..models import User
from .rate_limits import normalized_name

SIGNER = signing.TimestampSigner(salt="accounts.device")
LIFETIME = timedelta(days=365)
# Of one request. Several people may share a browser, but each cookie costs a signature.
MAX_COOKIES = 10


def device_cookie(user: User) -> tuple[str, str]:
    """Name and value of a new device cookie of this user."""
    value = SIGNER.sign_object([user.pk, get_random_string(22), user.credentials_digest[:16]])
    return f"{settings.DEVICE_COOKIE_NAME}-{user.pk}", value


def known_device(cookies: Mapping[str, str], name: str) -> str | None:
    """The ID of the browser, if the user with this user name or confirmed address has signed in with it before."""
    devices = dict(_devices(cookies))
    for user in User.objects.filter(pk__in=devices) if devices else ():
        device, digest = devices[user.pk]
        names = {normalized_name(user.username), normalized_name(user.email)}
        if normalized_name(name) in names and constant_time_compare(digest, user.credentials_digest[:16]):
            return device
    return None


def _devices(cookies: Mapping[str, str]) -> list[tuple[int, tuple[str, str]]]:
    """What the device cookies with a valid signature say: the user's primary key, and the device with the digest."""
    values = (value for name, value in cookies.items() if name.startswith(f"{settings.DEVICE_COOKIE_NAME}-"))
    return [device for value in islice(values, MAX_COOKIES) if (device := _read(value))]


def _read(value: str) -> tuple[int, tuple[str, str]] | None:
    try:
        pk, device, digest = SIGNER.unsign_object(value, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    return pk, (device, digest)
