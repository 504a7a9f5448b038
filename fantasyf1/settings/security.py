"""Cookies, HTTPS, security headers, and requests to addresses that users give."""

from django.core.exceptions import ImproperlyConfigured

from fantasyf1.settings.api import JWT_SIGNING_KEY
from fantasyf1.settings.base import HTTPS, IS_PRODUCTION, SECRET_KEY
from fantasyf1.settings.env import networks, read, require_strong_keys

if IS_PRODUCTION:
    require_strong_keys(SECRET_KEY=SECRET_KEY, JWT_SIGNING_KEY=JWT_SIGNING_KEY)

SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
DEVICE_COOKIE_NAME = "device"
if HTTPS:
    # With this prefix, browsers accept the cookie only from this host over HTTPS: a sibling domain cannot set it.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# These bind other hosts of the domain, and stay in browsers for years, so only the owner of the domain decides on them.
SECURE_HSTS_INCLUDE_SUBDOMAINS = read("bool", "HSTS_INCLUDE_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = read("bool", "HSTS_PRELOAD", False)
if SECURE_HSTS_PRELOAD and not SECURE_HSTS_INCLUDE_SUBDOMAINS:
    raise ImproperlyConfigured("HSTS_PRELOAD needs HSTS_INCLUDE_SUBDOMAINS: browsers preload whole domains.")
# What check --deploy asks for instead.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_REDIRECT_EXEMPT = [r"^live/health$"]
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Users give the addresses of push endpoints and webhooks: they must be public, or in one of these networks of the
# operator (core.web.outgoing).
OUTGOING_ALLOWED_NETWORKS = read("list", "OUTGOING_ALLOWED_NETWORKS", [], validate=networks)
# No inline scripts or styles, no third-party content, no eval (tests/test_headers.py).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: []
    for name in (
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi",
        "payment", "serial", "usb", "xr-spatial-tracking",
    )
}  # fmt: skip
